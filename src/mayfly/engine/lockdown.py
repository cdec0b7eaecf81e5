"""Locks a worker's child in before its document arrives, and says what really holds it."""

from __future__ import annotations

import os
import socket
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from mayfly.engine.landlock import READ, RUN, WRITE, landlock_version, restrict_files
from mayfly.engine.protocol import Setup
from mayfly.engine.restraint import find_restraint
from mayfly.engine.seccomp import can_filter, filter_system_calls

_SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store")
Needs = tuple[tuple[Path, int], ...]
"""Paths, and the Landlock rights below each."""

_NOWHERE = Path("/etc/passwd")
_HELD_BY_FILES, _HELD_BY_CALLS = 1, 2


def find_needs(setup: Setup) -> Needs:
    """Return what a child may open and how; worked out once, before any child."""
    return tuple(_rules(setup))


def lock_down(needs: Needs) -> None:
    """Take away every file but what reading needs, and the network. Nothing gives it back.

    Where the kernel has Landlock or seccomp, a lock that does not close raises OSError: no
    document is opened then. Landlock before kernel 6.7 lets sockets pass, and all of them
    let Unix sockets pass: the network is seccomp's.
    """
    if landlock_version():
        restrict_files(needs)
    if can_filter():
        filter_system_calls()


def find_isolation(needs: Needs) -> tuple[str, ...]:
    """Return which layers hold, by trying to get out in a child that is locked in."""
    pid = os.fork()
    if pid == 0:
        held = 0
        try:
            lock_down(needs)
            held = _try_to_get_out()
        finally:
            os._exit(held)
    _, raw = os.waitpid(pid, 0)
    held = max(0, os.waitstatus_to_exitcode(raw))
    layers = list(find_restraint())
    if held & _HELD_BY_FILES:
        layers.append("landlock")
    if held & _HELD_BY_CALLS:
        layers.append("seccomp")
    return tuple(layers)


def _rules(setup: Setup) -> Iterator[tuple[Path, int]]:
    yield setup.scratch, WRITE
    yield setup.program, RUN
    # A program in a folder of its own (/opt/..., a package manager's) has its libraries there.
    yield setup.program.parent.parent / "lib", RUN
    yield from ((Path(folder), RUN) for folder in _SYSTEM_LIBRARIES)
    yield Path("/etc/ld.so.cache"), READ
    yield Path("/dev/null"), READ | WRITE
    yield Path("/dev/urandom"), READ
    yield setup.tessdata, READ
    yield setup.user_tessdata.resolve(), READ
    yield from ((entry.resolve(), READ) for entry in setup.tessdata.iterdir())
    # Python's own modules and the libraries': some import parts of themselves late.
    for name in ("stdlib", "platstdlib", "purelib", "platlib"):
        yield Path(sysconfig.get_path(name)), RUN
    yield Path(__file__).resolve().parent.parent, READ


def _try_to_get_out() -> int:
    held = 0
    try:
        _NOWHERE.read_bytes()
    except PermissionError:
        held |= _HELD_BY_FILES
    except OSError:
        pass
    try:
        socket.socket(socket.AF_UNIX).close()
    except PermissionError:
        held |= _HELD_BY_CALLS
    return held
