"""A result as a .docx: headings, paragraphs, lists and tables to go on writing with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from mayfly.domain.exports import ExportDocument
from mayfly.domain.layout import (
    Block,
    Cell,
    HeadingBlock,
    ListBlock,
    ListItem,
    PageLayout,
    PictureBlock,
    TableBlock,
    TextBlock,
)
from mayfly.domain.pages import PageResult
from mayfly.export.clean import clean, clean_words, points
from mayfly.export.docx_package import empty_document, packed
from mayfly.export.layouts import Flow, Layouts

Element = Any
"""An element of python-docx's tree, which has no types."""

_MOST_LEVELS = 6
_DEEPEST = 2
"""The template has styles for lists of three depths."""
_NUMBER = re.compile(r"\(?(\d{1,9})[.)]?")
_A4 = (595.0, 842.0)
_SMALLEST_PT, _LARGEST_PT = 216.0, 1584.0
"""Word takes pages up to 22 inches; a text in one narrower than 3 inches cannot be read."""
_MARGIN_PT = 57.0


def render_docx(document: ExportDocument, *, layouts: Layouts, flow: Flow) -> Iterator[bytes]:
    """Yield the file once all pages are in it. Pictures are not: they are files of their own."""
    writer = _Writer(flow)
    for layout in layouts(document.pages, document.images):
        writer.add(layout)
    yield from packed(writer.finished())


class _Writer:
    """Appends to one document's body.

    Elements are made here and not by python-docx's own methods, which look through the whole
    body for every paragraph: a document of 480 pages would take minutes.
    """

    def __init__(self, flow: Flow) -> None:
        self._document = empty_document()
        self._flow = flow
        self._end = self._document.element.body.sectPr
        self._pages = 0
        self._breaks = False
        self._after_table = False

    def add(self, layout: PageLayout) -> None:
        """Add a page; it begins on a new one."""
        if not self._pages:
            _set_page(self._document, layout.page)
        self._pages += 1
        if self._pages > 1 and self._breaks:
            # The page before had nothing on it.
            self._paragraph("")
        self._breaks = self._pages > 1
        for block in layout.blocks:
            self._block(block)

    def finished(self) -> Document:
        """Return the document; nothing may be added any more."""
        if self._breaks or self._after_table:
            # The last page is empty, or a table ends it: Word wants a paragraph there.
            self._paragraph("")
        return self._document

    def _block(self, block: Block) -> None:
        match block:
            case TextBlock():
                self._text(self._flow(block.lines))
            case HeadingBlock():
                level = min(max(block.level, 1), _MOST_LEVELS)
                self._text(self._flow(block.lines), style=f"Heading{level}")
            case ListBlock():
                self._list(block)
            case TableBlock():
                self._table(block)
            case PictureBlock():
                pass

    def _text(self, text: str, **others: Any) -> None:  # noqa: ANN401
        if shown := clean(text):
            self._paragraph(shown, **others)

    def _paragraph(self, text: str, *, style: str = "", number: int = 0, depth: int = 0) -> None:
        properties = []
        if style:
            properties.append(_element("w:pStyle", style))
        if self._breaks:
            properties.append(_element("w:pageBreakBefore"))
        if number:
            properties.append(
                _element("w:numPr", None, _element("w:ilvl", 0), _element("w:numId", number))
            )
        if depth:
            indent = _element("w:ind")
            indent.set(qn("w:left"), str(720 * (depth + 1)))
            properties.append(indent)
        self._append(_text_paragraph(text, *properties))
        self._breaks = self._after_table = False

    def _append(self, element: Element) -> None:
        self._end.addprevious(element)

    def _list(self, block: ListBlock) -> None:
        first = _first_number(block)
        number = 0 if first is None else self._numbering(first)
        for item in block.items:
            text = clean(self._flow(item.lines))
            depth = min(max(item.depth, 0), _DEEPEST)
            if number:
                self._paragraph(text, style="ListNumber", number=number)
            elif _is_bullet(item):
                self._paragraph(text, style=f"ListBullet{depth + 1}" if depth else "ListBullet")
            else:
                # A sign that Word would not count the same way stays as it was printed.
                marked = f"{clean(item.marker)} {text}".strip()
                self._paragraph(marked, style="ListParagraph", depth=depth)

    def _numbering(self, first: int) -> int:
        """Return a numbering of its own for a list, which begins with this number."""
        numbering = self._document.part.numbering_part.element
        style = self._document.styles["List Number"].element
        usual = numbering.num_having_numId(style.pPr.numPr.numId.val)
        own = numbering.add_num(usual.abstractNumId.val)
        own.add_lvlOverride(ilvl=0).add_startOverride(first)
        return int(own.numId)

    def _table(self, block: TableBlock) -> None:
        if self._breaks or self._after_table:
            # A table cannot begin a page itself, and two tables that touch become one.
            self._paragraph("")
        columns = max((sum(cell.columns for cell in row) for row in block.rows), default=0)
        if columns:
            self._append(_table(block, columns))
            self._after_table = True


def _set_page(document: Document, page: PageResult) -> None:
    """Make pages as large as the first one was."""
    sizes = (points(page.width_px, page), points(page.height_px, page))
    if not all(_SMALLEST_PT <= one <= _LARGEST_PT for one in sizes):
        sizes = _A4
    section = document.sections[0]
    section.page_width, section.page_height = Pt(sizes[0]), Pt(sizes[1])
    section.left_margin = section.right_margin = Pt(_MARGIN_PT)
    section.top_margin = section.bottom_margin = Pt(_MARGIN_PT)


def _table(block: TableBlock, columns: int) -> Element:
    properties = _element("w:tblPr", None, _element("w:tblStyle", "TableGrid"))
    width = _element("w:tblW")
    width.set(qn("w:w"), "0")
    width.set(qn("w:type"), "auto")
    properties.append(width)
    grid = _element("w:tblGrid", None, *(_element("w:gridCol") for _ in range(columns)))
    rows = [
        _row(row, columns, is_head=block.has_header and index == 0)
        for index, row in enumerate(block.rows)
    ]
    return _element("w:tbl", None, properties, grid, *rows)


def _row(row: Sequence[Cell], columns: int, *, is_head: bool) -> Element:
    made = _element("w:tr")
    if is_head:
        made.append(_element("w:trPr", None, _element("w:tblHeader")))
    for cell in row:
        made.append(_cell(clean_words(cell.words), cell.columns, is_bold=is_head))
    for _ in range(columns - sum(cell.columns for cell in row)):
        made.append(_cell("", 1))
    return made


def _cell(text: str, columns: int, *, is_bold: bool = False) -> Element:
    properties = _element("w:tcPr")
    width = _element("w:tcW")
    width.set(qn("w:w"), "0")
    width.set(qn("w:type"), "auto")
    properties.append(width)
    if columns > 1:
        properties.append(_element("w:gridSpan", columns))
    return _element("w:tc", None, properties, _text_paragraph(text, is_bold=is_bold))


def _text_paragraph(text: str, *properties: Element, is_bold: bool = False) -> Element:
    made = _element("w:p")
    if properties:
        made.append(_element("w:pPr", None, *properties))
    if text:
        run = _element("w:r")
        if is_bold:
            run.append(_element("w:rPr", None, _element("w:b")))
        words = _element("w:t")
        words.text = text
        run.append(words)
        made.append(run)
    return made


def _element(name: str, value: object = None, *children: Element) -> Element:
    """Return a new element of WordprocessingML with its value and its children."""
    made = OxmlElement(name)
    if value is not None:
        made.set(qn("w:val"), str(value))
    for child in children:
        made.append(child)
    return made


def _first_number(block: ListBlock) -> int | None:
    """Return the first item's number if the items count up by one, as Word would; else None."""
    found = [_NUMBER.fullmatch(item.marker) for item in block.items]
    values = [int(one.group(1)) for one in found if one]
    counts = all(after == before + 1 for before, after in pairwise(values))
    is_flat = not any(item.depth for item in block.items)
    return values[0] if values and len(values) == len(found) and counts and is_flat else None


def _is_bullet(item: ListItem) -> bool:
    return len(item.marker) == 1 and not item.marker.isalnum()
