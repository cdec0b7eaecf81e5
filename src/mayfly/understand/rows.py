"""Words to pieces and pieces to rows: what stands at the same height across the page.

The engine's lines end at columns, or run over them; rows know nothing of that. All of it
sorts once, so that a page of a hundred thousand words takes seconds.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from mayfly.domain.layout import Line
from mayfly.domain.pages import Box, Word
from mayfly.understand.words import clean, right_of, union

# In letters' widths. A space is 0.5 of proportional and 1.3 of typewritten letters, up to 1.6
# in justified lines; columns of receipts begin two letters apart, which is a gap of 2.2.
_WIDE_GAP = 1.9
_FEWEST_TURNED, _TURNED = 3, 1.5
_FEWEST_WORDS_FOR_TILT = 4
_LEAST_TILT = 0.002
_MOST_TILT = 0.2


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one line without a wide gap between them."""

    box: Box
    words: tuple[Word, ...]
    line: int
    """The number of the line that they are of."""
    number: int = 0
    """Its place in the order of all pieces."""

    @property
    def right(self) -> int:
        """The x at which it ends."""
        return right_of(self.box)

    @property
    def is_turned(self) -> bool:
        """Whether it is several letters that stand above each other."""
        letters = max(len(word.text) for word in self.words)
        return letters >= _FEWEST_TURNED and self.box.height > _TURNED * self.box.width

    @property
    def middle(self) -> float:
        """The y of its middle."""
        return self.box.top + self.box.height / 2


Row = tuple[Piece, ...]


def letter_width(words: Iterable[Word]) -> float:
    """Return the mean width of a letter, at least 1."""
    letters = width = 0
    for word in words:
        letters += len(clean(word.text))
        width += word.box.width
    return max(1.0, width / letters) if letters else 1.0


def pieces_of(lines: Sequence[Line]) -> list[Piece]:
    """Return the lines' pieces in order; every word is in one of them."""
    found: list[Piece] = []
    for number, line in enumerate(lines):
        widest = _WIDE_GAP * letter_width(line.words)
        begun: list[Word] = []
        for word in line.words:
            if begun and abs(word.box.left - right_of(begun[-1].box)) > widest:
                found.append(_piece(begun, number, len(found)))
                begun = []
            begun.append(word)
        found.append(_piece(begun, number, len(found)))
    return found


def _piece(words: Sequence[Word], line: int, number: int) -> Piece:
    return Piece(union([word.box for word in words]), tuple(words), line, number)


def tilt_of(lines: Iterable[Line]) -> float:
    """Return how many pixels the lines fall for each pixel to the right; 0 for straight ones."""
    slopes = []
    for line in lines:
        first, last = line.words[0].box, line.words[-1].box
        run = last.left - first.left
        if len(line.words) >= _FEWEST_WORDS_FOR_TILT and run > 0:
            rise = last.top + last.height / 2 - first.top - first.height / 2
            slopes.append(rise / run)
    slope = median(slopes) if slopes else 0.0
    return slope if _LEAST_TILT <= abs(slope) <= _MOST_TILT else 0.0


def rows_of(pieces: Sequence[Piece], tilt: float = 0.0) -> list[Row]:
    """Return the pieces as rows from top to bottom, each from left to right."""

    def height_at(piece: Piece) -> float:
        return piece.middle - tilt * (piece.box.left + piece.box.width / 2)

    rows: list[Row] = []
    begun: list[Piece] = []
    total = 0.0
    for piece in sorted(pieces, key=lambda one: (height_at(one), one.box.left)):
        at = height_at(piece)
        if begun and at - total / len(begun) > _reach(begun[-1], piece):
            rows += _untangled(begun)
            begun, total = [], 0.0
        begun.append(piece)
        total += at
    return rows + _untangled(begun)


def _reach(first: Piece, second: Piece) -> float:
    return 0.5 * max(1, min(first.box.height, second.box.height))


def _untangled(pieces: Sequence[Piece]) -> list[Row]:
    """Part what lies over each other: lines that are set tight are not beside each other."""
    rows: list[list[Piece]] = []
    ends: list[tuple[float, int]] = []
    for piece in sorted(pieces, key=lambda one: (one.box.left, one.middle, one.number)):
        # Boxes that touch or overlap a little are still beside each other.
        end = piece.right - 0.2 * min(piece.box.width, piece.box.height)
        if ends and ends[0][0] <= piece.box.left:
            _, row = heapq.heappop(ends)
            rows[row].append(piece)
        else:
            row = len(rows)
            rows.append([piece])
        heapq.heappush(ends, (end, row))
    rows.sort(key=lambda row: row[0].middle)
    return [tuple(row) for row in rows]
