"""The whole program on a vault of its own, with real readers, as end-to-end tests start it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mayfly.bootstrap import Foundation
from mayfly.composition import Mayfly
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Job, ReadOptions
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import JobState
from mayfly.services.intake import Taken, Wish

PASSPHRASE = "a passphrase for tests only"
UNREAD = frozenset({JobState.QUEUED, JobState.READING})


@contextmanager
def running(home: Path, *, read: bool = True) -> Iterator[Mayfly]:
    """Open the vault under home, read its queue if wanted, and close everything afterwards."""
    foundation = Foundation(home)
    mayfly = foundation.unlock(PASSPHRASE).result()
    try:
        if read:
            mayfly.queue.start()
        yield mayfly
    finally:
        mayfly.close()
        foundation.close()


def add(mayfly: Mayfly, paths: Sequence[Path], *languages: str) -> Taken:
    """Add the files as one batch and return what became of them."""
    wish = Wish(ReadOptions(languages or ("eng",)), RetentionRule())
    return mayfly.intake.add_paths(paths, wish).result()


def wait_until_read(
    mayfly: Mayfly,
    job_ids: Sequence[JobId],
    *,
    patience_s: float,
    look: Callable[[Job], None] = lambda _: None,
) -> dict[JobId, Job]:
    """Wait until none of the jobs waits or is being read; look sees every row as it changes."""
    changed = threading.Event()
    stop = mayfly.bus.subscribe(lambda _event: changed.set())
    until = time.monotonic() + patience_s
    rows: dict[JobId, Job] = {}
    seq = 0
    try:
        while True:
            changes = mayfly.library.changes(seq).result()
            seq = changes.seq
            for job in changes.jobs:
                rows[job.job_id] = job
                look(job)
            waiting = [job_id for job_id in job_ids if rows[job_id].state in UNREAD]
            if not waiting:
                return {job_id: rows[job_id] for job_id in job_ids}
            assert time.monotonic() < until, f"{len(waiting)} jobs are still not read"
            changed.wait(0.3)
            changed.clear()
    finally:
        stop()
