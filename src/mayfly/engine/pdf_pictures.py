"""The pictures that a PDF page has stored in it, as the page shows them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from PIL import Image

from mayfly.domain.images import ImageType
from mayfly.domain.limits import Limits
from mayfly.domain.pages import Box
from mayfly.engine.drawn_images import Drawn, PageSpace, drawn_on, transposition
from mayfly.engine.pdf_pixels import original_jpeg, pixels_of
from mayfly.engine.picture_pieces import Whole, paste_together, put_together
from mayfly.engine.pictures import LEAST_SIDE_PX, Embedded, Picture, as_png, is_large_enough

_MOST_TRIED = 512
_MOST_SECONDS = 15.0
_MOST_PIXELS = 150_000_000
"""Bounds for a page that is made to cost: what is not reached by then is left out."""

_WHOLE_PAGE = 0.85
"""What covers more is the page itself: a scan, or its background."""
_MOST_STENCILS = 8
"""More 1-bit stencils on a page are letters or tiles of something, no pictures."""
_SMALL_IN = 0.5
_OFTEN = 3
"""A small picture that a page shows so often is an ornament, a bullet or a button."""


def embedded_in(page: Any, space: PageSpace, limits: Limits) -> Embedded:  # noqa: ANN401
    """Return the pictures on the page; one that cannot be decoded is left out."""
    wholes = put_together(drawn_on(page, space))
    scans = [one for one in wholes if one.area >= _WHOLE_PAGE * space.area]
    until, pixels_left = time.monotonic() + _MOST_SECONDS, _MOST_PIXELS
    pictures = []
    for one in sorted(_chosen(wholes, space), key=_area, reverse=True)[:_MOST_TRIED]:
        if one.pixels > min(limits.image_pixels, pixels_left):
            continue
        if time.monotonic() > until:
            break
        pixels_left -= one.pixels
        picture = _picture(one, limits.image_pixels)
        if picture is not None:
            pictures.append(picture)
    return Embedded(_without_ornaments(pictures, space), tuple(_box(one) for one in scans))


def _chosen(wholes: Iterable[Whole], space: PageSpace) -> list[Whole]:
    """Return those that are pictures, not the page itself, and no hairlines, spacers or tiles."""
    kept = [
        one
        for one in wholes
        if one.area < _WHOLE_PAGE * space.area
        and _stored_side(one) >= LEAST_SIDE_PX
        and is_large_enough(one.right - one.left, one.bottom - one.top, space.dpi)
    ]
    stencils = sum(one.pieces[0].is_stencil for one in kept)
    if not stencils:
        return kept
    least = _SMALL_IN * space.dpi if stencils <= _MOST_STENCILS else float("inf")
    return [
        one
        for one in kept
        if not one.pieces[0].is_stencil or min(one.right - one.left, one.bottom - one.top) >= least
    ]


def _without_ornaments(pictures: list[Picture], space: PageSpace) -> tuple[Picture, ...]:
    small = _SMALL_IN * space.dpi
    often = Counter(one.data for one in pictures)
    return tuple(
        one
        for one in pictures
        if often[one.data] < _OFTEN or max(one.box.width, one.box.height) >= small
    )


def _picture(whole: Whole, most_pixels: int) -> Picture | None:
    try:
        if len(whole.pieces) > 1:
            pasted = paste_together(whole, _upright_pixels, most_pixels=most_pixels)
            return _png(whole, pasted)
        (one,) = whole.pieces
        data = original_jpeg(one.image) if transposition(one.matrix) is None else None
        if data is not None:
            size = (one.image.w(), one.image.h())
            return Picture(_box(whole), *size, ImageType.JPEG, data)
        upright = _upright_pixels(one)
        return None if upright is None else _png(whole, upright)
    except Exception:  # noqa: BLE001 - MuPDF and Pillow raise whatever comes to them
        return None


def _upright_pixels(one: Drawn) -> Image.Image | None:
    pixels, turn = pixels_of(one.image), transposition(one.matrix)
    return pixels if pixels is None or turn is None else pixels.transpose(turn)


def _png(whole: Whole, image: Image.Image) -> Picture:
    return Picture(_box(whole), *image.size, ImageType.PNG, as_png(image))


def _stored_side(whole: Whole) -> int:
    """Return the shorter side of an image as it is stored; strips may be as thin as they like."""
    first = whole.pieces[0].image
    shorter: int = min(first.w(), first.h())
    return shorter if len(whole.pieces) == 1 else LEAST_SIDE_PX


def _area(whole: Whole) -> float:
    return whole.area


def _box(whole: Whole) -> Box:
    left, top = round(whole.left), round(whole.top)
    return Box(left, top, max(1, round(whole.right) - left), max(1, round(whole.bottom) - top))
