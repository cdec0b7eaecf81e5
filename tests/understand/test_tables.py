"""What is a table and what is not, on pages made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mayfly.domain.layout import TableBlock
from mayfly.domain.pages import Box, Word
from mayfly.understand.layout import page_layout
from mayfly.understand.words import words_text
from tests.understand.layout_builders import page, table_text, typed


def tables(text: str) -> list[TableBlock]:
    blocks = page_layout(page(typed(text))).blocks
    return [block for block in blocks if isinstance(block, TableBlock)]


def cells(table: TableBlock) -> list[list[str]]:
    found = []
    for row in table.rows:
        found.append([])
        for cell in row:
            found[-1] += [words_text(cell.words), *[""] * (cell.columns - 1)]
    return found


INVOICE = [
    ["Item", "Pieces", "Price", "Amount"],
    ["Green tea", "2", "3.50", "7.00"],
    ["A pot for it", "1", "19.95", "19.95"],
    ["Postage", "", "", "1120.00"],
]


def test_an_invoice_has_its_rows_and_columns():
    (table,) = tables(table_text(INVOICE, [24, 12, 12, 12]))

    assert cells(table) == INVOICE
    assert table.has_header
    assert {sum(cell.columns for cell in row) for row in table.rows} == {4}


def test_a_receipt_has_items_and_prices():
    rows = [["Bread", "2.10"], ["Butter", "1.99"], ["TOTAL", "4.09"]]

    (table,) = tables("Corner shop\n\n" + table_text(rows, [20, 12]) + "\n\nThank you!")

    assert cells(table) == rows and not table.has_header


def test_two_rows_are_enough():
    rows = [["Opening balance", "50.00"], ["Closing balance", "123.85"]]

    assert cells(tables(table_text(rows, [30, 14]))[0]) == rows


def test_a_name_on_a_line_of_its_own_is_in_its_table():
    (table,) = tables(
        "Item            Qty   Price    Sum\n"
        "CARD GREEN SMALL\n"
        "88888             1   10.00  10.00\n"
        "LAMP OF GLASS\n"
        "62483             1   55.90  55.90"
    )

    assert [row[0] for row in cells(table)][1:] == [
        "CARD GREEN SMALL",
        "88888",
        "LAMP OF GLASS",
        "62483",
    ]


def test_the_second_line_of_a_cell_is_in_its_table():
    (table,) = tables(
        "Number:        549910\nName:          Miller\nAddress:       20 Mill Lane\n"
        "               Norwich\n\n\n\n\nGoodbye to you all"
    )

    assert cells(table)[-1] == ["", "Norwich"]


def test_names_beside_their_numbers_are_of_their_columns():
    (table,) = tables(
        "     DESCRIPTION         QTY        PRICE     TOTAL\n"
        "New kitchen sink (hours)        8      90       720\n"
        "Nest of a smart bird            8      90       720"
    )

    assert cells(table)[0] == ["DESCRIPTION", "QTY", "PRICE", "TOTAL"] and table.has_header


def test_what_runs_up_the_margin_is_in_no_table():
    rows = [["Bread", "2.10"], ["Butter", "1.99"], ["TOTAL", "4.09"]]
    margin = Word("Copyright", Box(5, 50, 20, 90), None, 9, 0, 0)
    found = [*typed(table_text(rows, [20, 12])), margin]

    blocks = page_layout(page(found)).blocks

    assert cells(next(one for one in blocks if isinstance(one, TableBlock))) == rows


COLUMNS = """
the river was low that year and    we walked along it every night
nobody had seen so little rain     until the lamps of the mill went
in all the years before this one   out one after the other and the
and the fish lay still below the   dog would not go on any more so
bridge where the boys had swum     we turned and went home in silence
"""


@pytest.mark.parametrize(
    "text",
    [
        COLUMNS,
        "1.    the first thing to do is this\n2.    the second one is harder to do",
        "•     apples of the garden\n•     pears from the shop",
        "Anna Miller              Bert Smith\n20 Mill Lane             The Old House\n"
        "Norwich                  Little Bay",
        "Just a line\nand another one   of text\nthat ends here",
        "one       two",
    ],
    ids=["columns", "numbers", "bullets", "addresses", "prose", "one row"],
)
def test_what_is_no_table(text):
    assert tables(text) == []


def test_columns_of_prose_stay_in_the_order_that_the_engine_has():
    left = typed("the river was low\nthat year and we", left=50)
    right = [
        type(one)(one.text, one.box, None, 1, 0, one.line)
        for one in typed("until the lamps of\nthe mill went out", left=400)
    ]

    blocks = page_layout(page([*left, *right])).blocks

    assert [words_text(line.words) for block in blocks for line in block.lines] == [
        "the river was low",
        "that year and we",
        "until the lamps of",
        "the mill went out",
    ]


@pytest.mark.parametrize(("confidence", "count"), [(30.0, 0), (80.0, 1)])
def test_stains_in_columns_are_no_table(confidence, count):
    rows = [["Bread", "2.10"], ["Butter", "1.99"], ["TOTAL", "4.09"]]
    found = [replace(one, confidence=confidence) for one in typed(table_text(rows, [20, 12]))]

    blocks = page_layout(page(found)).blocks

    assert sum(isinstance(block, TableBlock) for block in blocks) == count
