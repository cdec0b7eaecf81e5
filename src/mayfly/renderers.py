"""Every form of a result that needs no document: export's writers, given what understand finds."""

from __future__ import annotations

from functools import partial

from mayfly.domain.exports import ExportFormat, Renderer
from mayfly.export.formats import render_json, render_text
from mayfly.understand.plain_text import page_text

RENDERERS: dict[str, Renderer] = {
    ExportFormat.TEXT: partial(render_text, page_text=page_text),
    ExportFormat.JSON: partial(render_json, page_text=page_text),
}
