"""A system-call filter for Linux: no network, no new name spaces, no looking into others.

Written by hand as a BPF program, because the binding on PyPI is old and needs a library that
not every system has. tesseract inherits it. Numbers are those of the kernel's own tables.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys
from dataclasses import dataclass

_PR_GET_SECCOMP = 21
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_MODE_FILTER = 2

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_AT_NUMBER, _AT_ARCHITECTURE, _AT_FIRST_ARGUMENT = 0, 4, 16
_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_ERRNO = 0x00050000
_NEW_NAME_SPACES = 0x7E020080
"""CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID, NET and TIME together."""
_X32_CALLS = 0x40000000


@dataclass(frozen=True, slots=True)
class _Machine:
    architecture: int
    clone: int
    refused: tuple[int, ...]


_SAME_EVERYWHERE = (
    *(424, 425, 426, 427),  # pidfd_send_signal, io_uring: its rings can open sockets
    *(428, 429, 430, 431, 432, 433, 442),  # open_tree, move_mount, fs*, mount_setattr
    *(438, 440),  # pidfd_getfd, process_madvise
)
_CLONE3 = 435

_MACHINES = {
    "x86_64": _Machine(
        architecture=0xC000003E,
        clone=56,
        refused=(
            *(41, 42, 43, 44, 46, 49, 50, 53, 288, 307),  # socket to sendmmsg
            *(101, 310, 311, 321, 298, 323),  # ptrace, process_vm_*, bpf, perf, userfaultfd
            *(165, 166, 155, 161, 272, 308),  # mount, umount2, pivot_root, chroot, unshare, setns
            *(248, 249, 250, 303, 304, 300),  # keys, file handles, fanotify
            *(109, 112, 163, 167, 169, 175, 176, 246, 313, 319),  # setpgid, setsid, ... memfd
        ),
    ),
    "aarch64": _Machine(
        architecture=0xC00000B7,
        clone=220,
        refused=(
            *(198, 199, 200, 201, 202, 203, 206, 211, 242, 269),
            *(117, 270, 271, 280, 241, 282),
            *(40, 39, 41, 51, 97, 268),
            *(217, 218, 219, 264, 265, 262),
            *(154, 157, 89, 224, 142, 105, 106, 104, 273, 279),
        ),
    ),
}


def can_filter() -> bool:
    """Tell whether this kernel and machine are ones that the filter knows."""
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return False
    return bool(_prctl(_PR_GET_SECCOMP, 0, None) >= 0)


def filter_system_calls() -> None:
    """Refuse the calls above in this process and all that it starts, for ever.

    Raises OSError when the kernel does not take the filter.
    """
    machine = _MACHINES[platform.machine()]
    program = _program(machine)
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    filtering = ctypes.create_string_buffer(header, len(header))
    if _prctl(_PR_SET_NO_NEW_PRIVS, 1, None) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")
    if _prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(filtering)) != 0:
        raise OSError(ctypes.get_errno(), "the filter was refused")


def _program(machine: _Machine) -> bytes:
    """Return the filter: a wrong machine dies, a refused call fails with EPERM, the rest passes.

    clone3 hides its flags from a filter; ENOSYS makes the C library use clone instead.
    """
    steps = [
        _step(_LOAD, 0, 0, _AT_ARCHITECTURE),
        _step(_EQUAL, 1, 0, machine.architecture),
        _step(_RETURN, 0, 0, _KILL),
        _step(_LOAD, 0, 0, _AT_NUMBER),
        # The 32-bit calls of x86-64 have numbers of their own that nobody needs.
        _step(_AT_LEAST, 0, 1, _X32_CALLS),
        _step(_RETURN, 0, 0, _KILL),
        _step(_EQUAL, 0, 1, _CLONE3),
        _step(_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
    ]
    for number in (*machine.refused, *_SAME_EVERYWHERE):
        steps.append(_step(_EQUAL, 0, 1, number))
        steps.append(_step(_RETURN, 0, 0, _ERRNO | errno.EPERM))
    steps += [
        _step(_EQUAL, 0, 3, machine.clone),
        _step(_LOAD, 0, 0, _AT_FIRST_ARGUMENT),
        _step(_ANY_BIT, 0, 1, _NEW_NAME_SPACES),
        _step(_RETURN, 0, 0, _ERRNO | errno.EPERM),
        _step(_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(steps)


def _step(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _prctl(option: int, value: int, pointer: int | None) -> int:
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    # Without types ctypes hands an address over as 32 bits.
    prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    return int(prctl(option, value, pointer or 0, 0, 0))
