"""Rows that may be a table: they follow each other, and their pieces stand below each other."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from mayfly.understand.rows import Piece, Row
from mayfly.understand.words import bottom_of

_FEWEST_LINKS = 2
_FEWEST_BETWEEN = 3
_ROWS_LOOKED_BACK = 3
_MOST_SINGLES = 2
"""Rows of one piece between rows of several: a name above its prices, a cell's second line."""
_FAR = 4.0
_WIDER = 1.5
_GAPS_LOOKED_BACK = 6
_SAME_PLACE = 0.6
"""In heights of a piece: edges that are no farther apart are one edge."""


@dataclass(slots=True)
class _Run:
    rows: list[Row] = field(default_factory=list)
    singles: list[Row] = field(default_factory=list)
    recent: deque[_Edges] = field(default_factory=lambda: deque(maxlen=_ROWS_LOOKED_BACK))
    gaps: deque[int] = field(default_factory=lambda: deque(maxlen=_GAPS_LOOKED_BACK))
    last: Row | None = None


class _Edges:
    """Where the pieces of a row begin, end and have their middle."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self._begins = [piece.box.left for piece in row]
        self._places = tuple(
            sorted((place(piece), index) for index, piece in enumerate(row))
            for place in (_left, _right, _centre)
        )

    def linked(self, row: Row) -> dict[int, int]:
        """Return which pieces of the row have a piece of this one above them; by their numbers."""
        above = {index: self._linked(piece) for index, piece in enumerate(row)}
        return {index: found for index, found in above.items() if found is not None}

    def is_above(self, row: Row) -> bool:
        """Return whether each piece of the row stands below another one of this."""
        below = [self._only_above(piece) for piece in row]
        return (None not in below and len(set(below)) == len(row)) or self._is_between(row)

    def _is_between(self, row: Row) -> bool:
        """Return whether as many pieces stand where those of this row are the nearest ones."""
        if len(row) != len(self._row) or len(row) < _FEWEST_BETWEEN:
            return False
        pairs = zip(row, self._row[1:], strict=False)
        return all(piece.right < after.box.left for piece, after in pairs) and all(
            piece.box.left > before.right for piece, before in zip(row[1:], self._row, strict=False)
        )

    def _linked(self, piece: Piece) -> int | None:
        """Return the piece that has an edge or its middle where this one has."""
        slack = _SAME_PLACE * piece.box.height
        for places, place in zip(self._places, (_left, _right, _centre), strict=True):
            at = bisect_left(places, (place(piece) - slack, -1))
            if at < len(places) and places[at][0] <= place(piece) + slack:
                return places[at][1]
        return None

    def _only_above(self, piece: Piece) -> int | None:
        """Return the one piece that stands above this one; None for none and for several."""
        last = bisect_left(self._begins, piece.right) - 1
        if last < 0 or self._row[last].right <= piece.box.left:
            return None
        if last and self._row[last - 1].right > piece.box.left:
            return None
        return last


def _left(piece: Piece) -> float:
    return piece.box.left


def _right(piece: Piece) -> float:
    return piece.right


def _centre(piece: Piece) -> float:
    return piece.box.left + piece.box.width / 2


def runs_of(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the runs from top to bottom; each has at least two rows of several pieces."""
    found: list[list[Row]] = []
    run = _Run()
    for row in rows:
        if not _goes_on(run, row):
            found += _closed(run)
            run = _Run()
        _add(run, row)
    return found + _closed(run)


def _goes_on(run: _Run, row: Row) -> bool:
    if run.last is None:
        return True
    gap = _gap(run.last, row)
    height = max(1, min(_height(run.last), _height(row)))
    if gap > _FAR * height or (len(run.gaps) > 1 and gap > _WIDER * median(run.gaps) + height):
        return False
    if len(row) == 1:
        return len(run.singles) < _MOST_SINGLES
    return not run.recent or _stands_below(run, row)


def _stands_below(run: _Run, row: Row) -> bool:
    """Return whether two pieces stand below ones of the last rows: cells have several lines."""
    linked: set[int] = set()
    for edges in run.recent:
        found = edges.linked(row)
        if len(set(found.values())) >= _FEWEST_LINKS or edges.is_above(row):
            return True
        linked |= found.keys()
    return len(linked) >= _FEWEST_LINKS


def _add(run: _Run, row: Row) -> None:
    if run.last is not None and run.rows:
        run.gaps.append(max(0, _gap(run.last, row)))
    run.last = row
    if len(row) == 1:
        if run.rows:
            run.singles.append(row)
        return
    run.rows += [*run.singles, row]
    run.singles = []
    run.recent.append(_Edges(row))


def _closed(run: _Run) -> list[list[Row]]:
    if sum(len(row) > 1 for row in run.rows) < 2:
        return []
    # The last cell's second line: it stands below a cell that is not the first.
    for row in run.singles:
        if not any(_is_below(row[0], piece) for piece in run.rows[-1][1:]):
            break
        run.rows.append(row)
    return [run.rows]


def _is_below(piece: Piece, above: Piece) -> bool:
    height = max(1, piece.box.height)
    gap = piece.box.top - bottom_of(above.box)
    return abs(piece.box.left - above.box.left) <= _SAME_PLACE * height and gap <= height


def _gap(above: Row, below: Row) -> int:
    return min(piece.box.top for piece in below) - max(bottom_of(piece.box) for piece in above)


def _height(row: Row) -> int:
    return max(piece.box.height for piece in row)
