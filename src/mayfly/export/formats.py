"""Results as text and as Markdown, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

from mayfly.domain.exports import ExportDocument
from mayfly.domain.images import ImageBlock
from mayfly.export.layouts import Layouts, Markdown, PageText

PAGE_END = "\f"


def render_text(document: ExportDocument, *, page_text: PageText) -> Iterator[bytes]:
    """Yield UTF-8 text: each page ends with a line end, and a form feed parts two pages."""
    before = ""
    for page in document.pages:
        yield f"{before}{page_text(page.words)}\n".encode()
        before = PAGE_END


def render_markdown(
    document: ExportDocument, *, layouts: Layouts, markdown: Markdown
) -> Iterator[bytes]:
    """Yield CommonMark. A picture stands in it when there is a link to it, until that ends."""

    def target(image: ImageBlock) -> str | None:
        link = document.links.get(image.image_id)
        return link.url if link else None

    for piece in markdown(layouts(document.pages, document.images), target):
        yield piece.encode()
