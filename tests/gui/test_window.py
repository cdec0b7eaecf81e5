"""The window on the real vault: what a user does, and what comes of it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from mayfly.domain.document_errors import PasswordWrong
from mayfly.domain.errors import DiskFull
from mayfly.domain.events import IntakeProgress, Trouble
from mayfly.domain.states import JobState
from mayfly.ui.job_rows import Column
from tests.fakes_engine import ScriptPage


def drag(window, mime, *, actions=Qt.DropAction.CopyAction | Qt.DropAction.MoveAction):
    event = QDragEnterEvent(
        window.rect().center(),
        actions,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, event)
    return event


def drop(window, mime):
    event = QDropEvent(
        QPointF(window.rect().center()),
        Qt.DropAction.CopyAction | Qt.DropAction.MoveAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.setDropAction(Qt.DropAction.MoveAction)
    QApplication.sendEvent(window, event)
    return event


def files(*paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


# --- in ------------------------------------------------------------------------------


def test_a_dropped_folder_becomes_one_batch(desk):
    window = desk.open()
    inner = desk.folder / "folder"
    inner.mkdir()
    desk.file("folder/one.pdf", "one")
    desk.file("folder/two.pdf", "two")
    (inner / "notes.xyz").write_text("no document")
    mime = files(inner)

    assert drag(window, mime).isAccepted()
    assert window.overlay.isVisible()
    event = drop(window, mime)

    assert event.dropAction() is Qt.DropAction.CopyAction
    assert not window.overlay.isVisible()
    desk.wait(lambda: window.model.counts[JobState.DONE] == 2)
    assert len(window.model.batches) == 1
    assert "1 file skipped: not a kind Mayfly reads" in window.status.text


def test_an_address_from_a_browser_is_not_welcome(desk):
    window = desk.open()
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/a.png")])
    assert not drag(window, mime).isAccepted()
    assert not window.overlay.isVisible()


def test_the_overlay_goes_when_the_drag_leaves(desk):
    window = desk.open()
    mime = files(desk.file("a.pdf"))
    drag(window, mime)
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.overlay.isVisible()


def test_a_pasted_picture_becomes_a_document(desk):
    window = desk.open(reading=False)
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    QGuiApplication.clipboard().setImage(image)
    window.actions_.paste.trigger()
    desk.wait(lambda: window.model.alive == 1)
    (row,) = window.model.batches[0].shown
    assert row.job.name.startswith("Pasted ")
    assert row.job.name.endswith(".png")


def test_pasting_nothing_says_so(desk):
    window = desk.open(reading=False)
    QGuiApplication.clipboard().setText("only words")
    window.actions_.paste.trigger()
    assert "no document or picture" in window.status.text


def test_a_file_that_cannot_be_taken_in_is_a_row_with_its_sentence(desk):
    window = desk.open()
    window.add_paths([desk.folder / "not there.pdf"])
    desk.wait(lambda: window.model.counts[JobState.FAILED] == 1)
    window.jobs.choose(desk.row("not there.pdf"))
    assert "The file is not there" in window.pages.note.text
    assert "1 could not be added" in window.status.text


def test_a_missing_language_is_told_before_anything_is_added(desk):
    window = desk.open()
    desk.keeper.set_languages(("fra",))
    window.add_paths([desk.file("a.pdf")])
    desk.wait(window.trouble.isVisible)
    assert "The data for that language is not installed." in window.trouble.text
    assert window.model.alive == 0


def test_the_window_begins_empty_and_says_what_it_is_for(desk):
    window = desk.open()
    assert window.empty.isVisible()
    desk.add("a.pdf", "word")
    assert not window.empty.isVisible()


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
    window.wishes.delete([row])
    desk.wait(lambda: row.job.state is JobState.DELETED)
    desk.add("next.pdf", "goes on")


def test_deleted_rows_can_be_hidden(desk):
    window = desk.open()
    row = desk.add("a.pdf")
    desk.add("b.pdf")
    window.wishes.delete([row])
    desk.wait(lambda: row.job.state is JobState.DELETED)
    window.actions_.show_deleted.trigger()
    assert len(window.model.batches) == 1
    window.actions_.show_deleted.trigger()
    assert len(window.model.batches) == 2


def test_a_deletion_that_fails_shows_the_row_again(desk):
    window = desk.open()
    row = desk.add("a.pdf")
    window.wishes._stayed([row], DiskFull())
    assert not row.leaving
    assert "The disk is full" in window.trouble.text


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
    window.wishes.delete([row])
    desk.wait(lambda: row.job.state is JobState.DELETED)
    desk.settle()
    assert window.jobs.indexWidget(index) is None


# --- pages ---------------------------------------------------------------------------


def test_pages_are_turned_by_every_means(desk):
    window = desk.open()
    row = desk.add("book.pdf", "one", "two", "three", "four")
    desk.choose(row)
    pages = window.pages

    def expect(number, text):
        desk.wait(lambda: desk.shown_page() == (row.job.job_id, number))
        assert pages.text.toPlainText() == text
        assert pages.bar.number.value() == number

    expect(1, "one")
    desk.qtbot.mouseClick(pages.bar.next, Qt.MouseButton.LeftButton)
    expect(2, "two")
    desk.qtbot.keyClick(pages.canvas, Qt.Key.Key_PageDown)
    expect(3, "three")
    desk.qtbot.keyClick(pages.text, Qt.Key.Key_PageUp)
    expect(2, "two")
    pages.bar.number.setValue(4)
    expect(4, "four")
    assert not pages.bar.next.isEnabled()
    window.actions_.previous_page.trigger()
    expect(3, "three")
    pages.turn(9)
    expect(3, "three")


def test_a_word_is_chosen_on_the_page_and_in_the_text(desk):
    window = desk.open()
    desk.choose(desk.add("a.pdf", "first second third"))
    canvas, text, page = window.pages.canvas, window.pages.text, window.pages.page
    middle = QPointF(page.words[1].box.center())

    desk.click_at(canvas, canvas._from_page(middle).toPoint())
    assert text._chosen == 1
    assert text.textCursor().position() == page.words[1].start

    cursor = text.textCursor()
    cursor.setPosition(page.words[2].start + 1)
    text.setTextCursor(cursor)
    assert canvas._chosen == 2

    desk.qtbot.mouseMove(canvas.viewport(), canvas._from_page(middle).toPoint())
    desk.wait(lambda: text._pointed == 1)


def test_doubtful_words_are_tinted(desk):
    window = desk.open()
    desk.choose(desk.add("a.pdf", "sure maybe"))
    assert [word.doubtful for word in window.pages.page.words] == [False, True]
    (tint,) = window.pages.text.extraSelections()
    assert tint.cursor.selectedText() == "maybe"


def test_pages_can_be_seen_while_the_rest_is_read(desk):
    window = desk.open()
    row = desk.add("book.pdf", "one", ScriptPage("two", gate="later"), until=JobState.READING)
    window.jobs.choose(row)
    desk.wait(lambda: desk.shown_page() == (row.job.job_id, 1))
    window.pages.show_number(2)
    desk.wait(lambda: "not been read yet" in window.pages.note.text)
    desk.house.engine.gate("later").set()
    desk.wait(lambda: desk.shown_page() == (row.job.job_id, 2))


def test_a_late_page_of_another_document_is_dropped(desk):
    window = desk.open()
    one, two = desk.add("one.pdf", "one"), desk.add("two.pdf", "two")
    window.jobs.choose(one)
    window.jobs.choose(two)
    desk.wait(lambda: desk.shown_page() is not None)
    desk.settle()
    assert window.pages.text.toPlainText() == "two"


@pytest.mark.parametrize(
    ("page", "note"),
    [
        (ScriptPage(""), "This page is blank"),
        (ScriptPage("word"), "Recognised, 90 % confident"),
        (ScriptPage("word", fault="damaged"), "damaged"),
    ],
)
def test_every_page_says_where_its_words_come_from(desk, page, note):
    window = desk.open()
    row = desk.add("a.pdf", page, "good")
    window.jobs.choose(row)
    desk.wait(lambda: note in window.pages.note.text)
    assert window.pages.note.isVisible()


def test_the_page_is_let_go_when_the_window_hides(desk):
    window = desk.open()
    desk.choose(desk.add("a.pdf", "secret"))
    closed = []
    window.closing.connect(lambda: closed.append(window.isVisible()))
    window.close()
    assert closed == [False]
    assert window.pages.page is None
    assert window.pages.text.toPlainText() == ""


def test_a_page_whose_source_is_gone_still_has_its_text(desk):
    window = desk.open()
    row = desk.add("a.pdf", "kept words")
    desk.house.clock.advance(hours=25)
    desk.house.retention.ask_sweep()
    desk.wait(lambda: not row.job.source_present or row.job.state is JobState.DELETED)
    assert row.job.state is JobState.DELETED or row.job.result_present
    window.close()


def test_zoom_keeps_what_is_looked_at_in_place(desk):
    window = desk.open()
    desk.choose(desk.add("a.pdf", "word"))
    canvas = window.pages.canvas
    spot = QPointF(canvas.viewport().rect().center())
    before = canvas._to_page(spot)
    canvas.zoom_to(2.0)
    after = canvas._to_page(spot)
    assert abs(after.x() - before.x()) < 2 and abs(after.y() - before.y()) < 2
    assert not canvas.fits_width
    assert window.pages.bar.zoom_label.text() == "200 %"
    canvas.fit_width()
    assert canvas.fits_width


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
    desk.window._since = desk.house.clock.now()
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
    window.wishes.delete([row, locked])
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
    window.wishes.delete([other])
    desk.wait(lambda: other.job.state is JobState.DELETED)
    assert QGuiApplication.clipboard().text() == "secret words"
    window.wishes.delete([row])
    desk.wait(lambda: row.job.state is JobState.DELETED)
    assert QGuiApplication.clipboard().text() == ""


def test_what_was_copied_elsewhere_stays(desk):
    window = desk.open()
    row = desk.add("a.pdf", "secret words")
    desk.choose(row)
    window.pages.text.selectAll()
    window.pages.text.copy()
    QGuiApplication.clipboard().setText("from another place")
    window.wishes.delete([row])
    desk.wait(lambda: row.job.state is JobState.DELETED)
    assert QGuiApplication.clipboard().text() == "from another place"
