"""The measured window while a folder with very many files is dropped on it.

python -m benchmarks.flood_run HOME FOLDER COUNT
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.gestures import drop, wheel
from benchmarks.parts import tell
from benchmarks.stage import Condition, after, play
from benchmarks.ticks import Ticks
from mayfly.domain.states import JobState
from mayfly.ui.main_window import MainWindow
from mayfly.ui.stall import StallMeter

_LOOK_EVERY_S = 1.0
_PATIENCE_S = 10.0


def script(window: MainWindow, folder: Path, count: int) -> Iterator[Condition]:
    """Drop the folder; until every file has its row, scroll and look at pages."""
    meter, ticks = StallMeter(window), Ticks(window)
    yield window.isVisible
    yield after(1.0)
    before = _rss()
    begun_s = time.monotonic()
    meter.start()
    ticks.start()
    drop(window, [folder])
    chance = random.Random(7)
    waits_ms: list[float] = []
    first_row_ms = 0.0
    shown = None
    while window.model.alive < count:
        if window.model.alive and not first_row_ms:
            first_row_ms = (time.monotonic() - begun_s) * 1e3
        read = [row for row in _rows(window) if row.job.state is JobState.DONE]
        # The current row again would be no choice, and nothing would come of it.
        shown = shown or window.pages.row
        others = [row for row in read[-200:] if row is not shown]
        if others:
            shown = row = chance.choice(others)
            window.pages.show_job(None)
            asked_s = time.monotonic()
            window.jobs.choose(row)
            late_s = asked_s + _PATIENCE_S
            yield lambda late_s=late_s: window.pages.page is not None or time.monotonic() > late_s
            waits_ms.append((time.monotonic() - asked_s) * 1e3)
        wheel(window.jobs, chance.choice((-3, 3)))
        yield after(_LOOK_EVERY_S if read else 0.02)
    all_rows_s = time.monotonic() - begun_s
    stall_ms = meter.stop() * 1e3
    tell(
        {
            "stall_ms": round(stall_ms, 1),
            **ticks.stop(),
            "files": count,
            "all_rows_s": round(all_rows_s, 1),
            "first_row_ms": round(first_row_ms),
            "pages_asked": len(waits_ms),
            "longest_page_ms": round(max(waits_ms, default=0)),
            "median_page_ms": round(sorted(waits_ms)[len(waits_ms) // 2]) if waits_ms else None,
            "read_meanwhile": window.model.counts[JobState.DONE],
            "grown_mb": round((_rss() - before) / 1e6, 1),
        }
    )


def _rows(window: MainWindow):
    return [row for batch in window.model.batches for row in batch.shown]


def _rss() -> int:
    return psutil.Process(os.getpid()).memory_info().rss


if __name__ == "__main__":
    place, dropped, number = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    sys.exit(play(place, lambda window: script(window, dropped, number)))
