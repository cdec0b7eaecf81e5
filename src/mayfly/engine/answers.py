"""Checks what a worker answers before anything of it is believed."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from mayfly.domain.document_errors import DocumentError, ReaderCrashed, RecognitionError
from mayfly.domain.error_codes import BY_CODE
from mayfly.domain.errors import UserError
from mayfly.domain.image_codec import decode_images
from mayfly.domain.images import FoundImage, ImageBlock, ImageType
from mayfly.domain.limits import Limits
from mayfly.domain.page_codec import decode_page
from mayfly.domain.pages import PageImage, PageResult
from mayfly.domain.readings import PageReading
from mayfly.engine.channel import ChannelGarbled, Frame

MOST_VIEW_PIXELS = 4_096
"""No side of a page image to look at is longer."""

_PNG_START = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_START = b"\xff\xd8"
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})


def error_from(frame: Frame) -> UserError:
    """Return the error that a "failed" answer names; only errors a reader may have count."""
    kind = BY_CODE.get(frame.text("code"), ReaderCrashed)
    if not issubclass(kind, (DocumentError, RecognitionError)):
        return ReaderCrashed()
    return kind()


def reading_from(
    frame: Frame, number: int, limits: Limits
) -> tuple[PageReading, tuple[ImageBlock, ...]]:
    """Return the page that an answer carries, and which pictures on it are to be fetched.

    ChannelGarbled unless every value is in bounds. The picture of the page must be a JPEG whose
    own header gives the size that the answer claims, so that nobody who decodes it later is
    surprised by a larger one.
    """
    page_bytes = frame.number("page_bytes", most=len(frame.body))
    list_bytes = frame.number("list_bytes", most=len(frame.body) - page_bytes)
    view_at = page_bytes + list_bytes
    try:
        result = decode_page(frame.body[:page_bytes], most_words=limits.words_per_page)
        blocks = decode_images(frame.body[page_bytes:view_at], number)
    except (ValueError, ArithmeticError) as error:
        raise ChannelGarbled from error
    if result.number != number or not result.width_px or not result.height_px or not result.dpi:
        raise ChannelGarbled
    _check_blocks(blocks, result, limits)
    width = frame.number("view_width", most=MOST_VIEW_PIXELS)
    height = frame.number("view_height", most=MOST_VIEW_PIXELS)
    data = frame.body[view_at:]
    if not width or not height or jpeg_size(data) != (width, height):
        raise ChannelGarbled
    return PageReading(result, PageImage(data, width, height)), blocks


def image_from(frame: Frame, block: ImageBlock) -> FoundImage:
    """Return a picture that was announced; ChannelGarbled unless it is of that size and type."""
    if frame.kind != "image" or len(frame.body) != block.size_bytes:
        raise ChannelGarbled
    size_of = jpeg_size if block.image_type is ImageType.JPEG else png_size
    if size_of(frame.body) != (block.width_px, block.height_px):
        raise ChannelGarbled
    return FoundImage(block, frame.body)


def _check_blocks(blocks: Sequence[ImageBlock], page: PageResult, limits: Limits) -> None:
    """ChannelGarbled for pictures off the page, or for more than a worker would hand over."""
    if sum(block.size_bytes for block in blocks) > limits.images_bytes_per_page:
        raise ChannelGarbled
    for block in blocks:
        box = block.box
        if box.left + box.width > page.width_px or box.top + box.height > page.height_px:
            raise ChannelGarbled
        if block.width_px * block.height_px > limits.image_pixels:
            raise ChannelGarbled


def png_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels as a PNG's header gives them; None for no whole PNG."""
    if not (data.startswith(_PNG_START) and data.endswith(_PNG_END)):
        return None
    width, height = struct.unpack_from(">II", data, len(_PNG_START))
    return width, height


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels as a JPEG's frame header gives them; None for no JPEG."""
    if data[:2] != _START:
        return None
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _BARE_MARKERS or marker == 0xFF:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _FRAME_MARKERS:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
    return None
