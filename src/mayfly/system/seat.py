"""The right to read the queue of a vault."""

from __future__ import annotations

from pathlib import Path

from mayfly.system.file_lock import FileLock


class FileSeat:
    """The Seat port as a file lock: whoever dies gives it up."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path)

    def try_take(self) -> bool:
        """Take it if nobody holds it; True when it is ours. VaultNotWritable when refused."""
        return self._lock.try_take()

    def release(self) -> None:
        """Give it up; no error when it is not ours."""
        self._lock.release()
