"""Pictures on a page: which are large enough to count, how they are encoded, in which order."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image

from mayfly.domain.images import (
    MOST_IMAGES_PER_PAGE,
    FoundImage,
    ImageBlock,
    ImageId,
    ImageKind,
    ImageType,
)
from mayfly.domain.pages import Box

LEAST_SIDE_PX = 24
LEAST_SIDE_IN = 0.1
MOST_SIDE_PX = 65_535
"""No JPEG has more, and programs that show PNGs rarely take more."""
_COMPRESS_LEVEL = 3
"""zlib's own 6 takes twice the time for some 3 % less."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, encoded; box is in the pixels of the upright page."""

    box: Box
    width_px: int
    height_px: int
    image_type: ImageType
    data: bytes
    kind: ImageKind = ImageKind.UNKNOWN


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a document keeps apart on a page: pictures, and images that are the page itself."""

    pictures: tuple[Picture, ...] = ()
    scans: tuple[Box, ...] = ()


def is_large_enough(width_px: float, height_px: float, dpi: int) -> bool:
    """Tell whether something of that size on the page is no hairline, spacer or bullet."""
    least = max(LEAST_SIDE_PX, LEAST_SIDE_IN * dpi)
    return min(width_px, height_px) >= least


def as_png(image: Image.Image) -> bytes:
    """Return the pixels alone, without anything that the image says of itself."""
    out = io.BytesIO()
    bare = image.copy()
    bare.info.clear()
    bare.save(out, "PNG", compress_level=_COMPRESS_LEVEL)
    return out.getvalue()


def numbered(page: int, pictures: Iterable[Picture], most_bytes: int) -> tuple[FoundImage, ...]:
    """Return them from top to bottom, the largest ones where they are too many or too much."""
    kept, left = [], most_bytes
    shown = [one for one in pictures if max(one.width_px, one.height_px) <= MOST_SIDE_PX]
    for picture in sorted(shown, key=_area, reverse=True)[:MOST_IMAGES_PER_PAGE]:
        if len(picture.data) <= left:
            kept.append(picture)
            left -= len(picture.data)
    kept.sort(key=lambda picture: (picture.box.top, picture.box.left))
    return tuple(_found(ImageId(page, number), one) for number, one in enumerate(kept, start=1))


def _area(picture: Picture) -> int:
    return picture.box.width * picture.box.height


def _found(image_id: ImageId, picture: Picture) -> FoundImage:
    block = ImageBlock(
        image_id=image_id,
        box=picture.box,
        width_px=picture.width_px,
        height_px=picture.height_px,
        kind=picture.kind,
        image_type=picture.image_type,
        size_bytes=len(picture.data),
    )
    return FoundImage(block, picture.data)
