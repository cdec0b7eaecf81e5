"""How punctually ends are kept, what is overdue at a start, and what very many ends cost.

python -m benchmarks.punctuality [--quick]

To measure this part alone again and write its section of the page anew:
./packaging/benchmark --only punctuality
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.children import (
    NO_KEYRING,
    answer_of,
    busy_cores,
    environment,
    run_child,
    start_child,
    virtual_display,
)
from benchmarks.pages import corpus_pages
from benchmarks.parts import part_main, say

_APART = (("source and result at once", 0.0), ("the result 20 s after the source", 20.0))
_NEAREST = 2_000


def measure(*, quick: bool) -> dict[str, Any]:
    """Return the figures: on time while reading, overdue at start, very many ends."""
    with virtual_display() as display, tempfile.TemporaryDirectory(prefix="mayfly-bench-") as base:
        env = environment(NO_KEYRING, display)
        home = Path(base)
        return {
            "spread": _spread(home, env, quick=quick),
            "overdue": _overdue(home / "overdue", env, 1_000 if quick else 10_000),
            "many": _many(home / "many", env, 10_000 if quick else 100_000),
        }


def _spread(home: Path, env: Mapping[str, str], *, quick: bool) -> dict[str, Any]:
    jobs, seconds = (200, 12.0) if quick else (1_000, 60.0)
    images = [page.image for page in corpus_pages(home).pages if page.languages == "eng"]
    rows = []
    for name, result_later_s in _APART[: 1 if quick else None]:
        place = home / f"spread-{result_later_s:.0f}"
        words = (place, jobs, seconds, result_later_s, *images, *images)
        rows.append({"ends": name, **run_child("punctuality_run", *words, env=env)})
        say(f"  {name}: {rows[-1]['latest_s']} s at most, stall {rows[-1]['stall_ms']} ms")
    with busy_cores():
        bare = run_child("bare_window", "stall", seconds / 2, env=env)
    return {"jobs": jobs, "seconds": seconds, "rows": rows, "bare": bare}


def _overdue(home: Path, env: Mapping[str, str], jobs: int) -> dict[str, Any]:
    run_child("overdue_run", "fill", home, jobs, env=env)
    begun_ns = time.monotonic_ns()
    answer = answer_of(start_child("overdue_run", "start", home, jobs, begun_ns, env=env))
    begun_ns = time.monotonic_ns()
    again = answer_of(start_child("overdue_run", "start", home, jobs, begun_ns, env=env))
    say(f"  {jobs} overdue: {answer['answers_s']} s, without them {again['answers_s']} s")
    return {"jobs": jobs, **answer, "without": again}


def _many(home: Path, env: Mapping[str, str], ends: int) -> dict[str, Any]:
    run_child("timers_run", "fill", home, ends // 2, env=env)
    rows = [run_child("timers_run", "set", home, most, env=env) for most in (_NEAREST, ends)]
    for row in rows:
        say(f"  {row['timers']} timers: {row['set_s']} s, {row['grown_mb']} MB")
    return {"ends": ends, "rows": rows}


if __name__ == "__main__":
    part_main(measure, __doc__)
