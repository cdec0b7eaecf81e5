"""Documents made on the spot, and how tests hand them to a reader."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pymupdf
from PIL import Image, ImageDraw, ImageFont

from mayfly.domain.jobs import ReadOptions
from mayfly.domain.readings import PageReading
from mayfly.engine.reader import WorkerReader

PLEASE_READ = (
    "Minutes of the annual meeting",
    "The treasurer reported a balance of 1482 pounds",
    "and thanked everybody for the quiet summer.",
    "The harbour wall will be repaired before winter.",
)


def open_in(
    reader: WorkerReader,
    data: bytes,
    *,
    password: str | None = None,
    options: ReadOptions | None = None,
) -> int:
    """Hand a document over in odd pieces; return its page count."""
    pieces = (data[start : start + 70_001] for start in range(0, len(data), 70_001))
    return reader.open(pieces, len(data), options or ReadOptions(), password)


def text_of(result: object) -> str:
    return " ".join(word.text for word in result.words)


def page_picture(
    lines: tuple[str, ...] = PLEASE_READ,
    *,
    size: tuple[int, int] = (1240, 1754),
    mode: str = "L",
    font_px: int = 34,
) -> Image.Image:
    """Draw an A4 page at 150 dpi with the lines in black on white."""
    white = 255 if mode == "L" else (255, 255, 255)
    black = 0 if mode == "L" else (0, 0, 0)
    image = Image.new(mode, size, white)
    font = ImageFont.load_default(font_px)
    draw = ImageDraw.Draw(image)
    for index, line in enumerate(lines):
        draw.text((size[0] // 12, size[1] // 14 + index * font_px * 2), line, black, font=font)
    return image


def encoded(image: Image.Image, kind: str, **others: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **others)
    return out.getvalue()


def pdf_of(*pages: str | Image.Image | None, **saving: object) -> bytes:
    """Make a PDF: a text gives a born-digital page, an image a scan, None a blank page."""
    document = pymupdf.open()
    for content in pages:
        page = document.new_page(width=595, height=842)
        if isinstance(content, Image.Image):
            page.insert_image(page.rect, stream=encoded(content, "PNG"), keep_proportion=False)
        elif content is not None:
            page.insert_textbox(pymupdf.Rect(72, 72, 520, 780), content, fontsize=11)
    data = document.tobytes(**saving)
    document.close()
    return data


def scratch_folders() -> list[Path]:
    """Return the scratch folders that this process owns now."""
    return list(Path("/dev/shm").glob(f"mayfly-*-{os.getpid()}-*"))


def read_first(
    reader: WorkerReader, data: bytes, *, options: ReadOptions | None = None
) -> PageReading:
    """Read the first page of a document and close it."""
    open_in(reader, data, options=options)
    try:
        return reader.read_page(1)
    finally:
        reader.close_document()
