"""Real pages: what is a table there, and what is not. Text layers only: it takes a second."""

from __future__ import annotations

import pymupdf
import pytest

from mayfly.domain.layout import HeadingBlock, ListBlock, PageLayout, TableBlock
from mayfly.domain.pages import PageOrigin, PageResult
from mayfly.engine.text_layer import read_text_layer
from mayfly.understand.layout import block_text, document_layout
from mayfly.understand.markdown import page_markdown
from mayfly.understand.words import words_text

pytestmark = pytest.mark.corpus

DPI = 300


def layouts(corpus, name: str, pages: range) -> tuple[PageLayout, ...]:
    found = []
    with pymupdf.open(corpus.file(name)) as document:
        for index in pages:
            page = document[index]
            words = read_text_layer(page, DPI)
            assert words is not None
            size = [round(side * DPI / 72) for side in (page.rect.width, page.rect.height)]
            found.append(PageResult(index + 1, *size, DPI, PageOrigin.TEXT_LAYER, words))
    return document_layout(found, {})


def tables(layout: PageLayout) -> list[TableBlock]:
    return [block for block in layout.blocks if isinstance(block, TableBlock)]


def rows(table: TableBlock) -> list[list[str]]:
    return [[words_text(cell.words) for cell in row] for row in table.rows]


def test_an_invoice_has_its_items_and_its_sums(corpus):
    (layout,) = layouts(corpus, "classes/invoice__gcp-docai_Invoice1.pdf", range(1))

    _, items, sums = tables(layout)
    assert rows(items) == [
        ["DESCRIPTION", "QTY/HR", "UNIT PRICE", "TOTAL"],
        ["Installed new kitchen sink(hours)", "8", "90", "720"],
        ["Nest smart thermostat", "8", "90", "720"],
    ]
    assert rows(sums)[-1] == ["BALANCE DUE", "$1,536.52"]


def test_a_bank_statement_is_one_table_of_its_movements(corpus):
    name = "classes/bank_statement__aws-idp_bank-statement-multipage.pdf"
    (layout,) = layouts(corpus, name, range(2, 3))

    (table,) = tables(layout)
    assert table.has_header and len(table.rows) == 35
    assert {len(row) for row in table.rows} == {3}


def test_a_report_of_seven_columns_comes_after_its_title(corpus):
    name = "classes/report__pdfplumber_WARN-Report-for-7-1-2015-to-03-25-2016.pdf"
    (layout,) = layouts(corpus, name, range(1))

    assert block_text(layout.blocks[0]) == "WARN Report*"
    (table,) = tables(layout)
    assert {sum(cell.columns for cell in row) for row in table.rows} == {7}


def test_columns_of_prose_are_no_tables(corpus):
    found = layouts(corpus, "fields/azure-rest__fw9_1.pdf", range(1, 5))

    assert not any(tables(layout) for layout in found)


def test_a_curriculum_has_headings_of_two_levels_and_lists(corpus):
    name = "classes/resume__rendercv_John_Doe_ClassicTheme_CV.pdf"
    first, second = layouts(corpus, name, range(2))

    headings = [
        (block.level, block_text(block))
        for layout in (first, second)
        for block in layout.blocks
        if isinstance(block, HeadingBlock)
    ]
    assert headings[:3] == [(1, "John Doe"), (2, "Welcome to RenderCV"), (2, "Education")]
    assert {level for level, _ in headings[1:]} == {2}
    assert sum(isinstance(block, ListBlock) for block in first.blocks) > 4
    assert "- Advisor: Prof. Sanjeev Arora" in page_markdown(first).split("\n")


def test_a_word_that_was_parted_by_a_soft_hyphen_is_one_again(corpus):
    """The file has U+00AD where a line ends; it is printed, so it is a hyphen of the page."""
    name = "classes/resume__rendercv_John_Doe_ClassicTheme_CV.pdf"
    (layout,) = layouts(corpus, name, range(1))

    written = page_markdown(layout)
    assert "top 5% of submissions)" in written and "self-supervised" in written
    assert "submis-" in [word.text for word in layout.page.words]
