"""Tables and words as CSV (RFC 4180), so that no cell of a document runs in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from mayfly.domain.export_errors import NoTables
from mayfly.domain.exports import ExportDocument
from mayfly.domain.layout import TableBlock
from mayfly.domain.pages import Box, PageResult
from mayfly.export.clean import clean, clean_words, points
from mayfly.export.layouts import Layouts

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""Without it Excel takes UTF-8 for the machine's old code page and garbles every umlaut."""

WORD_COLUMNS = (
    *("page", "block", "paragraph", "line", "text"),
    *("left_px", "top_px", "width_px", "height_px"),
    *("left_pt", "top_pt", "width_pt", "height_pt"),
    "confidence",
)

# What spreadsheets take for a formula, full-width signs too; behind quotes and any number of
# guards, so that taking one guard away always gives the cell as it was.
_FORMULA = re.compile("[\\s\"']*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
_SIGNS = "+-\uff0b\uff0d"
_DIGITS = r"(?:\d{1,3}(?:[., '\u00a0\u202f]\d{3})+|\d+)(?:[.,]\d+)?"
_MONEY = "[$€£¥]"
_NUMBER = re.compile(rf"[+\-] ?(?:{_MONEY} ?)?{_DIGITS}(?: ?(?:%|{_MONEY}))?")


def render_tables(document: ExportDocument, *, layouts: Layouts) -> Iterator[bytes]:
    """Yield the tables one after the other, an empty line between them; NoTables without one.

    A cell that takes several columns is followed by empty ones, so that columns stay columns.
    """
    before = BYTE_ORDER_MARK
    for layout in layouts(document.pages, document.images):
        for block in layout.blocks:
            if isinstance(block, TableBlock):
                yield before + _lines(_cells(block))
                before = b"\r\n"
    if before == BYTE_ORDER_MARK:
        raise NoTables


def render_words(document: ExportDocument) -> Iterator[bytes]:
    """Yield one line a word, below the names of the columns. No byte order mark: for programs."""
    yield _lines([WORD_COLUMNS])
    for page in document.pages:
        if page.words:
            yield _lines(_word_rows(page))


def guarded(cell: str) -> str:
    """Return the cell so that a spreadsheet shows it and never runs it; numbers stay as they are.

    One ' is put before what could be a formula: a sign that spreadsheets know for "text". The
    same behind a semicolon: where the comma is a decimal one, spreadsheets part cells there.
    """
    return ";".join(f"'{one}" if _runs(one) else one for one in cell.split(";"))


def _runs(text: str) -> bool:
    return bool(_FORMULA.match(text)) and not _NUMBER.fullmatch(text.strip())


def _cells(table: TableBlock) -> Iterator[list[str]]:
    for row in table.rows:
        cells: list[str] = []
        for cell in row:
            cells += [guarded(clean_words(cell.words)), *[""] * (cell.columns - 1)]
        yield _joined_up(cells)


def _joined_up(cells: list[str]) -> list[str]:
    """Guard numbers with a sign that a spreadsheet may take together with the next cell.

    One that parts cells at semicolons reads “+1,5*A1” as a single cell.
    """
    for place, cell in enumerate(cells[:-1]):
        before, semicolon, last = cell.rpartition(";")
        begins = place == 0 or bool(semicolon)
        is_signed = last.lstrip()[:1] in _SIGNS and bool(last.strip())
        if begins and is_signed and not all(map(_is_number, cells[place + 1 :])):
            cells[place] = f"{before}{semicolon}'{last}"
    return cells


def _is_number(cell: str) -> bool:
    return not cell or bool(_NUMBER.fullmatch(f"+{cell.lstrip('+-')}"))


def _word_rows(page: PageResult) -> Iterator[Sequence[object]]:
    for word in page.words:
        pixels = _numbers(word.box)
        yield (
            *(page.number, word.block, word.paragraph, word.line, guarded(clean(word.text))),
            *pixels,
            *(points(one, page) for one in pixels),
            "" if word.confidence is None else round(word.confidence, 2),
        )


def _numbers(box: Box) -> tuple[int, int, int, int]:
    return box.left, box.top, box.width, box.height


def _lines(rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
