"""Looks for words in the raw bytes of files, in the forms in which programs write text.

UTF-8, UTF-16 and UTF-32, percent, hex and base64 forms, upper and lower case, also inside of
zlib and gzip streams, and in the names of files.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import re
import stat
import urllib.parse
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

_STREAM = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
_MOST_INFLATED = 4 << 20
_MOST_READ = 64 << 20
_AUTOMATIC = 47
"""zlib's window bits for: zlib or gzip, whichever the header says."""


class Traces:
    """What to look for; words of less than 6 characters are found everywhere by chance."""

    def __init__(self, words: Iterable[str]) -> None:
        words = tuple(words)
        assert words
        assert all(len(word) >= 6 for word in words)
        self._forms = sorted({form for word in words for form in _forms(word)})

    def found_in(self, data: bytes) -> bool:
        """Tell whether one of the words is in these bytes."""
        # One search for each form: a single pattern of hundreds of forms is ten times slower.
        return any(form in data for form in self._forms) or any(
            form in inner for inner in _inflated(data) for form in self._forms
        )

    def found_below(self, *folders: Path, since: float = 0.0, apart_from: Path) -> list[Path]:
        """Return the files below that show a word; files older than since are passed over.

        apart_from: a folder that may show them, such as the user's own files.
        """
        return [
            path
            for folder in folders
            for path in _files(folder, apart_from)
            if self._shows(path, since)
        ]

    def _shows(self, path: Path, since: float) -> bool:
        # A file that goes while it is looked at shows nothing any more.
        with contextlib.suppress(OSError):
            if path.stat().st_mtime >= since:
                with path.open("rb") as file:
                    data = file.read(_MOST_READ)
                return self.found_in(path.name.encode()) or self.found_in(data)
        return False


def _files(folder: Path, apart_from: Path) -> Iterator[Path]:
    # os.walk passes over folders that go meanwhile.
    for place, folders, names in os.walk(folder):
        # Other tests' own folders, which hold their input and output.
        folders[:] = [one for one in folders if not one.startswith("pytest-of-")]
        if Path(place) == apart_from:
            folders.clear()
            continue
        for name in names:
            path = Path(place, name)
            with contextlib.suppress(OSError):
                if stat.S_ISREG(path.lstat().st_mode):
                    yield path


def _forms(word: str) -> Iterator[bytes]:
    for text in {word, word.lower(), word.upper()}:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le"):
            raw = text.encode(encoding)
            yield raw
            yield binascii.hexlify(raw)
            yield from _base64_cores(raw)
        yield urllib.parse.quote(text).encode()


def _base64_cores(raw: bytes) -> Iterator[bytes]:
    """Yield the part of the encoding that does not depend on what stands before and behind."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw)
        start = (0, 2, 3)[before]
        end = len(encoded) - (0, 4, 4)[(len(raw) + before) % 3]
        yield encoded[start:end]


def _inflated(data: bytes) -> Iterator[bytes]:
    for match in _STREAM.finditer(data):
        with contextlib.suppress(zlib.error):
            inflater = zlib.decompressobj(_AUTOMATIC)
            yield inflater.decompress(data[match.start() :], _MOST_INFLATED)
