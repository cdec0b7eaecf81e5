"""A system-call filter for workers: no network, no new name spaces, no looking into others.

tesseract inherits it. Numbers are those of the kernel's own tables.
"""

from __future__ import annotations

import errno
import platform
from dataclasses import dataclass

from mayfly import kernel_filter
from mayfly.kernel_filter import (
    ALLOW,
    ANY_BIT,
    AT_FIRST_ARGUMENT,
    EQUAL,
    ERRNO,
    LOAD,
    RETURN,
    step,
)

_NEW_NAME_SPACES = 0x7E020080
"""CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID, NET and TIME together."""


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
    return kernel_filter.can_filter(_MACHINES)


def filter_system_calls() -> None:
    """Refuse the calls above in this process and all that it starts, for ever.

    Raises OSError when the kernel does not take the filter.
    """
    kernel_filter.install(_program(_MACHINES[platform.machine()]))


def _program(machine: _Machine) -> list[bytes]:
    """Return the filter: a wrong machine dies, a refused call fails with EPERM, the rest passes.

    clone3 hides its flags from a filter; ENOSYS makes the C library use clone instead.
    """
    steps = [
        *kernel_filter.opening(machine.architecture),
        step(EQUAL, 0, 1, _CLONE3),
        step(RETURN, 0, 0, ERRNO | errno.ENOSYS),
    ]
    for number in (*machine.refused, *_SAME_EVERYWHERE):
        steps.append(step(EQUAL, 0, 1, number))
        steps.append(step(RETURN, 0, 0, ERRNO | errno.EPERM))
    return [
        *steps,
        step(EQUAL, 0, 3, machine.clone),
        step(LOAD, 0, 0, AT_FIRST_ARGUMENT),
        step(ANY_BIT, 0, 1, _NEW_NAME_SPACES),
        step(RETURN, 0, 0, ERRNO | errno.EPERM),
        step(RETURN, 0, 0, ALLOW),
    ]
