"""The rows of the job list: batches, and the jobs in them that are shown."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import Job
from mayfly.domain.states import JobState
from mayfly.services.progress import Pace, Standing

NO_PACE = Pace(None, None)
WAITING = (JobState.QUEUED, JobState.READING)


@dataclass(slots=True, eq=False)
class JobRow:
    """One job, its batch, and its place among the rows shown (-1: hidden)."""

    job: Job
    batch: BatchRow
    row: int = -1
    leaving: bool = False
    """The user clicked delete; the vault has not answered yet."""


@dataclass(slots=True, eq=False)
class BatchRow:
    """One drop with its jobs in the order they came."""

    batch_id: BatchId
    serial: int
    added_at: datetime
    row: int = -1
    shown: list[JobRow] = field(default_factory=list)
    everything: dict[JobId, JobRow] = field(default_factory=dict)
    counts: Counter[JobState] = field(default_factory=Counter)
    pace: Pace = NO_PACE
    standing: Standing | None = None

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

    def note(self, before: Job | None, after: Job) -> None:
        """Keep the counts right when a job came or changed."""
        if before is not None:
            self.counts[before.state] -= 1
        self.counts[after.state] += 1

    def place_of(self, position: int) -> int:
        """Return where a job of this position belongs among the rows shown."""
        if not self.shown or self.shown[-1].job.position < position:
            return len(self.shown)
        return bisect_left(self.shown, position, key=lambda row: row.job.position)

    def number_from(self, first: int) -> None:
        """Make the rows from first on know their places."""
        for place in range(first, len(self.shown)):
            self.shown[place].row = place
