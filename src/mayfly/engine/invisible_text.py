"""The content stream that lays invisible words over a page, each within its own box."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from statistics import median
from typing import Any

from mayfly.domain.pages import Box, PageResult, Word
from mayfly.engine.invisible_letters import Letters
from mayfly.engine.mupdf import pymupdf
from mayfly.engine.pdf_font import GLYPH_WIDTH

_DESCENT = 0.2
_SPACE = 0x20
_TILTED = 2.0
"""A line whose hull is so much taller than its words runs up or down the page."""


def content_of(
    page: PageResult,
    to_user_space: Any,  # noqa: ANN401
    font_name: str,
    letters: Letters,
) -> bytes:
    """Return the stream; to_user_space is the matrix from the page's pixels."""
    parts = ["q BT 3 Tr"]
    for _, line in groupby(page.words, key=lambda word: (word.block, word.paragraph, word.line)):
        parts.extend(_line(list(line), to_user_space, font_name, letters))
    parts.append("ET Q\n")
    return "\n".join(parts).encode("ascii")


def _line(
    words: list[Word],
    to_user_space: Any,  # noqa: ANN401
    font_name: str,
    letters: Letters,
) -> Iterable[str]:
    """Give one line's words the same height and base, so that they are read as a line."""
    hull = _hull(words)
    is_tilted = hull.height > _TILTED * median(word.box.height for word in words)
    for word in words:
        frame = word.box if is_tilted else hull
        size = max(1, frame.height)
        base = frame.top + size * (1 - _DESCENT)
        codes = letters.codes(word.text)
        if not codes:
            continue
        natural = size * GLYPH_WIDTH / 1000 * len(codes)
        stretch = 100 * max(1, word.box.width) / natural
        matrix = pymupdf.Matrix(1, 0, 0, -1, word.box.left, base) * to_user_space
        numbers = " ".join(f"{value:.4f}" for value in tuple(matrix))
        # The space ends the word for readers that do not look at gaps.
        text = "".join(f"{code:04x}" for code in (*codes, _SPACE))
        yield f"/{font_name} {size} Tf {stretch:.3f} Tz {numbers} Tm <{text}> Tj"


def _hull(words: list[Word]) -> Box:
    left = min(word.box.left for word in words)
    top = min(word.box.top for word in words)
    right = max(word.box.left + word.box.width for word in words)
    bottom = max(word.box.top + word.box.height for word in words)
    return Box(left, top, right - left, bottom - top)
