"""The measured start of a window on a vault in which everything is overdue.

python -m benchmarks.overdue_run fill HOME JOBS | start HOME JOBS BEGUN_NS

BEGUN_NS is the monotonic clock just before this process was started. The window answers when
it is on the screen and the event loop has nothing left to do.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import QTimer

from benchmarks.many_jobs import add_done_jobs
from benchmarks.parts import tell
from benchmarks.purge_run import make_vault
from benchmarks.stage import Condition, play
from benchmarks.sweeps import Sweeps
from benchmarks.ticks import Ticks
from mayfly.domain.states import JobState
from mayfly.system.clock import SystemClock
from mayfly.ui.main_window import MainWindow

_OVERDUE = timedelta(hours=48)


def fill(home: Path, count: int) -> int:
    """Make the vault; every source and result ended a day ago."""
    read_at = SystemClock().now() - _OVERDUE
    make_vault(home, "passphrase", lambda vault: add_done_jobs(vault, count, read_at))
    tell({})
    return 0


def start(home: Path, count: int, begun_ns: int) -> int:
    """Open the window as its user does; tell when what was there."""
    sweeps = Sweeps()
    sweeps.watch()

    def now_s() -> float:
        return round((time.monotonic_ns() - begun_ns) / 1e9, 2)

    def script(window: MainWindow) -> Iterator[Condition]:
        ticks = Ticks(window)
        ticks.start()
        gone_before = len(sweeps.gone_at_s)
        marks = {"window_s": now_s()}
        shown = [window.model.alive]
        yield lambda: _is_exposed(window)
        idle: list[tuple[float, float]] = []
        QTimer.singleShot(0, lambda: idle.append((now_s(), time.process_time())))
        yield lambda: bool(idle)
        marks["answers_s"], marks["cpu_s"] = idle[0][0], round(idle[0][1], 2)

        def is_filled() -> bool:
            shown.append(window.model.alive)
            return window.model.counts[JobState.DELETED] == count

        yield is_filled
        tell(
            {
                **marks,
                "filled_s": now_s(),
                "gone_before_window": gone_before,
                "shown_alive": max(shown),
                "sweep_s": round(sum(sweeps.lengths_ms) / 1e3, 2),
                **ticks.stop(),
            }
        )

    return play(home, script)


def _is_exposed(window: MainWindow) -> bool:
    handle = window.windowHandle()
    return handle is not None and handle.isExposed()


if __name__ == "__main__":
    what, place, number = sys.argv[1:4]
    if what == "fill":
        sys.exit(fill(Path(place), int(number)))
    sys.exit(start(Path(place), int(number), int(sys.argv[4])))
