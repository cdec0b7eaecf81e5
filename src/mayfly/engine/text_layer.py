"""Takes a PDF page's own text when it is good enough to be trusted."""

from __future__ import annotations

from typing import Any

from mayfly.domain.pages import Box, Word
from mayfly.engine.mupdf import pymupdf
from mayfly.engine.word_order import Numbering

_POINTS_PER_INCH = 72


def read_text_layer(page: Any, dpi: int) -> tuple[Word, ...] | None:  # noqa: ANN401
    """Return the page's words in its own order, or None when they had better be recognised."""
    words = words_of(page, dpi)
    if sum(len(word.text) for word in words) < 100:
        return None
    return words


def words_of(page: Any, dpi: int) -> tuple[Word, ...]:  # noqa: ANN401
    """Return all words that lie on the page, boxes in pixels of the upright page."""
    flags = pymupdf.TEXTFLAGS_WORDS & ~pymupdf.TEXT_PRESERVE_LIGATURES
    flags &= ~pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
    scale = dpi / _POINTS_PER_INCH
    matrix = page.rotation_matrix * pymupdf.Matrix(scale, scale)
    numbers = Numbering()
    words = []
    for x0, y0, x1, y1, text, block, line, _ in page.get_text("words", flags=flags):
        box = (pymupdf.Rect(x0, y0, x1, y1) * matrix).normalize()
        place = numbers.place(block)
        words.append(Word(text, _box(box), None, place, 0, numbers.place(block, line)))
    return tuple(words)


def _box(rect: Any) -> Box:  # noqa: ANN401
    left, top = round(rect.x0), round(rect.y0)
    return Box(left, top, max(1, round(rect.x1) - left), max(1, round(rect.y1) - top))
