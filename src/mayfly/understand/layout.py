"""From a page's words to its blocks, in reading order. Pure: the same words, the same blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mayfly.domain.images import ImageBlock
from mayfly.domain.layout import (
    Block,
    HeadingBlock,
    ListBlock,
    PageLayout,
    PictureBlock,
    TableBlock,
    TextBlock,
)
from mayfly.domain.pages import PageResult
from mayfly.understand.lines import paragraphs_of
from mayfly.understand.words import union, words_text


def page_layout(page: PageResult, images: Sequence[ImageBlock] = ()) -> PageLayout:
    """Return the page's blocks; every word stands in exactly one of them.

    Heading levels compare the headings of this page only: see document_layout.
    """
    return document_layout([page], {page.number: images})[0]


def document_layout(
    pages: Iterable[PageResult], images_by_page: Mapping[int, Sequence[ImageBlock]]
) -> tuple[PageLayout, ...]:
    """Return the layout of every page; one level of heading means the same on all of them."""
    return tuple(_layout_of(page, images_by_page.get(page.number, ())) for page in pages)


def _layout_of(page: PageResult, images: Sequence[ImageBlock]) -> PageLayout:
    blocks: list[Block] = [
        TextBlock(union([line.box for line in lines]), lines) for lines in paragraphs_of(page.words)
    ]
    blocks += [PictureBlock(image.box, image, caption_of(page, image)) for image in images]
    return PageLayout(page, tuple(blocks))


def caption_of(page: PageResult, image: ImageBlock) -> str | None:
    """Return the caption that stands beside a picture; None where none clearly does."""
    return None


def block_text(block: Block) -> str:
    """Return the block's words as lines; a table's cells are parted by tabs."""
    match block:
        case TextBlock() | HeadingBlock():
            rows = [words_text(line.words) for line in block.lines]
        case ListBlock():
            rows = [
                " ".join(
                    filter(None, (item.marker, *(words_text(one.words) for one in item.lines)))
                )
                for item in block.items
            ]
        case TableBlock():
            rows = ["\t".join(words_text(cell.words) for cell in row) for row in block.rows]
        case PictureBlock():
            rows = [block.alternative or ""]
    return "\n".join(filter(None, rows))
