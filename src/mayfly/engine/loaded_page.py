"""One page as a document gives it: pixels to recognise, a picture to look at, or its own text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from mayfly.domain.pages import Box, Word
from mayfly.engine.pictures import Embedded

Gray = npt.NDArray[np.uint8]
"""8-bit gray pixels, one row after the other: shape (height, width)."""

VIEW_DPI = 144
VIEW_SIDE_PX = 2_000
RENDER_DPI = 300


@dataclass(frozen=True, slots=True)
class LoadedPage:
    """A page in its own pixels.

    width_px, height_px and dpi describe the space of every box. words are the page's own
    text when it is good enough to be taken, else None. gray makes the pixels, of exactly
    that size, when they are needed, and crop a part of the page in its colours. embedded finds
    the pictures that the document keeps apart from the page, once this was turned clockwise by so
    many degrees; None where the page is an image as a whole.
    """

    width_px: int
    height_px: int
    dpi: int
    words: tuple[Word, ...] | None
    view: Image.Image
    gray: Callable[[], Gray]
    crop: Callable[[Box], Image.Image]
    embedded: Callable[[int], Embedded] | None = None


class OpenDocument(Protocol):
    """A document in memory, whatever its kind."""

    @property
    def page_count(self) -> int:
        """Number of pages, at least 1."""
        ...

    def load(self, number: int, *, take_text: bool) -> LoadedPage:
        """Return a page, counted from 1; take_text False never takes the page's own text."""
        ...

    def to_pdf(self) -> bytes:
        """Return the document as a PDF without a password, pages as they are."""
        ...


def page_dpi(width_in: float, height_in: float, *, most_pixels: int, most_side: int) -> int:
    """Return the highest whole resolution up to 300 dpi at which a page stays in bounds; 0 if none.

    A page of 200 by 200 inches at 300 dpi would be 3.6 billion pixels.
    """
    width_in, height_in = max(width_in, 1e-6), max(height_in, 1e-6)
    by_pixels = (most_pixels / (width_in * height_in)) ** 0.5
    by_side = most_side / max(width_in, height_in)
    return int(min(RENDER_DPI, by_pixels, by_side))
