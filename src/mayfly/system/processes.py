"""Ending readers, those of other Mayfly processes included."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import time

import psutil

from mayfly.domain.jobs import ReaderProcess

_log = logging.getLogger(__name__)

_SAME_S = 2.0
"""Start times come from the boot time, which clock corrections move by a little; no process
number comes round again within two seconds."""
_GONE_S = 5.0
_STEP_S = 0.01
_OVER = frozenset({psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD})


class GroupKiller:
    """The ProcessKiller port: kills by process group after looking at the start time."""

    def kill_group(self, process: ReaderProcess) -> None:
        """Kill the reader and its children and wait until none of them runs.

        No error when it is gone or when the number belongs to another process now. A process
        that hangs in the kernel gets its signal and runs no line more; it is not waited for
        longer than 5 s.
        """
        members = _members(process)
        if not members:
            return
        _kill(process.pid, members)
        until = time.monotonic() + _GONE_S
        while any(_is_running(one) for one in members):
            if time.monotonic() > until:
                _log.warning("%d processes of a reader have not ended", len(members))
                return
            time.sleep(_STEP_S)


def process_started(pid: int) -> float | None:
    """Return the process's start time, which tells it from a later one; None when it is gone."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def _members(process: ReaderProcess) -> list[psutil.Process]:
    """Return the reader and whoever is in its group; nothing when it is not our reader."""
    started = process_started(process.pid)
    if started is not None and abs(started - process.started) > _SAME_S:
        return []
    if sys.platform == "win32":
        return _family(process.pid)
    members = []
    for pid in psutil.pids():
        # While a group has members its number is not given to a new process: a group whose
        # leader is gone is still the reader's.
        with contextlib.suppress(OSError, psutil.Error):
            if os.getpgid(pid) == process.pid:
                members.append(psutil.Process(pid))
    return members


def _family(pid: int) -> list[psutil.Process]:
    try:
        leader = psutil.Process(pid)
        return [leader, *leader.children(recursive=True)]
    except psutil.Error:
        return []


def _kill(pid: int, members: list[psutil.Process]) -> None:
    if sys.platform == "win32":
        for member in members:
            with contextlib.suppress(psutil.Error):
                member.kill()
    else:
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


def _is_running(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() not in _OVER
    except psutil.Error:
        return False
