"""A made-up document with every kind of block, laid out by hand, and how it is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from mayfly.domain.exports import ExportDocument, ExportFormat, ImageLink
from mayfly.domain.images import ImageBlock, ImageId, ImageKind, ImageType
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
from mayfly.domain.pages import Box, PageOrigin, PageResult, Word
from mayfly.export.alto import render_alto
from mayfly.export.csv_files import render_tables, render_words
from mayfly.export.formats import render_markdown, render_text
from mayfly.export.hocr import render_hocr
from mayfly.export.result_json import render_json
from mayfly.export.word_processor import render_docx
from mayfly.understand.flow import flowing
from mayfly.understand.markdown import document_markdown
from mayfly.understand.plain_text import page_text

WIDTH, HEIGHT, DPI = 1240, 1754, 150
PHOTO = ImageBlock(
    ImageId(1, 1), Box(600, 900, 300, 200), 640, 480, ImageKind.PHOTO, ImageType.JPEG, 12_345
)
LOGO = ImageBlock(
    ImageId(1, 2), Box(900, 20, 90, 90), 90, 90, ImageKind.UNKNOWN, ImageType.PNG, 999
)
LINK = ImageLink("https://store.example/a?b=c&d", datetime(2026, 1, 5, 12, 0, tzinfo=UTC))


class Paper:
    """Puts words on a page, line below line, and remembers them in reading order."""

    def __init__(self, number: int = 1, origin: PageOrigin = PageOrigin.RECOGNISED) -> None:
        self.number = number
        self.words: list[Word] = []
        self._origin = origin
        self._block = -1
        self._top = 100

    def block(self, *lines: str) -> tuple[Line, ...]:
        """Write lines that belong together."""
        self._block += 1
        return tuple(self._line(text, number) for number, text in enumerate(lines))

    def page(self, **others: int) -> PageResult:
        size = {"width_px": WIDTH, "height_px": HEIGHT, "dpi": DPI} | others
        return PageResult(number=self.number, origin=self._origin, words=tuple(self.words), **size)

    def _line(self, text: str, number: int) -> Line:
        left, words = 100, []
        for one in text.split(" "):
            width = 12 * max(1, len(one))
            sure = 91.5 if self._origin is PageOrigin.RECOGNISED else None
            words.append(Word(one, Box(left, self._top, width, 24), sure, self._block, 0, number))
            left += width + 12
        self.words += words
        self._top += 40
        return Line(Box(100, self._top - 40, left - 112, 24), tuple(words))


def hull(lines: Sequence[Line]) -> Box:
    right = max(line.box.left + line.box.width for line in lines)
    bottom = max(line.box.top + line.box.height for line in lines)
    left, top = min(line.box.left for line in lines), min(line.box.top for line in lines)
    return Box(left, top, right - left, bottom - top)


def heading(lines: tuple[Line, ...], level: int = 1) -> HeadingBlock:
    return HeadingBlock(hull(lines), lines, level)


def text(lines: tuple[Line, ...]) -> TextBlock:
    return TextBlock(hull(lines), lines)


def listing(lines: tuple[Line, ...], *, ordered: bool = False) -> ListBlock:
    """Make an item of each line; its first word is the sign."""
    items = tuple(
        ListItem(line.box, line.words[0].text, (Line(hull_of(line), line.words[1:]),))
        for line in lines
    )
    return ListBlock(hull(lines), items, ordered)


def hull_of(line: Line) -> Box:
    first = line.words[1].box
    return Box(first.left, first.top, line.box.left + line.box.width - first.left, 24)


def table(lines: tuple[Line, ...], *, columns: int, has_header: bool = True) -> TableBlock:
    """Make a row of each line and a cell of each word; a row that is too short is one cell."""
    rows = tuple(
        tuple(Cell((word,)) for word in line.words)
        if len(line.words) == columns
        else (Cell(line.words, columns),)
        for line in lines
    )
    return TableBlock(hull(lines), rows, has_header)


def first_page() -> PageLayout:
    paper = Paper()
    blocks: list[Block] = [
        heading(paper.block("Yearly report")),
        text(paper.block("The harbour wall was re-", "paired by Ada & Son <sons>.")),
        listing(paper.block("• rope", "• tar")),
        listing(paper.block("3. first", "4. second"), ordered=True),
        listing(paper.block("a) odd", "b) end")),
        table(
            paper.block("Item Price Note", "Rope -12,50 =1+1", "+49-30-123 @you -x", "Total"),
            columns=3,
        ),
        heading(paper.block("Größe und Maß"), 2),
        PictureBlock(PHOTO.box, PHOTO, "The wall in spring"),
        PictureBlock(LOGO.box, LOGO),
    ]
    return PageLayout(paper.page(), tuple(blocks))


def second_page() -> PageLayout:
    paper = Paper(2, PageOrigin.TEXT_LAYER)
    blocks: list[Block] = [
        table(paper.block("a b", "c d"), columns=2, has_header=False),
        table(paper.block("Ελλάδα Київ"), columns=2, has_header=False),
        text(paper.block("Příliš žluťoučký")),
    ]
    return PageLayout(paper.page(width_px=800, height_px=600, dpi=72), tuple(blocks))


def blank_page() -> PageLayout:
    return PageLayout(PageResult(3, 1240, 1754, 150, PageOrigin.BLANK, ()), ())


def sample() -> tuple[PageLayout, ...]:
    return first_page(), second_page(), blank_page()


def given(
    layouts: Sequence[PageLayout],
) -> Callable[[Iterable[PageResult], Mapping[int, Sequence[ImageBlock]]], Iterable[PageLayout]]:
    """Return a finder of layouts that knows these ones."""
    known = {layout.page.number: layout for layout in layouts}
    return lambda pages, _images: (known[page.number] for page in pages)


def written(
    file_format: ExportFormat, layouts: Sequence[PageLayout] | None = None, *, links: bool = False
) -> bytes:
    """Return the file of some pages, laid out as they are here."""
    chosen = sample() if layouts is None else layouts
    document = ExportDocument(
        None,
        iter([layout.page for layout in chosen]),
        images={1: (PHOTO, LOGO)},
        links={PHOTO.image_id: LINK} if links else {},
    )
    found = given(chosen)
    renderers = {
        ExportFormat.TEXT: partial(render_text, page_text=page_text),
        ExportFormat.MARKDOWN: partial(render_markdown, layouts=found, markdown=document_markdown),
        ExportFormat.JSON: partial(render_json, layouts=found, page_text=page_text, flow=flowing),
        ExportFormat.CSV: partial(render_tables, layouts=found),
        ExportFormat.WORDS: render_words,
        ExportFormat.HOCR: partial(render_hocr, layouts=found, version="1.2.3"),
        ExportFormat.ALTO: partial(render_alto, layouts=found, version="1.2.3"),
        ExportFormat.DOCX: partial(render_docx, layouts=found, flow=flowing),
    }
    return b"".join(renderers[file_format](document))
