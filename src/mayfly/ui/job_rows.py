"""The rows of the job list: batches, and the jobs in them that are shown."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import Job, Part
from mayfly.domain.states import JobState
from mayfly.services.progress import Pace, Standing

NO_PACE = Pace(None, None)
WAITING = (JobState.QUEUED, JobState.READING)


class Column(IntEnum):
    """The columns of both kinds of rows."""

    DOCUMENT = 0
    LEFT = 1
    DELETE = 2


def what_is_left(job: Job) -> frozenset[Part]:
    """Return the parts of a job that still exist."""
    there = {Part.SOURCE: job.source_present, Part.RESULT: job.result_present}
    return frozenset(part for part in Part if there[part])


@dataclass(slots=True, eq=False)
class JobRow:
    """One job, its batch, and its place among the jobs shown there (-1: hidden)."""

    job: Job
    batch: BatchRow
    place: int = -1
    leaving: bool = False
    """The user clicked delete; the vault has not answered yet."""

    @property
    def alive(self) -> bool:
        """Whether it is neither deleted nor being deleted."""
        return not self.leaving and self.job.state is not JobState.DELETED


@dataclass(slots=True, eq=False)
class BatchRow:
    """One drop with its jobs in the order they came.

    start is the batch's own row in the list, -1 while it is hidden; its jobs follow it.
    """

    batch_id: BatchId
    serial: int
    added_at: datetime
    start: int = -1
    is_open: bool = True
    shown: list[JobRow] = field(default_factory=list)
    everything: dict[JobId, JobRow] = field(default_factory=dict)
    counts: Counter[JobState] = field(default_factory=Counter)
    pace: Pace = NO_PACE
    standing: Standing | None = None

    @property
    def height(self) -> int:
        """How many rows of the list it takes, its own included."""
        return 1 + (len(self.shown) if self.is_open else 0)

    @property
    def alive(self) -> int:
        """How many of its jobs are not deleted."""
        return len(self.everything) - self.counts[JobState.DELETED]

    @property
    def running(self) -> bool:
        """Whether something in it is queued or being read."""
        return any(self.counts[state] for state in WAITING)

    @property
    def share_done(self) -> float:
        """How much of what is not deleted is finished, 0 to 1; by pages where they are known."""
        if self.standing is not None and self.running:
            pages = self.standing.settled + self.standing.to_come
            return self.standing.settled / pages if pages else 0.0
        waiting = sum(self.counts[state] for state in WAITING)
        return 1.0 - waiting / self.alive if self.alive else 1.0

    def place_of(self, position: int) -> int:
        """Return where a job of this position belongs among the jobs shown."""
        if not self.shown or self.shown[-1].job.position < position:
            return len(self.shown)
        return bisect_left(self.shown, position, key=lambda row: row.job.position)

    def number_from(self, first: int) -> None:
        """Make the jobs from first on know their places."""
        for place in range(first, len(self.shown)):
            self.shown[place].place = place
