"""The columns of a run of rows, and which of them each piece takes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from mayfly.understand.rows import Piece, Row

_MOST_CROSSING = 0.34
"""The share of rows that may cross the space between two columns."""
_TRIES = 5
_MOST_COLUMNS = 128
"""More are no table: a page could be made to have thousands, and cells for each row and each."""
_COVERED = 0.3
_NARROW = 1.0
"""In heights of a piece: columns that are no farther apart may be one."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece and the columns that it takes, from first to last."""

    piece: Piece
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of placed pieces over a number of columns."""

    columns: int
    rows: tuple[tuple[Placed, ...], ...]


def grid_of(run: Sequence[Row]) -> Grid:
    """Return the grid that the rows fit best; pieces of a row are from left to right."""
    several = [row for row in run if len(row) > 1]
    most = int(_MOST_CROSSING * len(several))
    tries = sorted({round(most * step / (_TRIES - 1)) for step in range(_TRIES)})
    narrow = _NARROW * median(piece.box.height for row in several for piece in row)
    found: list[tuple[int, int, Grid]] = []
    for crossing in tries:
        grid = _joined(run, several, _ranges(several, crossing), narrow)
        found.append((_misfits(grid), crossing, grid))
        if found[-1][0] == 0:
            break
    return min(found, key=lambda one: one[:2])[2]


def _joined(
    run: Sequence[Row], several: Sequence[Row], ranges: Sequence[tuple[int, int]], narrow: float
) -> Grid:
    """Join neighbours of which no row has both: a name and the numbers below it.

    They are close to each other, or one of them has nothing but the name in the first row.
    """
    rows = _placed(several, ranges).rows
    both = {
        after.first
        for row in rows
        for before, after in pairwise(row)
        if after.first == before.last + 1
    }
    below = {number for row in rows[1:] for one in row for number in range(one.first, one.last + 1)}
    joined: list[tuple[int, int]] = []
    for number, (begin, end) in enumerate(ranges):
        is_name = number not in below or number - 1 not in below
        if joined and number not in both and (is_name or begin - joined[-1][1] <= narrow):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    return _placed(run, joined)


def _misfits(grid: Grid) -> int:
    """Count pieces that share a column with another of their row, or take several."""
    wrong = 0
    for row in grid.rows:
        if len(row) > 1:
            wrong += sum(placed.last > placed.first for placed in row)
            wrong += 2 * sum(after.first <= before.last for before, after in pairwise(row))
    return wrong if grid.columns > 1 else 1 << 30


def _ranges(rows: Sequence[Row], crossing: int) -> list[tuple[int, int]]:
    """Return from where to where more pieces than crossing stand above each other."""
    steps = sorted(
        step
        for row in rows
        for piece in row
        for step in ((piece.box.left, 1), (max(piece.right, piece.box.left + 1), -1))
    )
    found: list[tuple[int, int]] = []
    depth = begin = 0
    for at, step in steps:
        if step > 0 and depth == crossing:
            begin = at
        depth += step
        if step < 0 and depth == crossing:
            found.append((begin, at))
    return _without_touching(found)


def _without_touching(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begin, end in ranges:
        if joined and begin <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    return joined


def _placed(run: Sequence[Row], ranges: Sequence[tuple[int, int]]) -> Grid:
    if not 0 < len(ranges) <= _MOST_COLUMNS:
        return Grid(0, ())
    begins, ends = [begin for begin, _ in ranges], [end for _, end in ranges]
    rows = tuple(tuple(_place(piece, begins, ends) for piece in row) for row in run)
    return Grid(len(ranges), rows)


def _place(piece: Piece, begins: Sequence[int], ends: Sequence[int]) -> Placed:
    left, right = piece.box.left, piece.right
    first = min(bisect_left(ends, left + 1), len(ends) - 1)
    last = max(bisect_right(begins, right - 1) - 1, first)
    # A column that is only touched is not taken.
    while first < last and ends[first] - left < _COVERED * (ends[first] - begins[first]):
        first += 1
    while last > first and right - begins[last] < _COVERED * (ends[last] - begins[last]):
        last -= 1
    return Placed(piece, first, last)
