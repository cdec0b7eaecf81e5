"""A result whose end has come is asked for anew before any sweep saw it."""

from __future__ import annotations

from mayfly.domain.audit import AuditKind
from mayfly.domain.jobs import Part
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import DeleteReason, JobState
from tests.vault.conftest import Desk, reading


def test_its_end_is_told_of_as_any_other(desk: Desk) -> None:
    job_id = desk.reading_job(rule=RetentionRule(source_hours=24, result_hours=1))
    desk.vault.save_page(job_id, reading(1, "word"))
    desk.vault.cancel(job_id, desk.clock.now())
    desk.clock.advance(hours=2)
    desk.vault.claim_next(desk.clock.now())

    desk.vault.retry(job_id)

    told = [one for one in desk.vault.audit.entries() if one.kind is AuditKind.DELETED]
    assert [(one.job_id, one.detail["what"], one.detail["reason"]) for one in told] == [
        (job_id, Part.RESULT, DeleteReason.RESULT_DEADLINE)
    ]
    job = desk.vault.job(job_id, desk.clock.now())
    assert job.state is JobState.QUEUED
    assert job.result_present
