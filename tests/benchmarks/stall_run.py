"""The measured window while a batch is read and its user scrolls, chooses and turns pages.

python -m benchmarks.stall_run HOME SECONDS FILE...   (the first file should have many pages)
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.gestures import click_index, press, wheel
from benchmarks.parts import tell
from benchmarks.stage import Condition, after, play
from benchmarks.ticks import Ticks
from mayfly.ui.main_window import MainWindow
from mayfly.ui.stall import StallMeter

_ACT_EVERY_S = 0.1
_PAGES_FIRST = 6
"""Read before the measuring begins, so that there is something to turn to."""


class User:
    """Does one small thing after the other, the same ones in every run."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._chance = random.Random(7)
        self._asked_s: float | None = None
        self.acts = 0
        self.pages_shown = 0
        self.longest_page_ms = 0.0
        window.pages.page_shown.connect(self._note_page)

    def act(self) -> None:
        """Scroll (40 %), choose a row (20 %), or turn a page (40 %)."""
        window, chance = self._window, self._chance
        self.acts += 1
        dice = chance.random()
        if dice < 0.4:
            wheel(window.jobs, -1 if chance.random() < 0.6 else 1)
        elif dice < 0.6:
            self._asked_s = time.perf_counter()
            self._choose()
        else:
            self._asked_s = time.perf_counter()
            bar = window.pages.bar
            press(bar.next if bar.next.isEnabled() and chance.random() < 0.8 else bar.previous)

    def _choose(self) -> None:
        """Click a document that has something to show."""
        rows = [row for batch in self._window.model.batches for row in batch.shown]
        read = [row for row in rows if row.job.pages_read]
        if read:
            click_index(self._window.jobs, self._window.model.index_of(self._chance.choice(read)))

    def _note_page(self) -> None:
        self.pages_shown += 1
        if self._asked_s is not None:
            waited_ms = (time.perf_counter() - self._asked_s) * 1e3
            self.longest_page_ms = max(self.longest_page_ms, waited_ms)
            self._asked_s = None


def script(window: MainWindow, seconds: float, files: list[Path]) -> Iterator[Condition]:
    """Add the files, wait until pages come, then use the window."""
    meter, ticks = StallMeter(window), Ticks(window)
    yield window.isVisible
    yield after(1.0)
    window.add_paths(files)
    yield lambda: _pages_read(window) >= _PAGES_FIRST
    before = _pages_read(window)
    user = User(window)
    begun_s = time.monotonic()
    meter.start()
    ticks.start()
    while _is_reading(window) and time.monotonic() - begun_s < seconds:
        user.act()
        yield after(_ACT_EVERY_S)
    stall_ms = meter.stop() * 1e3
    tell(
        {
            "stall_ms": round(stall_ms, 1),
            **ticks.stop(),
            "seconds": round(time.monotonic() - begun_s, 1),
            "acts": user.acts,
            "pages_shown": user.pages_shown,
            "longest_page_ms": round(user.longest_page_ms),
            "pages_read": _pages_read(window) - before,
        }
    )


def _is_reading(window: MainWindow) -> bool:
    return any(batch.running for batch in window.model.batches)


def _pages_read(window: MainWindow) -> int:
    rows = [row for batch in window.model.batches for row in batch.everything.values()]
    return sum(row.job.pages_read for row in rows)


if __name__ == "__main__":
    place, length = Path(sys.argv[1]), float(sys.argv[2])
    wanted = [Path(name) for name in sys.argv[3:]]
    sys.exit(play(place, lambda window: script(window, length, wanted)))
