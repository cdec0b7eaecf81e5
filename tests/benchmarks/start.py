"""From the start of the process to a usable window, beside a bare Qt window of the same Python.

python -m benchmarks.start [--quick]
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.children import (
    NO_KEYRING,
    OFFSCREEN,
    PASSPHRASE,
    answer_of,
    environment,
    run_child,
    start_child,
    virtual_display,
)
from benchmarks.parts import part_main, say
from keyring_session import keyring_session

_JOBS = 1_000


def measure(*, quick: bool) -> dict[str, Any]:
    """Return the figures of both kinds of vault on both platforms."""
    rounds, jobs = (3, 200) if quick else (9, _JOBS)
    rows = []
    with virtual_display() as display, tempfile.TemporaryDirectory(prefix="mayfly-bench-") as base:
        for key_home in ("keyring", "passphrase"):
            with _vault(Path(base), key_home, jobs) as env:
                for name, platform in (("X11 (Xvfb)", display), ("offscreen", OFFSCREEN)):
                    row = _compare({**env, **platform}, rounds, jobs)
                    say(f"  {key_home}, {name}: {row['usable_s']} s")
                    rows.append({"vault": key_home, "platform": name, **row})
    return {"jobs": jobs, "rounds": rounds, "rows": rows}


@contextmanager
def _vault(base: Path, key_home: str, jobs: int) -> Iterator[Mapping[str, str]]:
    """Yield the environment of a vault with 1,000 finished jobs, its keyring running."""
    home = base / key_home
    if key_home == "keyring":
        with keyring_session(base / "session") as session:
            env = environment(session, {"MAYFLY_HOME": str(home)})
            run_child("filled_vault", home, jobs, key_home, env=env)
            yield env
        return
    secret = base / "passphrase-file"
    secret.write_text(PASSPHRASE)
    secret.chmod(0o600)
    env = environment(NO_KEYRING, {"MAYFLY_HOME": str(home), "MAYFLY_PASSPHRASE_FILE": str(secret)})
    run_child("filled_vault", home, jobs, key_home, env=env)
    yield env


def _compare(env: Mapping[str, str], rounds: int, jobs: int) -> dict[str, Any]:
    """Start both in turns; the first start of each warms the disk cache and does not count."""
    ours, bare = [], []
    for _ in range(rounds + 1):
        ours.append(_start("start_run", env, jobs))
        bare.append(_start("bare_window", env, first="start")["usable"])
    ours, bare = ours[1:], bare[1:]
    usable = [one["usable"] for one in ours]
    return {
        "usable_s": round(statistics.median(usable), 2),
        "range_s": [round(min(usable), 2), round(max(usable), 2)],
        "bare_s": round(statistics.median(bare), 2),
        "ratio": round(statistics.median(usable) / statistics.median(bare), 1),
        "steps": {name: round(statistics.median(one[name] for one in ours), 2) for name in ours[0]},
    }


def _start(module: str, env: Mapping[str, str], *words: object, first: str = "") -> dict[str, Any]:
    begun_ns = time.monotonic_ns()
    words = tuple(filter(None, (first, begun_ns, *words)))
    return answer_of(start_child(module, *words, env=env), longest_s=60)


if __name__ == "__main__":
    part_main(measure, __doc__)
