"""Exports: in which form, which pages, where to, under which name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from mayfly.domain.images import ImageBlock, ImageId
from mayfly.domain.jobs import Job
from mayfly.domain.pages import PageResult


class ExportFormat(StrEnum):
    """The forms of a result; the words are part of the command line's contract."""

    TEXT = "txt"
    """Flowing: paragraphs, one line of the document a line."""
    LAYOUT_TEXT = "layout"
    """Text with its place on the page kept by spaces."""
    MARKDOWN = "md"
    JSON = "json"
    CSV = "csv"
    """The tables."""
    WORDS = "words"
    """Every word with its box and confidence, as CSV."""
    HOCR = "hocr"
    ALTO = "alto"
    PDF = "pdf"
    DOCX = "docx"

    @property
    def suffix(self) -> str:
        """The end of its file names, with the dot."""
        return _SUFFIXES.get(self, f".{self.value}")

    @property
    def needs_source(self) -> bool:
        """Whether the document itself must still be there."""
        return self is ExportFormat.PDF


_SUFFIXES = {
    ExportFormat.LAYOUT_TEXT: ".layout.txt",
    ExportFormat.WORDS: ".words.csv",
    ExportFormat.HOCR: ".hocr.html",
    ExportFormat.ALTO: ".alto.xml",
}


@dataclass(frozen=True, slots=True)
class PageRange:
    """Pages from first to last, both of them meant; last None: to the end."""

    first: int
    last: int | None


@dataclass(frozen=True, slots=True)
class PageChoice:
    """Which pages of a document are meant: all of them, or those of some ranges."""

    ranges: tuple[PageRange, ...] = ()

    def has(self, number: int) -> bool:
        """Whether the page is meant."""
        return not self.ranges or any(
            one.first <= number and (one.last is None or number <= one.last) for one in self.ranges
        )


@dataclass(frozen=True, slots=True)
class ImageLink:
    """An address under which a picture can be fetched by whoever has it, until it ends."""

    url: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ExportDocument:
    """All that a renderer may write down. job is None for a document that is not kept.

    images has the pictures of each page, empty when the source is gone; links those of them
    that lie at a destination and were asked for.
    """

    job: Job | None
    pages: Iterable[PageResult]
    images: Mapping[int, tuple[ImageBlock, ...]] = field(default_factory=dict)
    links: Mapping[ImageId, ImageLink] = field(default_factory=dict)


Renderer = Callable[[ExportDocument], Iterator[bytes]]
"""Turns a document into a file's bytes, piece by piece. Raises before the first piece, or never."""


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What is to be written where. zip_name None: files into the folder; else one zip there.

    pattern names the files, see export.names for what may stand in it. replace: a file of the
    same name is replaced, whole or not at all; else the new one gets a number.
    """

    formats: tuple[ExportFormat, ...]
    folder: Path
    pages: PageChoice = PageChoice()
    pattern: str = "{name}"
    zip_name: str | None = None
    replace: bool = False
    with_images: bool = False
    """Also every picture, into files of its own."""
