"""Tables: rows whose pieces stand in columns, when what they say looks like one.

Columns of prose, addresses beside each other and numbered lists stand in columns, too; what is
not clearly a table is left to the paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mayfly.domain.layout import Cell, TableBlock
from mayfly.domain.pages import Word
from mayfly.understand.columns import Grid, Placed, grid_of
from mayfly.understand.markers import marker_of
from mayfly.understand.rows import Row
from mayfly.understand.table_runs import runs_of
from mayfly.understand.words import union, words_text

_MANY_DIGITS = 0.5
_PROSE_WORDS = 3.6
_LONG_WORDS = 9.0
_SHORT_WORDS = 3.0
_FULL = 0.7
_LEAST_FULL = 0.34
_MOSTLY = 0.5
_NAMES = 0.6
_PUNCTUATION = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table, and the numbers of the pieces that it took."""

    block: TableBlock
    pieces: frozenset[int]


def tables_of(rows: Sequence[Row]) -> list[FoundTable]:
    """Return the page's tables from top to bottom."""
    found = []
    for run in runs_of(rows):
        grid = grid_of(run)
        if _is_table(grid):
            pieces = frozenset(piece.number for row in run for piece in row)
            found.append(FoundTable(_block(grid), pieces))
    return found


def _block(grid: Grid) -> TableBlock:
    boxes = [placed.piece.box for row in grid.rows for placed in row]
    rows = tuple(_cells(row, grid.columns) for row in grid.rows)
    return TableBlock(union(boxes), rows, _has_header(grid))


def _cells(row: Sequence[Placed], columns: int) -> tuple[Cell, ...]:
    """Return the row's cells; pieces that share a column share the cell."""
    cells: list[Cell] = []
    at = 0
    for placed in row:
        if cells and placed.first < at:
            before = cells[-1]
            more = max(0, placed.last + 1 - at)
            cells[-1] = Cell((*before.words, *placed.piece.words), before.columns + more)
            at += more
            continue
        cells += [Cell(())] * (placed.first - at)
        cells.append(Cell(placed.piece.words, placed.last - placed.first + 1))
        at = placed.last + 1
    return (*cells, *[Cell(())] * (columns - at))


@dataclass(frozen=True, slots=True)
class _Column:
    """What the cells of a column are like, where a row has several pieces."""

    filled: int
    numeric: float
    """The share of cells that are numbers, the first row left out."""
    words: float
    """The mean number of words of a cell."""
    markers: float
    labels: float
    """The share of cells that end with a colon."""

    @property
    def is_prose(self) -> bool:
        return self.words >= _PROSE_WORDS and self.numeric < _MOSTLY


def _is_table(grid: Grid) -> bool:
    several = [row for row in grid.rows if len(row) > 1]
    if grid.columns < 2 or len(several) < 2:
        return False
    columns = [_column(several, number) for number in range(grid.columns)]
    full = sum(one.filled for one in columns) / (len(several) * grid.columns)
    if full < _LEAST_FULL or sum(one.is_prose for one in columns) > 1:
        return False
    if len(several) > 2 and any(one.words >= _LONG_WORDS for one in columns):
        return False
    if grid.columns == 2:
        return _are_pairs(columns, len(several))
    has_numbers = any(one.numeric >= _MOSTLY and one.filled > 1 for one in columns)
    is_terse = all(one.words <= _SHORT_WORDS for one in columns)
    return has_numbers or (len(several) > 2 and full >= _FULL and is_terse)


def _are_pairs(columns: Sequence[_Column], rows: int) -> bool:
    """Two columns are a table when one has numbers, or the first one names what follows."""
    first, second = columns
    if first.markers > _MOSTLY:
        return False
    has_names = first.labels >= _NAMES and rows > 2
    is_counted = first.numeric > _NAMES and not second.is_prose
    return has_names or second.numeric >= _MOSTLY or is_counted


def _column(rows: Sequence[Sequence[Placed]], number: int) -> _Column:
    texts = []
    below = []
    for index, row in enumerate(rows):
        words = [word for one in row if one.first == number for word in one.piece.words]
        if words:
            texts.append(words)
            below += [words] if index else []
    return _Column(
        filled=len(texts),
        numeric=_share(is_number(words_text(words)) for words in below),
        words=sum(map(len, texts)) / max(1, len(texts)),
        markers=_share(_is_marker(words) for words in texts),
        labels=_share(words_text(words).endswith(":") for words in texts),
    )


def _share(answers: Iterable[bool]) -> float:
    given = list(answers)
    return sum(given) / len(given) if given else 0.0


def _is_marker(words: Sequence[Word]) -> bool:
    return len(words) == 1 and marker_of(words[0].text) is not None


def is_number(text: str) -> bool:
    """Return whether a text is a number, a price or a date rather than words."""
    known = _PUNCTUATION.sub("", text)
    digits = sum(one.isdigit() for one in known)
    return digits > 0 and digits >= _MANY_DIGITS * len(known)


def _has_header(grid: Grid) -> bool:
    """Return whether the first row names columns of which one has numbers below."""
    head = grid.rows[0]
    texts = [words_text(placed.piece.words) for placed in head]
    if len(head) < 2 or len(head) < _NAMES * grid.columns:
        return False
    if any(is_number(text) for text in texts) or (grid.columns == 2 and texts[0].endswith(":")):
        return False
    several = [row for row in grid.rows if len(row) > 1]
    named = {number for one in head for number in range(one.first, one.last + 1)}
    return any(_column(several, number).numeric >= _MOSTLY for number in named)
