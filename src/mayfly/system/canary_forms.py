"""The byte strings by which a canary is known, in the forms in which programs write things down."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from mayfly.domain.canary import Quarry

_SHINGLE_BYTES = 32
_SHINGLES = 4
_SCAN, _SCAN_HEAD_BYTES = b"\xff\xda", 16
_LIVELY = 12
"""How many different bytes a piece of a picture must have to be of this picture only."""


class Needles:
    """What to look for in bytes, and in names. Its repr says nothing."""

    def __init__(self, quarry: Quarry) -> None:
        """Forms of the stem and of misread words, pieces of document and pictures, thumbnails.

        Percent-encoding, JSON and C escapes leave ASCII letters as they are, so that UTF-8 finds
        those, too.
        """
        found = [form for word in (quarry.stem, *quarry.readings) for form in _forms(word)]
        found += quarry.marks
        for picture in quarry.images:
            found += _shingles(picture)
        self.forms: tuple[bytes, ...] = tuple(dict.fromkeys(found))
        """None of them lies within another; so nothing is counted twice."""
        self.longest = max(map(len, self.forms))
        self._names = (*self.forms, *_thumbnail_names(quarry.paths))

    def __repr__(self) -> str:
        return "<needles>"

    def count(self, data: bytes, known: int = 0) -> int:
        """Return how often one of them ends in data behind its first known bytes."""
        hits = 0
        for form in self.forms:
            at = data.find(form, max(0, known - len(form) + 1))
            while at >= 0:
                hits += 1
                at = data.find(form, at + len(form))
        return hits

    def count_in_name(self, name: bytes) -> int:
        """Return 1 when a name, path or link shows the canary; thumbnails are known by theirs."""
        return int(any(form in name for form in self._names))


def _forms(word: str) -> Iterator[bytes]:
    """Yield the forms of an ASCII word; its first letter is left out, so that its case is free."""
    lower, upper = word[1:].lower().encode(), word[1:].upper().encode()
    for letters in (lower, upper):
        yield letters
        yield _spread(letters, 1)
    yield _spread(lower, 3)
    yield lower.hex().encode()
    yield lower.hex().upper().encode()
    yield from _base64_cores(word.lower().encode())
    yield from _base64_cores(word.encode("utf-16-le"))


def _spread(letters: bytes, zeros: int) -> bytes:
    """Return the letters with zeros between them: UTF-16 or UTF-32, of either byte order."""
    return bytes(zeros).join(letters[at : at + 1] for at in range(len(letters)))


def _base64_cores(raw: bytes) -> Iterator[bytes]:
    """Yield the part of the encoding that does not depend on what stands before and behind."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw)
        start = (0, 2, 3)[before]
        end = len(encoded) - (0, 4, 4)[(len(raw) + before) % 3]
        yield encoded[start:end]


def _shingles(picture: bytes) -> Iterator[bytes]:
    """Yield a few lively pieces from all over a JPEG; a search finds it by any of them.

    Its tables, which stand before its first scan, are the same in many pictures.
    """
    first = max(0, picture.find(_SCAN)) + _SCAN_HEAD_BYTES
    step = max(_SHINGLE_BYTES, (len(picture) - first) // _SHINGLES)
    for start in range(first, len(picture), step):
        for at in range(start, min(start + step, len(picture) - _SHINGLE_BYTES), _SHINGLE_BYTES):
            piece = picture[at : at + _SHINGLE_BYTES]
            if len(set(piece)) >= _LIVELY:
                yield piece
                break


def _thumbnail_names(paths: Iterable[str]) -> Iterator[bytes]:
    """Yield how desktops call the thumbnail of a file: MD5 of its address (freedesktop.org)."""
    for path in paths:
        address = f"file://{quote(path)}".encode()
        yield hashlib.md5(address, usedforsecurity=False).hexdigest().encode()
