"""The end of the audit log as the state folder remembers it: a tail that was cut off shows.

The signatures cannot show that: a shorter log is a log, too. Whoever can write both folders can
still put back an older pair of them; that is what docs/threat-model.md says.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mayfly.vault.private_files import open_private_file

_MAGIC = b"MAYFLYA1"
_BYTES = 8 + 16 + 8 + 32
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Mark:
    """The number of an entry, and the chain value after it."""

    seq: int
    head: bytes


class Anchor(Protocol):
    """Remembers the last entry outside the database. Neither call raises."""

    def read(self) -> Mark | None:
        """Return what was remembered last for this vault; None when nothing can be read."""
        ...

    def write(self, mark: Mark) -> None:
        """Remember this entry; best effort, after the commit that wrote it."""
        ...


class FileAnchor:
    """The Anchor in a file of 96 bytes that is overwritten where it lies."""

    def __init__(self, path: Path, vault_id: bytes) -> None:
        self._path = path
        self._vault_id = vault_id

    def read(self) -> Mark | None:
        """Return the mark, unless it is torn or another vault's."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return None
        body = data[:_BYTES]
        if hashlib.sha256(body).digest() != data[_BYTES:]:
            return None
        if body[:24] != _MAGIC + self._vault_id:
            return None
        return Mark(int.from_bytes(body[24:32], "big"), body[32:])

    def write(self, mark: Mark) -> None:
        """Write the mark in one call; a power cut may lose it, and then the one before holds."""
        body = _MAGIC + self._vault_id + mark.seq.to_bytes(8, "big") + mark.head
        with suppress(OSError):
            descriptor = open_private_file(self._path)
            try:
                os.pwrite(descriptor, body + hashlib.sha256(body).digest(), 0)
            finally:
                os.close(descriptor)
