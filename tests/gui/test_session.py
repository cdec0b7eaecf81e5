"""From the first start to the end on the real parts: real vault, real readers, real Tesseract."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from mayfly.bootstrap import Foundation
from mayfly.domain.errors import DiskFull
from mayfly.domain.states import JobState
from mayfly.services.intake import Intake
from mayfly.ui.app import Session
from mayfly.ui.copies import CopiedText
from mayfly.ui.passphrase_dialog import PassphraseDialog
from mayfly.ui.unlock_windows import UnlockTrouble
from tests.conftest import ROOT

SAMPLE = ROOT / "resources" / "sample" / "welcome.pdf"

# What the offscreen platform cannot do is no fault of the window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def session_of(qtbot, qapp, tmp_path):
    """Make sessions of one vault, each standing for a start of the program."""
    sessions = []

    def make(paths=()):
        foundation = Foundation(tmp_path / "home")
        session = Session(qapp, foundation, list(paths))
        sessions.append(session)
        return session

    yield make
    for session in sessions:
        if not session._ending:
            end(qtbot, session)
        session.clean_up()


def end(qtbot, session):
    """End the session and wait until the application would quit; return its status."""
    with qtbot.waitSignal(session.ended, timeout=20_000) as ended:
        session.end()
    return ended.args[0]


def test_the_first_start_makes_a_vault_and_reads_a_document(qtbot, session_of):
    session = session_of([SAMPLE])
    session.start()
    qtbot.waitUntil(lambda: isinstance(session.unlocking.shown, PassphraseDialog), timeout=20_000)
    dialog = session.unlocking.shown
    for field in (dialog.first, dialog.second):
        qtbot.keyClicks(field, "a passphrase for a test")
    qtbot.keyClick(dialog.second, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: session.window is not None, timeout=20_000)
    window = session.window
    qtbot.waitUntil(lambda: window.model.counts[JobState.DONE] == 1, timeout=60_000)
    qtbot.waitUntil(lambda: window.pages.page is not None, timeout=20_000)
    assert "Harbour Street" in window.pages.text.toPlainText()
    assert window.pages.page.image is not None
    assert "Recognised" in window.pages.note.text
    window.pages.turn(1)
    qtbot.waitUntil(lambda: window.pages.note.text == "Text from the file", timeout=20_000)
    assert window.pages.note.button.isVisible()
    qtbot.waitUntil(lambda: len(window.languages.menu().actions()) > 2, timeout=20_000)

    assert end(qtbot, session) == 0
    assert not window.isVisible()
    assert window.pages.page is None


def test_a_second_start_raises_the_first_window(qtbot, session_of):
    first = session_of()
    first._foundation.offer_passphrase("a passphrase for a test")
    first.start()
    qtbot.waitUntil(lambda: first.window is not None, timeout=20_000)
    first.window.showMinimized()

    second = session_of()
    with qtbot.waitSignal(second.ended, timeout=20_000) as ended:
        second.start()
    assert ended.args == [0]
    assert second.window is None
    qtbot.waitUntil(lambda: not first.window.isMinimized(), timeout=20_000)


def test_a_start_while_the_vault_is_still_being_closed_gets_a_window(qtbot, session_of):
    first = session_of()
    first._foundation.offer_passphrase("a passphrase for a test")
    first.start()
    qtbot.waitUntil(lambda: first.window is not None, timeout=20_000)
    with qtbot.waitSignal(first.ended, timeout=20_000):
        first.window.close()
        assert session_of()._is_first


def test_a_second_start_with_documents_adds_them_to_the_first(qtbot, session_of):
    first, second = session_of(), session_of([SAMPLE])
    for session in (first, second):
        session._foundation.offer_passphrase("a passphrase for a test")
    first.start()
    qtbot.waitUntil(lambda: first.window is not None, timeout=20_000)
    with qtbot.waitSignal(second.ended, timeout=60_000) as ended:
        second.start()
    assert ended.args == [0]
    assert second.window is None
    counts = first.window.model.counts
    qtbot.waitUntil(lambda: counts[JobState.DONE] == 1, timeout=60_000)


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize(
    ("add", "said", "status"),
    [
        ("empty.pdf", "1 could not be added", 3),
        ("folder", "1 file skipped", 0),
        ("fail", "The disk is full", 3),
    ],
)
def test_a_second_start_tells_what_was_not_added(
    qtbot, session_of, tmp_path, monkeypatch, capsys, add, said, status, terminal
):
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "notes.xyz").write_text("notes")
    first, second = session_of(), session_of([tmp_path / add])
    for session in (first, second):
        session._foundation.offer_passphrase("a passphrase for a test")
    first.start()
    qtbot.waitUntil(lambda: first.window is not None, timeout=20_000)
    if add == "fail":
        monkeypatch.setattr(Intake, "_take", _fail_for_want_of_space)
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    with qtbot.waitSignal(second.ended, timeout=60_000) as ended:
        second.start()
        if not terminal:
            qtbot.waitUntil(lambda: bool(second.adding and second.adding.shown), timeout=20_000)
            window = second.adding.shown
            assert window.isVisible() and not window.again_button.isVisible()
            assert any(said in label.text() for label in window.findChildren(QLabel))
            window.quit_button.click()
    assert ended.args == [status]
    assert said in capsys.readouterr().err


def _fail_for_want_of_space(*_):
    raise DiskFull


def test_no_text_of_the_window_waits_for_the_settings_file(session_of, monkeypatch):
    session = session_of()
    foundation = session._foundation
    foundation.save_preferences(session._preferences)
    monkeypatch.setattr(foundation, "preferences", _fail_for_want_of_space)
    assert session._tr("A text without a translation") == "A text without a translation"


def test_a_folder_that_cannot_be_written_is_told_and_not_a_crash(qtbot, session_of, tmp_path):
    (tmp_path / "home").write_text("a file where the folder should be")
    session = session_of()
    session.start()
    qtbot.waitUntil(lambda: isinstance(session.unlocking.shown, UnlockTrouble), timeout=20_000)
    with qtbot.waitSignal(session.ended, timeout=20_000) as ended:
        session.unlocking.shown.reject()
    assert ended.args == [5]


def test_the_time_that_is_set_for_copies_holds_in_every_window(qtbot, session_of):
    session = session_of()
    session._foundation.offer_passphrase("a passphrase for a test")
    session.start()
    qtbot.waitUntil(lambda: session.window is not None, timeout=20_000)
    clipboard = QGuiApplication.clipboard()
    copy = CopiedText("secret words", None)
    clipboard.setMimeData(copy)
    # The default, a minute, is far off.
    assert clipboard.mimeData() is copy
    session.window._preferences.change(clipboard_clear_s=1)
    qtbot.waitUntil(lambda: clipboard.text() == "", timeout=20_000)
