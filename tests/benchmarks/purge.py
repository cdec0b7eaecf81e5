"""Deleting among few and among very many jobs, beside plain SQLite deleting the same rows.

python -m benchmarks.purge [--quick]

From the call of the window's own service to its answer: marked, destroyed, log emptied, vault
key changed. The reference is a copy of the same file, used as a plain database without keys.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.children import NO_KEYRING, environment, run_child
from benchmarks.parts import part_main, say
from keyring_session import keyring_session

_ROUNDS = 9
_RUNS = (
    ("keyring", 1_000, (1,)),
    ("passphrase", 1_000, (1,)),
    ("keyring", 10_000, (1, 1_000)),
    ("keyring", 10_000, (10_000,)),
    ("keyring", 100_000, (1, 1_000, 10_000)),
)
_QUICK_RUNS = (("keyring", 1_000, (1, 500)), ("passphrase", 1_000, (1,)))
_LIVE, _TOMBSTONES = 1_000, 100_000


def measure(*, quick: bool) -> dict[str, Any]:
    """Return the figures of all deletions, and of opening a vault that remembers many."""
    rounds = 3 if quick else _ROUNDS
    rows, panics = [], []
    with tempfile.TemporaryDirectory(prefix="mayfly-bench-") as base:
        # A home for each run, so that it can go before the next one is filled.
        for number, (key_home, live, counts) in enumerate(_QUICK_RUNS if quick else _RUNS):
            with tempfile.TemporaryDirectory(dir=base) as home:
                answer = _run(Path(home), key_home, live, counts, rounds)
            rows += map(_row, answer["rows"])
            panics.append({"live": live, "home": key_home, **answer["panic"]})
            say(f"  {number + 1}: {rows[-1]['ms']} ms, panic {panics[-1]['all_ms']} ms")
        few, many = (
            _open(Path(base) / f"opened-{tombstones}", tombstones, rounds)
            for tombstones in (0, 10_000 if quick else _TOMBSTONES)
        )
    return {"rounds": rounds, "rows": rows, "panics": panics, "opened": [few, many]}


def _run(
    home: Path, key_home: str, live: int, counts: tuple[int, ...], rounds: int
) -> dict[str, Any]:
    if key_home == "keyring":
        with keyring_session(home / "session") as session:
            return _fill_delete_destroy(home / "home", key_home, live, counts, rounds, session)
    return _fill_delete_destroy(home / "home", key_home, live, counts, rounds, NO_KEYRING)


def _fill_delete_destroy(
    home: Path,
    key_home: str,
    live: int,
    counts: tuple[int, ...],
    rounds: int,
    more: Mapping[str, str],
) -> dict[str, Any]:
    env = environment(more)
    answer = run_child("purge_run", home, live, key_home, rounds, *counts, env=env)
    begun_s = time.perf_counter()
    panic = run_child("panic_run", home, env=env)
    wall_ms = (time.perf_counter() - begun_s) * 1e3
    found = {**panic, "wall_ms": wall_ms}
    return {**answer, "panic": {name: round(value, 1) for name, value in found.items()}}


def _row(found: dict[str, Any]) -> dict[str, Any]:
    ours, plain = (statistics.median(found[name]) for name in ("ms", "plain_ms"))
    return {
        **{name: found[name] for name in ("live", "count", "home")},
        "ms": round(ours, 1),
        "cpu_ms": round(statistics.median(found["cpu_ms"]), 1),
        "range_ms": [round(min(found["ms"]), 1), round(max(found["ms"]), 1)],
        "plain_ms": round(plain, 1),
        "ratio": round(ours / plain, 1),
    }


def _open(home: Path, tombstones: int, rounds: int) -> dict[str, Any]:
    answer = run_child("open_run", home, _LIVE, tombstones, rounds, env=environment(NO_KEYRING))
    say(f"  {tombstones} tombstones: {answer['open_ms']}, {answer['list_ms']}")
    return {
        "live": answer["live"],
        "tombstones": answer["tombstones"],
        "open_ms": round(statistics.median(answer["open_ms"])),
        "list_ms": round(statistics.median(answer["list_ms"])),
    }


if __name__ == "__main__":
    part_main(measure, __doc__)
