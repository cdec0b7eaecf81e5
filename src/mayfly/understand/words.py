"""Words as text, and their boxes: what every part of understanding needs of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from mayfly.domain.pages import Box, Word


def clean(text: str) -> str:
    """Return the text with single spaces for any white space and no control characters."""
    if text.isprintable() and " " not in text:
        return text
    kept = (one for one in text if one.isspace() or unicodedata.category(one) != "Cc")
    return " ".join("".join(kept).split())


def words_text(words: Iterable[Word]) -> str:
    """Return the words with one space between them, in form NFC; "" where nothing shows."""
    shown = " ".join(filter(None, (clean(word.text) for word in words)))
    return unicodedata.normalize("NFC", shown)


def union(boxes: Sequence[Box]) -> Box:
    """Return the smallest box around all of them; they must be at least one."""
    if len(boxes) == 1:
        return boxes[0]
    left = min(box.left for box in boxes)
    top = min(box.top for box in boxes)
    right = max(box.left + box.width for box in boxes)
    bottom = max(box.top + box.height for box in boxes)
    return Box(left, top, right - left, bottom - top)


def right_of(box: Box) -> int:
    """Return the x at which the box ends."""
    return box.left + box.width


def bottom_of(box: Box) -> int:
    """Return the y at which the box ends."""
    return box.top + box.height


def overlap(first: Box, second: Box) -> int:
    """Return how many pixels of height they share; negative is the gap between them."""
    return min(bottom_of(first), bottom_of(second)) - max(first.top, second.top)


def shared_width(first: Box, second: Box) -> int:
    """Return how many pixels of width they share; negative is the gap between them."""
    return min(right_of(first), right_of(second)) - max(first.left, second.left)
