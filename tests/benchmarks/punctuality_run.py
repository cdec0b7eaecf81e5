"""The measured window while ends come one after the other, two workers read and its user acts.

python -m benchmarks.punctuality_run HOME keyring|passphrase JOBS SECONDS RESULT_LATER_S FILE...
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.many_jobs import Spread, add_done_jobs
from benchmarks.parts import tell
from benchmarks.purge_run import make_vault
from benchmarks.stage import Condition, after, play
from benchmarks.stall_run import User
from benchmarks.sweeps import Sweeps
from benchmarks.ticks import Ticks
from mayfly.ui.main_window import MainWindow
from mayfly.ui.stall import StallMeter

_LEAD_S = 20.0
"""For the window to open and reading to begin before the first end comes."""

_PATIENCE_S = 65.0
"""Longer than a minute: what only the minute's tick finds is seen, and seen to be late."""

_ACT_EVERY_S = 0.1


def main(
    home: Path, key_home: str, count: int, seconds: float, result_later_s: float, files: list[Path]
) -> int:
    """Fill the vault so that the ends begin in 20 s, then open the window on it."""
    first_s = time.time() + _LEAD_S
    span_s = seconds - result_later_s
    read_at = datetime.fromtimestamp(first_s, UTC) - timedelta(hours=24)
    spread = Spread(timedelta(seconds=span_s / count), timedelta(seconds=result_later_s))
    ids = make_vault(home, "passphrase", lambda vault: add_done_jobs(vault, count, read_at, spread))
    ends_s = {one: first_s + n * span_s / count for n, one in enumerate(ids)}
    sweeps = Sweeps()
    sweeps.watch()

    def script(window: MainWindow) -> Iterator[Condition]:
        yield window.isVisible
        window.add_paths(files)
        yield lambda: time.time() > first_s - 1.0
        meter, ticks, user = StallMeter(window), Ticks(window), User(window)
        meter.start()
        ticks.start()
        before = _pages_read(window, ends_s)
        while time.time() < first_s + seconds:
            user.act()
            yield after(_ACT_EVERY_S)
        is_reading = any(batch.running for batch in window.model.batches)
        stall_ms = meter.stop() * 1e3
        figures = ticks.stop()
        until_s = time.time() + _PATIENCE_S
        parts = 1 if result_later_s == 0 else 2
        yield lambda: time.time() > until_s or _all_gone(sweeps, ids, parts)
        tell(
            {
                "stall_ms": round(stall_ms, 1),
                **figures,
                "pages_read": _pages_read(window, ends_s) - before,
                "was_reading": is_reading,
                **_lateness(sweeps, ends_s, result_later_s),
            }
        )

    return play(home, script)


def _all_gone(sweeps: Sweeps, ids: list[str], parts: int) -> bool:
    return all(len(sweeps.gone_at_s.get(one, ())) >= parts for one in ids)


def _lateness(sweeps: Sweeps, ends_s: dict[str, float], result_later_s: float) -> dict[str, Any]:
    late = []
    for job_id, end_s in ends_s.items():
        moments = sweeps.gone_at_s.get(job_id)
        if not moments:
            continue
        late.append(moments[0] - end_s)
        if result_later_s:
            # Both parts in one sweep is one moment, which is that of the result, too.
            late.append(moments[-1] - end_s - result_later_s)
    late.sort()
    return {
        "ends": len(late),
        "left": sum(one not in sweeps.gone_at_s for one in ends_s),
        "too_early": sum(one < 0 for one in late),
        "median_s": round(statistics.median(late), 2),
        "p99_s": round(late[int(len(late) * 0.99) - 1], 2),
        "latest_s": round(late[-1], 2),
        "sweeps": len(sweeps.lengths_ms),
        "sweep_ms": round(statistics.median(sweeps.lengths_ms)),
        "longest_sweep_ms": round(max(sweeps.lengths_ms)),
    }


def _pages_read(window: MainWindow, but: Collection[str]) -> int:
    rows = [row for batch in window.model.batches for row in batch.everything.values()]
    return sum(row.job.pages_read for row in rows if row.job.job_id not in but)


if __name__ == "__main__":
    place, keys, number, length, later = sys.argv[1:6]
    wanted = [Path(name) for name in sys.argv[6:]]
    sys.exit(main(Path(place), keys, int(number), float(length), float(later), wanted))
