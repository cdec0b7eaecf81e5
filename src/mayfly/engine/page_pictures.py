"""The pictures of one page: what its document has stored apart, and regions of its scan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from mayfly.domain.images import ImageType
from mayfly.domain.pages import Box, Word
from mayfly.engine.loaded_page import Gray, LoadedPage
from mayfly.engine.picture_regions import find_regions
from mayfly.engine.pictures import Picture, as_png

VIEW_TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
"""How Pillow calls a turn clockwise."""

_FEW_WORDS = 8
_MOST_OF_WORDS = 0.5
_LEAST_PART = 0.2


def pictures_on(
    page: LoadedPage, gray: Gray | None, words: Sequence[Word], turned_degrees: int
) -> list[Picture]:
    """Return the pictures of a page that was turned clockwise to be upright, in its pixels.

    gray: the page's pixels before it was turned, if it was recognised; None for a page that
    brought its own text.
    """
    if page.embedded is None:
        return [] if gray is None else _regions(page, gray, words, turned_degrees)
    found = page.embedded(turned_degrees)
    # Recognised words within an image: that is no picture but the page, or its larger part.
    scanned = [one for one in found.pictures if gray is not None and _holds_text(one, page, words)]
    pictures = [one for one in found.pictures if one not in scanned]
    if not scanned and not found.scans:
        return pictures
    pixels = page.gray() if gray is None else gray
    places = [*found.scans, *(one.box for one in scanned)]
    regions = _regions(page, pixels, words, turned_degrees)
    return pictures + [
        one
        for one in regions
        if any(_overlap(one.box, place) > 0.9 for place in places)
        and not any(_overlap(one.box, other.box) > 0.1 for other in pictures)
    ]


def _regions(
    page: LoadedPage, gray: Gray, words: Sequence[Word], turned_degrees: int
) -> list[Picture]:
    upright = np.ascontiguousarray(np.rot90(gray, -turned_degrees // 90))
    turn = VIEW_TURNS.get(turned_degrees)
    pictures = []
    for box in find_regions(upright, page.dpi, words):
        part = page.crop(_before_turn(box, upright.shape, turned_degrees))
        shown = part if turn is None else part.transpose(turn)
        pictures.append(Picture(box, *shown.size, ImageType.PNG, as_png(shown)))
    return pictures


def _before_turn(box: Box, shape: tuple[int, ...], turned_degrees: int) -> Box:
    """Return where the box of a page of that shape stood before the page was turned clockwise."""
    rows, columns = shape
    right, bottom = columns - box.left - box.width, rows - box.top - box.height
    match turned_degrees:
        case 90:
            return Box(box.top, right, box.height, box.width)
        case 180:
            return Box(right, bottom, box.width, box.height)
        case 270:
            return Box(bottom, box.left, box.height, box.width)
    return box


def _holds_text(picture: Picture, page: LoadedPage, words: Sequence[Word]) -> bool:
    box = picture.box
    if box.width * box.height < _LEAST_PART * page.width_px * page.height_px:
        return False
    inside = sum(_overlap(word.box, box) > 0.5 for word in words)
    return inside >= _FEW_WORDS and inside >= _MOST_OF_WORDS * len(words)


def _overlap(box: Box, other: Box) -> float:
    """Return which part of the box lies within the other."""
    width = min(box.left + box.width, other.left + other.width) - max(box.left, other.left)
    height = min(box.top + box.height, other.top + other.height) - max(box.top, other.top)
    return max(0, width) * max(0, height) / max(1, box.width * box.height)
