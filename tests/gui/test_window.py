"""The window on the real vault: what a user does, and what comes of it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from mayfly.domain.document_errors import PasswordWrong
from mayfly.domain.events import IntakeProgress, Trouble
from mayfly.domain.states import JobState
from mayfly.ui import copies
from mayfly.ui.first_choice import FirstChoice
from mayfly.ui.job_rows import Column
from tests.fakes_engine import ScriptPage

# --- out -----------------------------------------------------------------------------


def test_one_click_deletes_and_the_page_goes_at_once(desk):
    window = desk.open()
    row = desk.add("letter.pdf", "secret words")
    desk.choose(row)

    desk.click(row, Column.DELETE)

    assert window.pages.page is None
    assert window.pages.text.toPlainText() == ""
    desk.wait(lambda: row.job.state is JobState.DELETED)
    assert row.job.name is None
    assert window.model.index_of(row).data().startswith("Deleted document")
    assert "Nothing of it is left" in window.pages.note.text


def test_the_delete_key_deletes_what_is_selected(desk):
    window = desk.open()
    window.add_paths([desk.file(f"{n}.pdf") for n in range(3)])
    desk.wait(lambda: window.model.counts[JobState.DONE] == 3)
    window.jobs.setFocus()
    window.jobs.choose(desk.row("0.pdf"))
    desk.qtbot.keyClick(window.jobs, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    desk.qtbot.keyClick(window.jobs, Qt.Key.Key_Delete)
    desk.wait(lambda: window.model.counts[JobState.DELETED] == 2)
    assert desk.row("2.pdf").job.state is JobState.DONE


def test_a_batch_is_deleted_whole(desk):
    window = desk.open()
    window.add_paths([desk.file(f"{n}.pdf") for n in range(3)])
    desk.wait(lambda: window.model.counts[JobState.DONE] == 3)
    desk.add("other.pdf")
    old = window.model.batches[1]
    desk.click(old, Column.DELETE)
    desk.wait(lambda: window.model.counts[JobState.DELETED] == 3)
    assert window.model.alive == 1


def test_a_document_that_is_being_read_can_be_deleted(desk):
    window = desk.open()
    row = desk.add("slow.pdf", ScriptPage("x", gate="never"), until=JobState.READING)
    window.deleting.delete([row])
    desk.wait(lambda: row.job.state is JobState.DELETED)
    desk.add("next.pdf", "goes on")


def test_deleted_rows_can_be_hidden(desk):
    window = desk.open()
    row = desk.add("a.pdf")
    desk.add("b.pdf")
    window.deleting.delete([row])
    desk.wait(lambda: row.job.state is JobState.DELETED)
    window.actions_.show_deleted.trigger()
    assert len(window.model.batches) == 1
    window.actions_.show_deleted.trigger()
    assert len(window.model.batches) == 2


# --- the locked ones -----------------------------------------------------------------


def test_a_password_is_given_in_the_row(desk):
    window = desk.open()
    row = desk.add("locked.pdf", "word", password="open", until=JobState.NEEDS_PASSWORD)
    desk.add("other.pdf", "the queue goes on")
    index = window.model.index_of(row)

    assert window.jobs.edit_password(index)
    field = window.jobs.indexWidget(index)
    desk.qtbot.keyClicks(field, "wrong")
    desk.qtbot.keyClick(field, Qt.Key.Key_Return)
    desk.wait(lambda: row.job.error_code == PasswordWrong.code)
    assert window.model.texts.state(row) == "That password does not open this PDF."

    window.jobs.edit_password(index)
    field = window.jobs.indexWidget(index)
    assert field.text() == ""
    desk.qtbot.keyClicks(field, "open")
    desk.qtbot.keyClick(field, Qt.Key.Key_Return)
    desk.wait(lambda: row.job.state is JobState.DONE)


def test_leaving_the_field_submits_nothing(desk):
    window = desk.open()
    row = desk.add("locked.pdf", password="open", until=JobState.NEEDS_PASSWORD)
    index = window.model.index_of(row)
    given = []
    window.jobs.password_given.connect(lambda *what: given.append(what))
    window.jobs.edit_password(index)
    field = window.jobs.indexWidget(index)
    desk.qtbot.keyClicks(field, "half")
    window.pages.text.setFocus()
    desk.settle()
    assert given == []
    assert window.jobs.indexWidget(index) is None


def test_a_click_on_the_field_opens_it_and_a_deleted_row_closes_it(desk):
    window = desk.open()
    row = desk.add("locked.pdf", password="open", until=JobState.NEEDS_PASSWORD)
    index = window.model.index_of(row)
    layout = window.jobs._delegate.layout
    field = layout.field(layout.wide(window.jobs.visualRect(index)))
    desk.click_at(window.jobs, field.center())
    assert window.jobs.indexWidget(index) is not None
    window.deleting.delete([row])
    desk.wait(lambda: row.job.state is JobState.DELETED)
    desk.settle()
    assert window.jobs.indexWidget(index) is None


# --- the queue -----------------------------------------------------------------------


def test_pause_and_resume(desk):
    window = desk.open()
    window.actions_.pause.trigger()
    desk.wait(lambda: window.actions_.pause.text() == "Resume")
    row = desk.add("a.pdf", until=JobState.QUEUED)
    assert window.status.text.startswith("Paused")
    window.actions_.pause.trigger()
    desk.wait(lambda: row.job.state is JobState.DONE)


def test_cancel_and_try_again(desk):
    window = desk.open()
    row = desk.add("slow.pdf", ScriptPage("x", gate="slow"), until=JobState.READING)
    window.jobs.choose(row)
    desk.settle()
    assert window.actions_.cancel.isEnabled()
    window.actions_.cancel.trigger()
    desk.wait(lambda: row.job.state is JobState.CANCELLED)
    desk.house.engine.gate("slow").set()
    desk.settle()
    window.actions_.retry.trigger()
    desk.wait(lambda: row.job.state is JobState.DONE)


def test_recognise_anyway_reads_the_document_anew(desk):
    window = desk.open()
    row = desk.add("a.pdf", "word")
    before = desk.house.engine.happened("page", "a.pdf", 1)
    window.jobs.choose(row)
    desk.settle()
    window.actions_.recognise.trigger()
    desk.wait(lambda: desk.house.engine.happened("page", "a.pdf", 1) > before)
    desk.wait(lambda: row.job.state is JobState.DONE)
    desk.wait(lambda: desk.shown_page() == (row.job.job_id, 1))


def test_trouble_is_told_and_can_be_closed(desk):
    window = desk.open()
    desk.house.bus.publish(Trouble("disk_full"))
    desk.wait(window.trouble.isVisible)
    assert window.trouble.text.startswith("The disk is full. Free some space")
    desk.qtbot.mouseClick(window.trouble.close_button, Qt.MouseButton.LeftButton)
    assert not window.trouble.isVisible()


def test_a_drop_on_its_way_in_is_told(desk):
    window = desk.open()
    batch = desk.house.new_batch()
    desk.house.bus.publish(IntakeProgress(batch, 1_300, 1_234, 0, 66, False))
    desk.wait(lambda: "Adding… 1,234 so far" in window.status.text)
    desk.house.bus.publish(IntakeProgress(batch, 1_303, 1_300, 2, 3, True))
    desk.wait(lambda: "3 files skipped" in window.status.text)
    assert "1,298 documents added · 2 could not be added" in window.status.text


# --- the rest ------------------------------------------------------------------------


def test_an_export_writes_what_is_selected(desk, tmp_path):
    window = desk.open()
    rows = [desk.add("one.pdf", "first"), desk.add("two.pdf", "second")]
    out = tmp_path / "out"
    out.mkdir()
    window.wishes.export(rows, "txt", out)
    desk.wait(lambda: "2 files exported" in window.status.text)
    assert sorted(path.name for path in out.iterdir()) == ["one.txt", "two.txt"]


def test_an_export_that_fails_says_why(desk, tmp_path):
    window = desk.open()
    row = desk.add("one.pdf", "first")
    window.wishes.export([row], "txt", tmp_path / "missing")
    desk.wait(window.trouble.isVisible)
    assert "folder to write to is not there" in window.trouble.text


def test_languages_are_remembered_and_the_last_one_stays(desk):
    window = desk.open()
    window.languages.show_installed(("deu", "eng", "osd"))
    window.languages.toggle_language("deu")
    desk.wait(lambda: bool(desk.saved))
    assert desk.saved[-1].languages == ("eng", "deu")
    assert window.languages.text() == "English + German"
    window.languages.toggle_language("eng")
    window.languages.toggle_language("deu")
    assert window.languages.chosen == ("deu",)
    offered = [action.text() for action in window.languages.menu().actions()[1:]]
    assert offered == ["English", "German"]


def test_the_theme_is_remembered(desk):
    window = desk.open()
    window.actions_.themes["dark"].trigger()
    desk.wait(lambda: bool(desk.saved))
    assert desk.saved[-1].theme == "dark"
    assert desk.theme.tones.dark


def test_the_title_never_tells_a_name(desk):
    window = desk.open()
    desk.choose(desk.add("letter to nobody.pdf", "word"))
    assert window.windowTitle() == "Mayfly"
    assert window.windowFilePath() == ""


def test_what_was_there_before_is_not_opened_unasked(desk):
    desk.house.admit("word", name="old.pdf")
    desk.house.clock.advance(hours=1)
    desk.window.findChild(FirstChoice)._since = desk.house.clock.now()
    window = desk.open()
    desk.wait(lambda: desk.row("old.pdf") is not None)
    desk.wait(lambda: desk.row("old.pdf").job.state is JobState.DONE)
    assert window.pages.page is None
    row = desk.add("new.pdf", "word")
    desk.wait(lambda: desk.shown_page() == (row.job.job_id, 1))


def test_the_gui_thread_never_touches_the_vault(desk, watched):
    window = desk.open()
    row = desk.add("a.pdf", "one", "two")
    locked = desk.add("l.pdf", password="open", until=JobState.NEEDS_PASSWORD)
    desk.choose(row, number=2)
    window.wishes.give_password(locked.job.job_id, "open")
    desk.wait(lambda: locked.job.state is JobState.DONE)
    window.wishes.recognise_anyway([row])
    window.deleting.delete([row, locked])
    desk.wait(lambda: window.model.counts[JobState.DELETED] == 2)
    assert watched.threads == {"vault"}


def test_what_is_copied_asks_clipboard_histories_to_forget_it(desk):
    window = desk.open()
    desk.choose(desk.add("a.pdf", "secret words"))
    window.pages.text.selectAll()
    window.pages.text.copy()
    mime = QGuiApplication.clipboard().mimeData()
    assert mime.text() == "secret words"
    assert mime.data("x-kde-passwordManagerHint") == b"secret"


def test_what_was_copied_goes_with_its_document(desk):
    window = desk.open()
    row, other = desk.add("a.pdf", "secret words"), desk.add("b.pdf", "more")
    desk.choose(row)
    window.pages.text.selectAll()
    window.pages.text.copy()
    window.deleting.delete([other])
    desk.wait(lambda: other.job.state is JobState.DELETED)
    assert QGuiApplication.clipboard().text() == "secret words"
    window.deleting.delete([row])
    desk.wait(lambda: row.job.state is JobState.DELETED)
    assert QGuiApplication.clipboard().text() == ""


@pytest.mark.parametrize("deleted", ["first", "second"])
def test_clipboard_and_mouse_selection_go_with_their_own_documents(desk, deleted):
    window, modes = desk.open(), QClipboard.Mode
    rows = {name: desk.add(f"{name}.pdf", f"{name} words") for name in ("first", "second")}
    clipboard = FakeSelection()
    for mode, name in ((modes.Clipboard, "first"), (modes.Selection, "second")):
        desk.choose(rows[name])
        window.pages.text.selectAll()
        clipboard.kept[mode] = window.pages.text.createMimeDataFromSelection()
    with clipboard:
        window.deleting.delete([rows[deleted]])
        desk.wait(lambda: rows[deleted].job.state is JobState.DELETED)
        gone = modes.Clipboard if deleted == "first" else modes.Selection
        desk.wait(lambda: gone not in clipboard.kept)
    assert len(clipboard.kept) == 1


class FakeSelection:
    """A clipboard with a mouse selection, which the offscreen platform lacks."""

    def __init__(self) -> None:
        self.kept = {}

    def mimeData(self, mode):
        return self.kept.get(mode)

    def clear(self, mode):
        self.kept.pop(mode, None)

    def __enter__(self):
        self._before = copies.QGuiApplication
        copies.QGuiApplication = SimpleNamespace(clipboard=lambda: self)

    def __exit__(self, *_):
        copies.QGuiApplication = self._before


def test_what_was_copied_elsewhere_stays(desk):
    window = desk.open()
    row = desk.add("a.pdf", "secret words")
    desk.choose(row)
    window.pages.text.selectAll()
    window.pages.text.copy()
    QGuiApplication.clipboard().setText("from another place")
    window.deleting.delete([row])
    desk.wait(lambda: row.job.state is JobState.DELETED)
    assert QGuiApplication.clipboard().text() == "from another place"


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_dialog_offers_what_a_folder_is_searched_for(desk):
    window = desk.open()
    window.actions_.add_files.trigger()
    dialog = window.findChild(QFileDialog)
    assert dialog.nameFilters()[0] == "Documents (*.pdf *.zebra)"
    dialog.reject()
