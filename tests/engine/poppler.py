"""PDFs as poppler reads them: a second opinion on what MuPDF made."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import dataclass
from html import unescape

import numpy as np
import pymupdf
import pytest
from PIL import Image

needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs poppler's programs")

_WORD = re.compile(
    r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>'
)


@dataclass(frozen=True)
class Found:
    text: str
    box: tuple[float, float, float, float]


def words_in(data: bytes, number: int) -> list[Found]:
    """Return the words of a page with their boxes in points."""
    shape = _run("pdftotext", data, "-bbox", *_page(number), "-", "-").decode()
    return [
        Found(unescape(found[5]), tuple(float(found[side]) for side in range(1, 5)))
        for found in _WORD.finditer(shape)
    ]


def text_in(data: bytes) -> str:
    return _run("pdftotext", data, "-", "-").decode()


def picture_of(data: bytes, number: int) -> np.ndarray:
    """Return the page as poppler draws it, two pixels a point."""
    picture = _run("pdftoppm", data, "-gray", "-r", "144", *_page(number), "-")
    with Image.open(io.BytesIO(picture)) as image:
        return np.asarray(image)


def streams_of_pictures(data: bytes) -> list[tuple[str, bytes]]:
    """Return the raw bytes of every picture, as they lie in the file, in order."""
    with pymupdf.open(stream=data, filetype="pdf") as document:
        return [
            (document.xref_get_key(xref, "Filter")[1], document.xref_stream_raw(xref))
            for xref in range(1, document.xref_length())
            if document.xref_get_key(xref, "Subtype")[1] == "/Image"
        ]


def _page(number: int) -> tuple[str, ...]:
    return ("-f", str(number), "-l", str(number))


def _run(program: str, data: bytes, *options: str) -> bytes:
    return subprocess.run(
        [program, *options], input=data, capture_output=True, check=True, timeout=60
    ).stdout
