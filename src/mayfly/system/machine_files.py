"""Reads the kernel's small files, below a root that tests replace by a recorded one."""

from __future__ import annotations

import os
from pathlib import Path

_MOST_BYTES = 1 << 20


class MachineFiles:
    """What /proc, /sys, /dev and /etc say. A file that cannot be read is None, never an error."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def path(self, place: str) -> Path:
        """Return where an absolute path of the machine lies."""
        return self._root / place.lstrip("/")

    def text(self, place: str) -> str | None:
        """Return a file's text without the spaces around it."""
        data = self.data(place, 0, _MOST_BYTES)
        return None if data is None else data.decode("utf-8", "replace").strip()

    def data(self, place: str, offset: int, size: int) -> bytes | None:
        """Return so many bytes from an offset on."""
        try:
            with self.path(place).open("rb") as file:
                file.seek(offset)
                return file.read(size)
        except (OSError, ValueError):
            return None

    def names(self, place: str) -> list[str]:
        """Return the names in a folder, sorted; none when it cannot be listed."""
        try:
            return sorted(os.listdir(self.path(place)))  # noqa: PTH208 - names, not paths
        except OSError:
            return []

    def exists(self, place: str) -> bool:
        """Tell whether there is anything at the path."""
        return os.path.lexists(self.path(place))

    def last_name(self, place: str) -> str:
        """Return the name at the end of a path's links: dm-0 for /dev/mapper/home."""
        return Path(os.path.realpath(self.path(place))).name
