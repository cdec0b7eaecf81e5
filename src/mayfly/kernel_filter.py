"""System-call filters of Linux (seccomp) as BPF programs, for workers and for the process itself.

Written by hand, because the binding on PyPI is old and needs a library that not every system
has. A filter belongs to a thread, is inherited by the threads and programs that it starts, and
cannot be taken off. Numbers are those of the kernel's own tables.
"""

from __future__ import annotations

import ctypes
import platform
import struct
import sys
from collections.abc import Iterable

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
AT_NUMBER, AT_ARCHITECTURE, AT_FIRST_ARGUMENT = 0, 4, 16
ALLOW = 0x7FFF0000
KILL = 0x80000000
ERRNO = 0x00050000
X32_CALLS = 0x40000000
"""The 32-bit calls of x86-64 have numbers of their own from here, which nobody needs."""

_PR_GET_SECCOMP = 21
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_MODE_FILTER = 2


def can_filter(machines: Iterable[str]) -> bool:
    """Tell whether this kernel takes filters and this machine is one of these."""
    if sys.platform != "linux" or platform.machine() not in machines:
        return False
    return bool(_prctl(_PR_GET_SECCOMP, 0, None) >= 0)


def step(code: int, if_true: int, if_false: int, value: int) -> bytes:
    """Return one instruction; the jumps count the instructions that are passed over."""
    return struct.pack("HBBI", code, if_true, if_false, value)


def opening(architecture: int) -> tuple[bytes, ...]:
    """Return what every filter begins with: calls of another architecture end the process.

    Afterwards the call's number is loaded.
    """
    return (
        step(LOAD, 0, 0, AT_ARCHITECTURE),
        step(EQUAL, 1, 0, architecture),
        step(RETURN, 0, 0, KILL),
        step(LOAD, 0, 0, AT_NUMBER),
        step(AT_LEAST, 0, 1, X32_CALLS),
        step(RETURN, 0, 0, KILL),
    )


def install(steps: Iterable[bytes]) -> None:
    """Put the filter on this thread and on all that it starts, for ever.

    Raises OSError when the kernel does not take it.
    """
    program = b"".join(steps)
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    filtering = ctypes.create_string_buffer(header, len(header))
    if _prctl(_PR_SET_NO_NEW_PRIVS, 1, None) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")
    if _prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(filtering)) != 0:
        raise OSError(ctypes.get_errno(), "the filter was refused")


def _prctl(option: int, value: int, pointer: int | None) -> int:
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    # Without types ctypes hands an address over as 32 bits.
    prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    return int(prctl(option, value, pointer or 0, 0, 0))
