"""Exports: in which form, which pages, where to, under which name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from mayfly.domain.errors import NoSuchPage, NotFinished
from mayfly.domain.export_errors import PageNotRead
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageBlock, ImageId
from mayfly.domain.jobs import Job
from mayfly.domain.pages import PageResult, PageState, PageSummary


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

    @property
    def holds_links(self) -> bool:
        """Whether links to pictures can stand in it."""
        return self in (ExportFormat.JSON, ExportFormat.MARKDOWN)


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

    def __str__(self) -> str:
        if self.first == self.last:
            return str(self.first)
        return f"{self.first}-{'' if self.last is None else self.last}"


@dataclass(frozen=True, slots=True)
class PageChoice:
    """Which pages of a document are meant: all of them, or those of some ranges."""

    ranges: tuple[PageRange, ...] = ()

    def has(self, number: int) -> bool:
        """Whether the page is meant."""
        return not self.ranges or any(
            one.first <= number and (one.last is None or number <= one.last) for one in self.ranges
        )

    def __str__(self) -> str:
        return ",".join(map(str, self.ranges)) or "all"


ALL_PAGES = PageChoice()

_RANGE = re.compile(r"([0-9]{1,6})(?:(-)([0-9]{1,6})?)?", re.ASCII)


def parse_page_choice(text: str) -> PageChoice:
    """Return the choice that “1-3,7,9-” writes; ValueError for anything else."""
    return PageChoice(tuple(_parse_range(one.strip()) for one in text.split(",")))


def _parse_range(text: str) -> PageRange:
    match = _RANGE.fullmatch(text)
    if match is None:
        raise ValueError("no range of pages")
    first = int(match[1])
    last = int(match[3]) if match[3] else None if match[2] else first
    if first < 1 or (last is not None and last < first):
        raise ValueError("no range of pages")
    return PageRange(first, last)


def chosen_pages(choice: PageChoice, pages: Sequence[PageSummary]) -> tuple[int, ...]:
    """Return the numbers of the pages that are meant, in order: those that were read.

    Where pages were chosen, each must be there: NoSuchPage, PageNotRead, NotFinished.
    """
    if not choice.ranges:
        return tuple(one.number for one in pages if one.state is PageState.READ)
    last = max((one.number for one in pages), default=0)
    if any(max(one.first, one.last or 0) > last for one in choice.ranges):
        raise NoSuchPage
    chosen = [one for one in pages if choice.has(one.number)]
    states = {one.state for one in chosen}
    if PageState.FAILED in states:
        raise PageNotRead
    if PageState.PENDING in states:
        raise NotFinished
    return tuple(one.number for one in chosen)


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
    pages: PageChoice = ALL_PAGES
    pattern: str = "{name}"
    zip_name: str | None = None
    replace: bool = False
    with_images: bool = False
    """Also every picture, into files of its own."""
    links: timedelta | None = None
    """For so long at most, forms that can hold links lead to pictures that lie at a destination."""


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """How far an export is: files of those known so far, and pages written down."""

    done: int
    total: int
    pages_done: int


@dataclass(frozen=True, slots=True)
class Exported:
    """What became of one file. path is the file, or the zip that it is in; else an error's code.

    Either file_format or image_id is set; neither when a job's pictures could not be listed.
    """

    job_id: JobId
    file_format: ExportFormat | None
    image_id: ImageId | None
    path: Path | None
    error_code: str | None
