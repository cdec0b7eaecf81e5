"""Every form of a result that needs no document: export's writers, given what understand finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from mayfly.domain.export_errors import NoTables
from mayfly.domain.exports import ExportDocument, ExportFormat, Renderer
from mayfly.domain.images import ImageBlock
from mayfly.domain.layout import PageLayout, TableBlock
from mayfly.domain.pages import PageResult
from mayfly.export.alto import render_alto
from mayfly.export.clipboard_tables import tables_html, tables_tsv
from mayfly.export.csv_files import render_tables, render_words
from mayfly.export.formats import render_markdown, render_text
from mayfly.export.hocr import render_hocr
from mayfly.export.result_json import render_json
from mayfly.services.page_forms import CopiedTables
from mayfly.system.own_version import own_version
from mayfly.understand.flow import flowing
from mayfly.understand.layout import document_layouts, page_layout
from mayfly.understand.layout_text import layout_text
from mayfly.understand.markdown import document_markdown
from mayfly.understand.plain_text import page_text


def page_layouts(
    pages: Iterable[PageResult], images: Mapping[int, Sequence[ImageBlock]]
) -> Iterator[PageLayout]:
    """Yield each page's layout as it comes: for forms that do not name levels of headings."""
    for page in pages:
        yield page_layout(page, images.get(page.number, ()))


def find_tables(pages: Iterable[PageResult]) -> CopiedTables:
    """Return all tables of the pages as a clipboard carries them; NoTables without one."""
    tables = [
        block
        for layout in page_layouts(pages, {})
        for block in layout.blocks
        if isinstance(block, TableBlock)
    ]
    if not tables:
        raise NoTables
    return CopiedTables(tables_html(tables), tables_tsv(tables))


def _render_hocr(document: ExportDocument) -> Iterator[bytes]:
    # Which version this is, is read from a file: not while Mayfly starts.
    return render_hocr(document, layouts=page_layouts, version=own_version())


def _render_alto(document: ExportDocument) -> Iterator[bytes]:
    return render_alto(document, layouts=document_layouts, version=own_version())


def _render_docx(document: ExportDocument) -> Iterator[bytes]:
    # Loading python-docx takes some 50 ms that a start has no use for.
    from mayfly.export.word_processor import render_docx

    return render_docx(document, layouts=document_layouts, flow=flowing)


RENDERERS: dict[str, Renderer] = {
    ExportFormat.TEXT: partial(render_text, page_text=page_text),
    ExportFormat.LAYOUT_TEXT: partial(render_text, page_text=layout_text),
    ExportFormat.MARKDOWN: partial(
        render_markdown, layouts=document_layouts, markdown=document_markdown
    ),
    ExportFormat.JSON: partial(
        render_json, layouts=document_layouts, page_text=page_text, flow=flowing
    ),
    ExportFormat.CSV: partial(render_tables, layouts=page_layouts),
    ExportFormat.WORDS: render_words,
    ExportFormat.HOCR: _render_hocr,
    ExportFormat.ALTO: _render_alto,
    ExportFormat.DOCX: _render_docx,
}
