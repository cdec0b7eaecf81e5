"""The caption of a picture: what begins like one beside it, or a short line right below it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from mayfly.domain.images import ImageBlock
from mayfly.domain.pages import Box, PageResult
from mayfly.understand.lines import Paragraph, paragraphs_of
from mayfly.understand.words import (
    bottom_of,
    overlap,
    right_of,
    shared_width,
    union,
    words_text,
)

_LABEL = re.compile(
    r"(?:fig(?:ure|\.)?|abb(?:ildung|\.)?|bild|foto|photo|image|picture|plate|illustration|"
    r"diagramm?e?|chart|grafik|graph|schema|map|karte|figura|slika|obr\.?)"
    r"\s*(?:\d+|[ivx]+\b|[a-z]\b)",
    re.IGNORECASE,
)
_FAR_LABELLED = 3.0
_FAR_PLAIN = 1.6
_MOST_LETTERS = 400
_MOST_WORDS_PLAIN = 16
_WHOLE_PAGE = 0.8


class Captions:
    """The captions of one page; finds its paragraphs once for all of its pictures."""

    def __init__(self, page: PageResult) -> None:
        self._area = page.width_px * page.height_px
        named = ((_text(one), one) for one in paragraphs_of(page.words))
        boxed = [(union([line.box for line in one]), text, one) for text, one in named if text]
        self._below = sorted(boxed, key=lambda found: found[0].top)
        self._tops = [box.top for box, _, _ in self._below]
        self._labelled = [found for found in boxed if _LABEL.match(found[1])]

    def of(self, picture: Box) -> str | None:
        """Return the picture's caption; None where none is clear."""
        if not 0 < picture.width * picture.height < _WHOLE_PAGE * self._area:
            return None
        near = [
            (distance, text)
            for box, text, lines in self._labelled
            if (distance := _distance(picture, box)) <= _FAR_LABELLED * lines[0].box.height
        ]
        if near:
            return min(near)[1][:_MOST_LETTERS].rstrip()
        return self._plain(picture)

    def _plain(self, picture: Box) -> str | None:
        """Return the one short line right below, when nothing else is near it."""
        bottom = bottom_of(picture)
        start = bisect_left(self._tops, bottom - picture.height // 20)
        end = bisect_right(self._tops, bottom + picture.height)
        column = [one for one in self._below[start:end] if shared_width(picture, one[0]) > 0]
        if not column:
            return None
        box, text, lines = column[0]
        height = lines[0].box.height
        is_short = len(lines) == 1 and 1 < len(text.split()) <= _MOST_WORDS_PLAIN
        is_inside = (
            box.left >= picture.left - height and right_of(box) <= right_of(picture) + height
        )
        is_near = box.top - bottom <= _FAR_PLAIN * height
        is_apart = len(column) == 1 or column[1][0].top - bottom_of(box) > 1.5 * height
        return text if is_short and is_inside and is_near and is_apart else None


def caption_of(page: PageResult, image: ImageBlock) -> str | None:
    """Return the caption that stands beside a picture; None where none clearly does."""
    return Captions(page).of(image.box)


def _text(paragraph: Paragraph) -> str:
    return " ".join(filter(None, (words_text(line.words) for line in paragraph)))


def _distance(picture: Box, text: Box) -> float:
    """Return how far a text is from the picture; infinite where it is not beside it."""
    if 2 * shared_width(picture, text) >= min(picture.width, text.width):
        return max(0, -overlap(picture, text))
    if 2 * overlap(picture, text) >= min(picture.height, text.height):
        return max(0, -shared_width(picture, text))
    return float("inf")


def alternatives(page: PageResult, images: Sequence[ImageBlock]) -> list[str | None]:
    """Return the captions of several pictures of one page."""
    if not images:
        return []
    captions = Captions(page)
    return [captions.of(image.box) for image in images]
