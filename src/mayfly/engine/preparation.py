"""What is done to a page's pixels before they are recognised, and how boxes come back.

Light blur and division by the background rescue faint and unevenly lit pages and cost a
good page nothing; a 300 dpi page is read as well at two thirds of its size, for a fifth
less work; a tilted page is set straight. docs/recognition.md has the figures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mayfly.domain.pages import Box
from mayfly.engine.loaded_page import Gray

_REDUCE_FROM_PX = 2_200
_REDUCED_PART = 0.667
_REDUCE_MORE_FROM_DPI = 400
_COARSE_DPI = 170
_ENLARGED_PART = 1.5
_BLUR_SIGMA = 1.0
_BLUR_SIGMA_REDUCED = 0.67
_BLUR_SIGMA_COARSE = 0.6
"""A stroke is one pixel wide at 100 dpi and sigma 1 merges letters: word F1 64 against 69."""
_BACKGROUND_PART = 8
_BACKGROUND_DILATE = 7
_BACKGROUND_MEDIAN = 21
_DARKEST_PART = 0.005
_SKEW_SIDE_PX = 900
_SKEW_MOST_DEGREES = 6.0
_SKEW_LEAST_DEGREES = 0.4
_BLANK_PART = 4
_BLANK_INK = 235
_BLANK_SHARE = 3e-5


Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Pixels to recognise, at dpi, and the way back to the page they were made of."""

    pixels: Gray
    dpi: int
    scale: float
    angle_degrees: float
    page_width_px: int
    page_height_px: int

    def to_page(self, left: int, top: int, width: int, height: int) -> Box:
        """Return a box of these pixels as a box of the page.

        The centre is turned back exactly; the sides keep their length, because the upright
        hull of a turned box would swallow its neighbours.
        """
        rows, columns = self.pixels.shape
        x = left + width / 2 - columns / 2
        y = top + height / 2 - rows / 2
        turn = math.radians(self.angle_degrees)
        page_x = (x * math.cos(turn) - y * math.sin(turn)) / self.scale + self.page_width_px / 2
        page_y = (x * math.sin(turn) + y * math.cos(turn)) / self.scale + self.page_height_px / 2
        wide, high = max(1, round(width / self.scale)), max(1, round(height / self.scale))
        return Box(round(page_x - wide / 2), round(page_y - high / 2), wide, high)


def prepare(page: Gray, dpi: int) -> Prepared:
    """Return the page as it is read best at the first attempt: even, small, and straight."""
    scale = _reading_scale(page, dpi)
    pixels = resize(page, scale)
    if scale < 1.0:
        sigma = _BLUR_SIGMA_REDUCED
    else:
        sigma = _BLUR_SIGMA if dpi >= _COARSE_DPI else _BLUR_SIGMA_COARSE
    pixels = normalise(pixels, sigma)
    angle = skew_degrees(pixels)
    if abs(angle) < _SKEW_LEAST_DEGREES:
        angle = 0.0
    else:
        pixels = straighten(pixels, angle)
    return Prepared(pixels, round(dpi * scale), scale, angle, page.shape[1], page.shape[0])


def prepare_plainly(page: Gray, dpi: int) -> Prepared:
    """Return the page with nothing but its size changed, for a second attempt."""
    scale = _ENLARGED_PART if _may_enlarge(page, dpi) else _reading_scale(page, dpi)
    return Prepared(
        resize(page, scale), round(dpi * scale), scale, 0.0, page.shape[1], page.shape[0]
    )


def is_blank(page: Gray) -> bool:
    """Tell whether there is certainly nothing to read: 6 ms that save 1.7 s.

    Measured against its surroundings, so that gray or shaded paper is no ink.
    """
    if min(page.shape) < _BLANK_PART * 2:
        return int(page.max()) - int(page.min()) < 255 - _BLANK_INK
    size = (page.shape[1] // _BLANK_PART, page.shape[0] // _BLANK_PART)
    small = np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), np.uint8)
    ink = np.count_nonzero(_divide_by_background(small) < _BLANK_INK)
    return bool(ink < _BLANK_SHARE * small.size)


def normalise(page: Gray, sigma: float) -> Gray:
    """Blur lightly, divide by the background, and spread the ink to black.

    Tesseract alone reads a noisy low-contrast page with 64 % wrong characters, so with 0.9 %.
    """
    soft = np.asarray(cv2.GaussianBlur(page, (0, 0), sigma), np.uint8)
    return _stretch(_divide_by_background(soft))


def skew_degrees(page: Gray) -> float:
    """Return by how many degrees the lines of text run down to the right; 0 when unsure.

    The right angle is where the ink, summed along the lines, changes most between rows.
    """
    scale = min(1.0, _SKEW_SIDE_PX / max(page.shape))
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, ink = cv2.threshold(small, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    ys, xs = np.nonzero(ink)
    if len(ys) < 500 or len(ys) > ink.size * 0.4:
        return 0.0
    span = int(_SKEW_MOST_DEGREES)
    coarse = _best_angle(xs, ys, [float(angle) for angle in range(-span, span + 1)])
    fine = _best_angle(xs, ys, [coarse + step / 5 for step in range(-5, 6)])
    return _best_angle(xs, ys, [fine + step / 20 for step in range(-3, 4)])


def straighten(page: Gray, angle_degrees: float) -> Gray:
    """Turn the page so that lines running down by the angle run level; size stays."""
    rows, columns = page.shape
    matrix = cv2.getRotationMatrix2D((columns / 2, rows / 2), angle_degrees, 1.0)
    turned = cv2.warpAffine(
        page, matrix, (columns, rows), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(turned, np.uint8)


def resize(page: Gray, scale: float) -> Gray:
    """Return the page scaled; INTER_AREA downwards keeps thin strokes."""
    if scale == 1.0:
        return page
    way = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(page, None, fx=scale, fy=scale, interpolation=way), np.uint8)


def _reading_scale(page: Gray, dpi: int) -> float:
    if max(page.shape) <= _REDUCE_FROM_PX:
        return 1.0
    return _REDUCED_PART * min(1.0, _REDUCE_MORE_FROM_DPI / dpi)


def _may_enlarge(page: Gray, dpi: int) -> bool:
    return dpi < _COARSE_DPI and max(page.shape) <= _REDUCE_FROM_PX


def _divide_by_background(page: Gray) -> Gray:
    rows, columns = page.shape
    size = (max(1, columns // _BACKGROUND_PART), max(1, rows // _BACKGROUND_PART))
    small = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
    paper = cv2.dilate(small, np.ones((_BACKGROUND_DILATE, _BACKGROUND_DILATE), np.uint8))
    paper = cv2.medianBlur(paper, _BACKGROUND_MEDIAN)
    paper = cv2.resize(paper, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(page, paper, scale=255), np.uint8)


def _best_angle(xs: Indices, ys: Indices, angles: list[float]) -> float:
    def sharpness(angle: float) -> float:
        turn = math.radians(angle)
        rows = (ys * math.cos(turn) - xs * math.sin(turn)).astype(np.int64)
        profile = np.bincount(rows - rows.min())
        return float((np.diff(profile) ** 2).sum())

    return max(angles, key=sharpness)


def _stretch(page: Gray) -> Gray:
    counts = np.bincount(page[::2, ::2].ravel(), minlength=256).cumsum()
    darkest = int(np.searchsorted(counts, counts[-1] * _DARKEST_PART))
    if darkest >= 250:
        return page
    table = ((np.arange(256) - darkest) * (255 / (255 - darkest))).clip(0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(page, table), np.uint8)
