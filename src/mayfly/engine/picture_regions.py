"""Finds photographs and other dense pictures on a scan, on a small copy of it.

Text has paper between its lines, a picture has none: what is thinner than a tenth of an inch is
taken away (a morphological closing), and what stays is looked at. The rest of the rules are there
to miss a picture rather than to take paper, shadow or text for one; docs/images.md has figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mayfly.domain.pages import Box, Word
from mayfly.engine.loaded_page import Gray

_SMALL_DPI = 72
_MOST_SIDE_PX = 1_100
_SURE_CONFIDENCE = 60.0
_TALL_WORD = 4
"""A “word” of so many times the usual height is a line or a spot."""
_THIN_IN = 0.12
_DARKER = 32
_GAP_IN = 0.12
_LEAST_SIDE_IN = 0.5
_LEAST_AREA_IN = 0.3
_LEAST_FILL = 0.55
_MOST_PAGE = 0.85
_MOST_WORDS = 0.05
_LEAST_DETAIL = 2.5
_LEAST_SPREAD = 14.0
_EDGE_PX = 13
_MARGIN_IN = 0.05


@dataclass(frozen=True, slots=True)
class _Small:
    """A small copy of the page, the same with its words painted over, and where they were."""

    pixels: Gray
    bare: Gray
    written: npt.NDArray[np.bool_]
    scale: float
    dpi: float
    paper: float


def find_regions(page: Gray, dpi: int, words: Sequence[Word]) -> list[Box]:
    """Return where pictures stand on an upright page, in its pixels."""
    small = _small(page, dpi, words)
    mask = _dense(small)
    count, labelled, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    labels = np.asarray(labelled, np.int32)
    found = []
    for number in range(1, count):
        left, top, width, height, area = (int(value) for value in stats[number])
        box = Box(left, top, width, height)
        if _is_shaped(box, area, small) and _is_picture(box, labels, number, small):
            found.append(_on_page(box, small, page))
    return [box for box in found if _share_of_words(box, words) <= _MOST_WORDS]


def _small(page: Gray, dpi: int, words: Sequence[Word]) -> _Small:
    scale = min(1.0, _SMALL_DPI / dpi, _MOST_SIDE_PX / max(page.shape))
    pixels = np.asarray(
        cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )
    # The commonest bright value: paper, whatever else is on the page.
    counts = np.convolve(np.bincount(pixels.ravel(), minlength=256), np.ones(9), "same")
    paper = float(np.argmax(counts[96:]) + 96)
    written = np.zeros(pixels.shape, np.bool_)
    for box in _sure_boxes(words):
        left, top = int(box.left * scale) - 1, int(box.top * scale) - 1
        right, bottom = (box.left + box.width) * scale + 2, (box.top + box.height) * scale + 2
        written[max(0, top) : int(bottom), max(0, left) : int(right)] = True
    bare = np.where(written, np.uint8(paper), pixels)
    return _Small(pixels, bare, written, scale, dpi * scale, paper)


def _sure_boxes(words: Sequence[Word]) -> Iterable[Box]:
    """Return the places of words that are certainly some: a photograph is read as rubbish."""
    sure = [
        word for word in words if word.confidence is None or word.confidence >= _SURE_CONFIDENCE
    ]
    sure = [word for word in sure if any(letter.isalnum() for letter in word.text)]
    if not sure:
        return []
    usual = float(np.median([word.box.height for word in sure]))
    return [word.box for word in sure if word.box.height <= usual * _TALL_WORD]


def _dense(small: _Small) -> Gray:
    """Return what is darker than paper and has no paper in it."""
    closed = cv2.morphologyEx(small.bare, cv2.MORPH_CLOSE, _kernel(_THIN_IN * small.dpi))
    dark = np.asarray(closed < small.paper - _DARKER, np.uint8)
    return np.asarray(
        cv2.morphologyEx(dark, cv2.MORPH_CLOSE, _kernel(_GAP_IN * small.dpi)), np.uint8
    )


def _is_shaped(box: Box, area: int, small: _Small) -> bool:
    """Tell whether it is large and compact enough, and not the surroundings of the page."""
    rows, columns = small.pixels.shape
    if min(box.width, box.height) < _LEAST_SIDE_IN * small.dpi:
        return False
    whole = box.width * box.height
    if whole < _LEAST_AREA_IN * small.dpi**2 or whole > _MOST_PAGE * rows * columns:
        return False
    if area < _LEAST_FILL * whole:
        return False
    touches = (
        box.left <= 1,
        box.top <= 1,
        box.left + box.width >= columns - 1,
        box.top + box.height >= rows - 1,
    )
    return not any(touches)


def _is_picture(box: Box, labels: npt.NDArray[np.int32], number: int, small: _Small) -> bool:
    """Tell whether there is something to see: not plain colour, not a shadow."""
    window = (
        slice(box.top, box.top + box.height),
        slice(box.left, box.left + box.width),
    )
    looked_at = (labels[window] == number) & ~small.written[window]
    # Edges are no detail: those of a coloured bar, and of the words on it.
    edge = cv2.BORDER_CONSTANT
    inside = cv2.erode(
        looked_at.astype(np.uint8), np.ones((_EDGE_PX, _EDGE_PX), np.uint8), borderType=edge
    ).astype(np.bool_)
    if not inside.any():
        return False
    pixels = small.pixels[window].astype(np.float32)
    detail = np.abs(pixels - cv2.GaussianBlur(pixels, (0, 0), 3.0))[inside].mean()
    spread = pixels[inside].std()
    return bool(detail >= _LEAST_DETAIL and spread >= _LEAST_SPREAD)


def _share_of_words(box: Box, words: Sequence[Word]) -> float:
    """Return how much of the box is covered by words that are certainly some."""
    covered = 0
    for word in _sure_boxes(words):
        width = min(word.left + word.width, box.left + box.width) - max(word.left, box.left)
        height = min(word.top + word.height, box.top + box.height) - max(word.top, box.top)
        covered += max(0, width) * max(0, height)
    return covered / (box.width * box.height)


def _on_page(box: Box, small: _Small, page: Gray) -> Box:
    """Return the box in pixels of the page, with a little of what is around it."""
    rows, columns = page.shape
    margin = _MARGIN_IN * small.dpi
    left = max(0, int((box.left - margin) / small.scale))
    top = max(0, int((box.top - margin) / small.scale))
    right = min(columns, int((box.left + box.width + margin) / small.scale))
    bottom = min(rows, int((box.top + box.height + margin) / small.scale))
    return Box(left, top, right - left, bottom - top)


def _kernel(side: float) -> Gray:
    return np.ones((max(3, round(side)), max(3, round(side))), np.uint8)
