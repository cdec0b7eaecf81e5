"""What is copied here is marked, and taken back when its time is up; nothing else is touched."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QMimeData
from PySide6.QtGui import QClipboard, QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from mayfly.domain.ids import new_job_id
from mayfly.ui.copies import MARKS, CopiedText, CopyKeeper, copy_text, take_back_copies

MODE = QClipboard.Mode.Clipboard
SECOND_MS = 1_000
JOB = new_job_id()


@pytest.fixture
def clipboard(qapp):
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    yield clipboard
    clipboard.clear()


@pytest.fixture
def keeper(qapp, clipboard):
    keeper = CopyKeeper(1, qapp)
    # A second is long for a test; what is counted is the same.
    for timer in keeper._timers.values():
        timer.start = lambda ms, start=timer.start: start(ms // 20)
    yield keeper
    keeper.deleteLater()
    qapp.sendPostedEvents(keeper, QEvent.Type.DeferredDelete)


def test_every_hint_that_a_manager_may_ask_for_is_there():
    copy = CopiedText("secret words", None)
    assert copy.text() == "secret words"
    assert {name: bytes(copy.data(name).data()) for name in MARKS} == MARKS
    assert bytes(copy.data("x-kde-passwordManagerHint").data()) == b"secret"
    for name in ("CanIncludeInClipboardHistory", "CanUploadToCloudClipboard"):
        assert bytes(copy.data(name).data()) == bytes(4)
    assert copy.hasFormat("ExcludeClipboardContentFromMonitorProcessing")
    assert copy.hasFormat("org.nspasteboard.ConcealedType")


def test_a_copy_is_taken_back_when_its_time_is_up(qtbot, clipboard, keeper):
    clipboard.setMimeData(CopiedText("secret words", None))
    assert clipboard.text() == "secret words"
    qtbot.waitUntil(lambda: clipboard.text() == "", timeout=SECOND_MS)


def test_a_later_copy_has_its_whole_time(qtbot, clipboard, keeper):
    clipboard.setMimeData(CopiedText("first", None))
    first = keeper._timers[MODE]
    qtbot.wait(20)
    clipboard.setMimeData(CopiedText("second", None))
    assert first.remainingTime() > 35
    assert clipboard.text() == "second"


def test_what_another_program_put_there_is_never_taken_back(qtbot, clipboard, keeper):
    clipboard.setMimeData(CopiedText("secret words", None))
    other = QMimeData()
    other.setText("from another program")
    clipboard.setMimeData(other)
    assert not keeper._timers[MODE].isActive()
    qtbot.wait(120)
    assert clipboard.text() == "from another program"


def test_without_a_time_a_copy_stays_until_the_end(qtbot, clipboard, keeper):
    keeper.set_seconds(0)
    clipboard.setMimeData(CopiedText("secret words", None))
    qtbot.wait(120)
    assert clipboard.text() == "secret words"
    take_back_copies()
    assert clipboard.text() == ""


def test_the_end_leaves_what_another_program_put_there(clipboard):
    clipboard.setText("from another program")
    take_back_copies()
    assert clipboard.text() == "from another program"


def test_a_time_that_is_set_counts_for_what_is_there(qtbot, clipboard, keeper):
    keeper.set_seconds(0)
    clipboard.setMimeData(CopiedText("secret words", None))
    keeper.set_seconds(1)
    qtbot.waitUntil(lambda: clipboard.text() == "", timeout=SECOND_MS)


def test_what_a_widget_copies_by_itself_is_marked(qtbot, clipboard, keeper, monkeypatch):
    # The offscreen platform never says that it owns anything.
    monkeypatch.setattr(keeper, "_is_ours", lambda _: True)
    field = QLineEdit("typed words")
    qtbot.addWidget(field)
    field.selectAll()
    field.copy()
    copy = clipboard.mimeData()
    assert isinstance(copy, CopiedText)
    assert copy.text() == "typed words"


def test_the_name_that_the_list_copies_goes_with_its_document(desk):
    """Qt's own views copy what is in a cell on Ctrl+C, and leave it there."""
    window = desk.open()
    row = desk.add("a.pdf", "words")
    desk.choose(row)
    QTest.keySequence(window.jobs, QKeySequence(QKeySequence.StandardKey.Copy))
    copy = QGuiApplication.clipboard().mimeData()
    assert isinstance(copy, CopiedText)
    assert (copy.text(), copy.job_id) == ("a.pdf", row.job.job_id)
    window.deleting.delete([row])
    desk.wait(lambda: QGuiApplication.clipboard().text() == "")


def test_each_copy_of_a_job_is_told_once(clipboard, keeper):
    told = []
    keeper.copied.connect(told.append)

    copy_text("one", JOB)
    clipboard.changed.emit(MODE)
    copy_text("two", JOB)
    copy_text("a code", None)
    clipboard.setText("another program's")

    assert told == [JOB, JOB]
