"""One window per vault: a second start asks the first to come forward. No socket is opened."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from mayfly.system.file_lock import FileLock
from mayfly.system.paths import make_private_folder


class WindowInstance:
    """Holds a lock while a window is open, and an empty file that a second start touches.

    Only the time of the file tells something, so nothing that can be written into it matters.
    """

    def __init__(self, lock: Path, request: Path) -> None:
        self._lock = FileLock(lock)
        self._request = request
        self._seen_ns = 0

    def claim(self) -> bool:
        """Become the one window; False when another process has it. VaultNotWritable possible."""
        claimed = self._lock.try_take()
        if claimed:
            self._seen_ns = self._asked_ns()
        return claimed

    def ask_to_raise(self) -> None:
        """Ask the process that has the window to bring it forward."""
        make_private_folder(self._request.parent)
        with contextlib.suppress(OSError):
            fd = os.open(self._request, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.close(fd)
            os.utime(self._request)

    def is_asked_to_raise(self) -> bool:
        """Tell once whether somebody asked since the last look; cheap, for a timer of 0.3 s."""
        asked_ns = self._asked_ns()
        is_new = asked_ns != self._seen_ns
        self._seen_ns = asked_ns
        return is_new

    def release(self) -> None:
        """Give the window up; no error when it is not ours."""
        self._lock.release()

    def _asked_ns(self) -> int:
        try:
            return self._request.stat().st_mtime_ns
        except OSError:
            return 0
