"""Results as text and as JSON, page by page, so that a long document is never whole in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mayfly.domain.exports import ExportDocument
from mayfly.domain.pages import PageResult, Word

PageText = Callable[[Sequence[Word]], str]
"""Makes the text of a page from its words (understand.plain_text.page_text)."""

SCHEMA_VERSION = 1


def render_text(document: ExportDocument, *, page_text: PageText) -> Iterator[bytes]:
    """Yield UTF-8 text: each page ends with a line end, and a form feed parts two pages."""
    before = ""
    for page in document.pages:
        yield f"{before}{page_text(page.words)}\n".encode()
        before = "\f"


def render_json(document: ExportDocument, *, page_text: PageText) -> Iterator[bytes]:
    """Yield one JSON document in the schema of resources/result.schema.json."""
    job_id = json.dumps(document.job.job_id if document.job else None)
    yield f'{{"version": {SCHEMA_VERSION}, "job": {job_id}, "pages": ['.encode()
    before = "\n"
    for page in document.pages:
        shape = json.dumps(_page(page, page_text), ensure_ascii=False)
        yield f"{before}{shape}".encode()
        before = ",\n"
    yield b"\n]}\n"


def _page(page: PageResult, page_text: PageText) -> dict[str, Any]:
    return {
        "number": page.number,
        "width_px": page.width_px,
        "height_px": page.height_px,
        "dpi": page.dpi,
        "origin": page.origin.value,
        "turned_degrees": page.turned_degrees,
        "confidence": page.confidence,
        "text": page_text(page.words),
        "words": [_word(word) for word in page.words],
    }


def _word(word: Word) -> dict[str, Any]:
    return {
        "text": word.text,
        "left": word.box.left,
        "top": word.box.top,
        "width": word.box.width,
        "height": word.box.height,
        "confidence": word.confidence,
        "block": word.block,
        "paragraph": word.paragraph,
        "line": word.line,
    }
