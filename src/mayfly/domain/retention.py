"""When a job must go. Pure arithmetic: no clock, no database, no timers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_HOURS = 168
DEFAULT_HOURS = 24
BACKSTOP_DAYS = 30


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Hours that source and result are kept after reading ended; 0 to 168 each.

    linked: the result's hours follow the source's when those are changed.
    """

    source_hours: int = DEFAULT_HOURS
    result_hours: int = DEFAULT_HOURS
    linked: bool = False

    def __post_init__(self) -> None:
        for hours in (self.source_hours, self.result_hours):
            if not 0 <= hours <= MOST_HOURS:
                raise ValueError(f"retention must be 0 to {MOST_HOURS} hours")
        if self.linked and self.source_hours != self.result_hours:
            raise ValueError("linked ends have the same hours")


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What is to become of a rule; None leaves a part of it as it is.

    Hours for the result alone part it from the source; hours for the source alone are the
    result's, too, while they are linked.
    """

    source_hours: int | None = None
    result_hours: int | None = None
    linked: bool | None = None

    def of(self, rule: RetentionRule) -> RetentionRule:
        """Return the rule after the change; ValueError for hours that no rule may have."""
        source = rule.source_hours if self.source_hours is None else self.source_hours
        result = self.result_hours
        if self._links(rule, source):
            return RetentionRule(source, source, linked=True)
        return RetentionRule(source, rule.result_hours if result is None else result)

    def _links(self, rule: RetentionRule, source: int) -> bool:
        if self.result_hours is not None and self.result_hours != source:
            return False
        return rule.linked if self.linked is None else self.linked


def shortened(rule: RetentionRule, caps: Iterable[RetentionRule]) -> RetentionRule:
    """Return the rule cut down by others, such as those of a class of documents.

    Whatever a cap says, no end becomes later by it.
    """
    for cap in caps:
        source = min(rule.source_hours, cap.source_hours)
        result = min(rule.result_hours, cap.result_hours)
        rule = RetentionRule(source, result, linked=rule.linked and source == result)
    return rule


def hours_until(moment: datetime, *, finished_at: datetime) -> int:
    """Return the whole hours after reading that last until the moment, at most 168 and never less
    than it takes: a rule counts hours, so the end is up to an hour later.
    """
    _check_zone(moment)
    hours = -((finished_at - moment) // timedelta(hours=1))
    return max(0, min(hours, MOST_HOURS))


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
