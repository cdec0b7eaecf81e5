"""Tables as a clipboard carries them: HTML for documents, tab-separated text for spreadsheets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

from mayfly.domain.layout import Cell, TableBlock

CellText = Callable[[Cell], str]
"""Makes the text of a cell: single spaces, no control characters, and nothing that would run as a
formula where it is pasted."""


def tables_html(tables: Iterable[TableBlock], *, cell_text: CellText) -> str:
    """Return plain tables without styles; every character of the document is escaped."""
    return "\n".join(_table(table, cell_text) for table in tables)


def tables_tsv(tables: Iterable[TableBlock], *, cell_text: CellText) -> str:
    """Return a line a row and an empty line between tables."""
    return "\n".join(_lines(table, cell_text) for table in tables)


def _table(table: TableBlock, cell_text: CellText) -> str:
    rows = (
        _row(row, "th" if table.has_header and number == 0 else "td", cell_text)
        for number, row in enumerate(table.rows)
    )
    return f"<table>{''.join(rows)}</table>"


def _row(row: Iterable[Cell], tag: str, cell_text: CellText) -> str:
    cells = (f"<{tag}{_span(cell)}>{escape(cell_text(cell))}</{tag}>" for cell in row)
    return f"<tr>{''.join(cells)}</tr>"


def _span(cell: Cell) -> str:
    return f' colspan="{cell.columns}"' if cell.columns > 1 else ""


def _lines(table: TableBlock, cell_text: CellText) -> str:
    lines = []
    for row in table.rows:
        cells: list[str] = []
        for cell in row:
            cells += [" ".join(cell_text(cell).split()), *[""] * (cell.columns - 1)]
        lines.append("\t".join(cells))
    return "".join(f"{line}\n" for line in lines)
