"""PDFs: opened from memory, each page as its own text, its own image, or rendered.

JavaScript, attachments, links and actions are never followed: nothing here asks for them.
"""

from __future__ import annotations

import stringprep
import unicodedata
from typing import Any

import numpy as np
from PIL import Image

from mayfly.domain.document_errors import (
    NoPages,
    PageTooLarge,
    PasswordNeeded,
    PasswordWrong,
    TooManyPages,
)
from mayfly.domain.limits import Limits
from mayfly.domain.pages import Box
from mayfly.engine.drawn_images import PageSpace
from mayfly.engine.loaded_page import VIEW_DPI, VIEW_SIDE_PX, Gray, LoadedPage, page_dpi
from mayfly.engine.mupdf import pymupdf
from mayfly.engine.pdf_pictures import embedded_in
from mayfly.engine.pdf_scan import scan_of
from mayfly.engine.pictures import Embedded
from mayfly.engine.pixels import crop_of, shrink, to_gray
from mayfly.engine.text_layer import read_text_layer

_HEADER = b"%PDF-"
_HEADER_WITHIN = 1_024
_POINTS_PER_INCH = 72


def is_pdf(data: bytes) -> bool:
    """Tell whether the bytes begin like a PDF; readers allow for some bytes before it."""
    return _HEADER in data[:_HEADER_WITHIN]


class PdfDocument:
    """A PDF file. Raises a DocumentError on opening; MuPDF's own failures come through."""

    def __init__(self, data: bytes, password: str | None, limits: Limits) -> None:
        self._limits = limits
        self._document = pymupdf.open(stream=data, filetype="pdf")
        _unlock(self._document, password)
        pages = self._document.page_count
        if pages < 1:
            raise NoPages
        if pages > limits.pages:
            raise TooManyPages
        self._pages = int(pages)

    @property
    def page_count(self) -> int:
        """Number of pages."""
        return self._pages

    def load(self, number: int, *, take_text: bool) -> LoadedPage:
        """Return a page, upright as its /Rotate says."""
        # What MuPDF kept of the page before: 336 MB after 80 scans, so 52 MB for good.
        pymupdf.TOOLS.store_shrink(100)
        page = self._document.load_page(number - 1)
        rect = page.rect
        dpi = page_dpi(
            rect.width / _POINTS_PER_INCH,
            rect.height / _POINTS_PER_INCH,
            most_pixels=self._limits.render_pixels,
            most_side=self._limits.side_pixels,
        )
        if dpi < 1:
            raise PageTooLarge
        words = read_text_layer(page, dpi) if take_text else None
        scan = None if words is not None else scan_of(self._document, page, self._limits)
        if scan is not None:
            return _from_scan(scan, rect)
        width = max(1, round(rect.width * dpi / _POINTS_PER_INCH))
        height = max(1, round(rect.height * dpi / _POINTS_PER_INCH))
        view = _render_view(page)
        return LoadedPage(
            width,
            height,
            dpi,
            words,
            view,
            gray=lambda: _render_gray(page, width, height),
            crop=lambda box: _render_part(page, width, height, box),
            embedded=lambda turned: self._embedded(page, PageSpace(width, height, dpi), turned),
        )

    def _embedded(self, page: Any, space: PageSpace, turned: int) -> Embedded:  # noqa: ANN401
        return embedded_in(page, space.turned(turned), self._limits)

    def to_pdf(self) -> bytes:
        """Return the PDF without its password; pages, forms and attachments as they are."""
        data: bytes = self._document.tobytes(encryption=pymupdf.PDF_ENCRYPT_NONE)
        return data


def _unlock(document: Any, password: str | None) -> None:  # noqa: ANN401 - MuPDF is untyped
    """Open the lock; an empty user password, the commonest lock of all, needs no asking."""
    if not document.needs_pass or document.authenticate(""):
        return
    if password is None:
        raise PasswordNeeded
    for tried in dict.fromkeys((password, _prepared(password))):
        try:
            if document.authenticate(tried):
                return
        except (UnicodeError, ValueError):
            continue
    raise PasswordWrong


def _prepared(password: str) -> str:
    """Return the password as SASLprep (RFC 4013) has it, which PDF 2.0 asks for, MuPDF does not do.

    What is forbidden there is not looked for: such a password opens nothing.
    """
    mapped = (
        " " if stringprep.in_table_c12(letter) else letter
        for letter in password
        if not stringprep.in_table_b1(letter)
    )
    return unicodedata.normalize("NFKC", "".join(mapped))


def _from_scan(scan: Image.Image, rect: Any) -> LoadedPage:  # noqa: ANN401
    dpi = max(1, round(scan.width * _POINTS_PER_INCH / rect.width))
    side = min(VIEW_SIDE_PX, round(max(rect.width, rect.height) * VIEW_DPI / _POINTS_PER_INCH))
    view = shrink(scan, max(1, side))
    return LoadedPage(
        scan.width,
        scan.height,
        dpi,
        None,
        view,
        gray=lambda: to_gray(scan),
        crop=lambda box: crop_of(scan, box),
    )


def _render_view(page: Any) -> Image.Image:  # noqa: ANN401
    rect = page.rect
    scale = min(VIEW_DPI / _POINTS_PER_INCH, VIEW_SIDE_PX / max(rect.width, rect.height, 1))
    pixmap = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB)
    size = (pixmap.width, pixmap.height)
    return Image.frombuffer("RGB", size, pixmap.samples, "raw", "RGB", 0, 1)


def _render_part(page: Any, width: int, height: int, box: Box) -> Image.Image:  # noqa: ANN401
    rect = page.rect
    matrix = pymupdf.Matrix(width / rect.width, height / rect.height)
    corners = (box.left, box.top, box.left + box.width, box.top + box.height)
    clip = pymupdf.Rect(*corners) * ~matrix
    pixmap = page.get_pixmap(matrix=matrix, colorspace=pymupdf.csRGB, alpha=False, clip=clip)
    size = (pixmap.width, pixmap.height)
    part = Image.frombuffer("RGB", size, pixmap.samples, "raw", "RGB", 0, 1)
    # MuPDF rounds edges outwards: what it gave is at most a pixel larger.
    return crop_of(part, Box(0, 0, min(box.width, part.width), min(box.height, part.height)))


def _render_gray(page: Any, width: int, height: int) -> Gray:  # noqa: ANN401
    rect = page.rect
    matrix = pymupdf.Matrix(width / rect.width, height / rect.height)
    pixmap = page.get_pixmap(matrix=matrix, colorspace=pymupdf.csGRAY, alpha=False)
    pixels = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.stride)
    gray = pixels[:height, :width].copy()
    # MuPDF rounds a page's edges outwards or inwards by one pixel.
    missing = ((0, height - gray.shape[0]), (0, width - gray.shape[1]))
    filled: Gray = np.pad(gray, missing, mode="edge") if any(sum(missing, ())) else gray
    return filled
