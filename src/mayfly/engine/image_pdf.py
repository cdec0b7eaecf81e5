"""Images as pages of a new PDF, each embedded once as it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mayfly.engine.mupdf import pymupdf

_POINTS_PER_INCH = 72


@dataclass(frozen=True, slots=True)
class PdfImage:
    """An encoded image (JPEG or PNG), upright, with its size and resolution."""

    data: bytes
    width_px: int
    height_px: int
    dpi: float


def images_to_pdf(images: Iterable[PdfImage]) -> bytes:
    """Return a PDF with one page for each image, the page exactly as large as the image."""
    document = pymupdf.open()
    for image in images:
        width = image.width_px * _POINTS_PER_INCH / image.dpi
        height = image.height_px * _POINTS_PER_INCH / image.dpi
        page = document.new_page(width=width, height=height)
        page.insert_image(page.rect, stream=image.data, keep_proportion=False)
    data: bytes = document.tobytes()
    document.close()
    return data
