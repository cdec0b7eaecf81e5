"""Files and folders that only their owner may read, and the lock around opening a vault."""

from __future__ import annotations

import array
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mayfly.domain.errors import VaultBusy

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_FS_IOC_GETFLAGS, _FS_IOC_SETFLAGS = 0x80086601, 0x40086602
_FS_NODUMP_FL = 0x00000040
_NO_BACKUP = "user.xdg.robots.backup"
"""linux/fs.h; freedesktop.org, Common Extended Attributes."""
_LOOK_AGAIN_S = 0.05


def make_private_folder(folder: Path) -> None:
    """Make the folder and the missing ones above it with mode 0700, or tighten our own.

    A folder that others share on purpose (sticky, as /tmp is) or that belongs to somebody
    else is left as it is: the files in it are private by themselves.
    """
    missing = []
    probe = folder
    while not probe.exists():
        missing.append(probe)
        probe = probe.parent
    for one in reversed(missing):
        one.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        sync_folder(one.parent)
    state = folder.stat()
    is_ours = state.st_uid == os.geteuid() and not state.st_mode & stat.S_ISVTX
    if is_ours and stat.S_IMODE(state.st_mode) != _FOLDER_MODE:
        folder.chmod(_FOLDER_MODE)


def open_private_file(path: Path, flags: int = os.O_RDWR) -> int:
    """Return a descriptor of the file, made with mode 0600 if it is not there.

    The mode is set before a byte is written, whatever the umask and whatever was there.
    """
    descriptor = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
    os.fchmod(descriptor, _FILE_MODE)
    return descriptor


def ensure_private_file(path: Path) -> None:
    """Make an empty file with mode 0600, or tighten the one that is there without opening it.

    Closing any descriptor of a file drops the locks that SQLite holds on it in this process
    (sqlite.org, How To Corrupt, 2.2), so a database that exists is never opened here.
    """
    with suppress(FileExistsError):
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(path, flags, _FILE_MODE)
        try:
            ask_no_backup(descriptor)
        finally:
            os.close(descriptor)
    tighten(path)


def tighten(path: Path) -> None:
    """Give a file mode 0600 if it is there and has another."""
    with suppress(FileNotFoundError):
        if stat.S_IMODE(path.stat().st_mode) != _FILE_MODE:
            path.chmod(_FILE_MODE)


def ask_no_backup(descriptor: int) -> None:
    """Ask backups to pass the file over; each mark by itself, for a system may lack one."""
    set_flag(descriptor, _FS_NODUMP_FL)
    if hasattr(os, "setxattr"):
        with suppress(OSError):
            os.setxattr(descriptor, _NO_BACKUP, b"false")


def set_flag(descriptor: int, flag: int) -> None:
    """Ask the file system for one of its flags; some know none, or not this one."""
    flags = array.array("L", [0])
    with suppress(OSError):
        fcntl.ioctl(descriptor, _FS_IOC_GETFLAGS, flags)
        flags[0] |= flag
        fcntl.ioctl(descriptor, _FS_IOC_SETFLAGS, flags)


def sync_folder(folder: Path) -> None:
    """Make sure that names made in the folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def acquire_lock(path: Path, *, timeout_s: float) -> int:
    """Lock the file for this holder alone and return its descriptor; VaultBusy after timeout_s.

    Closing the descriptor frees the lock, in any thread; the system does so on any death of
    the process, so nothing stale can block.
    """
    descriptor = open_private_file(path)
    try:
        end = time.monotonic() + timeout_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    raise VaultBusy from None
                time.sleep(_LOOK_AGAIN_S)
            else:
                return descriptor
    except BaseException:
        os.close(descriptor)
        raise


@contextmanager
def locked(path: Path, *, timeout_s: float) -> Iterator[None]:
    """Hold the lock file while the block runs; VaultBusy after timeout_s."""
    descriptor = acquire_lock(path, timeout_s=timeout_s)
    try:
        yield
    finally:
        os.close(descriptor)
