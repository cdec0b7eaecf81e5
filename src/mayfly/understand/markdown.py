"""A layout as Markdown (CommonMark with the tables of GitHub). Pure.

The document's text stays text: whatever Markdown would read as a sign is escaped, so that no
document can bring a link, a picture, HTML or a heading that is not one on its pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote

from mayfly.domain.images import ImageBlock
from mayfly.domain.layout import (
    Block,
    Cell,
    HeadingBlock,
    ListBlock,
    PageLayout,
    PictureBlock,
    TableBlock,
    TextBlock,
)
from mayfly.understand.flow import flowing
from mayfly.understand.markdown_escapes import escaped
from mayfly.understand.markdown_lists import ListWriter
from mayfly.understand.words import words_text

PictureTarget = Callable[[ImageBlock], str | None]
"""Says where a picture is to be found; None leaves it out."""

_MOST_LEVELS = 6
# What may stand in an address as it is; brackets, quotes and “&” may not.
_SAFE = "/:?=+,;@~#!$%*._-"


def no_picture(_image: ImageBlock) -> None:
    """Leave every picture out."""


def page_markdown(layout: PageLayout, target: PictureTarget = no_picture) -> str:
    """Return the page as Markdown, with no line end at the end; "" for an empty page."""
    return "\n\n".join(_Writer(target).parts(layout))


def document_markdown(
    layouts: Iterable[PageLayout], target: PictureTarget = no_picture
) -> Iterator[str]:
    """Yield the document as Markdown piece by piece; an empty line parts blocks and pages."""
    writer = _Writer(target)
    before = ""
    for layout in layouts:
        for part in writer.parts(layout):
            yield f"{before}{part}\n"
            before = "\n"


class _Writer:
    """Writes block after block; knows the list before, for two lists must not run together."""

    def __init__(self, target: PictureTarget) -> None:
        self._target = target
        self._lists = ListWriter()

    def parts(self, layout: PageLayout) -> Iterator[str]:
        for block in layout.blocks:
            part = self._block(block)
            if part:
                if not isinstance(block, ListBlock):
                    self._lists.interrupt()
                yield part

    def _block(self, block: Block) -> str:
        match block:
            case TextBlock():
                return escaped(flowing(block.lines), begins_line=True)
            case HeadingBlock():
                return _heading(block)
            case ListBlock():
                return self._lists.write(block)
            case TableBlock():
                return _table(block)
            case PictureBlock():
                return self._picture(block)

    def _picture(self, block: PictureBlock) -> str:
        target = self._target(block.image)
        if target is None:
            return ""
        address = quote(target, safe=_SAFE + "&").replace("&", "&amp;")
        return f"![{escaped(block.alternative or '')}]({address})"


def _heading(block: HeadingBlock) -> str:
    # A reader drops number signs at the end of a heading.
    text = escaped(flowing(block.lines)).replace("#", "\\#")
    level = min(max(block.level, 1), _MOST_LEVELS)
    return f"{'#' * level} {text}" if text else ""


def _table(block: TableBlock) -> str:
    rows = [_cells(row) for row in block.rows]
    if not any(any(row) for row in rows):
        return ""
    width = max(len(row) for row in rows)
    head = rows.pop(0) if block.has_header else [""] * width
    lines = [head, ["---"] * width, *rows]
    return "\n".join(_row(row + [""] * (width - len(row))) for row in lines)


def _cells(row: Iterable[Cell]) -> list[str]:
    cells = []
    for cell in row:
        cells += [escaped(words_text(cell.words)), *[""] * (cell.columns - 1)]
    return cells


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
