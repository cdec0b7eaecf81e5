"""The measured program: Mayfly's own services on a fresh vault, from files to finished jobs.

Run as a process of its own, so that its CPU time and memory are Mayfly's alone:
python -m benchmarks.road_run HOME TEXTS LANGUAGES=FILE...
"""

from __future__ import annotations

import itertools
import sys
import threading
from pathlib import Path

from mayfly.bootstrap import Foundation
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import JobState
from mayfly.services.intake import Wish

_WAITING = (JobState.QUEUED, JobState.READING)


def main(home: Path, texts: Path, wishes: list[tuple[str, Path]]) -> int:
    """Read the files and write each document's text to texts/<file stem>.txt."""
    foundation = Foundation(home)
    mayfly = foundation.unlock("benchmark passphrase").result()
    changed = threading.Event()
    mayfly.bus.subscribe(lambda _event: changed.set())
    mayfly.queue.start()
    taken = 0
    for languages, files in itertools.groupby(wishes, key=lambda pair: pair[0]):
        wish = Wish(ReadOptions(languages=tuple(languages.split("+"))), RetentionRule())
        taken += len(mayfly.intake.add_paths([file for _, file in files], wish).result().jobs)
    while True:
        changed.wait(1.0)
        changed.clear()
        jobs = mayfly.library.jobs().result()
        if not any(job.state in _WAITING for job in jobs):
            break
    failed = 0
    texts.mkdir(parents=True, exist_ok=True)
    for job in mayfly.library.jobs().result():
        if job.state is not JobState.DONE or job.name is None:
            failed += 1
            continue
        text = "\n".join(mayfly.library.text(job.job_id))
        (texts / f"{Path(job.name).stem}.txt").write_text(text, encoding="utf-8")
    mayfly.close()
    return 1 if failed or taken != len(wishes) else 0


if __name__ == "__main__":
    pairs = [argument.split("=", 1) for argument in sys.argv[3:]]
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), [(a, Path(b)) for a, b in pairs]))
