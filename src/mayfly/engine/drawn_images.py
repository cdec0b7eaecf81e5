"""The images that a PDF page draws: which, and where on the page as it is read.

They are taken from the page's drawing, so that those in forms and inline ones are found too, and
without the hashing of every image that finding their objects costs (57 ms a page).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from PIL import Image

from mayfly.engine.mupdf import pymupdf
from mayfly.engine.page_geometry import turned_matrix

_MOST_DRAWN = 20_000

Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class PageSpace:
    """The page as it was read: its size in pixels, after a turn clockwise, and its resolution."""

    width_px: int
    height_px: int
    dpi: int
    turned_degrees: int = 0

    @property
    def area(self) -> int:
        """How many pixels it has."""
        return self.width_px * self.height_px

    def turned(self, degrees: int) -> PageSpace:
        """Return it after a turn clockwise by 0, 90, 180 or 270 degrees."""
        width, height = self.width_px, self.height_px
        if degrees in (90, 270):
            width, height = height, width
        return PageSpace(width, height, self.dpi, degrees)


@dataclass(frozen=True, slots=True)
class Drawn:
    """An image as the page draws it. matrix takes its unit square, top left first, to pixels."""

    image: Any
    matrix: Matrix
    left: float
    top: float
    right: float
    bottom: float

    @property
    def is_stencil(self) -> bool:
        """Whether it is a mask that something is painted through."""
        return bool(self.image.imagemask())

    @property
    def pixels(self) -> int:
        """How many pixels have to be decoded for it, its mask's with them."""
        mask = self.image.mask()
        hidden = mask.w() * mask.h() if mask.m_internal else 0
        return int(self.image.w() * self.image.h() + hidden)

    @property
    def is_on_page(self) -> bool:
        """Whether any of it is to be seen."""
        return self.left < self.right and self.top < self.bottom


def drawn_on(page: Any, space: PageSpace) -> list[Drawn]:  # noqa: ANN401 - MuPDF is untyped
    """Return every image that the page draws, cut to the page; what is beside it is not there."""
    to_page = turned_matrix(page) * _scale(page.rect, space) * _turn(space)
    text_page = page.get_textpage(flags=pymupdf.TEXT_PRESERVE_IMAGES)
    image_block = pymupdf.mupdf.FZ_STEXT_BLOCK_IMAGE
    blocks = (
        (block.i_image(), block.i_transform())
        for block in text_page.this
        if block.m_internal.type == image_block
    )
    found: dict[tuple[int, ...], Drawn] = {}
    for image, unit in islice(blocks, _MOST_DRAWN):
        one = _drawn(image, pymupdf.Matrix(unit) * to_page, space)
        if one.is_on_page:
            # Drawn again in the same place: what lies above is what is seen.
            found[round(one.left), round(one.top), round(one.right), round(one.bottom)] = one
    return list(found.values())


def _drawn(image: Any, matrix: Any, space: PageSpace) -> Drawn:  # noqa: ANN401
    a, b, c, d, e, f = (float(value) for value in matrix)
    xs, ys = (e, e + a, e + c, e + a + c), (f, f + b, f + d, f + b + d)
    return Drawn(
        image=image,
        matrix=(a, b, c, d, e, f),
        left=max(0.0, min(xs)),
        top=max(0.0, min(ys)),
        right=min(float(space.width_px), max(xs)),
        bottom=min(float(space.height_px), max(ys)),
    )


def _scale(rect: Any, space: PageSpace) -> Any:  # noqa: ANN401
    """Return points of the page to its pixels, before it is turned."""
    width, height = space.width_px, space.height_px
    if space.turned_degrees in (90, 270):
        width, height = height, width
    return pymupdf.Matrix(width / rect.width, height / rect.height)


def _turn(space: PageSpace) -> Any:  # noqa: ANN401
    """Return the turn clockwise that brought the page upright."""
    width, height = space.width_px, space.height_px
    turns = {
        90: (0, 1, -1, 0, width, 0),
        180: (-1, 0, 0, -1, width, height),
        270: (0, -1, 1, 0, 0, height),
    }
    return pymupdf.Matrix(*turns.get(space.turned_degrees, (1, 0, 0, 1, 0, 0)))


def transposition(matrix: Matrix) -> Image.Transpose | None:
    """Return what brings stored pixels upright, to the nearest right angle; None: they are."""
    a, b, c, d = matrix[:4]
    way = Image.Transpose
    if abs(a) + abs(d) >= abs(b) + abs(c):
        sides = {(True, True): None, (False, True): way.FLIP_LEFT_RIGHT}
        sides |= {(True, False): way.FLIP_TOP_BOTTOM, (False, False): way.ROTATE_180}
        return sides[a >= 0, d >= 0]
    sides = {(True, True): way.TRANSPOSE, (False, True): way.ROTATE_90}
    sides |= {(True, False): way.ROTATE_270, (False, False): way.TRANSVERSE}
    return sides[b >= 0, c >= 0]
