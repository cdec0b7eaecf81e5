"""A lock that one process holds and that the system frees on any death of it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from pathlib import Path

from mayfly.domain.errors import InternalError, VaultNotWritable
from mayfly.system.paths import make_private_folder

if sys.platform != "win32":
    import fcntl


class FileLock:
    """Holds an empty file. The file stays: removing it would let two processes hold two."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None
        self._gate = threading.Lock()

    def try_take(self) -> bool:
        """Take the lock if nobody holds it; True when it is ours, also when it was before.

        Raises VaultNotWritable when the file cannot be made.
        """
        if self._fd is None:
            make_private_folder(self._path.parent)
            self._fd = _try_lock(self._path)
        return self._fd is not None

    def release(self) -> None:
        """Give it up; no error when it is not ours. Two threads may do so at once."""
        with self._gate:
            fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)


def _try_lock(path: Path) -> int | None:
    """Return a descriptor that holds the lock, or None when another process does."""
    if sys.platform == "win32":
        raise InternalError("file locks are made for POSIX systems only so far")
    refused = False
    fd = -1
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(fd), path.stat()):
            return fd
    except (BlockingIOError, FileNotFoundError):
        # Held by another, or its folder was removed under us: the next try finds out.
        pass
    except OSError:
        refused = True
    if fd >= 0:
        with contextlib.suppress(OSError):
            os.close(fd)
    if refused:
        raise VaultNotWritable
    return None
