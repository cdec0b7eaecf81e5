"""Every call in every state: allowed where it may be, refused everywhere else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mayfly.domain.errors import (
    AlreadyDeleted,
    NotNow,
    ResultGone,
    SourceGone,
    VaultDamaged,
)
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part, ReaderProcess
from mayfly.domain.states import DeleteReason, JobState, may_move
from tests.vault.conftest import RULE, Desk, reading

ALL = frozenset(Part)
SOURCE, RESULT = frozenset({Part.SOURCE}), frozenset({Part.RESULT})


def state_of(desk: Desk, job_id: JobId) -> JobState:
    return desk.vault.job(job_id, desk.clock.now()).state


# --- every call in every state -----------------------------------------------------------


def queued(desk: Desk) -> JobId:
    return desk.admit()


def in_reading(desk: Desk) -> JobId:
    return desk.reading_job(1)


def done(desk: Desk) -> JobId:
    return desk.done_job(pages=1)


def failed(desk: Desk) -> JobId:
    job_id = desk.reading_job(1)
    desk.vault.fail(job_id, "damaged", desk.clock.now())
    return job_id


def needing_password(desk: Desk) -> JobId:
    job_id = desk.reading_job(1)
    desk.vault.need_password(job_id, "password_needed")
    return job_id


def cancelled(desk: Desk) -> JobId:
    job_id = desk.admit()
    desk.vault.cancel(job_id, desk.clock.now())
    return job_id


def deleted(desk: Desk) -> JobId:
    job_id = desk.admit()
    desk.vault.purge([job_id], ALL, DeleteReason.USER, desk.clock.now())
    return job_id


def marked(desk: Desk) -> JobId:
    job_id = desk.reading_job(1)
    desk.vault.mark_purging([job_id], DeleteReason.USER, desk.clock.now())
    return job_id


MAKERS: dict[Callable[[Desk], JobId], JobState] = {
    queued: JobState.QUEUED,
    in_reading: JobState.READING,
    done: JobState.DONE,
    failed: JobState.FAILED,
    needing_password: JobState.NEEDS_PASSWORD,
    cancelled: JobState.CANCELLED,
    deleted: JobState.DELETED,
    marked: JobState.READING,
}

_R, _Q = JobState.READING, JobState.QUEUED
CALLS: dict[str, tuple[Callable, frozenset[JobState], JobState]] = {
    "save_page": (lambda v, j, now: v.save_page(j, reading(1)), frozenset({_R}), _R),
    "fail_page": (lambda v, j, now: v.fail_page(j, 1, "timed_out"), frozenset({_R}), _R),
    "set_pages": (lambda v, j, now: v.set_pages(j, 1), frozenset({_R}), _R),
    "fail": (
        lambda v, j, now: v.fail(j, "damaged", now),
        frozenset({_R, _Q}),
        JobState.FAILED,
    ),
    "need_password": (
        lambda v, j, now: v.need_password(j, "password_needed"),
        frozenset({_R}),
        JobState.NEEDS_PASSWORD,
    ),
    "give_password": (
        lambda v, j, now: v.give_password(j, "pass"),
        frozenset({JobState.NEEDS_PASSWORD}),
        _Q,
    ),
    "cancel": (
        lambda v, j, now: v.cancel(j, now),
        frozenset({_Q, _R, JobState.NEEDS_PASSWORD}),
        JobState.CANCELLED,
    ),
    "retry": (
        lambda v, j, now: v.retry(j),
        frozenset({JobState.FAILED, JobState.CANCELLED}),
        _Q,
    ),
    "recognise_anyway": (
        lambda v, j, now: v.recognise_anyway(j),
        frozenset({JobState.DONE}),
        _Q,
    ),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("make", MAKERS)
def test_each_call_works_in_its_states_and_is_refused_in_all_others(
    desk: Desk, make: Callable[[Desk], JobId], call: str
) -> None:
    job_id = make(desk)
    before = desk.vault.job(job_id, desk.clock.now())
    do, allowed, after = CALLS[call]

    if make in (deleted, marked):
        with pytest.raises(AlreadyDeleted):
            do(desk.vault, job_id, desk.clock.now())
    elif MAKERS[make] in allowed:
        do(desk.vault, job_id, desk.clock.now())
        assert state_of(desk, job_id) is after
        assert after is before.state or may_move(before.state, after)
        return
    else:
        with pytest.raises(NotNow):
            do(desk.vault, job_id, desk.clock.now())
    assert desk.vault.job(job_id, desk.clock.now()) == before


@pytest.mark.parametrize("make", [deleted, marked])
def test_nothing_of_a_deleted_or_marked_job_is_shown(desk: Desk, make) -> None:
    job_id = make(desk)
    now = desk.clock.now()

    assert desk.vault.job(job_id, now).name is None
    for ask in (
        lambda: desk.vault.page(job_id, 1, now),
        lambda: desk.vault.page_image(job_id, 1, now),
        lambda: desk.vault.page_summaries(job_id, now),
        lambda: desk.vault.options(job_id),
        lambda: desk.vault.password(job_id),
        lambda: desk.vault.source_size(job_id),
        lambda: desk.vault.source_chunk_count(job_id),
        lambda: desk.vault.source_chunk(job_id, 0),
        lambda: desk.vault.set_reader(ReaderProcess(job_id, 1, 1.0)),
    ):
        with pytest.raises(AlreadyDeleted):
            ask()
    assert desk.vault.claim_next(now) is None


def test_the_result_hides_at_its_end_though_no_alarm_rang(desk: Desk) -> None:
    job_id = desk.done_job("word")
    desk.clock.advance(hours=RULE.source_hours)
    now = desk.clock.now()

    with pytest.raises(SourceGone):
        desk.vault.page_image(job_id, 1, now)
    assert desk.vault.page(job_id, 1, now).words
    assert desk.vault.job(job_id, now).name == "letter.pdf"

    desk.clock.advance(hours=RULE.result_hours - RULE.source_hours, microseconds=-1)
    assert desk.vault.page(job_id, 1, desk.clock.now()).words
    desk.clock.advance(microseconds=1)
    now = desk.clock.now()
    for ask in (
        lambda: desk.vault.page(job_id, 1, now),
        lambda: desk.vault.page_summaries(job_id, now),
    ):
        with pytest.raises(ResultGone):
            ask()
    assert desk.vault.job(job_id, now).name is None


def test_nothing_shows_past_thirty_days_whatever_the_row_says(desk: Desk) -> None:
    waiting = desk.admit()
    desk.vault.cancel(waiting, desk.clock.now())
    read = desk.done_job("word")
    # The year 2112.
    desk.sql("UPDATE job SET source_delete_at = 1 << 52, result_delete_at = 1 << 52")
    desk.sql("UPDATE job SET backstop_at = 1 << 52")
    desk.clock.advance(days=30, microseconds=-1)
    assert desk.vault.page(read, 1, desk.clock.now()).words

    desk.clock.advance(microseconds=1)
    now = desk.clock.now()

    assert {job.name for job in desk.vault.jobs(now)} == {None}
    with pytest.raises(ResultGone):
        desk.vault.page(read, 1, now)
    assert {due.job_id for due in desk.vault.due(now)} == {waiting, read}
    assert {due.reason for due in desk.vault.due(now)} == {DeleteReason.BACKSTOP}


@pytest.mark.parametrize(
    "forge", ["added_at = 1 << 62", "state = 'unheard of'", "source_hours = 10000"]
)
def test_a_row_that_makes_no_sense_is_damaged(desk: Desk, forge: str) -> None:
    job_id = desk.admit()
    desk.sql(f"UPDATE job SET {forge}")

    with pytest.raises(VaultDamaged):
        desk.vault.job(job_id, desk.clock.now())


def test_a_queued_job_past_its_backstop_is_not_read(desk: Desk) -> None:
    desk.admit()
    desk.clock.advance(days=30)

    assert desk.vault.claim_next(desk.clock.now()) is None
