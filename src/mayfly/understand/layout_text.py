"""Text that keeps its place: each word in the column of letters that its place on paper is.

For text that is looked at or cut by columns; plain_text.py is for text that is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from mayfly.domain.pages import Word
from mayfly.understand.lines import paragraphs_of
from mayfly.understand.rows import Piece, Row, pieces_of, rows_of, tilt_of
from mayfly.understand.words import clean, words_text

_MOST_COLUMNS = 400
_MOST_EMPTY_LINES = 4
_NARROW = 0.3
"""The share of pieces whose letters may be narrower than a column: they push what follows."""


def layout_text(words: Sequence[Word]) -> str:
    """Return the words as lines of text, with no line end at the end; "" without words.

    What stands beside each other on the page does so in the text, at least two spaces apart
    where there is a wide gap; larger gaps between lines are empty lines. The text is in form NFC
    and holds no control characters but line ends. Every word that shows is there.
    """
    shown = [word for word in words if clean(word.text)]
    if not shown:
        return ""
    lines = [line for paragraph in paragraphs_of(shown) for line in paragraph]
    pieces = pieces_of(lines)
    rows = rows_of(pieces, tilt_of(lines))
    left = min(piece.box.left for piece in pieces)
    edges = _Edges(pieces, left, _column_width(pieces, left))
    written: list[str] = []
    for empty, row in zip(_empty_lines(rows), rows, strict=True):
        written += [""] * empty
        written.append(_written(row, edges))
    return "\n".join(written)


def _column_width(pieces: Sequence[Piece], left: int) -> float:
    """Return how many pixels one letter takes."""
    each = sorted(piece.box.width / len(words_text(piece.words)) for piece in pieces)
    extent = max(piece.right for piece in pieces) - left
    return max(1.0, each[int(_NARROW * (len(each) - 1))], extent / _MOST_COLUMNS)


def _empty_lines(rows: Sequence[Row]) -> list[int]:
    """Return how many empty lines stand before each row."""
    tops = [median(piece.middle for piece in row) for row in rows]
    steps = [max(0.0, after - before) for before, after in pairwise(tops)]
    usual = max(1.0, _usual_step(steps, rows))
    return [0, *(min(_MOST_EMPTY_LINES, max(0, round(step / usual) - 1)) for step in steps)]


def _usual_step(steps: Sequence[float], rows: Sequence[Row]) -> float:
    """Return how far lines are apart; of a few far ones their height tells it."""
    height = median(max(piece.box.height for piece in row) for row in rows)
    near = [step for step in steps if step <= 2.5 * height]
    return median(near) if near else 1.5 * height


class _Edges:
    """Which edges pieces have in common: what ends below each other is set by its end."""

    def __init__(self, pieces: Sequence[Piece], left: int, width: float) -> None:
        self._left, self._width = left, width
        self._begins = Counter(self._column(piece.box.left) for piece in pieces)
        self._ends = Counter(self._column(piece.right) for piece in pieces)

    def place(self, piece: Piece, letters: int) -> int:
        """Return the column in which a piece of so many letters begins."""
        begin, end = self._column(piece.box.left), self._column(piece.right)
        is_right = self._ends[end] > max(1, self._begins[begin])
        return max(begin, end - letters) if is_right else begin

    def _column(self, x: int) -> int:
        return round((x - self._left) / self._width)


def _written(row: Row, edges: _Edges) -> str:
    text = ""
    for piece in row:
        added = words_text(piece.words)
        at = edges.place(piece, len(added))
        text += " " * (at - len(text) if not text else max(2, at - len(text)))
        text += added
    return text
