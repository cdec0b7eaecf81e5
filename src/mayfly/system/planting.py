"""What the check of the search plants: in each place the canary in a form that belongs there."""

from __future__ import annotations

import base64
import gzip
import hashlib
import zlib
from urllib.parse import quote

from mayfly.domain.canary import Canary
from mayfly.domain.proof import Place
from mayfly.system.traces import CHUNK_BYTES

_FOLDER = "/nowhere"


class Plant:
    """Traces of one canary, as programs would leave them. Its repr says nothing."""

    def __init__(self, canary: Canary) -> None:
        self.word = canary.words[0]
        self.path = f"{_FOLDER}/{canary.name}"
        self._canary = canary

    def __repr__(self) -> str:
        return "<plant>"

    def file_name(self, place: Place) -> str:
        """Return how the file is called in a place that is a folder; a thumbnail's name tells."""
        if place is Place.THUMBNAILS:
            address = f"file://{quote(self.path)}".encode()
            return f"{hashlib.md5(address, usedforsecurity=False).hexdigest()}.png"
        return "file"

    def content(self, place: Place) -> bytes:
        """Return the bytes of the file."""
        word = self.word
        forms = {
            # UTF-16 on the border of two pieces of the search.
            Place.VAULT: bytes(CHUNK_BYTES - 9) + word.encode("utf-16-be"),
            Place.STATE: self._canary.marks[1],
            Place.SCRATCH: self._canary.document,
            Place.SETTINGS: f'{{"last": "{word}"}}'.encode(),
            Place.CACHE: gzip.compress(word.encode()),
            Place.LOG: f"WARNING {word.upper()}\n".encode(),
            # Found by its name.
            Place.THUMBNAILS: b"",
            Place.RECENT_FILES: f'<bookmark href="file://{quote(self.path)}"/>'.encode(),
            Place.QT_SETTINGS: f"lastVisited=file://{self.path}".encode(),
            Place.TEMPORARY: base64.b64encode(f"some {word} more".encode()),
            Place.OPEN_FILES: zlib.compress(f"some {word} more".encode()),
        }
        return forms[place]
