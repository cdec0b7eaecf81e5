"""hOCR: a result as a page of HTML that OCR tools read. Nothing in it comes from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from mayfly.domain.exports import ExportDocument
from mayfly.domain.images import ImageKind
from mayfly.domain.layout import Line, PageLayout, PictureBlock
from mayfly.domain.pages import Box, PageResult, Word
from mayfly.export.arranged import Area, Paragraph, areas_of, union
from mayfly.export.clean import clean, within
from mayfly.export.layouts import Layouts

CAPABILITIES = "ocr_page ocr_carea ocr_par ocr_line ocrx_word ocr_photo ocr_image"

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<title></title>
<meta http-equiv="Content-Type" content="text/html;charset=utf-8" />
<meta name="ocr-system" content="{system}" />
<meta name="ocr-capabilities" content="{capabilities}" />
</head>
<body>
"""


def render_hocr(document: ExportDocument, *, layouts: Layouts, version: str) -> Iterator[bytes]:
    """Yield one page after the other; every word with its box and, if recognised, confidence."""
    system = escape(f"Mayfly {version}")
    yield _HEAD.format(system=system, capabilities=CAPABILITIES).encode()
    for layout in layouts(document.pages, document.images):
        yield "".join(_page(layout)).encode()
    yield b"</body>\n</html>\n"


def _page(layout: PageLayout) -> Iterator[str]:
    page = layout.page
    title = (
        f"bbox 0 0 {page.width_px} {page.height_px}; ppageno {page.number - 1};"
        f" scan_res {page.dpi} {page.dpi}"
    )
    yield f'<div class="ocr_page" id="page_{page.number}" title="{title}">\n'
    for number, area in enumerate(areas_of(layout), 1):
        name = f"{page.number}_{number}"
        if isinstance(area.block, PictureBlock):
            yield _picture(area.block, page, name)
        else:
            yield from _area(area, page, name)
    yield "</div>\n"


def _picture(block: PictureBlock, page: PageResult, name: str) -> str:
    kind = "ocr_photo" if block.image.kind is ImageKind.PHOTO else "ocr_image"
    return f'<div class="{kind}" id="image_{name}" title="{_bbox(block.box, page)}"></div>\n'


def _area(area: Area, page: PageResult, name: str) -> Iterator[str]:
    yield f'<div class="ocr_carea" id="block_{name}" title="{_bbox(area.box, page)}">\n'
    for number, paragraph in enumerate(area.paragraphs, 1):
        yield from _paragraph(paragraph, page, f"{name}_{number}")
    yield "</div>\n"


def _paragraph(lines: Paragraph, page: PageResult, name: str) -> Iterator[str]:
    box = union(line.box for line in lines)
    yield f'<p class="ocr_par" id="par_{name}" title="{_bbox(box, page)}">\n'
    for number, line in enumerate(lines, 1):
        yield _line(line, page, f"{name}_{number}")
    yield "</p>\n"


def _line(line: Line, page: PageResult, name: str) -> str:
    words = "\n".join(
        _word(word, page, f"{name}_{number}") for number, word in enumerate(line.words, 1)
    )
    title = _bbox(line.box, page)
    return f'<span class="ocr_line" id="line_{name}" title="{title}">\n{words}\n</span>\n'


def _word(word: Word, page: PageResult, name: str) -> str:
    sure = "" if word.confidence is None else f"; x_wconf {round(word.confidence)}"
    title = f"{_bbox(word.box, page)}{sure}"
    text = escape(clean(word.text))
    return f'<span class="ocrx_word" id="word_{name}" title="{title}">{text}</span>'


def _bbox(box: Box, page: PageResult) -> str:
    return "bbox {} {} {} {}".format(*within(box, page))
