"""One exact byte form of a PageResult, for the vault and for the pipe from a worker.

Bytes from a worker are not trusted: decode_page checks every value and raises ValueError.
"""

from __future__ import annotations

import json
from typing import Any

from mayfly.domain.pages import Box, PageOrigin, PageResult, Word

_VERSION = 1
_MOST_PIXELS = 1_000_000
_WORD_FIELDS = 9


def encode_page(page: PageResult) -> bytes:
    """Return the page as compact UTF-8 JSON; decode_page gives an equal page back."""
    words = [
        [
            word.text,
            word.box.left,
            word.box.top,
            word.box.width,
            word.box.height,
            word.confidence,
            word.block,
            word.paragraph,
            word.line,
        ]
        for word in page.words
    ]
    shape = {
        "v": _VERSION,
        "number": page.number,
        "width": page.width_px,
        "height": page.height_px,
        "dpi": page.dpi,
        "origin": page.origin.value,
        "turned": page.turned_degrees,
        "words": words,
    }
    return json.dumps(shape, ensure_ascii=False, separators=(",", ":")).encode()


def decode_page(data: bytes, *, most_words: int = 200_000) -> PageResult:
    """Return the page that encode_page wrote; ValueError for anything else."""
    try:
        shape = json.loads(data)
        if shape["v"] != _VERSION or len(shape["words"]) > most_words:
            raise ValueError("page of an unknown form or with too many words")
        return PageResult(
            number=_count(shape["number"]),
            width_px=_count(shape["width"]),
            height_px=_count(shape["height"]),
            dpi=_count(shape["dpi"]),
            origin=PageOrigin(shape["origin"]),
            words=tuple(_word(item) for item in shape["words"]),
            turned_degrees=_turn(shape["turned"]),
        )
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("page of an unknown form") from error


def _word(item: Any) -> Word:  # noqa: ANN401 - untrusted JSON
    if not isinstance(item, list) or len(item) != _WORD_FIELDS or not isinstance(item[0], str):
        raise ValueError("word of an unknown form")
    text, left, top, width, height, confidence, block, paragraph, line = item
    if confidence is not None:
        confidence = float(confidence)
        if not 0.0 <= confidence <= 100.0:
            raise ValueError("confidence out of range")
    # Lone surrogates would pass json.loads and fail when the text is written.
    text.encode()
    box = Box(_pixel(left), _pixel(top), _count(width), _count(height))
    return Word(text, box, confidence, _count(block), _count(paragraph), _count(line))


def _pixel(value: Any) -> int:  # noqa: ANN401
    if type(value) is not int or abs(value) > _MOST_PIXELS:
        raise ValueError("pixel out of range")
    return value


def _count(value: Any) -> int:  # noqa: ANN401
    if _pixel(value) < 0:
        raise ValueError("negative count")
    return int(value)


def _turn(value: Any) -> int:  # noqa: ANN401
    if value not in (0, 90, 180, 270):
        raise ValueError("turn out of range")
    return int(value)
