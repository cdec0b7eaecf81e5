"""What a worker takes from itself at once: core dumps, memory, files, being looked into.

These are the limits that every POSIX system has. What Linux adds is in lockdown.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterator

from mayfly.domain.limits import Limits

_PR_SET_PDEATHSIG = 1
_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4
_PR_SET_CHILD_SUBREAPER = 36
_CORE_BYTES = 1 if sys.platform == "linux" else 0
"""No core file is as short. Tesseract is dumpable again once it is started, and 0 does not keep
a crash from a collector behind a pipe (core_pattern): for the kernel only a limit of 1 does."""
_OPEN_FILES = 256
_FILE_BYTES = 512 << 20
"""The largest scratch file is one page as uncompressed gray pixels: 40 million, enlarged."""


def restrain_process(limits: Limits) -> None:
    """Set what holds for the worker and everything it starts."""
    os.umask(0o077)
    _lower(resource.RLIMIT_CORE, _CORE_BYTES)
    _lower(resource.RLIMIT_AS, limits.worker_bytes)
    _lower(resource.RLIMIT_FSIZE, _FILE_BYTES)
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)
    # No debugger and no other program of this user reads a document out of the memory.
    _prctl(_PR_SET_DUMPABLE, 0)


def find_restraint() -> Iterator[str]:
    """Yield what holds by now, asked of the system, not remembered."""
    if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
        yield "rlimits"
    if resource.getrlimit(resource.RLIMIT_CORE)[0] <= 1 and not _prctl(_PR_GET_DUMPABLE, 0):
        yield "no core dumps"


def adopt_orphans() -> None:
    """A tesseract whose parent died becomes a child of this process, which can end it."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """Have the system kill this process when its parent ends, however that happens."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def allow_cpu(seconds: int) -> None:
    """Allow this process so many seconds of CPU from now on; then SIGXCPU ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _lower(which: int, value: int) -> None:
    hard = resource.getrlimit(which)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    # macOS refuses some of them; what took effect is not guessed but tested on Linux.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(which, (value, value))


def _prctl(option: int, value: int) -> int:
    """Return the kernel's answer; 0 where there is no such call."""
    if sys.platform != "linux":
        return 0
    return int(ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0))
