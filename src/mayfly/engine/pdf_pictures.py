"""The pictures that a PDF page has stored in it, as the page shows them.

They are taken from what the page draws, so that those in forms and inline ones are found too,
and one that is drawn on ten pages is on each of them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from PIL import Image

from mayfly.domain.images import ImageType
from mayfly.domain.limits import Limits
from mayfly.domain.pages import Box
from mayfly.engine.mupdf import pymupdf
from mayfly.engine.page_geometry import turned_matrix
from mayfly.engine.pdf_pixels import original_jpeg, pixels_of
from mayfly.engine.pictures import LEAST_SIDE_PX, Picture, as_png, is_large_enough

_MOST_DRAWN = 20_000
_MOST_TRIED = 512
_MOST_SECONDS = 15.0
_MOST_PIXELS = 150_000_000
"""Bounds for a page that is made to cost: what is not reached by then is left out."""

WHOLE_PAGE = 0.85
"""A picture that covers more is the page itself: a scan, or its background."""
_MOST_STENCILS = 8
"""More 1-bit stencils on a page are glyphs or tiles of something, no pictures."""
_LEAST_STENCIL_IN = 0.5


@dataclass(frozen=True, slots=True)
class PageSpace:
    """The page as it was read: its size in pixels, after a turn clockwise, and its resolution."""

    width_px: int
    height_px: int
    dpi: int
    turned_degrees: int = 0

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
    matrix: tuple[float, float, float, float, float, float]
    left: float
    top: float
    right: float
    bottom: float

    @property
    def key(self) -> tuple[int, ...]:
        """Equal for the same place on the page."""
        return (round(self.left), round(self.top), round(self.right), round(self.bottom))

    @property
    def is_stencil(self) -> bool:
        """Whether it is a mask that something is painted through."""
        return bool(self.image.imagemask())

    def area(self) -> float:
        """Return how many pixels of the page it covers."""
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    def box(self) -> Box:
        """Return its place in whole pixels."""
        left, top = round(self.left), round(self.top)
        return Box(left, top, max(1, round(self.right) - left), max(1, round(self.bottom) - top))


def pictures_of(page: Any, space: PageSpace, limits: Limits) -> list[Picture]:  # noqa: ANN401
    """Return the pictures on the page; one that cannot be decoded is left out."""
    drawn = chosen(drawn_on(page, space), space)
    until, pixels_left = time.monotonic() + _MOST_SECONDS, _MOST_PIXELS
    pictures = []
    for one in sorted(drawn, key=Drawn.area, reverse=True)[:_MOST_TRIED]:
        pixels = one.image.w() * one.image.h()
        if pixels > min(limits.image_pixels, pixels_left):
            continue
        if time.monotonic() > until:
            break
        pixels_left -= pixels
        picture = _picture(one)
        if picture is not None:
            pictures.append(picture)
    return pictures


def drawn_on(page: Any, space: PageSpace) -> list[Drawn]:  # noqa: ANN401
    """Return every image that the page draws, cut to the page; what is beside it is not there."""
    if not page.get_image_info():
        return []
    to_page = turned_matrix(page) * _scale(page.rect, space) * _turn(space)
    text_page = page.get_textpage(flags=pymupdf.TEXT_PRESERVE_IMAGES)
    mupdf = pymupdf.mupdf
    blocks = (
        (block.i_image(), block.i_transform())
        for block in text_page.this
        if block.m_internal.type == mupdf.FZ_STEXT_BLOCK_IMAGE
    )
    found: dict[tuple[int, ...], Drawn] = {}
    for image, unit in islice(blocks, _MOST_DRAWN):
        one = _drawn(image, pymupdf.Matrix(unit) * to_page, space)
        # Drawn again in the same place: what lies above is what is seen.
        found[one.key] = one
    return [one for one in found.values() if one.area() > 0]


def chosen(drawn: Sequence[Drawn], space: PageSpace) -> list[Drawn]:
    """Return those that are pictures, not the page itself, and no hairlines, spacers or tiles."""
    whole = space.width_px * space.height_px * WHOLE_PAGE
    kept = [one for one in drawn if one.area() < whole and _is_large(one, space)]
    stencils = [one for one in kept if one.is_stencil]
    if len(stencils) <= _MOST_STENCILS:
        least = _LEAST_STENCIL_IN * space.dpi
        small = {
            id(one) for one in stencils if min(one.right - one.left, one.bottom - one.top) < least
        }
    else:
        small = {id(one) for one in stencils}
    return [one for one in kept if id(one) not in small]


def covers_page(drawn: Sequence[Drawn], space: PageSpace) -> bool:
    """Tell whether images are all of the page: a scan, in one piece or in several."""
    whole = space.width_px * space.height_px
    return sum(one.area() for one in drawn) >= WHOLE_PAGE * whole


def _is_large(one: Drawn, space: PageSpace) -> bool:
    if min(one.image.w(), one.image.h()) < LEAST_SIDE_PX:
        return False
    return is_large_enough(one.right - one.left, one.bottom - one.top, space.dpi)


def _picture(one: Drawn) -> Picture | None:
    turn = _transposition(one.matrix)
    try:
        data = original_jpeg(one.image) if turn is None else None
        if data is not None:
            size = (one.image.w(), one.image.h())
            return Picture(one.box(), *size, ImageType.JPEG, data)
        pixels = pixels_of(one.image)
        if pixels is None:
            return None
        upright = pixels if turn is None else pixels.transpose(turn)
        return Picture(one.box(), *upright.size, ImageType.PNG, as_png(upright))
    except MemoryError:
        return None
    except Exception:  # noqa: BLE001 - MuPDF and Pillow raise whatever comes to them
        return None


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


def _transposition(matrix: tuple[float, ...]) -> Image.Transpose | None:
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
