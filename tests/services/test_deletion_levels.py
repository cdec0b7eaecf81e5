"""Levels of deletion: parts, ages, everything; and each job's own answer when some fail."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mayfly.domain.errors import (
    AlreadyDeleted,
    ResultGone,
    SourceGone,
    VaultLocked,
    VaultNotWritable,
)
from mayfly.domain.events import JobsChanged
from mayfly.domain.ids import BatchId, JobId, new_job_id
from mayfly.domain.jobs import DeleteOutcome, Deletion, ReaderProcess
from mayfly.domain.states import DeleteReason, JobState
from tests.services.conftest import RULE, House

DELETED, FAILED = DeleteOutcome.DELETED, DeleteOutcome.FAILED


def done(house: House, *pages: str) -> JobId:
    job = house.admit(*(pages or ("one", "two")))
    if not house.queues:
        house.queue()
    house.wait_until_read(job)
    return job


def outcomes(deletions: tuple[Deletion, ...]) -> list[DeleteOutcome]:
    return [one.outcome for one in deletions]


# --- parts -------------------------------------------------------------------------------


def test_the_source_goes_and_what_was_read_stays(house: House) -> None:
    job = done(house)

    (deletion,) = house.deletions.delete_source([job]).result()

    assert (deletion.outcome, deletion.deleted_at) == (DELETED, house.clock.now())
    left = house.job(job)
    assert (left.source_present, left.result_present) == (False, True)
    assert house.texts(job) == ["one", "two"]
    assert house.library.page(job, 1).result().image is None
    gone_at = house.clock.now()
    house.clock.advance(minutes=3)
    (again,) = house.deletions.delete_source([job]).result()
    assert (again.outcome, again.deleted_at) == (DeleteOutcome.ALREADY_DELETED, gone_at)


def test_the_result_goes_and_the_document_stays(house: House) -> None:
    job = done(house)

    (deletion,) = house.deletions.delete_result([job]).result()

    assert deletion.outcome is DELETED
    left = house.job(job)
    assert (left.source_present, left.result_present) == (True, False)
    with pytest.raises(ResultGone):
        house.library.page(job, 1).result()
    assert house.on_vault(lambda: house.vault.page_image(job, 1, house.clock.now()))


def test_both_parts_one_after_the_other_leave_a_tombstone(house: House) -> None:
    job = done(house)

    house.deletions.delete_result([job]).result()
    house.deletions.delete_source([job]).result()

    gone = house.job(job)
    assert (gone.state, gone.delete_reason) == (JobState.DELETED, DeleteReason.USER)


def test_a_document_that_waits_cannot_be_read_without_its_source(house: House) -> None:
    job = house.admit("one")

    house.deletions.delete_source([job]).result()

    assert house.state_of(job) is JobState.CANCELLED


def test_a_reader_that_gets_the_document_in_the_last_moment_dies_too(house: House) -> None:
    """Another process begins to export between the kill and the purge."""
    job = done(house)
    first, late = ReaderProcess(job, 4711, 1.0), ReaderProcess(job, 4712, 2.0)
    house.on_vault(lambda: house.vault.set_reader(first))
    killed: list[ReaderProcess] = []

    class SlowKiller:
        def kill_group(self, process: ReaderProcess) -> None:
            killed.append(process)
            if process == first:
                house.vault.set_reader(late)

    house.deletions._killer = SlowKiller()
    house.deletions.delete_source([job]).result()

    assert killed == [first, late]
    assert house.on_vault(lambda: house.vault.readers([job])) == ()
    with pytest.raises(SourceGone):
        house.on_vault(lambda: house.vault.set_reader(late))


# --- one page's images -------------------------------------------------------------------


def test_the_images_of_one_page_go_and_its_words_stay(house: House) -> None:
    job = done(house)
    house.events.clear()

    deletion = house.deletions.delete_page_images(job, 1).result()
    gone_at = house.clock.now()
    house.clock.advance(minutes=1)
    again = house.deletions.delete_page_images(job, 1).result()

    assert (deletion.outcome, deletion.deleted_at) == (DELETED, gone_at)
    assert again.outcome is DeleteOutcome.ALREADY_DELETED
    assert house.events.count(JobsChanged()) == 1
    views = [house.library.page(job, number).result() for number in (1, 2)]
    assert [view.text for view in views] == ["one", "two"]
    assert [view.image is None for view in views] == [True, False]


@pytest.mark.parametrize(
    ("page", "outcome", "code"),
    [(3, FAILED, "no_such_page"), (0, FAILED, "no_such_page")],
)
def test_a_page_that_is_not_there_is_said(
    house: House, page: int, outcome: DeleteOutcome, code: str
) -> None:
    deletion = house.deletions.delete_page_images(done(house), page).result()

    assert (deletion.outcome, deletion.error_code) == (outcome, code)


def test_a_page_that_was_not_read_and_an_unknown_job_are_said(house: House) -> None:
    waiting = house.deletions.delete_page_images(house.admit("x"), 1).result()
    unknown = house.deletions.delete_page_images(new_job_id(), 1).result()

    assert (waiting.outcome, waiting.error_code) == (FAILED, "not_finished")
    assert unknown.outcome is DeleteOutcome.NO_SUCH_JOB


def test_images_that_cannot_be_destroyed_are_said(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Deletion:
        raise VaultNotWritable

    monkeypatch.setattr(house.vault, "purge_page_images", refuse)

    deletion = house.deletions.delete_page_images(new_job_id(), 1).result()

    assert (deletion.outcome, deletion.error_code) == (FAILED, VaultNotWritable.code)
    assert len(house.on_vault(house.retention.sweep)) == 1


def test_images_of_a_locked_vault_are_not_tried_again_behind_the_users_back(house: House) -> None:
    job = done(house)
    house.on_vault(house.vault.lock.drop)

    deletion = house.deletions.delete_page_images(job, 1).result()

    assert (deletion.outcome, deletion.error_code) == (FAILED, VaultLocked.code)
    assert house.on_vault(house.retention.sweep) == ()


# --- ages --------------------------------------------------------------------------------


def test_only_older_jobs_in_the_states_are_found_and_a_look_deletes_nothing(house: House) -> None:
    old, waiting = done(house), house.admit("x", password="Sesam")
    house.wait_for(waiting, JobState.NEEDS_PASSWORD)
    gone = done(house)
    house.deletions.delete([gone]).result()
    house.clock.advance(minutes=30)
    young = done(house)
    age = timedelta(minutes=30) - timedelta(microseconds=1)

    def find(*states: JobState) -> tuple[JobId, ...]:
        return house.deletions.find_older(age, frozenset(states)).result()

    assert find(JobState.DONE, JobState.DELETED) == (old,)
    assert find(JobState.NEEDS_PASSWORD, JobState.DONE) == (old, waiting)
    assert find(JobState.FAILED) == ()
    assert {house.state_of(job) for job in (old, young)} == {JobState.DONE}


def test_older_jobs_go_and_younger_ones_stay(house: House) -> None:
    old = done(house)
    house.clock.advance(minutes=30)
    young = done(house)

    answers = house.deletions.delete_older(
        timedelta(minutes=10), frozenset({JobState.DONE})
    ).result()

    assert [one.job_id for one in answers] == [old]
    assert house.job(old).delete_reason is DeleteReason.USER
    assert house.state_of(young) is JobState.DONE


# --- everything --------------------------------------------------------------------------


def test_everything_goes_and_nothing_more_comes_in(house: House) -> None:
    batch = house.new_batch()
    jobs = [house.admit("x", batch=batch), done(house)]
    house.deletions.delete([jobs[0]]).result()

    answers = house.deletions.delete_everything().result()

    assert [one.job_id for one in answers] == jobs[1:]
    assert house.job(jobs[1]).delete_reason is DeleteReason.EVERYTHING
    assert house.job(jobs[0]).delete_reason is DeleteReason.USER
    with pytest.raises(AlreadyDeleted):
        house.admit("late", batch=batch)
    with pytest.raises(AlreadyDeleted):
        house.on_vault(
            lambda: house.vault.admit_refused(batch, "x", "damaged", RULE, house.clock.now())
        )
    assert house.state_of(house.admit("after")) is not JobState.DELETED
    assert len(house.deletions.delete_everything().result()) == 1
    assert house.deletions.delete_everything().result() == ()


def test_what_a_batch_and_everything_mean_can_be_looked_at_first(house: House) -> None:
    batch = house.new_batch()
    gone, kept, other = house.admit("x", batch=batch), house.admit("x", batch=batch), done(house)
    house.deletions.delete([gone]).result()

    assert house.deletions.find_batch(batch).result() == (gone, kept)
    assert house.deletions.find_batch(BatchId("no id")).result() == ()
    assert house.deletions.find_everything().result() == (kept, other)
    assert house.deletions.delete_batch(BatchId("0" * 32)).result() == ()


def test_everything_takes_jobs_that_are_dated_in_the_future(house: House) -> None:
    """A clock that was set back must leave nothing behind."""
    house.clock.advance(days=400)
    job = house.admit("x")
    house.clock.advance(days=-400)

    assert [one.job_id for one in house.deletions.delete_everything().result()] == [job]
