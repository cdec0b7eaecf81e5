"""Following jobs until nothing more happens to them, by listening; no busy loop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future

from mayfly.cli.progress import Progress
from mayfly.composition import Mayfly
from mayfly.domain.error_codes import error_of
from mayfly.domain.events import Event, IntakeProgress, JobsChanged, QueuePaused, Trouble
from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import Job
from mayfly.domain.states import FINISHED, JobState
from mayfly.services.intake import Taken
from mayfly.services.progress import Pace, PaceMeter, standing_of

_LOOK_AT_LEAST_EVERY_S = 1.0
"""Only so that Ctrl-C is heard where waiting for ever cannot be interrupted (Windows)."""


def is_settled(job: Job) -> bool:
    """Whether nothing more happens to the job unless somebody does something."""
    return job.state in FINISHED or job.state is JobState.NEEDS_PASSWORD


class Waiting:
    """Hears of every change on one vault and keeps the rows of the jobs that are waited for.

    Used as a context: it listens from beginning to end, so that nothing is missed.
    """

    def __init__(self, mayfly: Mayfly, progress: Progress, *, seconds: Callable[[], float]) -> None:
        """seconds: a clock for the pace."""
        self._mayfly = mayfly
        self._progress = progress
        self._seconds = seconds
        self._news = threading.Event()
        self._jobs: dict[JobId, Job] = {}
        self._seq = 0
        self._batch: BatchId | None = None
        self._troubles: list[str] = []
        self._paused = False
        self._told: set[str] = set()
        self._pace = PaceMeter()
        self._settled: set[JobId] = set()

    def __enter__(self) -> Waiting:
        self._stop_listening = self._mayfly.bus.subscribe(self._hear)
        self._paused = self._mayfly.queue.is_paused().result()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop_listening()

    def take_in(self, adding: Future[Taken]) -> Taken:
        """Wait until everything of one command is taken in, and show how much is."""
        adding.add_done_callback(lambda _: self._news.set())
        while True:
            self._news.clear()
            if adding.done():
                break
            self._sleep()
        taken = adding.result()
        self._batch = taken.batch_id
        return taken

    def until_settled(
        self,
        job_ids: Iterable[JobId],
        on_settled: Callable[[Job], None] = lambda _: None,
        *,
        settled: Callable[[Job], bool] = is_settled,
    ) -> tuple[Job, ...]:
        """Wait until every job is settled and return them; on_settled gets each as it settles."""
        wanted = tuple(job_ids)
        while True:
            # Cleared first: what happens while we look wakes us at once.
            self._news.clear()
            self._fetch()
            known = [self._jobs[one] for one in wanted if one in self._jobs]
            for job in known:
                if settled(job) and job.job_id not in self._settled:
                    self._settled.add(job.job_id)
                    on_settled(job)
            if len(self._settled.intersection(wanted)) == len(set(wanted)):
                return tuple(known)
            self._show(known)
            self._sleep()

    def _fetch(self) -> None:
        changes = self._mayfly.library.changes(self._seq).result()
        self._seq = changes.seq
        for job in changes.jobs:
            self._jobs[job.job_id] = job

    def _show(self, jobs: list[Job]) -> None:
        standing = standing_of(jobs)
        pace = self._pace.feed(self._seconds(), standing)
        settled = sum(is_settled(job) for job in jobs)
        label = f"Read {settled} of {len(jobs)} documents, pages:"
        total = standing.settled + standing.to_come
        self._progress.show(label, standing.settled, total, _pace_note(pace))

    def _sleep(self) -> None:
        self._news.wait(_LOOK_AT_LEAST_EVERY_S)
        if self._paused:
            self._tell_once("The queue is paused; “mayfly resume” lets it go on.")
        for code in tuple(self._troubles):
            self._tell_once(str(error_of(code)))

    def _tell_once(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._progress.say(text)

    def _hear(self, event: Event) -> None:
        if isinstance(event, QueuePaused):
            self._paused = event.paused
        elif isinstance(event, Trouble):
            self._troubles.append(event.error_code)
        elif isinstance(event, IntakeProgress) and self._batch in (None, event.batch_id):
            self._progress.show("Taking in", event.taken, None)
        if isinstance(event, JobsChanged | QueuePaused | Trouble):
            self._news.set()


def _pace_note(pace: Pace) -> str:
    if pace.pages_per_minute is None or pace.left_s is None:
        return ""
    minutes, seconds = divmod(round(pace.left_s), 60)
    left = f"{minutes} min" if minutes else f"{seconds} s"
    return f"{pace.pages_per_minute:.0f} pages a minute, about {left} left"
