"""A font that draws nothing and stands for every letter, so that any script can be found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

FONT_NAME = "MayflyInvisible"
GLYPH_WIDTH = 500
"""Every letter is this many thousandths of the font size wide."""


@dataclass(frozen=True, slots=True)
class InvisibleFont:
    """The object numbers of the font and of the CMap that says what its codes mean."""

    font: int
    to_unicode: int


def add_invisible_font(document: Any, glyphs: Path) -> InvisibleFont:  # noqa: ANN401 - MuPDF
    """Put the font into the PDF. The CMap is still empty: write it when all letters are known.

    Every code of two bytes shows glyph 1 of the 572-byte font that comes with Tesseract for
    this purpose. Without that file the font is not embedded, which is enough for text that is
    never drawn.
    """
    descriptor = (
        "<< /Type /FontDescriptor /FontName /GlyphLessFont /Flags 5 /ItalicAngle 0 "
        "/Ascent 800 /Descent -200 /CapHeight 800 /StemV 80 "
        f"/FontBBox [0 -200 {GLYPH_WIDTH} 800]"
    )
    if glyphs.is_file():
        program = glyphs.read_bytes()
        xref = _new_stream(document, program, f"<< /Length1 {len(program)} >>")
        descriptor += f" /FontFile2 {xref} 0 R"
    descriptor_xref = _new_object(document, descriptor + " >>")
    # Two bytes for each of 65,536 codes, all of them glyph 1.
    map_xref = _new_stream(document, b"\x00\x01" * 65_536, "<<>>")
    child_xref = _new_object(
        document,
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /GlyphLessFont "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
        f"/FontDescriptor {descriptor_xref} 0 R /DW {GLYPH_WIDTH} "
        f"/CIDToGIDMap {map_xref} 0 R >>",
    )
    unicode_xref = _new_stream(document, b"", "<<>>")
    font_xref = _new_object(
        document,
        "<< /Type /Font /Subtype /Type0 /BaseFont /GlyphLessFont /Encoding /Identity-H "
        f"/DescendantFonts [{child_xref} 0 R] /ToUnicode {unicode_xref} 0 R >>",
    )
    return InvisibleFont(font_xref, unicode_xref)


def _new_object(document: Any, text: str) -> int:  # noqa: ANN401
    xref = int(document.get_new_xref())
    document.update_object(xref, text)
    return xref


def _new_stream(document: Any, data: bytes, dictionary: str) -> int:  # noqa: ANN401
    xref = _new_object(document, dictionary)
    document.update_stream(xref, data)
    return xref
