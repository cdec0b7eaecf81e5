"""One image of a PDF: its own bytes where they are an ordinary JPEG, else its pixels."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from mayfly.engine.mupdf import pymupdf

_ORIENTATION_TAG = 0x0112
_DRAFT = 8


def original_jpeg(image: Any) -> bytes | None:  # noqa: ANN401 - MuPDF is untyped
    """Return the bytes of a JPEG that every viewer shows as the page does, else None.

    None for CMYK, for one with a mask, a colour key or a Decode array, for one in a colour
    space that is not gray or RGB, and for one that its own EXIF data would turn.
    """
    mupdf = pymupdf.mupdf
    if image.n() not in (1, 3) or image.mask().m_internal or image.use_colorkey():
        return None
    if image.use_decode() or image.imagemask() or not _is_gray_or_rgb(image):
        return None
    stored = image.fz_compressed_image_buffer()
    if not stored.m_internal or stored.m_internal.params.type != mupdf.FZ_IMAGE_JPEG:
        return None
    buffer = mupdf.FzBuffer(mupdf.ll_fz_keep_buffer(stored.m_internal.buffer))
    data = bytes(pymupdf.JM_BinFromBuffer(buffer))
    return data if _is_ordinary(data, image.w(), image.h()) else None


def pixels_of(image: Any) -> Image.Image | None:  # noqa: ANN401
    """Return the pixels as L, LA, RGB or RGBA; None where nothing at all is to be seen.

    A stencil is black on white: with what it is painted the page does not say.
    """
    pixmap = pymupdf.Pixmap("raw", image.fz_get_unscaled_pixmap_from_image())
    shown = _stencil(pixmap) if image.imagemask() else _coloured(pixmap)
    if image.mask().m_internal:
        shown = _masked(shown, image.mask())
    if shown.mode in ("LA", "RGBA") and shown.getchannel("A").getextrema()[1] == 0:
        return None
    return None if _is_one_colour(shown) else shown


def _is_gray_or_rgb(image: Any) -> bool:  # noqa: ANN401
    space = image.colorspace()
    return bool(
        space.m_internal and (space.fz_colorspace_is_gray() or space.fz_colorspace_is_rgb())
    )


def _is_ordinary(data: bytes, width: int, height: int) -> bool:
    """Tell whether Pillow, too, takes it for a JPEG of that size; an eighth of it is decoded."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        if image.size != (width, height) or image.mode not in ("L", "RGB"):
            return False
        if image.getexif().get(_ORIENTATION_TAG, 1) != 1:
            return False
        image.draft(image.mode, (width // _DRAFT, height // _DRAFT))
        image.load()
        return not _is_one_colour(image)


def _coloured(pixmap: Any) -> Image.Image:  # noqa: ANN401
    """Return the pixels of any colour space as gray or RGB, with the alpha they have."""
    space = pymupdf.mupdf.fz_pixmap_colorspace(pixmap.this)
    # The one channel of a separation is an ink, which may have a colour.
    wanted = pymupdf.csGRAY if space.fz_colorspace_is_gray() else pymupdf.csRGB
    return _as_image(pymupdf.Pixmap(wanted, pixmap))


def _stencil(pixmap: Any) -> Image.Image:  # noqa: ANN401
    ink = Image.frombytes("L", (pixmap.width, pixmap.height), bytes(pixmap.samples))
    return ink.point([255 - value for value in range(256)])


def _masked(shown: Image.Image, mask: Any) -> Image.Image:  # noqa: ANN401
    """Return it with the soft mask for its alpha; as it is where the mask hides nothing."""
    pixmap = pymupdf.Pixmap("raw", mask.fz_get_unscaled_pixmap_from_image())
    alpha = Image.frombytes("L", (pixmap.width, pixmap.height), bytes(pixmap.samples))
    if alpha.size != shown.size:
        alpha = alpha.resize(shown.size, Image.Resampling.BILINEAR)
    if alpha.getextrema()[0] == 255:
        return shown
    base = shown if shown.mode in ("L", "RGB") else shown.convert("RGB")
    base.putalpha(alpha)
    return base


def _as_image(pixmap: Any) -> Image.Image:  # noqa: ANN401
    mode = {(1, 0): "L", (2, 1): "LA", (3, 0): "RGB", (4, 1): "RGBA"}[pixmap.n, pixmap.alpha]
    size = (pixmap.width, pixmap.height)
    return Image.frombytes(mode, size, bytes(pixmap.samples))


def _is_one_colour(image: Image.Image) -> bool:
    """Tell whether there is nothing to see: a spacer, or a box of colour behind something."""
    bands = image.getextrema()
    pairs = [bands] if isinstance(bands[0], int | float) else bands
    return all(low == high for low, high in pairs)
