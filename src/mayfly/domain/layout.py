"""What a page is made of: headings, paragraphs, lists, tables and pictures, in reading order.

Pure shapes; understand finds them from words and boxes, export writes them down.
"""

from __future__ import annotations

from dataclasses import dataclass

from mayfly.domain.images import ImageBlock
from mayfly.domain.pages import Box, PageResult, Word


@dataclass(frozen=True, slots=True)
class Line:
    """Words that stand beside each other, in reading order; never empty."""

    box: Box
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class TextBlock:
    """One paragraph."""

    box: Box
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class HeadingBlock:
    """A heading; level 1 is the highest of the document, 6 the lowest that there is."""

    box: Box
    lines: tuple[Line, ...]
    level: int


@dataclass(frozen=True, slots=True)
class ListItem:
    """One item: its sign as it was printed (“•”, “3.”), and its lines without the sign."""

    box: Box
    marker: str
    lines: tuple[Line, ...]
    depth: int = 0


@dataclass(frozen=True, slots=True)
class ListBlock:
    """Items that follow each other; ordered when their signs count."""

    box: Box
    items: tuple[ListItem, ...]
    ordered: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; without words when it is empty."""

    words: tuple[Word, ...]
    columns: int = 1
    """How many columns it takes."""


@dataclass(frozen=True, slots=True)
class TableBlock:
    """Rows from top to bottom; the columns of each row's cells add up to the same number."""

    box: Box
    rows: tuple[tuple[Cell, ...], ...]
    has_header: bool = False
    """Whether the first row names the columns."""


@dataclass(frozen=True, slots=True)
class PictureBlock:
    """A picture at its place in the page."""

    box: Box
    image: ImageBlock
    alternative: str | None = None
    """The caption beside it; None where there is none."""


Block = TextBlock | HeadingBlock | ListBlock | TableBlock | PictureBlock


@dataclass(frozen=True, slots=True)
class PageLayout:
    """A page and its blocks, in reading order. Every word of the page stands in one block."""

    page: PageResult
    blocks: tuple[Block, ...]
