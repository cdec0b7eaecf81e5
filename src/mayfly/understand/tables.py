"""Tables: rows whose pieces stand in columns, when what they say looks like one.

Columns of prose, addresses beside each other and numbered lists stand in columns, too; what is
not clearly a table is left to the paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
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
_LEAST_CONFIDENCE = 50.0
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
        columns = _columns(grid)
        if _is_table(grid, columns) and _is_read(run):
            pieces = frozenset(piece.number for row in run for piece in row)
            found.append(FoundTable(_block(grid, columns), pieces))
    return found


def _is_read(run: Sequence[Row]) -> bool:
    """Return whether it is text at all: stamps and stains give words in columns, too."""
    known = [
        word.confidence
        for row in run
        for piece in row
        for word in piece.words
        if word.confidence is not None
    ]
    return not known or sum(known) / len(known) >= _LEAST_CONFIDENCE


def _block(grid: Grid, columns: Sequence[_Column]) -> TableBlock:
    boxes = [placed.piece.box for row in grid.rows for placed in row]
    rows = tuple(_cells(row, grid.columns) for row in grid.rows)
    return TableBlock(union(boxes), rows, _has_header(grid, columns))


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


def _is_table(grid: Grid, columns: Sequence[_Column]) -> bool:
    rows = sum(len(row) > 1 for row in grid.rows)
    if grid.columns < 2 or rows < 2:
        return False
    full = sum(one.filled for one in columns) / (rows * grid.columns)
    if full < _LEAST_FULL or sum(one.is_prose for one in columns) > 1:
        return False
    if rows > 2 and any(one.words >= _LONG_WORDS for one in columns):
        return False
    if grid.columns == 2:
        return _are_pairs(columns, rows)
    has_numbers = any(one.numeric >= _MOSTLY and one.filled > 1 for one in columns)
    is_terse = all(one.words <= _SHORT_WORDS for one in columns)
    return has_numbers or (rows > 2 and full >= _FULL and is_terse)


def _are_pairs(columns: Sequence[_Column], rows: int) -> bool:
    """Two columns are a table when one has numbers, or the first one names what follows."""
    first, second = columns
    if first.markers > _MOSTLY:
        return False
    has_names = first.labels >= _NAMES and rows > 2
    is_counted = first.numeric > _NAMES and not second.is_prose
    return has_names or second.numeric >= _MOSTLY or is_counted


def _columns(grid: Grid) -> list[_Column]:
    """Return what each column is like, from one look at every piece."""
    several = [row for row in grid.rows if len(row) > 1]
    texts: list[dict[int, list[Word]]] = [{} for _ in range(grid.columns)]
    for index, row in enumerate(several):
        for one in row:
            texts[one.first].setdefault(index, []).extend(one.piece.words)
    return [_column(cells) for cells in texts]


def _column(cells: Mapping[int, Sequence[Word]]) -> _Column:
    """Return what a column is like that has these cells, by the numbers of their rows."""
    shown = [words_text(words) for words in cells.values()]
    below = [text for index, text in zip(cells, shown, strict=True) if index]
    return _Column(
        filled=len(cells),
        numeric=_share(is_number(text) for text in below),
        words=sum(map(len, cells.values())) / max(1, len(cells)),
        markers=_share(_is_marker(words) for words in cells.values()),
        labels=_share(text.endswith(":") for text in shown),
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


def _has_header(grid: Grid, columns: Sequence[_Column]) -> bool:
    """Return whether the first row names columns of which one has numbers below."""
    head = grid.rows[0]
    texts = [words_text(placed.piece.words) for placed in head]
    if len(head) < 2 or len(head) < _NAMES * grid.columns:
        return False
    if any(is_number(text) for text in texts) or (grid.columns == 2 and texts[0].endswith(":")):
        return False
    named = {number for one in head for number in range(one.first, one.last + 1)}
    return any(columns[number].numeric >= _MOSTLY for number in named)
