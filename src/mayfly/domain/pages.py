"""Pages, words and boxes. Pixels everywhere; the origin is the top left of the upright page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DOUBTFUL_BELOW = 60.0
"""Confidence under which a word is doubtful: on real pages few right words are below 60."""


class PageOrigin(StrEnum):
    """Where a page's words come from."""

    RECOGNISED = "recognised"
    TEXT_LAYER = "text_layer"
    BLANK = "blank"


class PageState(StrEnum):
    """How far one page is."""

    PENDING = "pending"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright page."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was read.

    confidence runs from 0 to 100 and is None for text that came from the file itself.
    block, paragraph and line count from 0 in reading order; paragraph restarts in each block
    and line in each paragraph.
    """

    text: str
    box: Box
    confidence: float | None
    block: int
    paragraph: int
    line: int


@dataclass(frozen=True, slots=True)
class PageResult:
    """What was read on one page. Page numbers count from 1.

    width_px and height_px are the page that the boxes refer to, at dpi, after it was turned
    upright by turned_degrees (0, 90, 180 or 270, clockwise).
    """

    number: int
    width_px: int
    height_px: int
    dpi: int
    origin: PageOrigin
    words: tuple[Word, ...]
    turned_degrees: int = 0

    @property
    def confidence(self) -> float | None:
        """Mean confidence of the recognised words, 0 to 100; None where there are none."""
        known = [word.confidence for word in self.words if word.confidence is not None]
        return sum(known) / len(known) if known else None

    @property
    def doubtful(self) -> int:
        """How many words were recognised with little confidence."""
        return sum(
            word.confidence is not None and word.confidence < DOUBTFUL_BELOW for word in self.words
        )


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page to look at: an encoded JPEG or PNG of the upright page, of its own pixel size."""

    data: bytes
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class PageSummary:
    """One page in a job's list; error_code is set when its state is FAILED."""

    number: int
    state: PageState
    error_code: str | None
