"""A file that is being written: nobody sees it before it is whole, and then all of it at once."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from mayfly.domain.errors import ExportError, TargetExists, TargetMissing, TargetNotWritable
from mayfly.domain.export_errors import TargetFull
from mayfly.export.names import numbered

T = TypeVar("T")

MOST_NAMES = 1_000
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})
_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO, errno.ESTALE})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class PartialFile:
    """A file in the folder that is not finished yet; path is None while it has no name."""

    def __init__(self, folder: Path, fd: int, path: Path | None, *, place: os.stat_result) -> None:
        """place: which folder it was begun in, whatever bears its name later."""
        self._folder = folder
        self._fd = fd
        self._path = path
        self._mode = 0o600
        self._place = place

    @property
    def descriptor(self) -> int:
        """The open file, for reading and writing."""
        return self._fd

    def write(self, data: bytes) -> None:
        """Write at the present place, all of it."""
        left = memoryview(data)
        while left:
            left = left[asked(partial(os.write, self._fd, left)) :]

    def finish(self, mode: int) -> None:
        """Bring what was written to the disk."""
        self._mode = mode
        # FAT knows no permissions and refuses this.
        with contextlib.suppress(OSError):
            os.fchmod(self._fd, mode)
        asked(lambda: os.fsync(self._fd))

    def publish(self, stem: str, suffix: str) -> Path:
        """Give the file the first free name; two at once never get the same one.

        TargetMissing when another folder has taken the place of the one it was begun in.
        """
        self._require_place()
        for number in range(1, MOST_NAMES + 1):
            wanted = self._folder / numbered(stem, suffix, number)
            if asked(partial(self._take_name, wanted)):
                _sync_folder(self._folder)
                return wanted
        raise TargetExists

    def publish_over(self, name: str) -> Path:
        """Give the file this name, in place of the file or link that has it; in one step.

        TargetExists when something else has it; TargetMissing as publish.
        """
        self._require_place()
        wanted = self._folder / name
        if not asked(partial(self._take_name, wanted)):
            asked(partial(self._replace, wanted))
        _sync_folder(self._folder)
        return wanted

    def discard(self) -> None:
        """Close it and take away the name it had while it was written, if any."""
        os.close(self._fd)
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()

    def _require_place(self) -> None:
        if not os.path.samestat(asked(self._folder.stat), self._place):
            raise TargetMissing

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

    def _replace(self, wanted: Path) -> None:
        """Rename the file over the old one. A rename never follows a link that has the name."""
        old = wanted.lstat().st_mode
        if not (stat.S_ISREG(old) or stat.S_ISLNK(old)):
            raise TargetExists
        if stat.S_ISREG(old):
            # Who could not read the old file must not read the new one.
            with contextlib.suppress(OSError):
                os.fchmod(self._fd, self._mode & old)
        if self._path is None:
            # No system renames a file without a name. Whole as it is, it has a hidden one for
            # the moment between these two calls.
            hidden = _hidden_name(self._folder)
            _link_nameless(self._fd, hidden)
            self._path = hidden
        self._path.replace(wanted)
        self._path = None


@contextmanager
def partial_file(folder: Path) -> Iterator[PartialFile]:
    """Give a new file in the folder; what has no name of its own at the end is gone."""
    made = asked(lambda: _nameless(folder) or _hidden(folder))
    try:
        yield made
    finally:
        made.discard()


def asked(call: Callable[[], T]) -> T:
    """Return the system's answer, or raise our own error without the path that hangs on its."""
    refusal: ExportError
    try:
        return call()
    except OSError as error:
        refusal = _refusal(error.errno)
    raise refusal


def _refusal(number: int | None) -> ExportError:
    # A file that can no longer be linked to its folder's disk (EXDEV): another disk, or none,
    # is mounted there by now.
    if number in _GONE or number == errno.EXDEV:
        return TargetMissing()
    return TargetFull() if number in _FULL else TargetNotWritable()


def _nameless(folder: Path) -> PartialFile | None:
    """Return a file without a name, or None where there is no such thing."""
    flag = getattr(os, "O_TMPFILE", None)
    if flag is None or not Path("/proc/self/fd").is_dir():
        return None
    with contextlib.suppress(OSError):
        # Whatever is wrong with the folder shows again, and by its own name, in _hidden.
        place, flags = folder.stat(), flag | os.O_RDWR | os.O_CLOEXEC
        return PartialFile(folder, os.open(folder, flags, 0o600), None, place=place)
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


def _hidden(folder: Path) -> PartialFile:
    path = _hidden_name(folder)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    place, flags = folder.stat(), flags | getattr(os, "O_BINARY", 0)
    return PartialFile(folder, os.open(path, flags, 0o600), path, place=place)


def _hidden_name(folder: Path) -> Path:
    return folder / f".mayfly-{secrets.token_hex(8)}.part"


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
