"""Any pixels to 8-bit gray or RGB on white, nothing clipped."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops

from mayfly.domain.pages import Box, PageImage
from mayfly.engine.loaded_page import Gray

_VIEW_QUALITY = 78
_GRAY_TOLERANCE = 12
"""Channels that differ by less are a gray scan with a JPEG's colour noise."""


def flatten(image: Image.Image) -> Image.Image:
    """Return the image as L or RGB. Alpha is laid on white, deeper samples are scaled.

    Pillow's own conversion of 16-bit gray clips at 255, which turns a page white.
    """
    if image.mode in ("L", "RGB"):
        if "transparency" not in image.info:
            return image
    elif image.mode.startswith("I") or image.mode == "F":
        return Image.fromarray(_to_8_bits(np.asarray(image)))
    elif image.mode == "1":
        return image.convert("L")
    if image.mode in ("LA", "La", "RGBA", "RGBa", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")


def shrink(image: Image.Image, side_px: int) -> Image.Image:
    """Return the image with no side longer than side_px."""
    scale = side_px / max(image.size)
    if scale >= 1.0:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)


def to_gray(image: Image.Image) -> Gray:
    """Return the pixels of an L or RGB image as gray."""
    return np.array(image if image.mode == "L" else image.convert("L"))


def crop_of(image: Image.Image, box: Box) -> Image.Image:
    """Return a part of an L or RGB image; gray where the part has no colour."""
    part = image.crop((box.left, box.top, box.left + box.width, box.top + box.height))
    return part.convert("L") if part.mode == "RGB" and not _has_colour(part) else part


def to_page_image(view: Image.Image) -> PageImage:
    """Encode a picture to look at; gray where the page has no colour."""
    shown = view.convert("L") if view.mode == "RGB" and not _has_colour(view) else view
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=_VIEW_QUALITY)
    return PageImage(out.getvalue(), shown.width, shown.height)


def _has_colour(image: Image.Image) -> bool:
    small = image.reduce(4) if min(image.size) >= 4 else image
    red, green, blue = small.split()
    return any(
        any(ImageChops.difference(one, other).histogram()[_GRAY_TOLERANCE + 1 :])
        for one, other in ((red, green), (green, blue), (red, blue))
    )


def _to_8_bits(samples: npt.NDArray[Any]) -> Gray:
    """Scale deep samples to 0..255 by the depth they use: 12 bits, 16 bits or their own range."""
    values: npt.NDArray[np.float64] = samples.astype(np.float64)
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 255:
        scaled = values
    elif low >= 0 and high <= 4_095:
        scaled = values / 16.06
    elif low >= 0 and high <= 65_535:
        scaled = values / 257
    else:
        scaled = (values - low) * (255 / max(high - low, 1e-9))
    return np.nan_to_num(scaled).clip(0, 255).astype(np.uint8)
