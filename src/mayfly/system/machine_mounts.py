"""Which mounted file system a path lies on, out of /proc/self/mountinfo."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mayfly.system.machine_files import MachineFiles

_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of the table of mounts."""

    number: str
    """Major and minor number of the file system, as in 8:2."""
    point: Path
    kind: str
    source: str
    options: tuple[str, ...]


def read_mounts(files: MachineFiles) -> tuple[Mount, ...]:
    """Return every mount, in the order in which they were made; none without the table."""
    table = files.text("/proc/self/mountinfo") or ""
    return tuple(_mounts(table.splitlines()))


def mount_of(mounts: Iterable[Mount], path: Path) -> Mount | None:
    """Return the mount that a path lies on: the deepest one, and of equals the last one made.

    The path need not exist. Its links must have been followed before.
    """
    found: Mount | None = None
    for mount in mounts:
        if path.is_relative_to(mount.point) and (
            found is None or len(mount.point.parts) >= len(found.point.parts)
        ):
            found = mount
    return found


def unescaped(word: str) -> str:
    """Return a word of the kernel's tables with its spaces: \\040 and the like."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 8)), word)


def _mounts(lines: Iterable[str]) -> Iterable[Mount]:
    # 36 35 98:0 /root /point rw,noatime master:1 - ext4 /dev/sda2 rw,errors=continue
    for line in lines:
        before, dash, after = line.partition(" - ")
        left, right = before.split(), after.split()
        if not dash or len(left) < 6 or len(right) < 2:
            continue
        options = ",".join((left[5], *right[2:3])).split(",")
        yield Mount(
            number=left[2],
            point=Path(unescaped(left[4])),
            kind=right[0],
            source=unescaped(right[1]),
            options=tuple(dict.fromkeys(options)),
        )
