"""What is said about ends that can still be chosen. Pure: now is handed in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mayfly.domain.jobs import Job, Part
from mayfly.domain.retention import RetentionRule, deadlines_of
from mayfly.domain.states import FINISHED
from mayfly.ui.times import end_text, span_text
from mayfly.ui.wording import Tr, count_text

PRESETS = (0, 1, 8, 24, 72, 168)
"""Hours that are offered; any other number can be typed."""

_SAME = timedelta(minutes=1)
_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence about a choice, and how many parts it would destroy at once."""

    text: str
    going: int = 0


def hours_text(tr: Tr, hours: int) -> str:
    """Return what a number of hours is called where one is chosen."""
    return span_text(tr, hours * _HOUR_S) if hours else tr("At once")


def next_text(tr: Tr, hours: int, now: datetime) -> str:
    """Return the end of what would be read now: how long until then, and when that is."""
    return end_text(tr, now + timedelta(hours=hours), now) if hours else tr("At once")


def rule_text(tr: Tr, rule: RetentionRule, now: datetime) -> str:
    """Return both ends of what would be read now, one to a line."""
    lines = [tr("If it were read now, what is added next would be destroyed:")]
    source, result = (next_text(tr, one, now) for one in (rule.source_hours, rule.result_hours))
    if rule.linked:
        lines.append(tr("Document and text: {end}").format(end=source))
    else:
        lines.append(tr("Document and page images: {end}").format(end=source))
        lines.append(tr("Text: {end}").format(end=result))
    return "\n".join(lines)


def short_rule_text(tr: Tr, rule: RetentionRule) -> str:
    """Return both lengths, short enough for a narrow bar."""
    source, result = (hours_text(tr, one) for one in (rule.source_hours, rule.result_hours))
    return (
        source
        if rule.linked
        else tr("{source} / text {result}").format(source=source, result=result)
    )


def wide_rule_text(tr: Tr, rule: RetentionRule, now: datetime) -> str:
    """Return both lengths with the moment of the nearer end."""
    source, result = (next_text(tr, one, now) for one in (rule.source_hours, rule.result_hours))
    if rule.linked:
        return source
    return tr("{source} / text {result}").format(source=source, result=result)


def choice_told(tr: Tr, jobs: Iterable[Job], part: Part, hours: int | None, now: datetime) -> Told:
    """Say when this part of these jobs would go with so many hours; None: as it is now."""
    ends, unread = [], 0
    for job in jobs:
        if not (job.source_present if part is Part.SOURCE else job.result_present):
            continue
        if job.finished_at is None or job.state not in FINISHED:
            unread += 1
        else:
            ends.append(_end(job, part, hours, job.finished_at))
    going = sum(end <= now for end in ends)
    coming = [end for end in ends if end > now]
    said = []
    if going and not coming:
        passed = tr("That moment has passed: destroyed at once, for good")
        said.append(passed if hours else tr("Destroyed at once, for good"))
    elif going:
        said.append(count_text(tr, going, "{n} is destroyed at once", "{n} are destroyed at once"))
    if coming:
        said.append(_span_of_ends(tr, min(coming), max(coming), now))
    if unread:
        said.append(_unread_text(tr, unread, hours, alone=not ends, now=now))
    return Told(" · ".join(said) or tr("Already destroyed"), going)


def _end(job: Job, part: Part, hours: int | None, finished_at: datetime) -> datetime:
    if hours is None:
        return job.source_delete_at if part is Part.SOURCE else job.result_delete_at
    rule = RetentionRule(hours, hours)
    return deadlines_of(rule, added_at=job.added_at, finished_at=finished_at).source_delete_at


def _span_of_ends(tr: Tr, first: datetime, last: datetime, now: datetime) -> str:
    if last - first < _SAME:
        return end_text(tr, first, now)
    return tr("between {first} and {last}").format(
        first=end_text(tr, first, now), last=end_text(tr, last, now)
    )


def _unread_text(tr: Tr, unread: int, hours: int | None, *, alone: bool, now: datetime) -> str:
    if not alone:
        return count_text(tr, unread, "{n} when it has been read", "{n} when they have been read")
    if hours is None:
        return tr("Counted from when reading ends")
    text = tr("As soon as it was read")
    if hours:
        text = tr("{span} after reading; if that were now: {end}").format(
            span=hours_text(tr, hours), end=next_text(tr, hours, now)
        )
    return text
