"""A system-call filter for Linux: the calling thread, and what it starts, makes no sockets.

Sockets of the machine's own (AF_UNIX: display, session bus) stay. Written by hand as a BPF
program, as the filter of the workers is; the calls' numbers are those of the kernel's own
tables.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import socket
import struct
import sys
from dataclasses import dataclass

_PR_GET_SECCOMP = 21
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_MODE_FILTER = 2

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_AT_NUMBER, _AT_ARCHITECTURE, _AT_FIRST_ARGUMENT = 0, 4, 16
_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_ERRNO = 0x00050000
_X32_CALLS = 0x40000000
_IO_URING_SETUP = 425
"""Its rings can make sockets that no filter sees."""


@dataclass(frozen=True, slots=True)
class _Machine:
    architecture: int
    make_socket: int


_MACHINES = {
    "x86_64": _Machine(architecture=0xC000003E, make_socket=41),
    "aarch64": _Machine(architecture=0xC00000B7, make_socket=198),
}


def can_filter() -> bool:
    """Tell whether this kernel and machine are ones that the filter knows."""
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return False
    return bool(_prctl(_PR_GET_SECCOMP, 0, None) >= 0)


def refuse_sockets() -> None:
    """From here this thread, and every thread and program it starts, makes local sockets only.

    For ever: a filter cannot be taken off. Threads that run already stay as they are. Raises
    OSError when the kernel does not take the filter.
    """
    program = _program(_MACHINES[platform.machine()])
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    filtering = ctypes.create_string_buffer(header, len(header))
    if _prctl(_PR_SET_NO_NEW_PRIVS, 1, None) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")
    if _prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(filtering)) != 0:
        raise OSError(ctypes.get_errno(), "the filter was refused")


def _program(machine: _Machine) -> bytes:
    """Return the filter: socket() with a family but AF_UNIX fails with EACCES.

    Calls of another architecture (32 bits on 64) have numbers of their own, and nobody here
    needs one: they end the process.
    """
    steps = (
        _step(_LOAD, 0, 0, _AT_ARCHITECTURE),
        _step(_EQUAL, 1, 0, machine.architecture),
        _step(_RETURN, 0, 0, _KILL),
        _step(_LOAD, 0, 0, _AT_NUMBER),
        _step(_AT_LEAST, 0, 1, _X32_CALLS),
        _step(_RETURN, 0, 0, _KILL),
        _step(_EQUAL, 0, 1, _IO_URING_SETUP),
        _step(_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
        _step(_EQUAL, 0, 3, machine.make_socket),
        _step(_LOAD, 0, 0, _AT_FIRST_ARGUMENT),
        _step(_EQUAL, 1, 0, socket.AF_UNIX),
        _step(_RETURN, 0, 0, _ERRNO | errno.EACCES),
        _step(_RETURN, 0, 0, _ALLOW),
    )
    return b"".join(steps)


def _step(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _prctl(option: int, value: int, pointer: int | None) -> int:
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    # Without types ctypes hands an address over as 32 bits.
    prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    return int(prctl(option, value, pointer or 0, 0, 0))
