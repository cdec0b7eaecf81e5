"""Reads a copy of a vault, whatever it is: a folder, a database, the image of a disk, a disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mayfly.domain.errors import CopyUnreadable
from mayfly.vault.carving import Carved, Carver

_PIECE_BYTES = 4 << 20


def carve_copy(copy: Path) -> Carved:
    """Return the keys that lie in a copy; CopyUnreadable when it cannot be read at all.

    Of a folder every file below is read, as far as it may be; links are not followed.
    """
    carver = Carver()
    readable = 0
    for path in _files(copy):
        # No path may hang on an error: what cannot be read is passed over.
        with suppress(OSError):
            _carve_file(path, carver)
            readable += 1
    if not readable:
        raise CopyUnreadable
    return carver.found


def _files(copy: Path) -> Iterator[Path]:
    if not copy.is_dir():
        yield copy
        # A database whose last writes lie beside it still.
        if (log := copy.with_name(f"{copy.name}-wal")).is_file():
            yield log
        return
    for folder, _folders, names in os.walk(copy):
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _carve_file(path: Path, carver: Carver) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        mode = os.fstat(descriptor).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISBLK(mode)):
            return
        for start, end in _written(descriptor, os.lseek(descriptor, 0, os.SEEK_END)):
            for at in range(start, end, _PIECE_BYTES):
                carver.feed(os.pread(descriptor, min(_PIECE_BYTES, end - at), at))
            carver.end()
    finally:
        carver.end()
        os.close(descriptor)


def _written(descriptor: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield where anything was ever written: images have holes of many gigabytes."""
    at = 0
    while at < size:
        try:
            start = os.lseek(descriptor, at, os.SEEK_DATA)
            at = os.lseek(descriptor, start, os.SEEK_HOLE)
        except (OSError, AttributeError):
            # Nothing but a hole is left; or a device, or a system, that tells of none.
            if at == 0 and not _is_all_hole(descriptor):
                yield 0, size
            return
        yield start, at


def _is_all_hole(descriptor: int) -> bool:
    status = os.fstat(descriptor)
    return stat.S_ISREG(status.st_mode) and getattr(status, "st_blocks", 1) == 0
