"""ALTO 4: a result as the XML that libraries and archives keep. Units are pixels of each page."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from mayfly.domain.exports import ExportDocument
from mayfly.domain.images import ImageKind
from mayfly.domain.layout import HeadingBlock, Line, ListBlock, PageLayout, PictureBlock, TableBlock
from mayfly.domain.pages import Box, PageResult, Word
from mayfly.export.arranged import Area, Paragraph, areas_of, union
from mayfly.export.clean import clean, within
from mayfly.export.layouts import Layouts

VERSION = "4.2"
"""The oldest of the versions whose words are all that is used here."""

_LEVELS = range(1, 7)
_HYPHENS = ("-", "\u2010", "\u00ad")

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#" SCHEMAVERSION="{schema}">
<Description>
<MeasurementUnit>pixel</MeasurementUnit>
<Processing ID="processing_1">
<processingCategory>contentGeneration</processingCategory>
<processingSoftware>
<softwareName>Mayfly</softwareName>
<softwareVersion>{version}</softwareVersion>
</processingSoftware>
</Processing>
</Description>
<Tags>
{tags}
</Tags>
<Layout>
"""


def render_alto(document: ExportDocument, *, layouts: Layouts, version: str) -> Iterator[bytes]:
    """Yield one Page after the other. No file name and no time stands in it."""
    tags = "\n".join(
        f'<StructureTag ID="heading_{level}" LABEL="heading {level}"/>' for level in _LEVELS
    )
    yield _HEAD.format(schema=VERSION, version=escape(version), tags=tags).encode()
    pages = 0
    for layout in layouts(document.pages, document.images):
        pages += 1
        yield "".join(_page(layout)).encode()
    if not pages:
        # The schema wants one at least.
        yield b'<Page ID="page_0" PHYSICAL_IMG_NR="0"/>\n'
    yield b"</Layout>\n</alto>\n"


def _page(layout: PageLayout) -> Iterator[str]:
    page = layout.page
    sure = "" if page.confidence is None else f' PC="{page.confidence / 100:.4f}"'
    yield (
        f'<Page ID="page_{page.number}" PHYSICAL_IMG_NR="{page.number}"'
        f' WIDTH="{page.width_px}" HEIGHT="{page.height_px}"{sure}'
        ' PROCESSINGREFS="processing_1">\n'
    )
    yield f'<PrintSpace ID="space_{page.number}" {_place(_whole(page), page)}>\n'
    for number, area in enumerate(areas_of(layout), 1):
        yield from _area(area, page, f"{page.number}_{number}")
    yield "</PrintSpace>\n</Page>\n"


def _area(area: Area, page: PageResult, name: str) -> Iterator[str]:
    place = _place(area.box, page)
    match area.block:
        case PictureBlock(image=image):
            kind = "" if image.kind is ImageKind.UNKNOWN else f' TYPE="{image.kind}"'
            yield f'<Illustration ID="illustration_{name}" {place}{kind}/>\n'
        case TableBlock() | ListBlock():
            kind = "table" if isinstance(area.block, TableBlock) else "list"
            yield f'<ComposedBlock ID="composed_{name}" {place} TYPE="{kind}">\n'
            yield from _blocks(area, page, name)
            yield "</ComposedBlock>\n"
        case HeadingBlock(level=level):
            yield from _blocks(area, page, name, f' TAGREFS="heading_{min(max(level, 1), 6)}"')
        case _:
            yield from _blocks(area, page, name)


def _blocks(area: Area, page: PageResult, name: str, tag: str = "") -> Iterator[str]:
    for number, lines in enumerate(area.paragraphs, 1):
        place = _place(union(line.box for line in lines), page)
        own = f"{name}_{number}"
        yield f'<TextBlock ID="block_{own}" {place}{tag}>\n'
        yield from _lines(lines, page, own)
        yield "</TextBlock>\n"


def _lines(lines: Paragraph, page: PageResult, name: str) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        yield f'<TextLine ID="line_{name}_{number}" {_place(line.box, page)}>\n'
        yield from _strings(line, page, is_last=number == len(lines))
        yield "</TextLine>\n"


def _strings(line: Line, page: PageResult, *, is_last: bool) -> Iterator[str]:
    last = len(line.words) - 1
    for index, word in enumerate(line.words):
        text, hyphen = clean(word.text), ""
        if index == last and not is_last:
            text, hyphen = _parted(text)
        yield _string(word, text, page)
        if hyphen:
            yield f"<HYP CONTENT={quoteattr(hyphen)}/>\n"
        elif index != last:
            yield _space(word, line.words[index + 1])


def _parted(text: str) -> tuple[str, str]:
    """Return the word without the hyphen at its end, and the hyphen, at the end of a line.

    It is not said what the whole word is: whether the hyphen belongs to it cannot be seen.
    """
    if text.endswith(_HYPHENS) and text[-2:-1].isalpha():
        return text[:-1], text[-1]
    return text, ""


def _string(word: Word, text: str, page: PageResult) -> str:
    sure = "" if word.confidence is None else f' WC="{word.confidence / 100:.4f}"'
    return f"<String CONTENT={quoteattr(text)} {_place(word.box, page)}{sure}/>\n"


def _space(before: Word, after: Word) -> str:
    gap = after.box.left - before.box.left - before.box.width
    return f'<SP WIDTH="{gap}"/>\n' if gap > 0 else "<SP/>\n"


def _whole(page: PageResult) -> Box:
    return Box(0, 0, page.width_px, page.height_px)


def _place(box: Box, page: PageResult) -> str:
    left, top, right, bottom = within(box, page)
    return f'HPOS="{left}" VPOS="{top}" WIDTH="{right - left}" HEIGHT="{bottom - top}"'
