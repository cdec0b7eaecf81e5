"""Results as JSON in the schema of resources/result.schema.json; docs/formats.md explains it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mayfly.domain.audit_record import stamp_of
from mayfly.domain.exports import ExportDocument, ImageLink
from mayfly.domain.images import ImageId
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
from mayfly.export.clean import clean_words, points
from mayfly.export.layouts import Flow, Layouts, PageText

SCHEMA_VERSION = 2

Shape = dict[str, Any]


def render_json(
    document: ExportDocument, *, layouts: Layouts, page_text: PageText, flow: Flow
) -> Iterator[bytes]:
    """Yield one JSON document, a page at a time."""
    job_id = json.dumps(document.job.job_id if document.job else None)
    yield f'{{"version": {SCHEMA_VERSION}, "job": {job_id}, "pages": ['.encode()
    before = "\n"
    for layout in layouts(document.pages, document.images):
        shape = _Shaper(layout, document.links, flow).shape(page_text)
        yield f"{before}{json.dumps(shape, ensure_ascii=False)}".encode()
        before = ",\n"
    yield b"\n]}\n"


class _Shaper:
    """Makes the JSON of one page."""

    def __init__(self, layout: PageLayout, links: Mapping[ImageId, ImageLink], flow: Flow) -> None:
        self._layout = layout
        self._page = layout.page
        self._links = links
        self._flow = flow
        self._places = {id(word): index for index, word in enumerate(layout.page.words)}

    def shape(self, page_text: PageText) -> Shape:
        page = self._page
        return {
            "number": page.number,
            "width_px": page.width_px,
            "height_px": page.height_px,
            "width_pt": points(page.width_px, page),
            "height_pt": points(page.height_px, page),
            "dpi": page.dpi,
            "origin": page.origin.value,
            "turned_degrees": page.turned_degrees,
            "confidence": page.confidence,
            "text": page_text(page.words),
            "blocks": [self._block(block) for block in self._layout.blocks],
            "words": [self._word(word) for word in page.words],
        }

    def _word(self, word: Word) -> Shape:
        return {
            "text": word.text,
            **self._boxes(word.box),
            "confidence": word.confidence,
            "block": word.block,
            "paragraph": word.paragraph,
            "line": word.line,
        }

    def _boxes(self, box: Box) -> Shape:
        sides = {"left": box.left, "top": box.top, "width": box.width, "height": box.height}
        return {**sides, "points": {name: points(one, self._page) for name, one in sides.items()}}

    def _block(self, block: Block) -> Shape:
        boxes = self._boxes(block.box)
        match block:
            case TextBlock():
                return {"type": "text", **boxes, **self._lines(block.lines)}
            case HeadingBlock():
                return {
                    "type": "heading",
                    **boxes,
                    "level": block.level,
                    **self._lines(block.lines),
                }
            case ListBlock():
                items = [self._item(item) for item in block.items]
                return {"type": "list", **boxes, "ordered": block.ordered, "items": items}
            case TableBlock():
                rows = [[self._cell(cell) for cell in row] for row in block.rows]
                return {"type": "table", **boxes, "has_header": block.has_header, "rows": rows}
            case PictureBlock():
                return {"type": "image", **boxes, **self._picture(block)}

    def _lines(self, lines: tuple[Line, ...]) -> Shape:
        return {
            "text": self._flow(lines),
            "lines": [
                {**self._boxes(line.box), "words": self._indices(line.words)} for line in lines
            ],
        }

    def _item(self, item: ListItem) -> Shape:
        return {
            **self._boxes(item.box),
            "marker": item.marker,
            "depth": item.depth,
            **self._lines(item.lines),
        }

    def _cell(self, cell: Cell) -> Shape:
        return {
            "text": clean_words(cell.words),
            "columns": cell.columns,
            "words": self._indices(cell.words),
        }

    def _picture(self, block: PictureBlock) -> Shape:
        image = block.image
        link = self._links.get(image.image_id)
        return {
            "id": str(image.image_id),
            "page": image.image_id.page,
            "width_px": image.width_px,
            "height_px": image.height_px,
            "kind": image.kind.value,
            "media_type": image.image_type.value,
            "size_bytes": image.size_bytes,
            "alternative": block.alternative,
            **({"link": _link(link)} if link else {}),
        }

    def _indices(self, words: Iterable[Word]) -> list[int]:
        """Return which of the page's words these are; a part of a word is none of them."""
        return [self._places[id(word)] for word in words if id(word) in self._places]


def _link(link: ImageLink) -> Shape:
    return {"url": link.url, "expires_at": stamp_of(link.expires_at)}
