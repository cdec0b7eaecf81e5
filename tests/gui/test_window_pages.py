"""Looking at pages in the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt

from mayfly.domain.states import JobState
from tests.fakes_engine import ScriptPage

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
