"""Which processes have the vault open: a private folder with an empty file for each.

The name says process number and start time, so that a number that comes round again is told
apart. Nobody else can say it: our processes hide their open files even from their own user.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from mayfly.system.processes import process_started

_SAME_S = 2.0
_GONE_S = 1.0
_STEP_S = 0.005


class Presence:
    """One process's own mark, and a look at those of others. Best effort: never raises."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: Path | None = None

    def enter(self) -> None:
        """Say that this process has the vault open."""
        started = process_started(os.getpid()) or 0.0
        own = self._folder / f"{os.getpid()}-{int(started * 1000)}"
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            own.touch(mode=0o600)
            self._own = own
        self._sweep()

    def leave(self) -> None:
        """Say that it has no more."""
        own, self._own = self._own, None
        if own is not None:
            with contextlib.suppress(OSError):
                own.unlink(missing_ok=True)

    def end_others(self) -> int:
        """Kill every other process that has it open, with its children; return how many."""
        others = [process for _, process in self._found() if process is not None]
        everyone = [one for process in others for one in (process, *_children(process))]
        for process in everyone:
            with contextlib.suppress(psutil.Error):
                process.kill()
        until = time.monotonic() + _GONE_S
        while any(_is_running(one) for one in everyone) and time.monotonic() < until:
            time.sleep(_STEP_S)
        self._sweep()
        return len(others)

    def _sweep(self) -> None:
        """Remove the marks of processes that are gone."""
        for mark, process in self._found():
            if process is None:
                with contextlib.suppress(OSError):
                    mark.unlink(missing_ok=True)

    def _found(self) -> Iterator[tuple[Path, psutil.Process | None]]:
        try:
            marks = list(self._folder.iterdir())
        except OSError:
            return
        for mark in marks:
            number, _, started = mark.name.partition("-")
            if not (number.isdecimal() and started.isdecimal()) or int(number) == os.getpid():
                continue
            yield mark, _process(int(number), int(started) / 1000)


def _process(number: int, started: float) -> psutil.Process | None:
    try:
        process = psutil.Process(number)
        same = abs(process.create_time() - started) <= _SAME_S and _is_running(process)
    except psutil.Error:
        return None
    return process if same else None


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        found: list[psutil.Process] = process.children(recursive=True)
    except psutil.Error:
        return []
    return found


def _is_running(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
