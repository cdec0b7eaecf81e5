"""Moments and spans in the user's locale and time zone. Pure: now is handed in."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QDate, QLocale, QTime

from mayfly.domain.jobs import Job
from mayfly.domain.states import FINISHED, JobState
from mayfly.ui.wording import Tr, count_text

_HOUR_S = 3600
_DAYS_FROM_H = 48


def clock_text(moment: datetime) -> str:
    """Return the time of day, such as 14:05."""
    local = moment.astimezone()
    return QLocale().toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)


def exact_text(moment: datetime) -> str:
    """Return date and time of day to the second, in local time."""
    local = moment.astimezone()
    date = QLocale().toString(
        QDate(local.year, local.month, local.day), QLocale.FormatType.ShortFormat
    )
    return f"{date} {QTime(local.hour, local.minute, local.second).toString('HH:mm:ss')}"


def full_moment_text(moment: datetime) -> str:
    """Return date and time of day as they are, however near: when dates are in question."""
    local = moment.astimezone()
    date = QDate(local.year, local.month, local.day)
    return f"{QLocale().toString(date, QLocale.FormatType.LongFormat)}, {clock_text(moment)}"


def moment_text(tr: Tr, moment: datetime, now: datetime) -> str:
    """Return day and time of day; the day by name when it is near."""
    local, today = moment.astimezone(), now.astimezone().date()
    near = {
        today - timedelta(days=1): tr("Yesterday"),
        today: tr("Today"),
        today + timedelta(days=1): tr("Tomorrow"),
    }
    day = near.get(local.date())
    if day is None:
        date = QDate(local.year, local.month, local.day)
        day = QLocale().toString(date, QLocale.FormatType.ShortFormat)
    return f"{day} {clock_text(moment)}"


def span_text(tr: Tr, seconds: float) -> str:
    """Return a rough span: 3 d, 23 h, 12 min."""
    hours = seconds / _HOUR_S
    if hours >= _DAYS_FROM_H:
        return tr("{n} d").format(n=round(hours / 24))
    minutes = max(1, round(seconds / 60))
    if minutes >= 60:
        return tr("{n} h").format(n=round(hours))
    return tr("{n} min").format(n=minutes)


def end_text(tr: Tr, moment: datetime, now: datetime) -> str:
    """Return an end both ways: how long until then, and when that is on the wall clock."""
    left_s = (moment - now).total_seconds()
    if left_s <= 0:
        return tr("now")
    span = tr("in {span}").format(span=span_text(tr, left_s))
    return f"{span} · {moment_text(tr, moment, now)}"


def wait_text(tr: Tr, seconds: float) -> str:
    """Return how long reading may still take, in words."""
    if seconds < 60:
        return tr("under a minute left")
    if seconds < _HOUR_S:
        return count_text(
            tr, round(seconds / 60), "about {n} minute left", "about {n} minutes left"
        )
    return count_text(tr, round(seconds / _HOUR_S), "about {n} hour left", "about {n} hours left")


def next_end(job: Job) -> datetime | None:
    """Return the next moment at which a part of a finished job goes; None while it has none."""
    if job.state is JobState.DELETED or job.state not in FINISHED:
        return None
    ends = []
    if job.source_present:
        ends.append(job.source_delete_at)
    if job.result_present:
        ends.append(job.result_delete_at)
    return min(ends, default=None)


def left_text(tr: Tr, job: Job, now: datetime) -> str:
    """Return "in 23 h" for a finished job, "" for any other."""
    end = next_end(job)
    if end is None:
        return ""
    left_s = (end - now).total_seconds()
    if left_s <= 0:
        return tr("now")
    return tr("in {span}").format(span=_countdown_text(tr, left_s))


def later_text(tr: Tr, job: Job, now: datetime) -> str:
    """Return "text in 3 d" or "document in 3 d": the later end of a job whose parts part."""
    end = next_end(job)
    if end is None or not (job.source_present and job.result_present):
        return ""
    if abs(job.source_delete_at - job.result_delete_at) < timedelta(minutes=1):
        return ""
    later = max(job.source_delete_at, job.result_delete_at)
    span = span_text(tr, max(0.0, (later - now).total_seconds()))
    is_text = job.result_delete_at > job.source_delete_at
    return (tr("text in {span}") if is_text else tr("document in {span}")).format(span=span)


def _countdown_text(tr: Tr, seconds: float) -> str:
    """Return what is left, by the second in the last minute."""
    if seconds < 60:
        return tr("{n} s").format(n=max(1, round(seconds)))
    return span_text(tr, seconds)


def left_samples(tr: Tr) -> tuple[str, ...]:
    """Return the longest that left_text says, to make room for."""
    longest_s = (59 * 60, 47 * _HOUR_S, 365 * 24 * _HOUR_S)
    spans = (span_text(tr, seconds) for seconds in longest_s)
    return tuple(tr("in {span}").format(span=span) for span in spans)


def ends_text(tr: Tr, job: Job, now: datetime) -> str:
    """Return both ends as moments on the wall clock, one to a line."""
    if job.state is JobState.DELETED:
        return ""
    if job.state not in FINISHED:
        return tr(
            "Kept for {source} h (text: {result} h) after it was read, but not beyond {end}"
        ).format(
            source=job.rule.source_hours,
            result=job.rule.result_hours,
            end=moment_text(tr, job.backstop_at, now),
        )
    source = (
        tr("Document and page images are destroyed: {moment}").format(
            moment=end_text(tr, job.source_delete_at, now)
        )
        if job.source_present
        else tr("Document and page images: already destroyed")
    )
    result = (
        tr("Text is destroyed: {moment}").format(moment=end_text(tr, job.result_delete_at, now))
        if job.result_present
        else tr("Text: already destroyed")
    )
    return f"{source}\n{result}"
