"""A page's words, each exactly once, in the blocks that the layout puts them into.

A layout takes signs off list items and may part words; formats that hold every word with its
box need them as they were read. Words of nothing that can be written are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from mayfly.domain.layout import (
    Block,
    Cell,
    HeadingBlock,
    Line,
    ListBlock,
    ListItem,
    PageLayout,
    PictureBlock,
    TableBlock,
    TextBlock,
)
from mayfly.domain.pages import Box, Word
from mayfly.export.clean import clean

Paragraph = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A block and its words: a paragraph for a text, for each item, or for each cell.

    Cells without words have no paragraph, and a picture has none. block is None for words that
    the layout has in no block.
    """

    block: Block | None
    box: Box
    paragraphs: tuple[Paragraph, ...]


def areas_of(layout: PageLayout) -> list[Area]:
    """Return the page's areas in reading order."""
    own = {id(word) for word in layout.page.words if clean(word.text)}
    placed = {id(word) for block in layout.blocks for word in _words_of(block)}
    missing = own - placed
    loose = [word for word in layout.page.words if id(word) in missing]
    areas = []
    for block in layout.blocks:
        paragraphs = tuple(
            kept
            for one in _paragraphs(block, loose)
            if (kept := tuple(line for raw in one if (line := _only(raw, own)) is not None))
        )
        if paragraphs or isinstance(block, PictureBlock):
            areas.append(Area(block, block.box, paragraphs))
    if loose:
        lines = tuple(lines_of(loose))
        areas.append(Area(None, union(line.box for line in lines), (lines,)))
    return areas


def lines_of(words: Iterable[Word]) -> list[Line]:
    """Return words as the lines that the reader saw; words that follow each other in one line."""
    groups = groupby(words, key=lambda word: (word.block, word.paragraph, word.line))
    return [_line(tuple(members)) for _, members in groups]


def union(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around some boxes, which are at least one."""
    some = list(boxes)
    left, top = min(box.left for box in some), min(box.top for box in some)
    right = max(box.left + box.width for box in some)
    bottom = max(box.top + box.height for box in some)
    return Box(left, top, right - left, bottom - top)


def item_lines(item: ListItem, loose: list[Word]) -> list[Line]:
    """Return an item's lines with its sign's words in front, which are taken out of loose."""
    first = item.lines[0].box if item.lines else item.box
    signs = [word for word in loose if _is_beside(word.box, item.box, first)]
    if not signs:
        return list(item.lines)
    loose[:] = [word for word in loose if all(word is not sign for sign in signs)]
    words = (*signs, *(item.lines[0].words if item.lines else ()))
    return [_line(words), *item.lines[1:]]


def _words_of(block: Block) -> list[Word]:
    match block:
        case TextBlock() | HeadingBlock():
            lines: Sequence[Line] = block.lines
        case ListBlock():
            lines = [line for item in block.items for line in item.lines]
        case TableBlock():
            return [word for row in block.rows for cell in row for word in cell.words]
        case PictureBlock():
            lines = ()
    return [word for line in lines for word in line.words]


def _paragraphs(block: Block, loose: list[Word]) -> list[Sequence[Line]]:
    match block:
        case TextBlock() | HeadingBlock():
            return [block.lines]
        case ListBlock():
            return [item_lines(item, loose) for item in block.items]
        case TableBlock():
            return [_cell_lines(cell) for row in block.rows for cell in row]
        case PictureBlock():
            return []


def _cell_lines(cell: Cell) -> list[Line]:
    return lines_of(cell.words)


def _only(line: Line, own: set[int]) -> Line | None:
    """Return the line with the page's own words only; None when none is left."""
    words = tuple(word for word in line.words if id(word) in own)
    if len(words) == len(line.words):
        return line
    return _line(words) if words else None


def _line(words: tuple[Word, ...]) -> Line:
    return Line(union(word.box for word in words), words)


def _is_beside(box: Box, item: Box, first: Box) -> bool:
    """Return whether a word's middle lies in the item, at the height of its first line."""
    middle, centre = box.left + box.width / 2, box.top + box.height / 2
    in_item = item.left <= middle <= item.left + item.width
    return in_item and first.top <= centre <= first.top + first.height
