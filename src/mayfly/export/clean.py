"""Words made fit for files that other programs read; what was read itself is not changed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from mayfly.domain.pages import Box, PageResult, Word

POINTS_PER_INCH = 72

_NO_TEXT = frozenset({"Cc", "Cs"})
_PLANE = 0x1_0000
_LAST_TWO_OF_A_PLANE = 0xFFFE
_NO_CHARACTERS = range(0xFDD0, 0xFDF0)


def clean(text: str) -> str:
    """Return the text in form NFC, on one line, of characters that XML and HTML may hold.

    A text layer can bring control characters and code points that are no characters; readers
    of XML refuse a whole file for one of them.
    """
    kept = (one for one in text if one.isspace() or _is_text(one))
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def clean_words(words: Iterable[Word]) -> str:
    """Return the words with one space between them."""
    return " ".join(filter(None, (clean(word.text) for word in words)))


def within(box: Box, page: PageResult) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of the box, as far as it lies on the page.

    A text layer may place words outside; the formats have no place for such numbers.
    """
    left, top = _between(box.left, page.width_px), _between(box.top, page.height_px)
    right = _between(box.left + box.width, page.width_px)
    bottom = _between(box.top + box.height, page.height_px)
    return left, top, max(left, right), max(top, bottom)


def points(pixels: int, page: PageResult) -> float:
    """Return a length on the page in points of a PDF, to a hundredth."""
    return round(pixels * POINTS_PER_INCH / (page.dpi or POINTS_PER_INCH), 2)


def _between(value: int, most: int) -> int:
    return min(max(value, 0), most)


def _is_text(one: str) -> bool:
    code = ord(one)
    is_character = code % _PLANE < _LAST_TWO_OF_A_PLANE and code not in _NO_CHARACTERS
    return is_character and unicodedata.category(one) not in _NO_TEXT
