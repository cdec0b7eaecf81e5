"""Finds photographs and other dense pictures on a scan, on a small copy of it.

Text has paper between its lines, a picture has none: what is thinner than a tenth of an inch is
taken away (a morphological closing), and what stays is looked at. The rest of the rules are there
to miss a picture rather than to take paper, shadow or text for one; docs/images.md has figures.
"""

from __future__ import annotations

import math
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
_FAINT = 12
_MOST_GROWN = 1.6
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
    if min(page.shape) < _LEAST_SIDE_IN * dpi:
        return []
    small = _small(page, dpi, words)
    closed = cv2.morphologyEx(small.bare, cv2.MORPH_CLOSE, _kernel(_THIN_IN * small.dpi))
    dense = _Parts.of(np.asarray(closed, np.uint8), small, _DARKER)
    found = [
        number
        for number, box in enumerate(dense.boxes)
        if _is_shaped(box, dense.areas[number], small) and _is_picture(box, dense, number, small)
    ]
    if not found:
        return []
    faint = _Parts.of(np.asarray(closed, np.uint8), small, _FAINT)
    boxes = [_on_page(_grown(dense, number, faint), small, page) for number in found]
    return [box for box in boxes if _share_of_words(box, words) <= _MOST_WORDS]


def _small(page: Gray, dpi: int, words: Sequence[Word]) -> _Small:
    # A whole number of pixels into one: several times as fast as any other scale.
    factor = max(1, round(dpi / _SMALL_DPI), math.ceil(max(page.shape) / _MOST_SIDE_PX))
    rows, columns = page.shape[0] // factor, page.shape[1] // factor
    whole = page[: rows * factor, : columns * factor]
    pixels = np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
    scale = 1 / factor
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


@dataclass(frozen=True, slots=True)
class _Parts:
    """Connected parts of what is darker than paper by so much; a part's label is its place."""

    labels: npt.NDArray[np.int32]
    boxes: list[Box]
    areas: list[int]

    @classmethod
    def of(cls, closed: Gray, small: _Small, darker: int) -> _Parts:
        """Find them in a copy from which thin things were taken away."""
        dark = np.asarray(closed < small.paper - darker, np.uint8)
        mask = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, _kernel(_GAP_IN * small.dpi))
        _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        rows = [[int(value) for value in row] for row in stats]
        # The first is all the rest of the page.
        rows[0][4] = 0
        return cls(
            np.asarray(labels, np.int32), [Box(*row[:4]) for row in rows], [row[4] for row in rows]
        )


def _grown(dense: _Parts, number: int, faint: _Parts) -> Box:
    """Return the part with what is faint of the same picture; a stain around it is left off."""
    box = dense.boxes[number]
    window = _window(box)
    inside = dense.labels[window] == number
    label = int(faint.labels[window][inside][0])
    wider = faint.boxes[label]
    grows = wider.width * wider.height / (box.width * box.height)
    return wider if label and grows <= _MOST_GROWN else box


def _window(box: Box) -> tuple[slice, slice]:
    return slice(box.top, box.top + box.height), slice(box.left, box.left + box.width)


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


def _is_picture(box: Box, parts: _Parts, number: int, small: _Small) -> bool:
    """Tell whether there is something to see: not plain colour, not a shadow."""
    window = _window(box)
    looked_at = (parts.labels[window] == number) & ~small.written[window]
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
