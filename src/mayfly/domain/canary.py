"""A canary: a document whose words exist nowhere else, so that every find of them is a trace.

All its words, and its file name, begin with one stem. So a search has to look for one thing in
each of the forms in which programs write text, which is what makes it fast and thorough.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

_FIRST, _LAST, _VOWELS = "bdfghkmnpstwz", "bdgkmnpstz", "aeou"
"""Letters that are read well from print: no r before n, no c before l, no i, j, l, v."""
_STEM_SYLLABLES = 3
_WORDS = 8
_MARK_BYTES = 32
_FONT_PT, _LEFT_PT, _TOP_PT, _LEADING_PT = 24, 60, 760, 60
_A4 = (595, 842)


@dataclass(frozen=True, slots=True, repr=False)
class Canary:
    """The document and what it says. Its repr says nothing."""

    stem: str
    words: tuple[str, ...]
    name: str
    document: bytes
    marks: tuple[bytes, ...]
    """Pieces of the document that stand in no other one."""


@dataclass(frozen=True, slots=True, repr=False)
class Quarry:
    """What to search for: all that Mayfly ever held of a canary.

    readings are words that were read otherwise than they stand there; paths are those of files
    that held the document or its text and are gone. Its repr says nothing.
    """

    stem: str
    marks: tuple[bytes, ...] = ()
    readings: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    images: tuple[bytes, ...] = ()


def new_canary() -> Canary:
    """Return a PDF of one page under a random name, with random words drawn in Helvetica."""
    stem = "".join(_syllable() for _ in range(_STEM_SYLLABLES))
    words: list[str] = []
    while len(words) < _WORDS:
        word = stem + _syllable()
        if word not in words:
            words.append(word)
    marks = (_mark(), _mark())
    document = _pdf_saying(words, marks)
    return Canary(stem, tuple(words), f"{stem}{_syllable()}.pdf", document, marks)


def words_of(canary: Canary, text: str) -> int:
    """Return how many of the canary's words stand in the text."""
    found = set(text.split())
    return sum(word in found for word in canary.words)


def readings_of(canary: Canary, text: str) -> tuple[str, ...]:
    """Return the words of the text, long enough to be told from chance, that are not the canary's.

    A misread word is a trace, too.
    """
    return tuple(
        word for word in sorted(set(text.split())) if canary.stem not in word and len(word) >= 8
    )


def _syllable() -> str:
    first, vowel, last = (secrets.choice(letters) for letters in (_FIRST, _VOWELS, _LAST))
    return first + vowel + last


def _mark() -> bytes:
    """Return random bytes that can stand in a comment of a PDF."""
    return secrets.token_bytes(2 * _MARK_BYTES).translate(None, b"\r\n\0")[:_MARK_BYTES]


def _pdf_saying(words: list[str], marks: tuple[bytes, bytes]) -> bytes:
    """Return a PDF that has the words one below the other; ASCII letters only.

    The marks are comments before the first object and behind the last one.
    """
    lines = [f"BT /F1 {_FONT_PT} Tf {_LEADING_PT} TL {_LEFT_PT} {_TOP_PT} Td"]
    lines += [f"({word}) Tj T*" for word in words]
    drawing = "\n".join([*lines, "ET"]).encode("ascii")
    width, height = _A4
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents 4 0 R"
        "/Resources<</Font<</F1 5 0 R>>>>>>".encode(),
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = bytearray(b"%%PDF-1.4\n%%%s\n" % marks[0]), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    out += b"%%%s\n" % marks[1]
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
    )
    return bytes(out)
