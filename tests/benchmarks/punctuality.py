"""How punctually ends are kept, what is overdue at a start, and what very many ends cost.

python -m benchmarks.punctuality [--quick]

To measure this part alone again and write its section of the page anew:
./packaging/benchmark --only punctuality
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
from keyring_session import keyring_session

_KINDS = (
    ("source and result at once, keyring", 0.0, "keyring"),
    ("the result 20 s after the source, passphrase", 20.0, "passphrase"),
)
_ROUNDS_OF_IMAGES = 4
"""So that there is something to read for the whole minute."""

_NEAREST = 2_000


def measure(*, quick: bool) -> dict[str, Any]:
    """Return the figures: on time while reading, overdue at start, very many ends."""
    with virtual_display() as display, tempfile.TemporaryDirectory(prefix="mayfly-bench-") as base:
        env = environment(NO_KEYRING, display)
        home = Path(base)
        return {
            "spread": _spread(home, display, quick=quick),
            "overdue": _overdue(home / "overdue", env, 1_000 if quick else 10_000),
            "many": _many(home / "many", env, 10_000 if quick else 100_000),
        }


def _spread(home: Path, display: Mapping[str, str], *, quick: bool) -> dict[str, Any]:
    jobs, seconds = (200, 12.0) if quick else (1_000, 60.0)
    images = [page.image for page in corpus_pages(home).pages if page.languages == "eng"]
    rows = []
    for kind, result_later_s, key_home in _KINDS[: 1 if quick else None]:
        words = (home / key_home, key_home, jobs, seconds, result_later_s)
        with _keys(home, key_home) as keys:
            files = images * _ROUNDS_OF_IMAGES
            found = run_child("punctuality_run", *words, *files, env=environment(keys, display))
        rows.append({"kind": kind, **found})
        say(f"  {kind}: {found['latest_s']} s at most, stall {found['stall_ms']} ms")
    with busy_cores():
        bare = run_child("bare_window", "stall", seconds / 2, env=environment(display))
    return {"jobs": jobs, "seconds": seconds, "rows": rows, "bare": bare}


@contextmanager
def _keys(home: Path, key_home: str) -> Iterator[Mapping[str, str]]:
    """Yield what tells a program where to find its key: a real Secret Service, or none."""
    if key_home == "passphrase":
        yield NO_KEYRING
        return
    with keyring_session(home / "session") as session:
        yield session


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
