"""Rows fade as they near the end, but never so far that they cannot be read."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtGui import QColor

from mayfly.domain.jobs import Job
from mayfly.domain.states import FINISHED, JobState

FADES_FOR = timedelta(hours=2)
STEPS = 6
"""Few: a row is painted anew at each."""
SHORT = timedelta(hours=1)
"""Less than this is told in the tone of a warning."""


def fade_of(job: Job, now: datetime) -> int:
    """Return how far a row has faded, 0 to STEPS, by the end of what goes last."""
    if job.state is JobState.DELETED or job.state not in FINISHED:
        return 0
    ends = [
        end
        for end, there in (
            (job.source_delete_at, job.source_present),
            (job.result_delete_at, job.result_present),
        )
        if there
    ]
    left = max(ends, default=now) - now
    if left >= FADES_FOR:
        return 0
    return STEPS - max(0, int(left / FADES_FOR * STEPS))


def faded(tone: str, towards: str, fade: int) -> str:
    """Return the tone, so far on its way to another; both can be read on every ground."""
    one, other, share = QColor(tone), QColor(towards), fade / STEPS
    return QColor(
        round(one.red() + (other.red() - one.red()) * share),
        round(one.green() + (other.green() - one.green()) * share),
        round(one.blue() + (other.blue() - one.blue()) * share),
    ).name()
