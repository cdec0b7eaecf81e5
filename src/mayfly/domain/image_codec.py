"""One exact byte form of the list of a page's pictures, for the vault and the pipe from a worker.

Bytes from a worker are not trusted: decode_images checks every value and raises ValueError.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mayfly.domain.images import MOST_IMAGES_PER_PAGE, ImageBlock, ImageId, ImageKind, ImageType
from mayfly.domain.pages import Box

_VERSION = 1
_FIELDS = 10
_MOST_PIXELS = 1_000_000
_MOST_BYTES = 1 << 30


def encode_images(blocks: Sequence[ImageBlock]) -> bytes:
    """Return the pictures of one page as compact JSON; decode_images gives equal ones back."""
    images = [
        [
            block.image_id.number,
            block.box.left,
            block.box.top,
            block.box.width,
            block.box.height,
            block.width_px,
            block.height_px,
            block.kind.value,
            block.image_type.value,
            block.size_bytes,
        ]
        for block in blocks
    ]
    return json.dumps({"v": _VERSION, "images": images}, separators=(",", ":")).encode()


def decode_images(data: bytes, page: int) -> tuple[ImageBlock, ...]:
    """Return what encode_images wrote of that page; ValueError for anything else.

    Numbers count up from 1, without a gap.
    """
    try:
        shape = json.loads(data)
        if shape["v"] != _VERSION or len(shape["images"]) > MOST_IMAGES_PER_PAGE:
            raise ValueError("pictures of an unknown form or too many")
        blocks = tuple(_block(item, page) for item in shape["images"])
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("pictures of an unknown form") from error
    if [block.image_id.number for block in blocks] != list(range(1, len(blocks) + 1)):
        raise ValueError("pictures that are not counted from 1")
    return blocks


def _block(item: Any, page: int) -> ImageBlock:  # noqa: ANN401 - untrusted JSON
    if not isinstance(item, list) or len(item) != _FIELDS:
        raise ValueError("picture of an unknown form")
    number, left, top, width, height, width_px, height_px, kind, image_type, size_bytes = item
    return ImageBlock(
        image_id=ImageId(page, _number(number, 1, MOST_IMAGES_PER_PAGE)),
        box=Box(
            _number(left, 0, _MOST_PIXELS),
            _number(top, 0, _MOST_PIXELS),
            _number(width, 1, _MOST_PIXELS),
            _number(height, 1, _MOST_PIXELS),
        ),
        width_px=_number(width_px, 1, _MOST_PIXELS),
        height_px=_number(height_px, 1, _MOST_PIXELS),
        kind=ImageKind(kind),
        image_type=ImageType(image_type),
        size_bytes=_number(size_bytes, 1, _MOST_BYTES),
    )


def _number(value: Any, least: int, most: int) -> int:  # noqa: ANN401
    if type(value) is not int or not least <= value <= most:
        raise ValueError("number out of range")
    return value
