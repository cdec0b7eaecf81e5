"""Checks what a worker answers before anything of it is believed."""

from __future__ import annotations

import struct

from mayfly.domain.document_errors import DocumentError, ReaderCrashed, RecognitionError
from mayfly.domain.error_codes import BY_CODE
from mayfly.domain.errors import UserError
from mayfly.domain.limits import Limits
from mayfly.domain.page_codec import decode_page
from mayfly.domain.pages import PageImage
from mayfly.domain.readings import PageReading
from mayfly.engine.channel import ChannelGarbled, Frame

MOST_VIEW_PIXELS = 4_096
"""No side of a page image to look at is longer."""

_START = b"\xff\xd8"
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})


def error_from(frame: Frame) -> UserError:
    """Return the error that a "failed" answer names; only errors a reader may have count."""
    kind = BY_CODE.get(frame.text("code"), ReaderCrashed)
    if not issubclass(kind, (DocumentError, RecognitionError)):
        return ReaderCrashed()
    return kind()


def reading_from(frame: Frame, number: int, limits: Limits) -> PageReading:
    """Return the page that an answer carries; ChannelGarbled unless every value is in bounds.

    The picture must be a JPEG whose own header gives the size that the answer claims, so
    that nobody who decodes it later is surprised by a larger one.
    """
    page_bytes = frame.number("page_bytes", most=len(frame.body))
    try:
        result = decode_page(frame.body[:page_bytes], most_words=limits.words_per_page)
    except (ValueError, ArithmeticError) as error:
        raise ChannelGarbled from error
    if result.number != number or not result.width_px or not result.height_px or not result.dpi:
        raise ChannelGarbled
    width = frame.number("view_width", most=MOST_VIEW_PIXELS)
    height = frame.number("view_height", most=MOST_VIEW_PIXELS)
    data = frame.body[page_bytes:]
    if not width or not height or jpeg_size(data) != (width, height):
        raise ChannelGarbled
    return PageReading(result, PageImage(data, width, height))


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
