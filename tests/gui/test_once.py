"""View once: a framed window, and nothing of the document anywhere else or afterwards."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication

from mayfly.domain.limits import Limits
from mayfly.services.lane import ThreadLane
from mayfly.services.once import ReadOnce
from mayfly.services.viewing import ViewOnce
from mayfly.system.files import LocalFiles
from mayfly.ui.once_dialog import OnceDialog
from mayfly.ui.once_opener import OnceOpener
from mayfly.ui.page_picture import PagePicture
from mayfly.understand.plain_text import page_text
from tests.fakes_engine import document
from tests.gui.drops import drag, files

WORD = "zebracanary"


class Once:
    """A window with what views once, and a document to view."""

    def __init__(self, desk, folder: Path) -> None:
        self.desk = desk
        self.folder = folder
        self.engine = desk.house.engine
        self.opener = OnceOpener(
            desk.window,
            ViewOnce(
                lambda: ReadOnce(files=LocalFiles(Limits()), engine=self.engine, readers=1),
                make_lane=ThreadLane,
                page_text=page_text,
            ),
            preferences=desk.window._preferences,
            decode_lane=desk.decode_lane,
            courier=desk.courier,
            theme=desk.theme,
            tr=str,
            suffixes=(".pdf",),
        )

    def paper(self, *pages: str, name: str = "a.pdf", **script) -> Path:
        path = self.folder / name
        path.write_bytes(document(*pages, title=name, **script))
        return path

    def show(self, *pages: str, **script) -> OnceDialog:
        (dialog,) = self.opener.open([self.paper(*pages, **script)])
        return dialog

    def wait_for(self, dialog: OnceDialog, text: str) -> None:
        self.desk.qtbot.waitUntil(lambda: text in dialog.text.toPlainText(), timeout=10_000)

    def dialogs(self) -> list[OnceDialog]:
        return [one for one in self.desk.window.findChildren(OnceDialog) if one.isVisible()]


@pytest.fixture
def once(desk, tmp_path: Path) -> Once:
    made = Once(desk, tmp_path)
    yield made
    made.opener.close_all()


def pages_in_memory() -> list[PagePicture]:
    gc.collect()
    return [one for one in gc.get_objects() if isinstance(one, PagePicture) and WORD in one.text]


def test_pages_are_shown_in_a_frame_with_a_sentence(once: Once) -> None:
    dialog = once.show(f"{WORD} one", f"{WORD} two")
    once.wait_for(dialog, "one")
    assert dialog.findChild(object, "onceFrame") is not None
    assert "closing the window is its end" in dialog.sentence.text()
    assert "a.pdf" not in dialog.windowTitle()
    assert dialog.place.text() == "Page 1 of 2"
    dialog.next.click()
    once.wait_for(dialog, "two")
    assert not dialog.next.isEnabled() and dialog.previous.isEnabled()


def test_it_never_reaches_the_vault(once: Once) -> None:
    house = once.desk.house
    seq = house.on_vault(house.vault.change_seq)
    entries = len(house.on_vault(house.vault.audit.entries))
    dialog = once.show(f"{WORD} one")
    once.wait_for(dialog, WORD)
    dialog.close()
    assert house.on_vault(house.vault.change_seq) == seq
    assert len(house.on_vault(house.vault.audit.entries)) == entries
    assert house.library.jobs().result() == ()


def test_closing_drops_pages_and_ends_the_readers(once: Once) -> None:
    dialog = once.show(*(f"{WORD} {number}" for number in range(20)))
    once.wait_for(dialog, WORD)
    assert pages_in_memory()
    dialog.end.click()
    del dialog
    once.desk.qtbot.waitUntil(lambda: not once.engine.alive, timeout=10_000)
    once.desk.qtbot.waitUntil(lambda: not pages_in_memory(), timeout=10_000)
    assert once.dialogs() == []


def test_no_more_is_read_than_is_near(once: Once) -> None:
    dialog = once.show(*(f"page {number}" for number in range(40)))
    once.wait_for(dialog, "page 0")
    once.desk.qtbot.waitUntil(lambda: not dialog._asking, timeout=10_000)
    assert len(dialog._looked.views) < 20


def test_locking_closes_it(once: Once) -> None:
    dialog = once.show(f"{WORD} one")
    once.wait_for(dialog, WORD)
    del dialog
    once.desk.window.lock.curtain.draw(once.desk.window.lock.screen)
    assert once.dialogs() == []
    once.desk.qtbot.waitUntil(lambda: not pages_in_memory(), timeout=10_000)


def test_a_drop_with_shift_is_viewed_and_one_without_is_added(once: Once) -> None:
    window, desk = once.desk.window, once.desk
    mime = files(once.paper(f"{WORD} one"))
    for modifier in (Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier):
        drag(window, mime)
        event = QDropEvent(
            QPointF(window.rect().center()),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            modifier,
        )
        QApplication.sendEvent(window, event)
        if modifier is Qt.KeyboardModifier.ShiftModifier:
            assert len(once.dialogs()) == 1
            assert desk.house.library.jobs().result() == ()
    assert len(once.dialogs()) == 1
    desk.qtbot.waitUntil(lambda: len(desk.house.library.jobs().result()) == 1, timeout=10_000)


def test_a_locked_document_asks_in_its_window(once: Once) -> None:
    dialog = once.show(f"{WORD} one", password="sesame")
    once.desk.qtbot.waitUntil(dialog.password.isVisible, timeout=10_000)
    once.desk.qtbot.keyClicks(dialog.password, "wrong")
    once.desk.qtbot.keyClick(dialog.password, Qt.Key.Key_Return)
    once.desk.qtbot.waitUntil(dialog.password.isVisible, timeout=10_000)
    once.desk.qtbot.keyClicks(dialog.password, "sesame")
    once.desk.qtbot.keyClick(dialog.password, Qt.Key.Key_Return)
    once.wait_for(dialog, WORD)


def test_what_cannot_be_read_says_why(once: Once) -> None:
    dialog = once.show("one", fault="damaged")
    once.desk.qtbot.waitUntil(lambda: "damaged" in dialog.note.text(), timeout=10_000)
