"""How fast a batch is read and how long it may still take. Pure arithmetic on what was seen."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from mayfly.domain.jobs import Job
from mayfly.domain.states import JobState

_WINDOW_S = 60.0
_LEAST_SPAN_S = 2.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Pages per minute over the last minute, and seconds left; None while unknown."""

    pages_per_minute: float | None
    left_s: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Pages of a batch: settled (read or failed) and still to come (known or estimated)."""

    settled: int
    to_come: int
    running: bool


def standing_of(jobs: Sequence[Job]) -> Standing:
    """Add up a batch. A document whose pages are not counted yet is taken as the mean one."""
    settled = known = counted = unopened = 0
    running = False
    for job in jobs:
        if job.state is JobState.DELETED:
            continue
        done = job.pages_read + job.pages_failed
        settled += done
        waiting = job.state in (JobState.QUEUED, JobState.READING)
        running = running or waiting
        if job.pages is not None:
            counted += 1
            known += job.pages
        if waiting and job.pages is None:
            unopened += 1
    mean = known / counted if counted else 1.0
    open_pages = sum(
        max(0, (job.pages or 0) - job.pages_read - job.pages_failed)
        for job in jobs
        if job.state in (JobState.QUEUED, JobState.READING)
    )
    return Standing(settled, round(open_pages + unopened * mean), running)


class PaceMeter:
    """Watches one batch; feed it each time its rows change."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def feed(self, at_s: float, standing: Standing) -> Pace:
        """Note the standing at a monotonic moment and return the pace."""
        self._seen.append((at_s, standing.settled))
        while len(self._seen) > 2 and at_s - self._seen[0][0] > _WINDOW_S:
            self._seen.popleft()
        first_s, first = self._seen[0]
        span_s = at_s - first_s
        if not standing.running or span_s < _LEAST_SPAN_S or standing.settled <= first:
            return Pace(None, None)
        per_second = (standing.settled - first) / span_s
        return Pace(per_second * 60.0, standing.to_come / per_second)
