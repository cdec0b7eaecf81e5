"""The calling thread, and what it starts, makes no sockets but those of the machine itself."""

from __future__ import annotations

import errno
import platform
import socket
from dataclasses import dataclass

from mayfly import kernel_filter
from mayfly.kernel_filter import ALLOW, AT_FIRST_ARGUMENT, EQUAL, ERRNO, LOAD, RETURN, step

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
    return kernel_filter.can_filter(_MACHINES)


def refuse_sockets() -> None:
    """From here this thread, and every thread and program it starts, makes local sockets only.

    socket() of any family but AF_UNIX fails with EACCES. For ever: a filter cannot be taken
    off. Threads that run already stay as they are. Raises OSError when the kernel refuses.
    """
    machine = _MACHINES[platform.machine()]
    kernel_filter.install(
        (
            *kernel_filter.opening(machine.architecture),
            step(EQUAL, 0, 1, _IO_URING_SETUP),
            step(RETURN, 0, 0, ERRNO | errno.ENOSYS),
            step(EQUAL, 0, 3, machine.make_socket),
            step(LOAD, 0, 0, AT_FIRST_ARGUMENT),
            step(EQUAL, 1, 0, socket.AF_UNIX),
            step(RETURN, 0, 0, ERRNO | errno.EACCES),
            step(RETURN, 0, 0, ALLOW),
        )
    )
