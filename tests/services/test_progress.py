"""How fast and how long: arithmetic on rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mayfly.domain.ids import new_batch_id, new_job_id
from mayfly.domain.jobs import Job
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import JobState
from mayfly.services.progress import Pace, PaceMeter, Standing, standing_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
JOB = Job(
    job_id=new_job_id(),
    batch_id=new_batch_id(),
    position=1,
    state=JobState.QUEUED,
    name="a.pdf",
    pages=None,
    pages_read=0,
    pages_failed=0,
    added_at=NOW,
    finished_at=None,
    source_delete_at=NOW,
    result_delete_at=NOW,
    backstop_at=NOW,
    deleted_at=None,
    delete_reason=None,
    error_code=None,
    rule=RetentionRule(),
    source_present=True,
    result_present=True,
)


def job(state: JobState, pages: int | None = None, read: int = 0, failed: int = 0) -> Job:
    return replace(JOB, state=state, pages=pages, pages_read=read, pages_failed=failed)


def test_nothing_is_no_standing() -> None:
    assert standing_of([]) == Standing(0, 0, running=False)


def test_pages_add_up_and_unopened_documents_count_as_the_mean_one() -> None:
    jobs = [
        job(JobState.DONE, pages=4, read=3, failed=1),
        job(JobState.READING, pages=8, read=2, failed=1),
        job(JobState.QUEUED),
        job(JobState.DELETED, pages=100),
        job(JobState.FAILED),
        job(JobState.NEEDS_PASSWORD),
    ]
    assert standing_of(jobs) == Standing(settled=7, to_come=5 + 6, running=True)


def test_before_any_document_is_opened_each_counts_as_one_page() -> None:
    assert standing_of([job(JobState.QUEUED)] * 3) == Standing(0, 3, running=True)


@pytest.mark.parametrize("state", [JobState.DONE, JobState.CANCELLED, JobState.FAILED])
def test_what_has_ended_does_not_run(state: JobState) -> None:
    assert not standing_of([job(state, pages=5, read=2)]).running
    assert standing_of([job(state, pages=5, read=2)]).to_come == 0


def test_the_pace_is_known_after_two_seconds_with_a_page_read() -> None:
    meter = PaceMeter()
    assert meter.feed(0.0, Standing(0, 30, running=True)) == Pace(None, None)
    assert meter.feed(1.0, Standing(5, 25, running=True)) == Pace(None, None)
    assert meter.feed(10.0, Standing(10, 20, running=True)) == Pace(60.0, 20.0)


def test_only_the_last_minute_counts() -> None:
    meter = PaceMeter()
    for second in range(0, 121, 10):
        settled = second if second <= 60 else 60 + (second - 60) * 2
        pace = meter.feed(float(second), Standing(settled, 100, running=True))
    assert pace == Pace(120.0, 50.0)


def test_two_points_are_kept_however_old_they_are() -> None:
    meter = PaceMeter()
    meter.feed(0.0, Standing(0, 10, running=True))
    assert meter.feed(300.0, Standing(5, 5, running=True)) == Pace(1.0, 300.0)


def test_a_batch_that_stands_or_was_deleted_from_has_no_pace() -> None:
    meter = PaceMeter()
    meter.feed(0.0, Standing(5, 10, running=True))
    assert meter.feed(5.0, Standing(5, 10, running=True)) == Pace(None, None)
    assert meter.feed(6.0, Standing(2, 10, running=True)) == Pace(None, None)
    assert meter.feed(9.0, Standing(9, 0, running=False)) == Pace(None, None)
