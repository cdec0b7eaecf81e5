"""What ends on which of the next days. Pure: now is handed in, days are the user's own."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from mayfly.domain.states import FINISHED, JobState
from mayfly.ui.job_rows import JobRow

DAYS = 7


@dataclass(slots=True)
class Day:
    """One day, and what ends on it; a document and its text may end on different ones."""

    date: date
    sources: int = 0
    results: int = 0
    rows: list[JobRow] = field(default_factory=list, repr=False)

    @property
    def documents(self) -> int:
        """How many documents lose something on it."""
        return len(self.rows)


def days_of(rows: Iterable[JobRow], now: datetime) -> tuple[Day, ...]:
    """Return today and the days after it; what is overdue ends today, what is later is left out."""
    today = now.astimezone().date()
    days = tuple(Day(today + timedelta(days=number)) for number in range(DAYS))
    # Midnights first, so that no end of 10,000 has to be turned into local time.
    midnights = [_midnight(day.date) for day in days[1:]]
    last = _midnight(today + timedelta(days=DAYS))
    for row in rows:
        job = row.job
        if not row.alive or job.state is JobState.DELETED or job.state not in FINISHED:
            continue
        places = set()
        if job.source_present and job.source_delete_at < last:
            place = bisect_right(midnights, job.source_delete_at)
            days[place].sources += 1
            places.add(place)
        if job.result_present and job.result_delete_at < last:
            place = bisect_right(midnights, job.result_delete_at)
            days[place].results += 1
            places.add(place)
        for place in places:
            days[place].rows.append(row)
    return days


def _midnight(day: date) -> datetime:
    """Return when a day begins here; a day of a change of clocks is 23 or 25 hours long."""
    return datetime.combine(day, time.min).astimezone().astimezone(UTC)
