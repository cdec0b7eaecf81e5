"""PDF pages with pictures of every kind, made on the spot."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import pymupdf
from engine_documents import encoded
from PIL import Image, ImageChops, ImageDraw, ImageStat

TEXT = "The harbour of the old town lay quiet in the evening light, and nobody was at work. " * 4


def photograph(width: int = 320, height: int = 240, mode: str = "RGB") -> Image.Image:
    """Return something with soft tones, darker at its top left, unlike in every direction."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    image = Image.merge("RGB", (across, down, Image.new("L", (width, height), 90)))
    draw = ImageDraw.Draw(image)
    draw.ellipse((width // 8, height // 8, width // 3, height // 3), (250, 240, 30))
    return image.convert(mode)


@dataclass
class Stored:
    """An image as a PDF stores it: its dictionary's entries besides size, and its bytes."""

    width: int
    height: int
    entries: str
    data: bytes
    mask: Stored | None = field(default=None)


def jpeg(image: Image.Image, entries: str = "") -> Stored:
    space = {"L": "/DeviceGray", "RGB": "/DeviceRGB", "CMYK": "/DeviceCMYK"}[image.mode]
    told = f"/ColorSpace {space} /BitsPerComponent 8 /Filter /DCTDecode {entries}"
    return Stored(*image.size, told, encoded(image, "JPEG", quality=90))


def flate(image: Image.Image, entries: str = "", mask: Stored | None = None) -> Stored:
    space = {"L": "/DeviceGray", "RGB": "/DeviceRGB", "CMYK": "/DeviceCMYK"}[image.mode]
    told = f"/ColorSpace {space} /BitsPerComponent 8 /Filter /FlateDecode {entries}"
    return Stored(*image.size, told, zlib.compress(image.tobytes()), mask)


def jpx(image: Image.Image) -> Stored:
    return Stored(*image.size, "/Filter /JPXDecode", encoded(image, "JPEG2000"))


def one_bit(image: Image.Image, entries: str) -> Stored:
    return Stored(*image.size, f"/BitsPerComponent 1 {entries}", image.convert("1").tobytes())


def page_of(
    *placed: tuple[Stored, Sequence[float]],
    text: str = TEXT,
    rotate: int = 0,
    crop: tuple[float, float, float, float] | None = None,
) -> bytes:
    """Return a PDF of one A4 page; a place is a matrix (6), or a rectangle from the top (4)."""
    document = pymupdf.open()
    page = document.new_page(width=595, height=842)
    names, operators = [], []
    for number, (stored, place) in enumerate(placed):
        xref = _add(document, stored)
        names.append(f"/P{number} {xref} 0 R")
        matrix = place if len(place) == 6 else _upright(*place)
        operators.append(f"q {' '.join(map(str, matrix))} cm /P{number} Do Q")
    if text:
        page.insert_textbox(pymupdf.Rect(60, 600, 530, 800), text, fontsize=11)
    _set_resource(document, page.xref, f"<<{' '.join(names)}>>")
    drawing = document.get_new_xref()
    document.update_object(drawing, "<<>>")
    document.update_stream(drawing, "\n".join(operators).encode())
    contents = [f"{xref} 0 R" for xref in (*page.get_contents(), drawing)]
    document.xref_set_key(page.xref, "Contents", f"[{' '.join(contents)}]")
    if crop is not None:
        page.set_cropbox(pymupdf.Rect(*crop))
    page.set_rotation(rotate)
    data = document.tobytes()
    document.close()
    return data


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of their gray values."""
    return ImageStat.Stat(ImageChops.difference(one.convert("L"), other.convert("L"))).mean[0]


def _add(document: pymupdf.Document, stored: Stored) -> int:
    mask = "" if stored.mask is None else f"/SMask {_add(document, stored.mask)} 0 R"
    xref = document.get_new_xref()
    told = f"/Type /XObject /Subtype /Image /Width {stored.width} /Height {stored.height}"
    document.update_object(xref, f"<<{told} {mask}>>")
    document.update_stream(xref, stored.data, new=True, compress=False)
    document.update_object(xref, f"<<{told} {mask} {stored.entries} /Length {len(stored.data)}>>")
    return xref


def _set_resource(document: pymupdf.Document, page: int, objects: str) -> None:
    kind, value = document.xref_get_key(page, "Resources")
    if kind == "xref":
        document.xref_set_key(int(value.split()[0]), "XObject", objects)
    else:
        document.xref_set_key(page, "Resources/XObject", objects)


def _upright(left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
    return (right - left, 0, 0, bottom - top, left, 842 - bottom)
