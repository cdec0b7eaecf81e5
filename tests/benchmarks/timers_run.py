"""What ends cost that have not come: finding the nearest, and a timer for each of them.

python -m benchmarks.timers_run fill HOME JOBS | set HOME TIMERS
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import psutil

from benchmarks.children import PASSPHRASE
from benchmarks.many_jobs import Spread, add_done_jobs
from benchmarks.parts import tell
from benchmarks.purge_run import make_vault, timed_ms
from mayfly.domain.jobs import Deadline
from mayfly.retention.alarm import SchedulerAlarm
from mayfly.system.clock import SystemClock
from mayfly.system.paths import find_paths
from mayfly.vault.opening import KeyAccess, VaultPaths, open_vault
from mayfly.vault.vault import SqliteVault

_APART = timedelta(seconds=1)
_TICK_S = 0.005


def fill(home: Path, count: int) -> int:
    """Make the vault; the first end comes in a day, the others a second apart."""
    now = SystemClock().now()
    spread = Spread(_APART, timedelta(hours=12))
    make_vault(home, "passphrase", lambda vault: add_done_jobs(vault, count, now, spread))
    tell({})
    return 0


def set_timers(home: Path, most: int) -> int:
    """Find that many ends and set a timer for each, as the first sweep does."""
    paths = find_paths(home)
    vault = open_vault(
        VaultPaths(paths.database, paths.shard, paths.lock), KeyAccess(None, PASSPHRASE)
    )
    now = SystemClock().now()
    due_ms = timed_ms(lambda: vault.due(now))
    found: list[Deadline] = []
    find_ms = timed_ms(lambda: found.extend(vault.next_deadlines(most)))
    alarm = SchedulerAlarm()
    alarm.start(lambda: None)
    before = _rss()
    with _Watch() as watch:
        set_ms = timed_ms(lambda: alarm.set_deadlines(found))
    grown = _rss() - before
    same_ms = timed_ms(lambda: alarm.set_deadlines(found))
    tell(
        {
            "timers": len(found),
            "due_ms": round(due_ms, 1),
            "find_ms": round(find_ms, 1),
            "set_s": round(set_ms / 1e3, 2),
            "same_ms": round(same_ms, 1),
            "moved_ms": round(_move_one(vault, alarm, found, now), 1),
            "grown_mb": round(grown / 1e6, 1),
            "held_up_ms": round(watch.longest_s * 1e3),
        }
    )
    alarm.stop()
    vault.close()
    return 0


def _move_one(
    vault: SqliteVault, alarm: SchedulerAlarm, found: list[Deadline], now: datetime
) -> float:
    """Return the milliseconds of finding and setting anew when one end became the nearest."""
    first = found[0]
    moved = [Deadline(first.job_id, first.part, now + timedelta(hours=1)), *found[1:]]

    def find_and_set() -> None:
        vault.next_deadlines(len(found))
        alarm.set_deadlines(moved)

    return timed_ms(find_and_set)


class _Watch:
    """How long another thread of this process, such as the window's, waits meanwhile."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tick)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _tick(self) -> None:
        last_s = time.perf_counter()
        while not self._over.wait(_TICK_S):
            now_s = time.perf_counter()
            self.longest_s = max(self.longest_s, now_s - last_s - _TICK_S)
            last_s = now_s


def _rss() -> int:
    return psutil.Process(os.getpid()).memory_info().rss


if __name__ == "__main__":
    doing: Callable[[Path, int], int] = fill if sys.argv[1] == "fill" else set_timers
    sys.exit(doing(Path(sys.argv[2]), int(sys.argv[3])))
