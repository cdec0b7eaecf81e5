"""Tables as they are pasted: the cells in their columns, and nothing that runs."""

from __future__ import annotations

import csv
from html.parser import HTMLParser

from mayfly.domain.layout import Cell, TableBlock
from mayfly.domain.pages import Box, Word
from mayfly.export.clipboard_tables import tables_html, tables_tsv

BOX = Box(0, 0, 10, 10)


def cell(text: str, columns: int = 1) -> Cell:
    words = tuple(Word(one, BOX, 90.0, 0, 0, 0) for one in text.split(" ") if one)
    return Cell(words, columns)


def table(*rows, has_header=False) -> TableBlock:
    return TableBlock(BOX, tuple(tuple(row) for row in rows), has_header)


class Reader(HTMLParser):
    """What a reader of HTML makes of it: tags in order, and the texts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data.strip())


MADE = table(
    [cell("Item"), cell("Sum", 2)],
    [cell("a < b & c"), cell("-1.50"), cell("")],
    [cell("=1+1"), cell("@x"), cell("tab\there")],
    has_header=True,
)


def test_a_spreadsheet_gets_the_cells_in_their_columns():
    assert list(csv.reader(tables_tsv([MADE]).splitlines(), delimiter="\t")) == [
        ["Item", "Sum", ""],
        ["a < b & c", "-1.50", ""],
        ["'=1+1", "'@x", "tab here"],
    ]


def test_a_document_gets_a_table_of_text_only():
    read = Reader(tables_html([MADE]))
    assert [tag for tag, _ in read.tags if tag in ("th", "td")] == ["th"] * 2 + ["td"] * 6
    assert ("th", {"colspan": "2"}) in read.tags
    assert {tag for tag, _ in read.tags} == {"table", "tr", "th", "td"}
    assert [one for one in read.texts if one][2:4] == ["a < b & c", "-1.50"]
    assert "'=1+1" in read.texts


def test_a_document_cannot_bring_markup_with_it():
    hostile = table([cell("<img src=x>"), cell('"><script>')], [cell("a"), cell("b")])
    assert {tag for tag, _ in Reader(tables_html([hostile])).tags} == {"table", "tr", "td"}


def test_two_tables_are_parted_by_an_empty_line():
    two = [table([cell("a")]), table([cell("b")])]
    assert tables_tsv(two) == "a\n\nb\n"
