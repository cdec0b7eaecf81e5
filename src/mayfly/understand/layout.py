"""From a page's words to its blocks, in reading order. Pure: the same words, the same blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from mayfly.domain.images import ImageBlock
from mayfly.domain.layout import (
    Block,
    HeadingBlock,
    Line,
    ListBlock,
    ListItem,
    PageLayout,
    PictureBlock,
    TableBlock,
    TextBlock,
)
from mayfly.domain.pages import Box, PageResult, Word
from mayfly.understand.captions import alternatives, caption_of
from mayfly.understand.headings import Scale, levels_of, scale_of
from mayfly.understand.lines import Paragraph, line_of, paragraphs_of
from mayfly.understand.lists import with_lists
from mayfly.understand.paragraphs import regrouped
from mayfly.understand.reading_order import reading_order
from mayfly.understand.rows import pieces_of, rows_of, tilt_of
from mayfly.understand.tables import FoundTable, tables_of
from mayfly.understand.words import bottom_of, shared_width, union, words_text

__all__ = ["block_text", "caption_of", "document_layout", "document_layouts", "page_layout"]

_MOST_HELD = 32
"""Pages of a document that are held, so that they are not looked at twice; all 480 of one took
70 MB, and collecting garbage among them held up other threads."""

_Part = Paragraph | ListBlock | TableBlock


@dataclass(frozen=True, slots=True)
class _Sketch:
    """A page whose headings are still among its paragraphs."""

    page: PageResult
    parts: tuple[_Part, ...]

    @property
    def paragraphs(self) -> list[Paragraph]:
        return [part for part in self.parts if isinstance(part, tuple)]


def page_layout(page: PageResult, images: Sequence[ImageBlock] = ()) -> PageLayout:
    """Return the page's blocks; every word stands in exactly one of them.

    Heading levels compare the headings of this page only: see document_layout.
    """
    return document_layout([page], {page.number: images})[0]


def document_layout(
    pages: Iterable[PageResult], images_by_page: Mapping[int, Sequence[ImageBlock]]
) -> tuple[PageLayout, ...]:
    """Return the layout of every page; one level of heading means the same on all of them."""
    return tuple(document_layouts(pages, images_by_page))


def document_layouts(
    pages: Iterable[PageResult], images_by_page: Mapping[int, Sequence[ImageBlock]]
) -> Iterator[PageLayout]:
    """Yield what document_layout returns, and hold only some pages of a long document.

    Pages that can be gone through again are, when they are many; an iterator is held whole.
    """
    can_repeat = iter(pages) is not pages
    held: list[_Sketch] = []

    def paragraphs() -> Iterator[Paragraph]:
        for sketch in map(_sketch, pages):
            if not can_repeat or len(held) < _MOST_HELD:
                held.append(sketch)
            yield from sketch.paragraphs

    scale = scale_of(paragraphs())
    later = islice(pages, len(held), None) if len(held) == _MOST_HELD and can_repeat else ()
    for sketch in chain(held, map(_sketch, later)):
        images = images_by_page.get(sketch.page.number, ())
        yield PageLayout(sketch.page, _blocks(sketch, scale, images))


def _sketch(page: PageResult) -> _Sketch:
    paragraphs = paragraphs_of(page.words)
    parts: list[_Part] = []
    plain: list[Paragraph] = []
    for part in _in_order(_with_tables(paragraphs)):
        if isinstance(part, TableBlock):
            parts += [*with_lists(regrouped(plain)), part]
            plain = []
        else:
            plain.append(part)
    return _Sketch(page, (*parts, *with_lists(regrouped(plain))))


def _in_order(parts: Sequence[Paragraph | TableBlock]) -> list[Paragraph | TableBlock]:
    boxes = [_box_of(part) for part in parts]
    return [parts[number] for number in reading_order(boxes)]


def _box_of(part: _Part) -> Box:
    return union([line.box for line in part]) if isinstance(part, tuple) else part.box


def _with_tables(paragraphs: Sequence[Paragraph]) -> list[Paragraph | TableBlock]:
    """Return paragraphs and tables; a table stands where the engine has its first word."""
    lines = [line for paragraph in paragraphs for line in paragraph]
    pieces = pieces_of(lines)
    # What runs up a margin is beside every row, and in none.
    upright = [piece for piece in pieces if not piece.is_turned]
    tables = tables_of(rows_of(upright, tilt_of(lines)))
    taken: dict[int, FoundTable] = {number: one for one in tables for number in one.pieces}
    begun: set[int] = set()
    found: list[Paragraph | TableBlock] = []
    at = number = 0
    for paragraph in paragraphs:
        left: list[Line] = []
        for line in paragraph:
            rest: list[Word] = []
            while at < len(pieces) and pieces[at].line == number:
                table = taken.get(pieces[at].number)
                if table is None:
                    rest += pieces[at].words
                elif id(table) not in begun:
                    begun.add(id(table))
                    if left:
                        found.append(tuple(left))
                    left = []
                    found.append(table.block)
                at += 1
            if rest:
                left.append(line if len(rest) == len(line.words) else line_of(rest))
            number += 1
        if left:
            found.append(tuple(left))
    return found


def _blocks(sketch: _Sketch, scale: Scale, images: Sequence[ImageBlock]) -> tuple[Block, ...]:
    levels = levels_of([part if isinstance(part, tuple) else None for part in sketch.parts], scale)
    blocks: list[Block] = []
    for part, level in zip(sketch.parts, levels, strict=True):
        if not isinstance(part, tuple):
            blocks.append(part)
            continue
        box = _box_of(part)
        blocks.append(TextBlock(box, part) if level is None else HeadingBlock(box, part, level))
    return _with_pictures(blocks, sketch.page, images)


def _with_pictures(
    blocks: Sequence[Block], page: PageResult, images: Sequence[ImageBlock]
) -> tuple[Block, ...]:
    """Put each picture behind the last block that ends above its middle, in its column."""
    behind: dict[int, list[Block]] = {}
    for image, alternative in zip(images, alternatives(page, images), strict=True):
        middle = image.box.top + image.box.height / 2
        above = (
            index
            for index in range(len(blocks) - 1, -1, -1)
            if bottom_of(blocks[index].box) <= middle
            and shared_width(blocks[index].box, image.box) > 0
        )
        place = next(above, -1)
        behind.setdefault(place, []).append(PictureBlock(image.box, image, alternative))
    found = behind.get(-1, [])
    for index, block in enumerate(blocks):
        found += [block, *behind.get(index, [])]
    return tuple(found)


def block_text(block: Block) -> str:
    """Return the block's words as lines; a table's cells are parted by tabs."""
    match block:
        case TextBlock() | HeadingBlock():
            rows = [words_text(line.words) for line in block.lines]
        case ListBlock():
            rows = [_item_text(item) for item in block.items]
        case TableBlock():
            rows = ["\t".join(words_text(cell.words) for cell in row) for row in block.rows]
        case PictureBlock():
            rows = [block.alternative or ""]
    return "\n".join(filter(None, rows))


def _item_text(item: ListItem) -> str:
    texts = (words_text(line.words) for line in item.lines)
    return " ".join(filter(None, (item.marker, *texts)))
