"""Changing how long a job is kept: within its bounds, and nothing ever comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mayfly.domain.audit import AuditKind
from mayfly.domain.errors import ResultGone, SourceGone
from mayfly.domain.ids import new_job_id
from mayfly.domain.jobs import Part, RetainOutcome
from mayfly.domain.retention import BACKSTOP_DAYS, MOST_HOURS, RetentionRule, RuleChange
from mayfly.domain.states import DeleteReason

LINKED = RetentionRule(24, 24, linked=True)


def _change(desk, job_id, **change):
    (answer,) = desk.vault.change_rule([job_id], RuleChange(**change), desk.clock.now())
    return answer


def test_ends_count_from_when_reading_ended(desk):
    job_id = desk.done_job("word", rule=RetentionRule(24, 24))
    finished = desk.vault.job(job_id, desk.clock.now()).finished_at
    desk.clock.advance(hours=5)

    answer = _change(desk, job_id, source_hours=6, result_hours=MOST_HOURS)

    assert answer.outcome is RetainOutcome.CHANGED
    assert answer.source_delete_at == finished + timedelta(hours=6)
    assert answer.result_delete_at == finished + timedelta(hours=MOST_HOURS)
    job = desk.vault.job(job_id, desk.clock.now())
    assert (job.source_delete_at, job.result_delete_at) == (
        answer.source_delete_at,
        answer.result_delete_at,
    )


def test_the_result_follows_the_source_until_it_is_parted(desk):
    job_id = desk.done_job("word", rule=LINKED)

    _change(desk, job_id, source_hours=3)
    assert desk.vault.job(job_id, desk.clock.now()).rule == RetentionRule(3, 3, linked=True)

    _change(desk, job_id, result_hours=48)
    _change(desk, job_id, source_hours=2)
    assert desk.vault.job(job_id, desk.clock.now()).rule == RetentionRule(2, 48)

    _change(desk, job_id, linked=True)
    assert desk.vault.job(job_id, desk.clock.now()).rule == RetentionRule(2, 2, linked=True)


def test_an_unread_job_keeps_its_backstop_and_learns_its_rule(desk):
    job_id = desk.reading_job(pages=1, rule=LINKED)
    before = desk.vault.job(job_id, desk.clock.now())

    answer = _change(desk, job_id, source_hours=1)

    assert answer.source_delete_at == answer.result_delete_at == before.backstop_at
    assert desk.vault.job(job_id, desk.clock.now()).rule == RetentionRule(1, 1, linked=True)


def test_no_change_passes_the_backstop(desk):
    job_id = desk.reading_job(pages=1)
    added = desk.vault.job(job_id, desk.clock.now()).added_at
    desk.clock.advance(days=BACKSTOP_DAYS - 1)
    desk.vault.fail(job_id, "damaged", desk.clock.now())

    answer = _change(desk, job_id, source_hours=MOST_HOURS, result_hours=MOST_HOURS)

    assert (
        answer.source_delete_at == answer.result_delete_at == added + timedelta(days=BACKSTOP_DAYS)
    )


def test_an_end_in_the_past_is_due_at_once_and_hides_the_part(desk):
    job_id = desk.done_job("word", rule=RetentionRule(24, 24))
    desk.clock.advance(hours=5)

    _change(desk, job_id, source_hours=24, result_hours=1)

    (due,) = desk.vault.due(desk.clock.now())
    assert (due.job_id, due.parts) == (job_id, frozenset({Part.RESULT}))
    with pytest.raises(ResultGone):
        desk.vault.page(job_id, 1, desk.clock.now())


def test_what_is_past_its_end_never_comes_back_destroyed_or_not(desk):
    overdue = desk.done_job("word", rule=RetentionRule(1, 24))
    destroyed = desk.done_job("word", rule=RetentionRule(1, 24))
    desk.clock.advance(hours=2)
    now = desk.clock.now()
    desk.vault.purge([destroyed], frozenset({Part.SOURCE}), DeleteReason.USER, now)

    for job_id in (overdue, destroyed):
        alone = _change(desk, job_id, source_hours=100)
        both = _change(desk, job_id, source_hours=100, result_hours=100)

        assert (alone.outcome, alone.error_code) == (RetainOutcome.FAILED, SourceGone.code)
        assert both.outcome is RetainOutcome.CHANGED
        assert both.source_delete_at < now < both.result_delete_at
        with pytest.raises(SourceGone):
            desk.vault.page_image(job_id, 1, now)
    assert [one.job_id for one in desk.vault.due(now)] == [overdue]


def test_what_lives_does_not_follow_a_part_that_is_gone(desk):
    job_id = desk.done_job("word", rule=LINKED)
    now = desk.clock.now()
    desk.vault.purge([job_id], frozenset({Part.SOURCE}), DeleteReason.USER, now)

    answer = _change(desk, job_id, source_hours=1)

    assert (answer.outcome, answer.error_code) == (RetainOutcome.FAILED, SourceGone.code)
    assert desk.vault.job(job_id, now).rule == LINKED
    both = _change(desk, job_id, source_hours=1, linked=True)
    assert both.outcome is RetainOutcome.CHANGED
    assert desk.vault.job(job_id, now).rule == RetentionRule(1, 1, linked=True)


def test_each_job_has_its_own_answer_in_order(desk):
    alive, gone, unknown = desk.done_job("word"), desk.done_job("word"), new_job_id()
    now = desk.clock.now()
    desk.vault.purge([gone], frozenset(Part), DeleteReason.USER, now)

    answers = desk.vault.change_rule([gone, unknown, alive], RuleChange(source_hours=3), now)

    assert [(one.job_id, one.outcome) for one in answers] == [
        (gone, RetainOutcome.ALREADY_DELETED),
        (unknown, RetainOutcome.NO_SUCH_JOB),
        (alive, RetainOutcome.CHANGED),
    ]


def test_each_change_is_in_the_audit_log_once(desk):
    job_id = desk.done_job("word", rule=LINKED)

    _change(desk, job_id, source_hours=3)
    _change(desk, job_id, source_hours=3)

    told = [one for one in desk.vault.audit.entries() if one.kind is AuditKind.DEADLINE_CHANGED]
    assert [(one.job_id, dict(one.detail)) for one in told] == [
        (job_id, {"source_hours": 3, "result_hours": 3})
    ]


def test_a_locked_vault_can_be_told_to_keep_things_shorter(desk):
    job_id = desk.done_job("word", rule=LINKED)
    desk.vault.lock.lock(desk.clock.now())

    answer = _change(desk, job_id, source_hours=1)

    assert answer.outcome is RetainOutcome.CHANGED
