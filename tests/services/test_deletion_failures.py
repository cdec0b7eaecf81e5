"""Deleting where some jobs cannot go: each has its own answer, and is tried again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mayfly.domain.errors import (
    AlreadyDeleted,
    DiskFull,
    InternalError,
    MayflyError,
    UserError,
    VaultBusy,
    VaultDamaged,
    VaultError,
    VaultNotWritable,
)
from mayfly.domain.events import JobsChanged
from mayfly.domain.ids import JobId, new_job_id
from mayfly.domain.jobs import DeleteOutcome
from mayfly.domain.states import JobState
from tests.fakes import BytesSource
from tests.services.conftest import RULE, House
from tests.services.test_deletion_levels import done, outcomes

DELETED, FAILED = DeleteOutcome.DELETED, DeleteOutcome.FAILED


class Stumbling:
    """The vault's purge, with some jobs that cannot be destroyed for as long as it is wished."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        self.faults: dict[JobId, type[MayflyError]] = {}
        self.calls = 0
        purge = house.vault.purge

        def stumble(job_ids, *rest):
            self.calls += 1
            for job_id in job_ids:
                if job_id in self.faults:
                    raise self.faults[job_id]
            return purge(job_ids, *rest)

        monkeypatch.setattr(house.vault, "purge", stumble)


@pytest.fixture
def stumbling(house: House, monkeypatch: pytest.MonkeyPatch) -> Stumbling:
    return Stumbling(house, monkeypatch)


@pytest.mark.parametrize("fault", [VaultDamaged, DiskFull, InternalError])
def test_one_that_fails_hides_none_of_the_others(
    house: House, stumbling: Stumbling, fault: type[MayflyError]
) -> None:
    jobs = [house.admit("x") for _ in range(40)]
    stumbling.faults[jobs[17]] = fault

    answers = house.deletions.delete(jobs).result()

    assert [one.job_id for one in answers] == jobs
    failed = [one for one in answers if one.outcome is FAILED]
    assert [(one.job_id, one.error_code) for one in failed] == [
        (jobs[17], getattr(fault, "code", UserError.code))
    ]
    assert {one.outcome for one in answers if one not in failed} == {DELETED}
    # By halves: each success costs a new vault key, and one by one it would be 39 of them.
    assert stumbling.calls < 14


@pytest.mark.parametrize("fault", [VaultBusy, VaultNotWritable])
def test_what_stops_all_is_said_of_each_and_not_tried_for_each(
    house: House, stumbling: Stumbling, fault: type[VaultError]
) -> None:
    jobs = [house.admit("x") for _ in range(4)]
    stumbling.faults = dict.fromkeys(jobs, fault)

    answers = house.deletions.delete(jobs).result()

    assert [(one.outcome, one.error_code) for one in answers] == [(FAILED, fault.code)] * 4
    assert stumbling.calls == 1


def test_what_failed_is_tried_again_by_every_sweep_until_it_is_done(
    house: House, stumbling: Stumbling
) -> None:
    """A part bears no mark in the vault, so nothing else would remember the wish."""
    job, other = done(house), done(house)
    stumbling.faults[job] = VaultNotWritable
    assert outcomes(house.deletions.delete_source([job]).result()) == [FAILED]
    house.on_vault(house.retention.sweep)
    assert house.troubles() == {VaultNotWritable.code}
    assert house.job(job).source_present

    stumbling.faults.clear()
    swept = house.on_vault(house.retention.sweep)

    assert [(one.job_id, one.outcome) for one in swept] == [(job, DELETED)]
    assert not house.job(job).source_present
    assert house.job(other).source_present
    assert house.on_vault(house.retention.sweep) == ()


def test_a_batch_that_could_not_be_closed_does_not_pass_for_deleted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = house.new_batch()
    job = house.admit("x", batch=batch)
    closings: list[int] = []

    def refuse(*_: object) -> None:
        closings.append(1)
        raise VaultBusy

    monkeypatch.setattr(house.vault, "close_batch", refuse)

    with pytest.raises(VaultBusy):
        house.deletions.delete_batch(batch).result()

    # The jobs went all the same; closing was tried again after that.
    assert house.state_of(job) is JobState.DELETED
    assert len(closings) == 2


def test_a_job_that_is_owed_and_due_is_tried_once_by_a_sweep(
    house: House, stumbling: Stumbling
) -> None:
    job = house.admit("x")
    stumbling.faults[job] = VaultDamaged
    house.deletions.delete([job]).result()
    stumbling.calls = 0

    assert len(house.on_vault(house.retention.sweep)) == 1
    assert stumbling.calls == 1


def test_unknown_ids_and_failures_each_have_their_own_answer(
    house: House, stumbling: Stumbling
) -> None:
    bad, good, unknown = house.admit("x"), house.admit("x"), new_job_id()
    stumbling.faults[bad] = VaultDamaged

    answers = house.deletions.delete([unknown, bad, good, good]).result()

    assert outcomes(answers) == [
        DeleteOutcome.NO_SUCH_JOB,
        FAILED,
        DELETED,
        DeleteOutcome.ALREADY_DELETED,
    ]


def test_a_batch_that_cannot_be_closed_nor_deleted_says_so_of_each(
    house: House, stumbling: Stumbling, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = house.new_batch()
    job = house.admit("x", batch=batch)
    stumbling.faults[job] = VaultNotWritable

    def refuse(*_: object) -> None:
        raise VaultNotWritable

    monkeypatch.setattr(house.vault, "close_batch", refuse)

    (answer,) = house.deletions.delete_batch(batch).result()

    assert (answer.outcome, answer.error_code) == (FAILED, VaultNotWritable.code)


def test_nothing_to_delete_asks_the_vault_for_nothing(house: House, stumbling: Stumbling) -> None:
    assert house.deletions.delete([]).result() == ()
    assert stumbling.calls == 0
    assert JobsChanged() not in house.events


def test_a_row_that_makes_no_sense_can_be_deleted(house: House) -> None:
    bad, good = house.admit("x"), house.admit("x")
    house.on_vault(
        lambda: house.vault._database._connection.execute(
            "UPDATE job SET state = 'unheard of' WHERE id = ?", (bytes.fromhex(bad),)
        )
    )

    answers = house.deletions.delete([bad, good]).result()

    assert outcomes(answers) == [DELETED, DELETED]
    assert house.state_of(bad) is JobState.DELETED


def test_a_late_document_of_a_batch_that_was_deleted_is_refused_in_every_process(
    open_house: Callable[[], House],
) -> None:
    deleting, adding = open_house(), open_house()
    batch = adding.new_batch()
    adding.admit("x", batch=batch)

    deleting.deletions.delete_everything().result()

    with pytest.raises(AlreadyDeleted):
        adding.on_vault(
            lambda: adding.vault.admit(
                batch, BytesSource("a.pdf", b"x"), None, RULE, adding.clock.now()
            )
        )
