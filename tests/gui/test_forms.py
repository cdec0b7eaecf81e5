"""A page as Markdown and JSON beside its picture, and its copies in the forms that others take."""

from __future__ import annotations

import json

import pytest
from PySide6.QtGui import QGuiApplication

from mayfly.services.page_forms import CopiedTables
from mayfly.ui.copies import MARKS
from mayfly.ui.form_view import FormView
from tests.gui.seen import all_texts

# What the offscreen platform cannot do is no fault of the window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def pages(desk):
    pages = desk.open().pages
    row = desk.add("a.pdf", "one *zebra* here", "two stands there")
    desk.choose(row)
    desk.wait(lambda: desk.shown_page() == (row.job.job_id, 1))
    return pages


def looked_at(desk, view: FormView) -> str:
    desk.window.pages.tabs.setCurrentWidget(view)
    desk.wait(lambda: bool(view.toPlainText()))
    return view.toPlainText()


def copy(desk, words: str, *, whole: bool = False):
    """Choose from the button's menu, as it is written there."""
    actions = [one for one in desk.window.pages.copy.menu().actions() if one.text() == words]
    QGuiApplication.clipboard().clear()
    actions[whole].trigger()
    desk.wait(lambda: bool(QGuiApplication.clipboard().text()))
    return QGuiApplication.clipboard().mimeData()


def test_a_page_is_shown_as_markdown_and_json_and_turned_there(desk, pages):
    assert looked_at(desk, pages.tabs.markdown) == "one \\*zebra\\* here\n"
    shape = json.loads(looked_at(desk, pages.tabs.json))
    assert [page["number"] for page in shape["pages"]] == [1]
    # When: the page is turned while JSON is looked at
    pages.turn(1)
    desk.wait(lambda: "there" in pages.tabs.json.toPlainText())
    # Then: the hidden tab holds nothing of the page before
    assert pages.tabs.markdown.toPlainText() == ""


def test_no_form_is_made_that_nobody_looks_at(desk, pages):
    asked = []
    true_render = desk.forms._render
    desk.forms._render = lambda *values: asked.append(values[1]) or true_render(*values)
    pages.turn(1)
    desk.wait(lambda: pages.number == 2 and pages.page is not None)
    desk.settle()
    assert asked == []


def test_what_is_let_go_is_gone_from_every_tab(desk, pages):
    looked_at(desk, pages.tabs.markdown)
    looked_at(desk, pages.tabs.json)
    assert "zebra" in all_texts()
    pages.forget()
    assert "zebra" not in all_texts()


def test_an_answer_that_comes_after_the_page_was_let_go_is_not_shown(desk, pages):
    pages.tabs.setCurrentWidget(pages.tabs.markdown)
    pages.forget()
    desk.settle()
    assert pages.tabs.markdown.toPlainText() == ""
    assert pages.tabs.place is None


def test_a_long_form_is_cut_on_the_screen_and_says_so(desk, pages):
    view = pages.tabs.json
    view.show_form("x" * 300_000, None)
    assert len(view.toPlainText()) < 201_000
    assert view.toPlainText().endswith("[… and more. An export has all of it.]")


@pytest.mark.parametrize(
    ("words", "whole", "text"),
    [
        ("Copy as text", False, "one *zebra* here\n"),
        ("Copy as text", True, "one *zebra* here\n\ftwo stands there\n"),
        ("Copy as Markdown", False, "one \\*zebra\\* here\n"),
    ],
)
def test_a_page_or_all_is_copied_and_marked_as_secret(desk, pages, words, whole, text):
    copied = copy(desk, words, whole=whole)
    assert copied.text() == text
    assert {name: copied.data(name).data() for name in MARKS} == MARKS


def test_tables_are_copied_for_spreadsheets_and_for_documents(desk, pages):
    desk.forms._find_tables = lambda results: CopiedTables(
        f"<table><tr><td>{len(list(results))}</td></tr></table>", "1\t2\n"
    )
    copied = copy(desk, "Copy the tables")
    assert copied.text() == "1\t2\n"
    assert copied.html() == "<table><tr><td>1</td></tr></table>"
    assert copied.data("text/tab-separated-values").data() == b"1\t2\n"
    assert {name: copied.data(name).data() for name in MARKS} == MARKS
    # And: it goes with its document
    desk.window.deleting.delete([desk.row("a.pdf")])
    desk.wait(lambda: not QGuiApplication.clipboard().text())


def test_a_page_without_tables_says_so_and_leaves_the_clipboard_alone(desk, pages):
    QGuiApplication.clipboard().setText("mine")
    with desk.qtbot.waitSignal(pages.copy.failed):
        desk.window.pages.copy._copy_tables(False)
    assert QGuiApplication.clipboard().text() == "mine"
    desk.wait(lambda: "table" in desk.window.trouble.text)


def test_a_copy_that_is_ready_after_its_page_was_let_go_is_dropped(desk, pages):
    QGuiApplication.clipboard().setText("mine")
    pages.copy._copy_form("txt", True)
    pages.forget()
    desk.settle()
    assert QGuiApplication.clipboard().text() == "mine"
