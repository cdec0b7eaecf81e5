"""A searchable PDF: the pages as they were, with invisible words where the eye sees them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mayfly.domain.pages import PageOrigin, PageResult
from mayfly.engine.invisible_letters import Letters
from mayfly.engine.invisible_text import content_of
from mayfly.engine.loaded_page import OpenDocument
from mayfly.engine.mupdf import pymupdf
from mayfly.engine.page_geometry import seen_to_user_space
from mayfly.engine.pdf_font import FONT_NAME, InvisibleFont, add_invisible_font

_OF_A_REMARK = frozenset(
    {
        *("Type", "Subtype", "Rect", "Contents", "NM", "M", "F", "AP", "AS", "T", "Subj", "RC"),
        *("Border", "BS", "BE", "C", "IC", "CA", "ca", "CreationDate", "DA", "DS", "Q", "Name"),
        *("Open", "State", "StateModel", "L", "LE", "LL", "LLE", "CL", "Cap", "CO", "CP", "IT"),
        *("RD", "QuadPoints", "InkList", "Vertices", "Path", "Sy", "Intent", "FS", "OC"),
        *("Parent", "FT", "Ff", "V", "MK", "IRT", "P", "Popup"),
    }
)
"""What PDF has for how a remark looks and what it says; and what pymupdf itself looks at."""


class Composition:
    """Takes pages one by one, then gives the PDF in pieces.

    Pages whose words came from the file itself, and blank ones, stay as they are. A page that
    was turned upright to be read is turned upright for every reader too (its /Rotate); what
    is drawn on it is not touched. The result has no password, whatever the source had.
    """

    def __init__(self, document: OpenDocument, tessdata: Path, *, excerpt: bool = False) -> None:
        """excerpt: the PDF has only the pages that are added, and nothing of any other."""
        self._excerpt = excerpt
        self._numbers: list[int] = []
        self._document = pymupdf.open(stream=document.to_pdf(), filetype="pdf")
        self._glyphs = tessdata / "pdf.ttf"
        self._font: InvisibleFont | None = None
        self._letters = Letters()
        self._data = b""

    def add(self, page: PageResult) -> None:
        """Lay a recognised page's words over it."""
        self._numbers.append(page.number)
        target = self._document.load_page(page.number - 1)
        if page.turned_degrees:
            target.set_rotation((target.rotation + page.turned_degrees) % 360)
        if page.origin is PageOrigin.RECOGNISED and page.words:
            content = content_of(page, _to_user_space(target, page), FONT_NAME, self._letters)
            self._append(target, content)

    def finish(self) -> int:
        """Write the PDF; return its size in bytes."""
        if self._font is not None:
            self._document.update_stream(self._font.to_unicode, self._letters.to_unicode())
        if self._excerpt:
            self._document = _excerpt(self._document, self._numbers)
        try:
            self._data = self._document.tobytes(encryption=pymupdf.PDF_ENCRYPT_NONE)
        except pymupdf.mupdf.FzErrorBase:
            # Damage in an object that nothing refers to; those are left out then.
            self._data = self._document.tobytes(garbage=1, encryption=pymupdf.PDF_ENCRYPT_NONE)
        return len(self._data)

    def piece(self, offset: int, size: int) -> bytes:
        """Return at most size bytes of the PDF from offset."""
        return self._data[offset : offset + size]

    def _append(self, page: Any, content: bytes) -> None:  # noqa: ANN401
        if self._font is None:
            self._font = add_invisible_font(self._document, self._glyphs)
        page.wrap_contents()
        _add_to_resources(self._document, page.xref, self._font.font)
        xref = self._document.get_new_xref()
        self._document.update_object(xref, "<<>>")
        self._document.update_stream(xref, content)
        streams = [*page.get_contents(), xref]
        listed = " ".join(f"{stream} 0 R" for stream in streams)
        self._document.xref_set_key(page.xref, "Contents", f"[{listed}]")


def _excerpt(document: Any, numbers: list[int]) -> Any:  # noqa: ANN401
    """Return a document of these pages alone.

    A new one, and not the old one with pages taken out: outlines, forms, attachments and
    whatever else hangs on the whole document would tell of the others. Resources that many
    pages share are cut down to what each page shows, for a picture of another page may be there.
    Fields of a form become part of their page: a form is one for all pages, and without it what
    somebody filled in would be seen no more.
    """
    document.bake(annots=False, widgets=True)
    alone = pymupdf.open()
    for number in numbers:
        _cut_remarks_loose(document, document.load_page(number - 1))
        alone.insert_pdf(document, from_page=number - 1, to_page=number - 1, links=False)
    for page in alone:
        page.clean_contents(sanitize=1)
    _forget_other_pages(alone)
    # Without this, what was cut off would still be written.
    return pymupdf.open(stream=alone.tobytes(garbage=3), filetype="pdf")


def _cut_remarks_loose(document: Any, page: Any) -> None:  # noqa: ANN401
    """Leave of a page's remarks what shows them: anything else may lead to whatever there is."""
    for xref, *_ in page.annot_xrefs():
        for key in document.xref_get_keys(xref):
            if key not in _OF_A_REMARK:
                document.xref_set_key(xref, key, "null")


def _forget_other_pages(alone: Any) -> None:  # noqa: ANN401
    """Empty every page that came along because something on a chosen one leads to it.

    An action of a remark (“go to page 7”) names the page itself, and so brings all of it.
    """
    own = {page.xref for page in alone}
    for xref in range(1, alone.xref_length()):
        is_page = alone.xref_get_key(xref, "Type")[1] == "/Page"
        is_page = is_page or alone.xref_get_key(xref, "MediaBox")[0] != "null"
        if is_page and xref not in own:
            alone.update_object(xref, "<<>>")


def _to_user_space(page: Any, result: PageResult) -> Any:  # noqa: ANN401
    """Return the matrix from the result's pixels to the page's own coordinates."""
    rect = page.rect
    scale = pymupdf.Matrix(rect.width / result.width_px, rect.height / result.height_px)
    return scale * seen_to_user_space(page)


def _add_to_resources(document: Any, page_xref: int, font_xref: int) -> None:  # noqa: ANN401
    """Name the font in the page's resources, wherever those are kept.

    Resources may be the page's own, shared through a reference, or inherited from a parent;
    the same holds for the fonts among them.
    """
    owner, path = _resources_of(document, page_xref)
    kind, value = document.xref_get_key(owner, f"{path}/Font" if path else "Font")
    if kind == "xref":
        document.xref_set_key(_number(value), FONT_NAME, f"{font_xref} 0 R")
        return
    where = f"{path}/Font/{FONT_NAME}" if path else f"Font/{FONT_NAME}"
    document.xref_set_key(owner, where, f"{font_xref} 0 R")


def _resources_of(document: Any, page_xref: int) -> tuple[int, str]:  # noqa: ANN401
    """Return the object that holds the page's resources, and the path to them within it."""
    owner, seen = page_xref, set[int]()
    while owner not in seen:
        seen.add(owner)
        kind, value = document.xref_get_key(owner, "Resources")
        if kind == "xref":
            return _number(value), ""
        if kind == "dict":
            return owner, "Resources"
        kind, value = document.xref_get_key(owner, "Parent")
        if kind != "xref":
            break
        owner = _number(value)
    return page_xref, "Resources"


def _number(reference: str) -> int:
    return int(reference.split(maxsplit=1)[0])
