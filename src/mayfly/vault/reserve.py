"""A file that only takes up room, given up when a full disk would stop a deletion."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from mayfly.vault.private_files import open_private_file

RESERVE_BYTES = 4 << 20
"""Deleting a document of 1 GiB sparingly writes some 3 MiB: pages of the free list and of the
pointer map, and the rows' own."""


class Reserve:
    """The room beside a vault. Best effort: without it, deleting on a full disk may fail."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}-reserve")

    def fill(self) -> None:
        """Take the room if it is not taken; no error when there is none to take."""
        with suppress(OSError):
            if self._path.exists() and self._path.stat().st_size >= RESERVE_BYTES:
                return
            descriptor = open_private_file(self._path)
            try:
                os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
            except OSError:
                # Half a reserve would take the last room from the work itself.
                os.ftruncate(descriptor, 0)
            finally:
                os.close(descriptor)

    def give_up(self) -> None:
        """Free the room."""
        with suppress(OSError):
            os.truncate(self._path, 0)
