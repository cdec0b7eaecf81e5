"""When a job must go. Pure arithmetic: no clock, no database, no timers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_HOURS = 168
DEFAULT_HOURS = 24
BACKSTOP_DAYS = 30


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Hours that source and result are kept after reading ended; 0 to 168 each."""

    source_hours: int = DEFAULT_HOURS
    result_hours: int = DEFAULT_HOURS

    def __post_init__(self) -> None:
        for hours in (self.source_hours, self.result_hours):
            if not 0 <= hours <= MOST_HOURS:
                raise ValueError(f"retention must be 0 to {MOST_HOURS} hours")


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The first moments at which source and result are due."""

    source_delete_at: datetime
    result_delete_at: datetime


def backstop_of(added_at: datetime) -> datetime:
    """Return the moment that nothing of a job can pass, whatever any setting says.

    30 days are 720 hours, so a change of clocks neither lengthens nor shortens the promise.
    """
    _check_zone(added_at)
    return added_at + timedelta(days=BACKSTOP_DAYS)


def deadlines_of(rule: RetentionRule, *, added_at: datetime, finished_at: datetime) -> Deadlines:
    """Return both deadlines of a job whose reading ended, never past its backstop."""
    _check_zone(finished_at)
    end = backstop_of(added_at)
    return Deadlines(
        source_delete_at=min(finished_at + timedelta(hours=rule.source_hours), end),
        result_delete_at=min(finished_at + timedelta(hours=rule.result_hours), end),
    )


def _check_zone(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError("the moment must carry a time zone")
