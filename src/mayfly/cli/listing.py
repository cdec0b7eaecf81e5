"""Jobs as people read them: one line each, with the time that is left."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime

from mayfly.domain.error_codes import error_of
from mayfly.domain.jobs import Job
from mayfly.domain.states import FINISHED, JobState

SHORT_ID = 8

_HEAD = ("JOB", "STATE", "PAGES", "SOURCE GOES", "RESULT GOES", "NAME")
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})


def list_lines(jobs: Sequence[Job], now: datetime) -> Iterator[str]:
    """Yield a head and a line for each job, in columns; nothing for no jobs."""
    if not jobs:
        return
    rows = [_HEAD, *(_row(job, now) for job in jobs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[-1]]).rstrip()


def time_left(moment: datetime, now: datetime) -> str:
    """Return the time left in words: “in 23 h”, “in 5 min”, “in 3 d”, “now”."""
    seconds = (moment - now).total_seconds()
    if seconds <= 0:
        return "now"
    minutes = int(seconds // 60)
    if minutes < 1:
        return "in under 1 min"
    if minutes < 60:
        return f"in {minutes} min"
    hours = minutes // 60
    return f"in {hours} h" if hours < 72 else f"in {hours // 24} d"


def shown_name(name: str | None) -> str:
    """Return a name that cannot command the terminal: file names may hold escape sequences."""
    if name is None:
        return ""
    return "".join("�" if unicodedata.category(one) in _UNSHOWN else one for one in name)


def job_sentence(job: Job) -> str:
    """Return what to tell about a job that did not go well."""
    where = f"{job.job_id[:SHORT_ID]} {shown_name(job.name)}".rstrip()
    if job.state is JobState.DELETED:
        return f"{where}: deleted."
    if job.state is JobState.CANCELLED:
        return f"{where}: cancelled."
    if job.error_code is not None:
        error = error_of(job.error_code)
        if job.state is JobState.NEEDS_PASSWORD:
            return f"{where}: {error.text} Give it with “mayfly password {job.job_id[:SHORT_ID]}”."
        return f"{where}: {error.text} {error.remedy}"
    if job.pages_failed:
        return f"{where}: {job.pages_failed} of {job.pages} pages could not be read."
    return f"{where}: {job.state.value}."


def _row(job: Job, now: datetime) -> tuple[str, str, str, str, str, str]:
    return (
        job.job_id[:SHORT_ID],
        job.state.value,
        _pages(job),
        _goes(job, now, job.source_delete_at, is_there=job.source_present),
        _goes(job, now, job.result_delete_at, is_there=job.result_present),
        shown_name(job.name),
    )


def _pages(job: Job) -> str:
    if job.pages is None:
        return "-"
    # How many were read goes with the job.
    is_whole = job.pages_read == job.pages or job.state is JobState.DELETED
    return str(job.pages) if is_whole else f"{job.pages_read}/{job.pages}"


def _goes(job: Job, now: datetime, moment: datetime, *, is_there: bool) -> str:
    if job.state is JobState.DELETED or (job.state in FINISHED and not is_there):
        return "gone"
    # Before reading has ended only the backstop is known, which says nothing of the rule.
    return time_left(moment, now) if job.state in FINISHED else "-"
