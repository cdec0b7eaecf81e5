"""New files where the user asked for them: whole or not at all, and never over another."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from mayfly.domain.errors import ExportError, TargetExists, TargetMissing, TargetNotWritable
from mayfly.export.names import clean_stem, numbered

T = TypeVar("T")

_MOST_NAMES = 1_000
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})
_GONE = frozenset({errno.ENOENT, errno.ENOTDIR})


class FolderTarget:
    """The FileTarget port on a folder of the user's.

    While it is written the file has no name at all where the system allows that (O_TMPFILE),
    so that not even a kill leaves a part of a document behind; elsewhere it has a hidden name
    of random digits and is private. When it is whole it gets the user's ordinary permissions:
    what is exported is the user's own file, and sharing it is why it was exported.
    """

    def __init__(self, user_umask: int = 0o077) -> None:
        """user_umask: the mask before Mayfly made its own files private."""
        self._mode = 0o666 & ~user_umask

    def write_new(
        self,
        folder: Path,
        stem: str,
        suffix: str,
        chunks: Iterable[bytes],
        *,
        check: Callable[[], object] = lambda: None,
    ) -> Path:
        """Write the chunks into a new file and return its path, once it is safely on the disk.

        check is asked last, so that what was deleted meanwhile gets no name. Raises
        TargetMissing, TargetNotWritable, TargetExists (a thousand of that name), or whatever
        chunks or check raise; nothing partial is left behind.
        """
        if not _is_folder(folder):
            raise TargetMissing
        with _partial_file(folder) as partial:
            for chunk in chunks:
                partial.write(chunk)
            partial.finish(self._mode)
            check()
            return partial.publish(clean_stem(stem), suffix)

    def digest(self, path: Path) -> bytes:
        """Return the SHA-256 of a file as the disk gives it back, not as it is remembered."""
        return _asked(lambda: _digest(path))

    def find(self, folder: Path, stem: str, suffix: str, digest: bytes) -> Path | None:
        """Return a file with this content under one of the names that write_new gives."""
        for number in range(1, _MOST_NAMES + 1):
            path = folder / numbered(clean_stem(stem), suffix, number)
            with contextlib.suppress(OSError):
                if path.is_file() and _digest(path) == digest:
                    return path
            if not os.path.lexists(path):
                break
        return None


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            # What was synced is dropped from memory, so that it comes from the disk.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return hashlib.file_digest(file, "sha256").digest()


class _Partial:
    """A file in the folder that is not finished yet; path is None while it has no name."""

    def __init__(self, folder: Path, fd: int, path: Path | None) -> None:
        self._folder = folder
        self._fd = fd
        self._path = path

    def write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[_asked(partial(os.write, self._fd, left)) :]

    def finish(self, mode: int) -> None:
        # FAT knows no permissions and refuses this.
        with contextlib.suppress(OSError):
            os.fchmod(self._fd, mode)
        _asked(lambda: os.fsync(self._fd))

    def publish(self, stem: str, suffix: str) -> Path:
        """Give the file the first free name; two at once never get the same one."""
        for number in range(1, _MOST_NAMES + 1):
            wanted = self._folder / numbered(stem, suffix, number)
            if _asked(partial(self._take_name, wanted)):
                _sync_folder(self._folder)
                return wanted
        raise TargetExists

    def discard(self) -> None:
        """Close it and take away the name it had while it was written, if any."""
        os.close(self._fd)
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()

    def _take_name(self, wanted: Path) -> bool:
        """Link the file to the name; False when that is taken."""
        try:
            self._link(wanted)
        except FileExistsError:
            return False
        return True

    def _link(self, wanted: Path) -> None:
        if self._path is None:
            _link_nameless(self._fd, wanted)
            return
        try:
            os.link(self._path, wanted)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            _reserve_and_replace(self._path, wanted)


@contextmanager
def _partial_file(folder: Path) -> Iterator[_Partial]:
    partial = _asked(lambda: _nameless(folder) or _hidden(folder))
    try:
        yield partial
    finally:
        partial.discard()


def _nameless(folder: Path) -> _Partial | None:
    """Return a file without a name, or None where there is no such thing."""
    flag = getattr(os, "O_TMPFILE", None)
    if flag is None or not Path("/proc/self/fd").is_dir():
        return None
    with contextlib.suppress(OSError):
        # Whatever is wrong with the folder shows again, and by its own name, in _hidden.
        return _Partial(folder, os.open(folder, flag | os.O_WRONLY | os.O_CLOEXEC, 0o600), None)
    return None


def _link_nameless(fd: int, wanted: Path) -> None:
    """Give a name to a file that has none, by the system's own link to it.

    Relative to a folder, because only then Python has the system follow that link.
    """
    links = os.open("/proc/self/fd", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.link(str(fd), wanted, src_dir_fd=links, follow_symlinks=True)
    finally:
        os.close(links)


def _hidden(folder: Path) -> _Partial:
    path = folder / f".mayfly-{secrets.token_hex(8)}.part"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    return _Partial(folder, os.open(path, flags, 0o600), path)


def _reserve_and_replace(partial: Path, wanted: Path) -> None:
    """Take a free name where files cannot be linked (FAT, many network folders).

    Making the empty file is what takes the name; only that empty file is ever replaced.
    """
    os.close(os.open(wanted, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        partial.replace(wanted)
    except OSError:
        with contextlib.suppress(OSError):
            wanted.unlink()
        raise


def _sync_folder(folder: Path) -> None:
    # Some network folders refuse this; the file itself is on the disk by now.
    with contextlib.suppress(OSError):
        fd = os.open(folder, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def _is_folder(folder: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return folder.is_dir()
    return False


def _asked(call: Callable[[], T]) -> T:
    """Return the system's answer, or raise our own error without the path that hangs on its."""
    refusal: ExportError
    try:
        return call()
    except OSError as error:
        refusal = TargetMissing() if error.errno in _GONE else TargetNotWritable()
    raise refusal
