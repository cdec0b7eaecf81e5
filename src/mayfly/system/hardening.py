"""What a process gives up at its start, so that a crash leaves no memory behind."""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass

if sys.platform != "win32":
    import resource

_PR_SET_DUMPABLE = 4
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

    Both limits are needed: a core pattern that pipes into a collector (systemd-coredump,
    apport) ignores RLIMIT_CORE, and being undumpable ends with the next exec.
    """
    user_umask = os.umask(_PRIVATE_UMASK)
    return Hardening(
        no_core_files=_forbid_core_files(),
        not_dumpable=_forbid_dumps(),
        private_umask=sys.platform != "win32",
        user_umask=user_umask,
    )


def _forbid_core_files() -> bool:
    if sys.platform == "win32":
        return False
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
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
