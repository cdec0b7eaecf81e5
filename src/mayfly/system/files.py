"""Finding and reading what the user drops. Their files are only ever read."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mayfly.domain.document_errors import (
    FileChanged,
    FileEmpty,
    FileMissing,
    FileTooLarge,
    FileUnreadable,
    IntakeError,
    IsAFolder,
    NotAFile,
)
from mayfly.domain.limits import Limits
from mayfly.domain.ports import Found, SourceFile

CHUNK_BYTES = 1 << 20

_KINDS = (
    "pdf png jpg jpeg jpe jfif tif tiff bmp dib gif webp jp2 j2k jpx jpf pnm pbm pgm ppm heic heif"
)
DOCUMENT_SUFFIXES = frozenset("." + kind for kind in _KINDS.split())
"""What is taken from a folder; a file that is named itself is taken whatever its suffix."""

# O_NONBLOCK: opening a pipe that nobody writes to would wait for ever. O_NOCTTY: opening a
# terminal must not make it ours. Neither matters to an ordinary file.
_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})
_NO_FILE = frozenset({errno.ENXIO, errno.ENODEV})


class LocalFiles:
    """The FileIntake port on the file system."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def listing(self, paths: Sequence[Path]) -> Iterator[Found]:
        """Yield files as they are found; folders in natural order, files before subfolders.

        Hidden entries and links inside a folder are passed over; a hidden one in silence, a
        link as no document. A folder that cannot be listed comes as a document, so that
        opening it says why.
        """
        for path in paths:
            if _is_folder(path):
                yield from _walk(path)
            else:
                yield Found(path, is_document=True)

    def open(self, path: Path) -> SourceFile:
        """Check that this is a file with bytes in it that may be read.

        Raises FileMissing, IsAFolder, NotAFile, FileUnreadable, FileEmpty or FileTooLarge.
        """
        with _opened(path) as (_, status):
            if status.st_size == 0:
                raise FileEmpty
            if status.st_size > self._limits.source_bytes:
                raise FileTooLarge
            return LocalFile(path, _print_of(status))


class LocalFile:
    """A file as it was when it was opened. It is open only while chunks runs."""

    __slots__ = ("_path", "_print")

    def __init__(self, path: Path, fingerprint: tuple[int, int]) -> None:
        self._path = path
        self._print = fingerprint

    @property
    def name(self) -> str:
        """File name without its folder; bytes that are no text are replaced."""
        return _as_text(self._path.name)

    @property
    def path(self) -> str | None:
        """Where it lies; bytes that are no text are replaced."""
        return _as_text(str(self._path))

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes; FileChanged when another file is there now or it changes meanwhile."""
        size = self._print[0]
        with _opened(self._path) as (fd, status):
            if _print_of(status) != self._print:
                raise FileChanged
            seen = 0
            while chunk := _read(fd):
                seen += len(chunk)
                if seen > size:
                    raise FileChanged
                yield chunk
            if seen != size or _print_of(os.fstat(fd)) != self._print:
                raise FileChanged


class PastedSource:
    """A document that was pasted and never was a file of the user's."""

    __slots__ = ("_data", "_name")

    def __init__(self, name: str, data: bytes, limits: Limits) -> None:
        """Raise FileEmpty or FileTooLarge."""
        if not data:
            raise FileEmpty
        if len(data) > limits.source_bytes:
            raise FileTooLarge
        self._name = name
        self._data = data

    @property
    def name(self) -> str:
        """The name it was given."""
        return self._name

    @property
    def path(self) -> str | None:
        """None: it lies nowhere."""
        return None

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes."""
        for start in range(0, len(self._data), CHUNK_BYTES):
            yield self._data[start : start + CHUNK_BYTES]


def _walk(top: Path) -> Iterator[Found]:
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=_natural_key)
        except OSError:
            yield Found(folder, is_document=True)
            continue
        folders = []
        for entry in found:
            if entry.name.startswith("."):
                continue
            if _is_real_folder(entry):
                folders.append(folder / entry.name)
            else:
                yield Found(folder / entry.name, _is_document(entry))
        waiting.extend(reversed(folders))


def _natural_key(entry: os.DirEntry[str]) -> tuple[list[str | int], str]:
    """Order page2 before page10, whatever the case; equal ones by their very name."""
    parts = re.split(r"(\d+)", entry.name.casefold())
    return [int(part) if index % 2 else part for index, part in enumerate(parts)], entry.name


def _is_real_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_document(entry: os.DirEntry[str]) -> bool:
    try:
        is_file = entry.is_file(follow_symlinks=False)
    except OSError:
        # It cannot be looked at: opening it says why.
        is_file = True
    return is_file and os.path.splitext(entry.name)[1].lower() in DOCUMENT_SUFFIXES  # noqa: PTH122


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):
        return False


@contextmanager
def _opened(path: Path) -> Iterator[tuple[int, os.stat_result]]:
    """Hold an ordinary file open for reading; IntakeError otherwise."""
    fd, refusal = _try_open(path)
    if refusal is not None:
        # Raised out here: the system's error would carry the path as its context.
        raise refusal
    try:
        status = os.fstat(fd)
        if stat.S_ISDIR(status.st_mode):
            raise IsAFolder
        if not stat.S_ISREG(status.st_mode):
            raise NotAFile
        yield fd, status
    finally:
        os.close(fd)


def _try_open(path: Path) -> tuple[int, IntakeError | None]:
    try:
        return os.open(path, _OPEN_FLAGS), None
    except ValueError:
        return -1, FileMissing()
    except OSError as error:
        if error.errno in _MISSING:
            return -1, FileMissing()
        return -1, NotAFile() if error.errno in _NO_FILE else FileUnreadable()


def _read(fd: int) -> bytes:
    with contextlib.suppress(OSError):
        return os.read(fd, CHUNK_BYTES)
    raise FileUnreadable


def _print_of(status: os.stat_result) -> tuple[int, int]:
    # Not the inode: mounted phones and remote folders may give a new one at each opening.
    return (status.st_size, status.st_mtime_ns)


def _as_text(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "replace")
