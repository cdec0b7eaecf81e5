"""Documents whose words, names, bytes and pictures exist nowhere else."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

import pymupdf
from PIL import Image

from mayfly.domain.canary import Canary, Quarry, new_canary
from mayfly.system.canary_forms import Needles
from tests.engine.engine_documents import encoded, page_picture

_ROW_BYTES = 48
_ROWS = 6


@dataclass(repr=False)
class Papers:
    """Three documents in a folder of the user's: a PDF with text, a scan, a scan in a PDF."""

    folder: Path
    canary: Canary = field(default_factory=new_canary)
    pictures: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        stem, words = self.canary.stem, self.canary.words
        # Large letters on a small page: read well, and quick to follow on its way.
        scan = page_picture(words, size=(700, 600), font_px=40)
        self.files = [
            self._write(f"Größe {self.canary.name}", self._titled(self.canary.document)),
            self._write(f"{stem}scan.png", encoded(scan, "PNG")),
            self._write(f"{stem}.pdf", _pdf_of(scan)),
        ]
        self.pictures += [file.read_bytes() for file in self.files[1:]]
        self.rows = _rows_of(scan)

    def needles(self, *page_images: bytes) -> Needles:
        """Return what to look for; page_images are those that the vault showed."""
        quarry = Quarry(
            self.canary.stem,
            (*self.canary.marks, *self.rows),
            paths=tuple(map(str, self.files)),
            images=(*self.pictures, *page_images),
        )
        return Needles(quarry)

    def _write(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def _titled(self, data: bytes) -> bytes:
        """Add a title that a PDF can only hold in UTF-16."""
        with pymupdf.open(stream=data) as document:
            document.set_metadata({"title": f"Žádost {self.canary.words[0]}"})
            out = io.BytesIO(data)
            document.save(out, garbage=0)
            return out.getvalue()


def _pdf_of(scan: Image.Image) -> bytes:
    with pymupdf.open() as document:
        page = document.new_page(width=350, height=300)
        page.insert_image(page.rect, stream=encoded(scan, "PNG"))
        return document.tobytes()


def _rows_of(scan: Image.Image) -> tuple[bytes, ...]:
    """Return pieces of the picture's rows of pixels, where letters stand."""
    data, found = scan.tobytes(), []
    for start in range(0, len(data) - _ROW_BYTES, _ROW_BYTES):
        piece = data[start : start + _ROW_BYTES]
        if len(set(piece)) >= 20:
            found.append(piece)
    return tuple(found[:: max(1, len(found) // _ROWS)])
