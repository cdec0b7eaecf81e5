"""Documents made on the spot for the program to read."""

from __future__ import annotations

import io
from pathlib import Path

import pymupdf
from PIL import Image, ImageDraw, ImageFont

PDF_PASSWORD = "open sesame"

PAGES = (
    "The harbour office is closed on Monday. Please leave the keys with the porter.",
    "The second page names the members of the committee and their telephone numbers.",
)
CAPTION = "Figure 1: The harbour in the evening"
PICTURE_WORDS = ("The treasurer reported", "a balance of 1482 pounds", "and thanked everybody.")


def write_pdf(path: Path, *, password: str | None = None) -> Path:
    """Write a PDF of two pages that brings its text."""
    document = pymupdf.open()
    for text in PAGES:
        page = document.new_page()
        for row in range(8):
            page.insert_text((72, 90 + 40 * row), text, fontsize=11)
    locked = {"encryption": pymupdf.PDF_ENCRYPT_AES_256, "user_pw": password, "owner_pw": "other"}
    document.save(path, **(locked if password else {}))
    document.close()
    return path


def write_picture(path: Path) -> Path:
    """Write a picture of three lines that only recognition can read."""
    _picture(PICTURE_WORDS).save(path)
    return path


def write_long_scan(path: Path, pages: int) -> Path:
    """Write a TIFF of many full pages, so that there is time to act while it is read."""
    full = _picture(tuple(" ".join(PICTURE_WORDS) for _ in range(40)), font_px=24).convert("1")
    full.save(path, save_all=True, append_images=[full] * (pages - 1), compression="group4")
    return path


def _picture(lines: tuple[str, ...], font_px: int = 40) -> Image.Image:
    image = Image.new("L", (1240, 1754), 255)
    font = ImageFont.load_default(font_px)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((100, 120 + int(row * font_px * 1.6)), line, 0, font=font)
    return image


def write_half_readable(path: Path) -> Path:
    """Write a TIFF of two pages whose second claims to be a million pixels wide."""
    page = _picture(PICTURE_WORDS)
    page.save(path, "TIFF", save_all=True, append_images=[page])
    data = bytearray(path.read_bytes())
    first = int.from_bytes(data[4:8], "little")
    entries = int.from_bytes(data[first : first + 2], "little")
    link = first + 2 + 12 * entries
    second = int.from_bytes(data[link : link + 4], "little")
    for entry in range(int.from_bytes(data[second : second + 2], "little")):
        place = second + 2 + 12 * entry
        if int.from_bytes(data[place : place + 2], "little") == 256:
            data[place + 2 : place + 12] = (4).to_bytes(2, "little") + b"".join(
                number.to_bytes(4, "little") for number in (1, 1_000_000)
            )
    path.write_bytes(data)
    return path


def write_album(path: Path) -> bytes:
    """Write a PDF with a JPEG on its first page and a PNG on its second; return the JPEG."""
    picture = Image.linear_gradient("L").resize((300, 200))
    jpeg, png = io.BytesIO(), io.BytesIO()
    picture.save(jpeg, "JPEG")
    picture.save(png, "PNG")
    document = pymupdf.open()
    for text, stream in zip(PAGES, (jpeg.getvalue(), png.getvalue()), strict=True):
        page = document.new_page()
        for row in range(8):
            page.insert_text((72, 90 + 40 * row), text, fontsize=11)
        page.insert_image(pymupdf.Rect(72, 500, 222, 600), stream=stream)
    document[0].insert_text((72, 616), CAPTION, fontsize=11)
    document.save(path)
    document.close()
    return jpeg.getvalue()
