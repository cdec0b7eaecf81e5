"""Timers for the nearest deadlines; the only place that knows APScheduler.

They only say when to look. That an end is kept follows from the rows and the ticker.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

from mayfly.domain.errors import InternalError
from mayfly.domain.jobs import Deadline

_log = logging.getLogger(__name__)

_ANY_NUMBER = 1_000_000


class SchedulerAlarm:
    """The Alarm port on an APScheduler of its own, in memory: one timer for each deadline.

    A timer that rang stays known until its deadline leaves the list, so a purge that fails is
    tried again by the minute tick and not in a circle.
    """

    def __init__(self, lag: Callable[[], timedelta] = timedelta) -> None:
        """lag: how far the machine's clock, which APScheduler goes by, is ahead of Mayfly's."""
        self._lag = lag
        self._gate = threading.Lock()
        self._scheduler: BackgroundScheduler | None = None
        self._ring: Callable[[], None] | None = None
        self._timers: dict[str, datetime] = {}

    def start(self, ring: Callable[[], None]) -> None:
        """Begin; ring comes on the alarm's own thread. InternalError when it runs already."""
        with self._gate:
            if self._scheduler is not None:
                raise InternalError("the alarm runs already")
            self._ring = ring
            # Times are instants, so UTC: no zone and no change of clocks comes into it.
            self._scheduler = BackgroundScheduler(
                timezone=UTC,
                executors={"default": ThreadPoolExecutor(1)},
                # The default grace of one second would drop what fell due in a suspend, and
                # one instance at most would drop a deadline that moved while it rang.
                job_defaults={
                    "misfire_grace_time": None,
                    "coalesce": True,
                    "max_instances": _ANY_NUMBER,
                },
            )
            self._scheduler.start()
            for key, due_at in self._timers.items():
                self._add(key, due_at)

    def set_deadlines(self, deadlines: Sequence[Deadline]) -> None:
        """Replace all timers by these. Only what changed is touched: 2,000 that stay cost 1 ms."""
        lag = self._lag()
        wanted = {f"{one.job_id}:{one.part}": one.due_at + lag for one in deadlines}
        with self._gate:
            for key in self._timers.keys() - wanted.keys():
                self._remove(key)
            for key, due_at in wanted.items():
                if self._timers.get(key) != due_at:
                    self._add(key, due_at)
            self._timers = wanted

    def wake(self) -> None:
        """Look at the wall clock again: the scheduler itself sleeps on the monotonic one."""
        with self._gate:
            if self._scheduler is not None:
                self._scheduler.wakeup()

    def stop(self) -> None:
        """End all timers; no error when it never started. Not from within ring."""
        with self._gate:
            scheduler, self._scheduler = self._scheduler, None
            self._timers = {}
        if scheduler is not None:
            # Outside the gate: a ring that is under way may ask for it. Emptied first, because
            # a shutdown in the middle of a round makes the scheduler's thread fail
            # (APScheduler 3.11.3 looks a job up where there is none any more).
            scheduler.pause()
            scheduler.remove_all_jobs()
            scheduler.shutdown()

    def _add(self, key: str, due_at: datetime) -> None:
        if self._scheduler is not None:
            trigger = DateTrigger(due_at)
            self._scheduler.add_job(self._call, trigger, id=key, name="end", replace_existing=True)

    def _remove(self, key: str) -> None:
        if self._scheduler is not None:
            try:
                self._scheduler.remove_job(key)
            except JobLookupError:
                # It rang, which is how most of them go.
                return

    def _call(self) -> None:
        ring = self._ring
        if ring is not None:
            _log.debug("a deadline has come")
            ring()
