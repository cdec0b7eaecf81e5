"""Asks backups to pass Mayfly's folders over, with every mark that cannot lose anything.

A vault cannot be restored from a backup, and a full backup is a copy of old keys. Which tools
heed which mark, and why only the cache is tagged as one, stands in docs/adr/0014.
"""

from __future__ import annotations

import array
import os
import sys
from contextlib import suppress
from pathlib import Path

from mayfly.system.machine_flags import NO_DUMP
from mayfly.system.paths import Paths

if sys.platform != "win32":
    import fcntl

NO_BACKUP = "user.xdg.robots.backup"
"""freedesktop.org, Common Extended Attributes; its value is then “false”."""
_FILES = (".nobackup", ".deja-dup-ignore")
_CACHE_TAG = "CACHEDIR.TAG"
_CACHE_SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55\n"
_GET_FLAGS, _SET_FLAGS = 0x80086601, 0x40086602


def mark_folders(paths: Paths) -> None:
    """Mark the folders, which exist; a mark that a file system refuses is left out.

    Files that are made in a marked folder later take its flag over on ext4 and xfs.
    """
    for folder in (paths.data, paths.state):
        _set_flag(folder)
        if hasattr(os, "setxattr"):
            with suppress(OSError):
                os.setxattr(folder, NO_BACKUP, b"false")
        for name in _FILES:
            _make(folder / name, b"")
    _make(paths.cache / _CACHE_TAG, _CACHE_SIGNATURE)


def is_marked(path: Path, flags: int | None) -> bool:
    """Tell whether a file or folder bears the flag or the attribute; flags: what it has."""
    if flags is not None and flags & NO_DUMP:
        return True
    if not hasattr(os, "getxattr"):
        return False
    try:
        return os.getxattr(path, NO_BACKUP) == b"false"
    except OSError:
        return False


def _set_flag(folder: Path) -> None:
    if sys.platform != "linux":
        return
    flags = array.array("L", [0])
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.ioctl(descriptor, _GET_FLAGS, flags)
            if not flags[0] & NO_DUMP:
                flags[0] |= NO_DUMP
                fcntl.ioctl(descriptor, _SET_FLAGS, flags)
        finally:
            os.close(descriptor)


def _make(path: Path, data: bytes) -> None:
    with suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, data)
        finally:
            os.close(descriptor)
