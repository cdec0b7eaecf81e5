"""A Mayfly in a process of its own, for tests that kill it or stand beside it.

python -m tests.end2end.main_process HOME read|watch|die-in-delete

It prints a line for each thing that happened ("ready", "state JOB STATE", "holds-seat") and
obeys lines on its standard input: "add FILE...", "delete JOB...", "let-end JOB..." (from now on
they are to be kept for 0 hours, so their ends have come), "die-before purge|key" (from now on it
kills itself when keys and rows, or then the vault key, are to go), "end". With read its queue
reads; with watch it only looks; with die-in-delete it kills itself between the mark and the
purge of a deletion.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from mayfly.composition import Mayfly
from mayfly.domain.events import Event, JobsChanged
from mayfly.domain.ids import JobId
from mayfly.domain.retention import RuleChange
from mayfly.system.processes import GroupKiller
from mayfly.vault.deletion import Ends
from mayfly.vault.rotation import Rotation
from tests.end2end.running import add, running
from tests.waiting import eventually

_LAST_STEPS = {"purge": (Ends, "_purge"), "key": (Rotation, "settle")}


def say(*words: object) -> None:
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


class Teller:
    """Prints every row that changed, as whoever shows it would draw it."""

    def __init__(self, mayfly: Mayfly) -> None:
        self._mayfly = mayfly
        self._seq = 0

    def hear(self, event: Event) -> None:
        if isinstance(event, JobsChanged):
            future = self._mayfly.library.changes(self._seq)
            future.add_done_callback(lambda done: self._tell(done.result()))

    def _tell(self, changes) -> None:
        self._seq = max(self._seq, changes.seq)
        for job in changes.jobs:
            say("state", job.job_id, job.state.value)


def obey(mayfly: Mayfly) -> None:
    for line in sys.stdin:
        command, *words = line.rstrip("\n").split("\t")
        if command == "add":
            taken = add(mayfly, [Path(word) for word in words])
            say("added", *taken.jobs)
        elif command == "delete":
            answers = mayfly.deletions.delete([JobId(word) for word in words]).result()
            say("deleted", *(answer.outcome.value for answer in answers))
        elif command == "die-before":
            owner, name = _LAST_STEPS[words[0]]
            setattr(owner, name, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        elif command == "let-end":
            change = RuleChange(source_hours=0, result_hours=0)
            mayfly.deadlines.change([JobId(word) for word in words], change).result()
        elif command == "end":
            return


def main(home: Path, mode: str) -> int:
    if mode == "die-in-delete":
        GroupKiller.kill_group = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    with running(home, read=mode != "watch") as mayfly:
        mayfly.bus.subscribe(Teller(mayfly).hear)
        mayfly.bus.publish(JobsChanged())
        say("ready")
        if mode != "watch":
            eventually(lambda: mayfly.queue.holds_seat)
            say("holds-seat")
        obey(mayfly)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
