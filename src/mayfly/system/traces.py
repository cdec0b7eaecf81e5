"""Searches bytes, files and folders for a canary; in compressed streams, too.

Not seen: what is encrypted, zstd and lz4, and memory that is in no file.
"""

from __future__ import annotations

import os
import re
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mayfly.system.canary_forms import Needles

CHUNK_BYTES = 1 << 20
"""A search in one piece holds Python's lock for less than a millisecond."""

_RAW = -zlib.MAX_WBITS
# Each by itself: one pattern for all three took 6 s for each GiB, these take 0.5 s each.
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_GZIP = re.compile(rb"\x1f\x8b\x08")
_ZIP_MEMBER = re.compile(rb"PK\x03\x04")
_ZIP_HEAD_BYTES = 30
_STEP_BYTES = 1 << 10
"""So much is inflated at once: where a stream is cut or damaged, no more than that goes unseen."""
_DEPTH = 2
_MOST_OPEN = 8
_MOST_INFLATED = 64 << 20


@dataclass(slots=True)
class Tally:
    """What was searched so far, and what was found."""

    files: int = 0
    scanned_bytes: int = 0
    hits: int = 0
    unreadable: int = 0

    def add(self, other: Tally) -> None:
        """Count what another one counted."""
        self.files += other.files
        self.scanned_bytes += other.scanned_bytes
        self.hits += other.hits
        self.unreadable += other.unreadable


@dataclass(frozen=True, slots=True)
class Limits:
    """What of a place is left out.

    changed_since: of files that last changed earlier only the name is searched, and nothing of
    other users'. The system keeps that time (ctime); no program can set it back.
    """

    changed_since: float | None = None
    apart_from: frozenset[Path] = frozenset()

    def is_foreign(self, status: os.stat_result) -> bool:
        """Whether it is another user's, where only the user's own is searched."""
        # The folder itself, such as /tmp, is the system's.
        is_shared = bool(status.st_mode & stat.S_ISVTX)
        return self.changed_since is not None and not is_shared and status.st_uid != _own_user()

    def is_old(self, status: os.stat_result) -> bool:
        """Whether a file last changed before there was anything to find."""
        return self.changed_since is not None and status.st_ctime < self.changed_since


class ByteSearch:
    """Searches a run of bytes that comes in pieces; nothing hides on the border of two."""

    def __init__(self, needles: Needles, depth: int = 0) -> None:
        self._needles = needles
        self._depth = depth
        self._tail = b""
        self._inflating: list[_Inflating] = []
        self.hits = 0

    def feed(self, data: bytes) -> None:
        """Search the next piece."""
        if data.count(0) == len(data):
            # Space that is kept free: a form with zeros in it is slow to look for in nothing else.
            data = data[: self._needles.longest]
        known = len(self._tail)
        seen = self._tail + data
        self.hits += self._needles.count(seen, known)
        if self._depth < _DEPTH:
            self._inflate(seen, known)
        self._tail = seen[-max(self._needles.longest, _ZIP_HEAD_BYTES) :]

    def _inflate(self, seen: bytes, known: int) -> None:
        view = memoryview(seen)
        for one in self._inflating:
            self.hits += one.feed(view[known:])
        for start, bits in _stream_starts(seen, known):
            inner = ByteSearch(self._needles, self._depth + 1)
            begun = _Inflating(inner, bits, skip=max(0, start - len(seen)))
            self.hits += begun.feed(view[start:])
            if begun.goes_on:
                self._inflating.append(begun)
        self._inflating = [one for one in self._inflating if one.goes_on][-_MOST_OPEN:]


class _Inflating:
    """A compressed stream, or what looks like one, for as long as it goes on."""

    def __init__(self, inner: ByteSearch, bits: int, skip: int) -> None:
        """skip: how many bytes that are still to come stand before the stream."""
        self._inner = inner
        self._inflater = zlib.decompressobj(bits)
        self._skip = skip
        self._left = _MOST_INFLATED
        self.goes_on = True

    def feed(self, data: memoryview) -> int:
        """Search what these bytes say; return the hits that are new."""
        before = self._inner.hits
        start = min(self._skip, len(data))
        self._skip -= start
        for at in range(start, len(data), _STEP_BYTES):
            if not self.goes_on:
                break
            self._step(data[at : at + _STEP_BYTES])
        return self._inner.hits - before

    def _step(self, data: memoryview | bytes) -> None:
        while data and self.goes_on:
            try:
                plain = self._inflater.decompress(data, CHUNK_BYTES)
            except zlib.error:
                self.goes_on = False
                return
            self._inner.feed(plain)
            self._left -= len(plain)
            data = self._inflater.unconsumed_tail
            self.goes_on = not self._inflater.eof and self._left > 0


def _stream_starts(seen: bytes, known: int) -> Iterator[tuple[int, int]]:
    """Yield where compressed streams begin that did not lie in the known bytes whole.

    With each the window bits that zlib needs for it. A start may lie behind what is seen.
    """
    for match in _ZLIB.finditer(seen, max(0, known - 1)):
        yield match.start(), zlib.MAX_WBITS
    for match in _GZIP.finditer(seen, max(0, known - 2)):
        yield match.start(), zlib.MAX_WBITS | 16
    for match in _ZIP_MEMBER.finditer(seen, max(0, known - _ZIP_HEAD_BYTES + 1)):
        head = seen[match.start() : match.start() + _ZIP_HEAD_BYTES]
        if len(head) == _ZIP_HEAD_BYTES and head[8:10] == b"\x08\x00":
            lengths = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
            yield match.start() + _ZIP_HEAD_BYTES + lengths, _RAW


class TraceSearcher:
    """Counts a canary's traces in files and folders. Follows no link, changes nothing.

    Files that this process has open are read through their open descriptor: closing another
    one of the same file would take away the locks by which SQLite guards it.
    """

    def __init__(self, needles: Needles, *, goes_on: Callable[[], bool] = lambda: True) -> None:
        """goes_on is asked between pieces; False ends the search early."""
        self._needles = needles
        self._goes_on = goes_on

    def memory(self, data: bytes, tally: Tally) -> None:
        """Search bytes that lie in memory."""
        search = ByteSearch(self._needles)
        for start in range(0, len(data), CHUNK_BYTES):
            search.feed(data[start : start + CHUNK_BYTES])
        tally.scanned_bytes += len(data)
        tally.hits += search.hits

    def name(self, name: str | bytes, tally: Tally) -> None:
        """Search a name, a path or where a link leads."""
        tally.hits += self._needles.count_in_name(os.fsencode(name))

    def path(self, path: Path, tally: Tally, limits: Limits) -> None:
        """Search a name and what bears it: a file, a link's target, a folder and all below it.

        Nothing of a pipe or a socket is read. What goes meanwhile shows nothing any more.
        """
        if path in limits.apart_from or not self._goes_on():
            return
        try:
            status = path.lstat()
            if limits.is_foreign(status):
                return
            self.name(path.name, tally)
            if stat.S_ISLNK(status.st_mode):
                self.name(str(path.readlink()), tally)
            elif stat.S_ISDIR(status.st_mode):
                for name in sorted(os.listdir(path)):  # noqa: PTH208 - names are wanted
                    self.path(path / name, tally, limits)
            elif stat.S_ISREG(status.st_mode) and not limits.is_old(status):
                self._attributes(path, tally)
                self._content(path, status, tally)
        except FileNotFoundError:
            return
        except OSError:
            tally.unreadable += 1

    def descriptor(self, descriptor: int, tally: Tally) -> None:
        """Search an open file by its descriptor, without moving it or closing anything."""
        search = ByteSearch(self._needles)
        place = 0
        while self._goes_on() and (data := os.pread(descriptor, CHUNK_BYTES, place)):
            search.feed(data)
            place += len(data)
        tally.files += 1
        tally.scanned_bytes += place
        tally.hits += search.hits

    def _content(self, path: Path, status: os.stat_result, tally: Tally) -> None:
        held = open_files().get((status.st_dev, status.st_ino))
        if held is not None:
            self.descriptor(held, tally)
            return
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            self.descriptor(descriptor, tally)
        finally:
            os.close(descriptor)

    def _attributes(self, path: Path, tally: Tally) -> None:
        # Only Linux has them here, and not every file system.
        with suppress(OSError, AttributeError):
            for name in os.listxattr(path, follow_symlinks=False):
                value = os.getxattr(path, name, follow_symlinks=False)
                self.name(os.fsencode(name) + b"=" + value, tally)


def _own_user() -> int:
    return os.geteuid() if hasattr(os, "geteuid") else 0


def open_files() -> dict[tuple[int, int], int]:
    """Return the descriptors of the files that this process can read from, by device and inode."""
    found = {}
    for descriptor in descriptors():
        try:
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode):
                os.pread(descriptor, 1, 0)
                found[status.st_dev, status.st_ino] = descriptor
        except OSError:
            # Closed meanwhile, or open for writing only.
            continue
    return found


def descriptors() -> list[int]:
    """Return the numbers of this process's open files."""
    with suppress(OSError):
        return [int(one) for one in os.listdir("/proc/self/fd")]  # noqa: PTH208 - numbers
    return []
