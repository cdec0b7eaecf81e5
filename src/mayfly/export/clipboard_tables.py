"""Tables as a clipboard carries them: HTML for documents, tab-separated text for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from mayfly.domain.layout import Cell, TableBlock
from mayfly.export.clean import clean_words
from mayfly.export.csv_files import guarded


def tables_html(tables: Iterable[TableBlock]) -> str:
    """Return plain tables without styles; every character of the document is escaped."""
    return "\n".join(f"<table>{''.join(_rows(table))}</table>" for table in tables)


def tables_tsv(tables: Iterable[TableBlock]) -> str:
    """Return a line a row, and an empty line between two tables."""
    return "\n".join("".join(_lines(table)) for table in tables)


def _rows(table: TableBlock) -> Iterator[str]:
    for number, row in enumerate(table.rows):
        tag = "th" if table.has_header and number == 0 else "td"
        cells = (f"<{tag}{_span(cell)}>{escape(_text(cell))}</{tag}>" for cell in row)
        yield f"<tr>{''.join(cells)}</tr>"


def _span(cell: Cell) -> str:
    return f' colspan="{cell.columns}"' if cell.columns > 1 else ""


def _lines(table: TableBlock) -> Iterator[str]:
    for row in table.rows:
        cells: list[str] = []
        for cell in row:
            cells += [_text(cell), *[""] * (cell.columns - 1)]
        yield "\t".join(cells) + "\n"


def _text(cell: Cell) -> str:
    """Return one line that no spreadsheet takes for a formula when it is pasted."""
    return guarded(" ".join(clean_words(cell.words).split()))
