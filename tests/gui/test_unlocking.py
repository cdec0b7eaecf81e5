"""Opening the vault: the user is asked in plain words, never stuck, never shown too early."""

from __future__ import annotations

from concurrent.futures import Future

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QLabel

from mayfly.domain.errors import (
    KeyMissing,
    KeyringLocked,
    PassphraseNeeded,
    PassphraseWrong,
    VaultLocked,
    VaultRestored,
)
from mayfly.domain.lock_port import KeyHome
from mayfly.services.lane import ThreadLane
from mayfly.ui.courier import Courier
from mayfly.ui.passphrase_dialog import PassphraseDialog
from mayfly.ui.recovery_dialogs import UseCodeDialog
from mayfly.ui.unlock_windows import FreshQuestion, LockedWindow, UnlockTrouble, WaitingWindow
from mayfly.ui.unlocking import Unlocking

# What the offscreen platform cannot do is no fault of the window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class FakeFoundation:
    """The part of the foundation that unlocking asks; the test answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[str | None, Future]] = []
        self.exists = True
        self.home = KeyHome.KEYRING
        self.unlocking = None
        self.fresh = 0

    def key_home(self) -> KeyHome:
        return self.home

    def unlock(self, passphrase=None, *, unlocking=None) -> Future:
        self.asked.append((passphrase, Future()))
        self.unlocking = unlocking
        return self.asked[-1][1]

    def recover(self, code, passphrase=None) -> Future:
        self.asked.append((passphrase, Future()))
        self.code = code
        return self.asked[-1][1]

    def start_fresh(self) -> None:
        self.fresh += 1

    def vault_exists(self) -> bool:
        return self.exists


@pytest.fixture
def foundation():
    return FakeFoundation()


@pytest.fixture
def unlocking(qtbot, theme, foundation):
    chores = ThreadLane("chores")
    parent = QObject()
    unlocking = Unlocking(foundation, courier=Courier(parent), chores=chores, tr=str, parent=parent)
    yield unlocking
    if unlocking.shown is not None:
        unlocking.shown.hide()
    chores.close()


def wait_for(qtbot, unlocking, kind):
    qtbot.waitUntil(lambda: isinstance(unlocking.shown, kind))
    return unlocking.shown


def test_a_vault_that_opens_quickly_shows_nothing_before(qtbot, unlocking, foundation):
    opened = []
    unlocking.opened.connect(opened.append)
    unlocking.start()
    foundation.asked[0][1].set_result("mayfly")
    qtbot.waitUntil(lambda: opened == ["mayfly"])
    assert unlocking.shown is None
    assert not unlocking.busy


def test_a_slow_one_says_that_it_is_being_opened(qtbot, unlocking, foundation):
    unlocking.start()
    wait_for(qtbot, unlocking, WaitingWindow)
    foundation.asked[0][1].set_result("mayfly")
    qtbot.waitUntil(lambda: unlocking.shown is None)


def test_closing_the_waiting_window_gives_up(qtbot, unlocking, foundation):
    given_up = []
    unlocking.given_up.connect(lambda: given_up.append(True))
    unlocking.start()
    wait_for(qtbot, unlocking, WaitingWindow).close()
    assert given_up == [True]
    assert unlocking.busy


def test_a_new_vault_wants_its_passphrase_twice(qtbot, unlocking, foundation):
    foundation.exists = False
    unlocking.start()
    foundation.asked[0][1].set_exception(PassphraseNeeded())
    dialog = wait_for(qtbot, unlocking, PassphraseDialog)

    assert dialog.second.isVisible()
    qtbot.keyClicks(dialog.first, "four random words here")
    assert not dialog.accept_button.isEnabled()
    qtbot.keyClicks(dialog.second, "four other")
    assert "not the same" in dialog.hint.text()
    dialog.second.clear()
    qtbot.keyClicks(dialog.second, "four random words here")
    qtbot.keyClick(dialog.second, Qt.Key.Key_Return)

    assert foundation.asked[1][0] == "four random words here"
    assert dialog.first.text() == dialog.second.text() == ""


def test_a_wrong_passphrase_is_asked_for_again_with_the_reason(qtbot, unlocking, foundation):
    unlocking.start()
    foundation.asked[0][1].set_exception(PassphraseNeeded())
    dialog = wait_for(qtbot, unlocking, PassphraseDialog)
    assert not dialog.second.isVisible()
    qtbot.keyClicks(dialog.first, "wrong")
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    foundation.asked[1][1].set_exception(PassphraseWrong())
    qtbot.waitUntil(
        lambda: isinstance(unlocking.shown, PassphraseDialog) and unlocking.shown is not dialog
    )
    assert "does not open this vault" in unlocking.shown.hint.text()


def test_a_dialog_that_is_closed_gives_up_once(qtbot, unlocking, foundation):
    given_up = []
    unlocking.given_up.connect(lambda: given_up.append(True))
    unlocking.start()
    foundation.asked[0][1].set_exception(PassphraseNeeded())
    dialog = wait_for(qtbot, unlocking, PassphraseDialog)
    qtbot.keyClicks(dialog.first, "half")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert given_up == [True]
    assert dialog.first.text() == ""


def test_other_trouble_can_be_tried_again(qtbot, unlocking, foundation):
    unlocking.start()
    foundation.asked[0][1].set_exception(KeyringLocked())
    window = wait_for(qtbot, unlocking, UnlockTrouble)
    qtbot.mouseClick(window.again_button, Qt.MouseButton.LeftButton)
    opened = []
    unlocking.opened.connect(opened.append)
    foundation.asked[1][1].set_result("mayfly")
    qtbot.waitUntil(lambda: opened == ["mayfly"])


def test_a_locked_vault_shows_an_unlock_button_instead_of_an_error(qtbot, unlocking, foundation):
    unlocking.start()
    assert foundation.unlocking is None
    foundation.asked[0][1].set_exception(VaultLocked())
    window = wait_for(qtbot, unlocking, LockedWindow)
    qtbot.mouseClick(window.unlock_button, Qt.MouseButton.LeftButton)
    assert foundation.unlocking is True

    # Trouble on the way is tried again as the same wish.
    foundation.asked[1][1].set_exception(KeyringLocked())
    trouble = wait_for(qtbot, unlocking, UnlockTrouble)
    foundation.unlocking = None
    trouble.again_button.click()
    assert foundation.unlocking is True


def test_a_locked_vault_with_a_passphrase_asks_for_it_at_once(qtbot, unlocking, foundation):
    foundation.home = KeyHome.BOTH
    unlocking.start()
    foundation.asked[0][1].set_exception(VaultLocked())
    dialog = wait_for(qtbot, unlocking, PassphraseDialog)
    assert not dialog.second.isVisible()


def test_a_locked_vault_can_be_left_locked(qtbot, unlocking, foundation):
    given_up = []
    unlocking.given_up.connect(lambda: given_up.append(True))
    unlocking.start()
    foundation.asked[0][1].set_exception(VaultLocked())
    wait_for(qtbot, unlocking, LockedWindow).quit_button.click()
    assert given_up == [True]


def test_a_lost_key_can_be_recovered_with_the_code(qtbot, unlocking, foundation):
    foundation.home = KeyHome.BOTH
    opened = []
    unlocking.opened.connect(opened.append)
    unlocking.start()
    foundation.asked[0][1].set_exception(KeyMissing())
    window = wait_for(qtbot, unlocking, UnlockTrouble)
    window.recovery_button.click()
    qtbot.waitUntil(lambda: bool(window.findChildren(UseCodeDialog)))
    (dialog,) = window.findChildren(UseCodeDialog)
    dialog.code.setText("7K2M-Q9XD")
    dialog.passphrase.setText("four random words")
    dialog.accept_button.click()
    assert (foundation.code, foundation.asked[1][0]) == ("7K2M-Q9XD", "four random words")
    foundation.asked[1][1].set_result("mayfly")
    qtbot.waitUntil(lambda: opened == ["mayfly"])
    assert unlocking.shown is None


def test_other_trouble_offers_no_code(qtbot, unlocking, foundation):
    for error in (KeyringLocked(), VaultRestored()):
        unlocking.start()
        foundation.asked[-1][1].set_exception(error)
        qtbot.waitUntil(lambda: isinstance(unlocking.shown, UnlockTrouble))
        assert not unlocking.shown.recovery_button.isVisible()
        unlocking._show(None)


def test_what_is_typed_can_be_made_visible(qtbot, theme):
    dialog = PassphraseDialog(tr=str, new=True)
    qtbot.addWidget(dialog)
    assert dialog.first.echoMode() == dialog.first.EchoMode.Password
    dialog.visible_tick.setChecked(True)
    assert dialog.second.echoMode() == dialog.second.EchoMode.Normal


# --- a vault that never opens again ----------------------------------------------------


def test_a_restored_copy_is_told_in_plain_words_and_offers_a_fresh_vault(
    qtbot, unlocking, foundation
):
    unlocking.start()
    foundation.asked[0][1].set_exception(VaultRestored())
    window = wait_for(qtbot, unlocking, UnlockTrouble)
    said = " ".join(label.text() for label in window.findChildren(QLabel))
    assert "This vault file is an older copy" in said
    assert "Start a fresh vault. A vault cannot be backed up" in said
    assert not window.again_button.isVisible()
    assert window.quit_button.isVisible()

    qtbot.mouseClick(window.fresh_button, Qt.MouseButton.LeftButton)
    question = window.findChild(FreshQuestion)
    assert question.cancel_button.isDefault()
    assert foundation.fresh == 0
    opened = []
    unlocking.opened.connect(opened.append)
    qtbot.mouseClick(question.accept_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(foundation.asked) == 2)
    assert foundation.fresh == 1
    foundation.asked[1][1].set_result("mayfly")
    qtbot.waitUntil(lambda: opened == ["mayfly"])


def test_enter_at_the_question_destroys_nothing(qtbot, unlocking, foundation):
    unlocking.start()
    foundation.asked[0][1].set_exception(KeyMissing())
    window = wait_for(qtbot, unlocking, UnlockTrouble)
    assert window.again_button.isVisible()
    qtbot.mouseClick(window.fresh_button, Qt.MouseButton.LeftButton)
    question = window.findChild(FreshQuestion)
    with qtbot.waitSignal(question.rejected):
        qtbot.keyClick(question, Qt.Key.Key_Return)
    assert foundation.fresh == 0
    assert unlocking.shown is window


def test_other_trouble_offers_no_fresh_vault(qtbot, unlocking, foundation):
    unlocking.start()
    foundation.asked[0][1].set_exception(KeyringLocked())
    assert not wait_for(qtbot, unlocking, UnlockTrouble).fresh_button.isVisible()
