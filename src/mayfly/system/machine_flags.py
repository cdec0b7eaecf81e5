"""What the file system itself says of one file: its flags, and whether its blocks are shared."""

from __future__ import annotations

import array
import os
import struct
import sys
from pathlib import Path

if sys.platform != "win32":
    import fcntl

NO_COPY_ON_WRITE = 0x00800000
JOURNAL_DATA = 0x00004000
ENCRYPTED = 0x00000800
NO_DUMP = 0x00000040
"""linux/fs.h, as lsattr shows them: C, j, E, d."""

_GET_FLAGS = 0x80086601
_GET_EXTENTS = 0xC020660B
_HEAD = struct.Struct("=QQLLLL")
_EXTENT_BYTES = 56
_EXTENT_FLAGS_AT = 40
_EXTENTS = 32
_SHARED = 0x2000
"""linux/fiemap.h: what a snapshot or a clone holds, too."""


def file_flags(path: Path) -> int | None:
    """Return the flags of a file or folder; None where it is not there or its system has none."""
    answer = array.array("L", [0])
    done = _asked(path, _GET_FLAGS, answer)
    return int(answer[0]) if done else None


def shares_blocks(path: Path) -> bool | None:
    """Tell whether something else holds blocks of the file; None where the system does not say.

    A block that is shared is not overwritten where it lies, whatever the file's flags are.
    """
    request = bytearray(_HEAD.size + _EXTENTS * _EXTENT_BYTES)
    _HEAD.pack_into(request, 0, 0, 2**64 - 1, 0, 0, _EXTENTS, 0)
    if not _asked(path, _GET_EXTENTS, request):
        return None
    mapped = _HEAD.unpack_from(request)[3]
    places = (_HEAD.size + number * _EXTENT_BYTES + _EXTENT_FLAGS_AT for number in range(mapped))
    return any(struct.unpack_from("=L", request, place)[0] & _SHARED for place in places)


def _asked(path: Path, request: int, answer: array.array[int] | bytearray) -> bool:
    """Put the answer in place; False where nobody answers."""
    if sys.platform != "linux":
        return False
    try:
        # Never the database: closing any descriptor of it would drop SQLite's locks here.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.ioctl(descriptor, request, answer)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
