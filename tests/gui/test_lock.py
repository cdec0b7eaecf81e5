"""A locked window shows and holds nothing of any document, and says how to go on."""

from __future__ import annotations

from concurrent.futures import Future

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QGuiApplication
from PySide6.QtWidgets import QApplication

from mayfly.domain.errors import (
    KeyMissing,
    KeyringLocked,
    PassphraseWrong,
    VaultBusy,
    VaultLocked,
    VaultRestored,
)
from mayfly.domain.events import IntakeProgress, LockChanged
from mayfly.domain.lock_port import KeyHome
from mayfly.domain.states import JobState
from mayfly.ui.recovery_dialogs import UseCodeDialog
from tests.gui.fake_services import CODE
from tests.gui.seen import all_texts, kept_in_memory

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def reading(desk):
    """A window with a document on show, its text copied, and one that wants a password."""
    window = desk.open()
    locked = desk.add("quaggacanary.pdf", password="open", until=JobState.NEEDS_PASSWORD)
    desk.choose(desk.add("zebracanary.pdf", "okapicanary one", "two lemurcanary"), number=2)
    window.pages.text.selectAll()
    window.pages.text.copy()
    window.jobs.edit_password(window.model.index_of(locked))
    desk.choose(desk.row("zebracanary.pdf"), number=2)
    desk.settle()
    return window


def lock(desk) -> None:
    desk.window.actions_.lock.trigger()
    desk.wait(lambda: desk.locking.locked)
    desk.wait(lambda: not desk.window.lock.keeper._pending)


def ids(desk) -> set[str]:
    return set(desk.window.model._rows)


def test_before_it_is_locked_the_canaries_are_there(desk, reading):
    """The control: what the test below does not find can be found."""
    texts = all_texts()
    for canary in ("zebracanary", "quaggacanary", "lemurcanary"):
        assert canary in texts
    assert "lemurcanary" in QGuiApplication.clipboard().text()
    assert len(kept_in_memory(ids(desk))) >= 3


def test_no_word_name_or_count_is_left_when_it_is_locked(desk, reading):
    status, job_ids = desk.window.status, ids(desk)
    assert "done" in status.text
    reading.actions_.lock.trigger()

    # At once: before the vault has answered, and before the event loop turns.
    assert "canary" not in all_texts()
    assert reading.lock.screen.isVisible()
    assert not reading.jobs.isVisible() and not reading.pages.isVisible()
    assert status.text == ""
    desk.wait(lambda: desk.locking.locked)
    desk.settle()
    assert "canary" not in all_texts()
    assert kept_in_memory(job_ids) == []
    assert reading.windowTitle() == "Mayfly"


def test_without_emptying_the_widgets_the_words_would_be_found(desk, reading, monkeypatch):
    """The guard for the test above: hiding alone is not enough."""
    job_ids = ids(desk)
    monkeypatch.setattr(reading.lock.curtain, "_empty", lambda: None)
    reading.actions_.lock.trigger()
    assert reading.lock.screen.isVisible()
    assert "zebracanary" in all_texts()
    assert kept_in_memory(job_ids) != []


def test_unlocking_brings_back_the_page_that_was_looked_at(desk, reading):
    lock(desk)
    assert reading.lock.screen.field.isHidden()
    desk.qtbot.mouseClick(reading.lock.screen.unlock_button, Qt.MouseButton.LeftButton)
    desk.wait(lambda: desk.row("zebracanary.pdf") is not None)
    wanted = (desk.row("zebracanary.pdf").job.job_id, 2)
    desk.wait(lambda: desk.shown_page() == wanted)
    assert reading.pages.isVisible()
    assert "lemurcanary" in reading.pages.text.toPlainText()
    assert "done" in reading.status.text
    desk.settle()
    assert reading.actions_.add_files.isEnabled() and reading.actions_.delete.isEnabled()


def test_what_was_deleted_meanwhile_does_not_come_back(desk, reading):
    job_id = desk.row("zebracanary.pdf").job.job_id
    lock(desk)
    desk.house.deletions.delete([job_id]).result()
    reading.lock.screen.unlock_button.click()
    desk.wait(lambda: desk.window.model.counts[JobState.DELETED] == 1)
    desk.settle()
    assert desk.shown_page() is None


def test_nothing_of_the_window_works_while_it_is_locked(desk, reading):
    lock(desk)
    actions = reading.actions_
    enabled = {action for action in reading.actions() if action.isEnabled()}
    assert enabled == {actions.quit, actions.panic, *actions.themes.values()}


def test_a_drag_is_refused_with_a_sentence(desk, reading):
    lock(desk)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/tmp/letter.pdf")])
    event = QDragEnterEvent(
        QPointF(50, 50).toPoint(),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(reading, event)
    assert not event.isAccepted()
    assert "Unlock it, then drop again" in reading.lock.screen.trouble.text()
    assert not reading.overlay.isVisible()


def test_documents_that_a_lock_left_out_are_told_of_afterwards(desk, reading, monkeypatch):
    taken: Future = Future()
    monkeypatch.setattr(desk.house.intake, "add_paths", lambda *_: taken)
    reading.add_paths([desk.folder / "late.pdf"])
    lock(desk)
    taken.set_exception(VaultLocked())
    desk.house.bus.publish(IntakeProgress("b", 3, 3, 0, 0, finished=True))
    desk.settle()
    assert reading.status.text == ""
    reading.lock.screen.unlock_button.click()
    desk.wait(reading.trouble.isVisible)
    assert "were left out: add them again" in reading.trouble.text


def test_dialogs_and_menus_go_with_the_documents(desk, reading):
    reading.actions_.add_files.trigger()
    reading.commands.open_menu(reading.rect().center())
    desk.settle()
    lock(desk)
    assert QApplication.activeModalWidget() is None
    assert QApplication.activePopupWidget() is None


# --- unlocking -----------------------------------------------------------------------


def test_a_passphrase_is_asked_for_where_one_opens_the_vault(desk, reading):
    desk.locking.home = KeyHome.BOTH
    lock(desk)
    screen = reading.lock.screen
    desk.wait(screen.field.isVisible)
    assert screen.field.hasFocus() and not screen.unlock_button.isEnabled()
    desk.locking.error = PassphraseWrong()
    desk.qtbot.keyClicks(screen.field, "wrong words")
    desk.qtbot.keyClick(screen.field, Qt.Key.Key_Return)
    desk.wait(lambda: "does not open this vault" in screen.trouble.text())
    assert screen.field.text() == "" and screen.field.hasFocus()
    assert not screen.field.isUndoAvailable()

    desk.locking.error = None
    desk.qtbot.keyClicks(screen.field, "right words")
    screen.unlock_button.click()
    desk.wait(lambda: not reading.lock.keeper.is_covered)
    assert desk.locking.passphrases == ["wrong words", "right words"]
    assert screen.trouble.text() == ""


def test_a_keyring_that_takes_its_time_is_waited_for_in_words(desk, reading):
    lock(desk)
    desk.locking.gate.clear()
    screen = reading.lock.screen
    screen.unlock_button.click()
    desk.wait(screen._wait.isVisible)
    assert "asks for its password now" in screen._wait.text()
    assert not screen.unlock_button.isEnabled()
    desk.locking.error = KeyringLocked()
    desk.locking.gate.set()
    desk.wait(lambda: "Your keyring is locked" in screen.trouble.text())
    assert screen.unlock_button.isEnabled()


def test_a_lost_key_offers_the_recovery_code(desk, reading):
    lock(desk)
    screen = reading.lock.screen
    assert not screen.recovery_button.isVisible()
    desk.locking.error = KeyMissing()
    screen.unlock_button.click()
    desk.wait(screen.recovery_button.isVisible)

    screen.recovery_button.click()
    desk.wait(lambda: bool(reading.findChildren(UseCodeDialog)))
    (dialog,) = reading.findChildren(UseCodeDialog)
    desk.locking.error = None
    dialog.code.setText(CODE)
    dialog.accept_button.click()
    desk.wait(lambda: not reading.lock.keeper.is_covered)
    assert not reading.findChildren(UseCodeDialog)


def test_a_vault_that_was_put_back_offers_no_recovery(desk, reading):
    lock(desk)
    desk.locking.error = VaultRestored()
    screen = reading.lock.screen
    screen.unlock_button.click()
    desk.wait(lambda: "an older copy" in screen.trouble.text())
    assert not screen.recovery_button.isVisible()


# --- locking in other places ---------------------------------------------------------


def test_another_process_locks_and_unlocks_this_window(desk, reading):
    desk.locking.locked = True
    desk.house.bus.publish(LockChanged(True))
    desk.wait(reading.lock.screen.isVisible)
    assert "canary" not in all_texts()

    desk.locking.locked = False
    desk.house.bus.publish(LockChanged(False))
    desk.wait(reading.pages.isVisible)


def test_a_lock_between_opening_and_the_window_is_not_missed(desk):
    desk.locking.locked = True
    desk.qtbot.addWidget(desk.window)
    desk.window.show()
    desk.window.begin()
    desk.wait(desk.window.lock.screen.isVisible)


def test_old_news_does_not_uncover_what_was_locked_since(desk, reading):
    lock(desk)
    desk.house.bus.publish(LockChanged(False))
    desk.settle()
    assert reading.lock.keeper.is_covered


def test_a_lock_that_fails_leaves_the_cover_and_is_tried_again(desk, reading):
    desk.locking.error = VaultBusy()
    told = []
    reading.lock.keeper.lock_and_tell(lambda: told.append(True))
    desk.wait(lambda: "Another program is using the vault" in reading.lock.screen.trouble.text())
    assert told == [True]
    assert reading.lock.screen.isVisible()
    desk.locking.error = None
    desk.wait(lambda: desk.locking.locked)
    desk.wait(lambda: reading.lock.screen.trouble.text() == "")
