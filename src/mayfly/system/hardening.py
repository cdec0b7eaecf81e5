"""What a process gives up at its start, so that a crash leaves no memory behind."""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from mayfly.domain.defence import ProcessLook

if sys.platform != "win32":
    import resource

_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4
_CORE_BYTES = 1 if sys.platform == "linux" else 0
"""No core file is as short; to the kernel 1 also means: nothing into a collector's pipe."""
_PRIVATE_UMASK = 0o077


@dataclass(frozen=True, slots=True)
class Hardening:
    """Which measures took effect, for doctor, and the umask that the user had."""

    no_core_files: bool
    not_dumpable: bool
    private_umask: bool
    user_umask: int


def harden() -> Hardening:
    """Switch core dumps off and make new files private. Call it once, first of all.

    Both are needed: being undumpable ends with the next exec, and a core pattern that pipes
    into a collector (systemd-coredump, apport) heeds no limit of core files but that of 1 byte.
    """
    user_umask = os.umask(_PRIVATE_UMASK)
    return Hardening(
        no_core_files=_forbid_core_files(),
        not_dumpable=_forbid_dumps(),
        private_umask=sys.platform != "win32",
        user_umask=user_umask,
    )


def look_at_process() -> ProcessLook:
    """Ask the system what this process gave up, whatever harden once answered."""
    if sys.platform == "win32":
        return ProcessLook(core_bytes=None, dumpable=None, umask=None)
    return ProcessLook(
        core_bytes=resource.getrlimit(resource.RLIMIT_CORE)[0],
        dumpable=_is_dumpable(),
        umask=_umask(),
    )


def _is_dumpable() -> bool | None:
    if sys.platform != "linux":
        return None
    try:
        return bool(ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
    except (OSError, AttributeError):
        return None


def _umask() -> int | None:
    """Return the umask without setting another one for a moment, which other threads would see."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    for line in status.splitlines():
        name, _, value = line.partition(":")
        if name == "Umask":
            return int(value, 8)
    return None


def _forbid_core_files() -> bool:
    if sys.platform == "win32":
        return False
    try:
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        most = _CORE_BYTES if hard == resource.RLIM_INFINITY else min(_CORE_BYTES, hard)
        resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    except (OSError, ValueError):
        return False
    return True


def _forbid_dumps() -> bool:
    if sys.platform != "linux":
        return False
    try:
        return bool(ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False
