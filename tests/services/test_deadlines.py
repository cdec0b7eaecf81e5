"""Changing ends as a user asks for it: answered for each job, and kept from that moment on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mayfly.domain.errors import TimeInDoubt, VaultNotWritable
from mayfly.domain.events import JobsChanged
from mayfly.domain.ids import JobId, new_batch_id, new_job_id
from mayfly.domain.jobs import Part, RetainOutcome
from mayfly.domain.retention import RetentionRule, RuleChange
from mayfly.domain.states import DeleteReason, JobState
from mayfly.services.deadlines import Deadlines
from tests.fakes_engine import ScriptPage
from tests.services.conftest import House
from tests.waiting import eventually

DAY = RetentionRule(24, 24, linked=True)
CHANGED = RetainOutcome.CHANGED


@pytest.fixture
def deadlines(house: House) -> Deadlines:
    return Deadlines(
        house.vault,
        house.lane,
        on_changed=house.retention.deadlines_changed,
        bus=house.bus,
        clock=house.clock,
    )


def done_job(house: House, **how) -> JobId:
    job = house.admit("one", rule=DAY, **how)
    if not house.queues:
        house.queue()
    house.wait_until_read(job)
    return job


def told(house: House) -> int:
    return sum(isinstance(event, JobsChanged) for event in house.events)


def ends_on_the_alarm(house: House) -> dict[tuple[str, Part], timedelta]:
    """Return how long each timer still has to go."""
    now = house.clock.now()
    return {(one.job_id, one.part): one.due_at - now for one in house.alarm.deadlines}


def test_each_job_is_answered_and_whoever_shows_them_is_told(
    house: House, deadlines: Deadlines
) -> None:
    job, unknown = done_job(house), new_job_id()
    before = told(house)

    known, other = deadlines.change([job, unknown], RuleChange(source_hours=3)).result()

    assert (known.job_id, known.outcome) == (job, CHANGED)
    assert known.source_delete_at == known.result_delete_at
    assert known.source_delete_at == house.clock.now() + timedelta(hours=3)
    assert (other.job_id, other.outcome) == (unknown, RetainOutcome.NO_SUCH_JOB)
    assert house.job(job).rule == RetentionRule(3, 3, linked=True)
    assert told(house) == before + 1


def test_nobody_is_told_when_nothing_changed(house: House, deadlines: Deadlines) -> None:
    before = told(house)
    deadlines.change([new_job_id()], RuleChange(source_hours=3)).result()
    assert told(house) == before


def test_the_alarm_knows_a_new_end_within_the_second_in_which_it_was_set_before(
    house: House, deadlines: Deadlines
) -> None:
    """Timers are set once a second at most, but for this: the new end may be near."""
    job = done_job(house)
    house.retention.start()
    house.clock.advance(hours=5)
    deadlines.change([job], RuleChange(source_hours=6)).result()
    wanted = dict.fromkeys([(job, Part.SOURCE), (job, Part.RESULT)], timedelta(hours=1))
    eventually(lambda: ends_on_the_alarm(house) == wanted)

    deadlines.change([job], RuleChange(result_hours=168)).result()

    wanted[job, Part.RESULT] = timedelta(hours=163)
    eventually(lambda: ends_on_the_alarm(house) == wanted)


def test_a_new_end_that_has_passed_already_destroys_at_once(
    house: House, deadlines: Deadlines
) -> None:
    job = done_job(house)
    house.clock.advance(hours=5)

    deadlines.change([job], RuleChange(source_hours=5)).result()

    gone = house.wait_for(job, JobState.DELETED)
    assert gone.delete_reason is DeleteReason.SOURCE_DEADLINE
    assert house.troubles() == set()


def test_a_batch_changes_whole_and_no_other(house: House, deadlines: Deadlines) -> None:
    batch = house.new_batch()
    mine = [done_job(house, batch=batch), done_job(house, batch=batch)]
    other = done_job(house)

    answers = deadlines.change_batch(batch, RuleChange(source_hours=3)).result()

    assert [(one.job_id, one.outcome) for one in answers] == [(job, CHANGED) for job in mine]
    assert house.job(other).rule == DAY


def test_a_batch_answers_for_what_lives_or_says_that_nothing_does(
    house: House, deadlines: Deadlines
) -> None:
    batch = house.new_batch()
    gone, stays = done_job(house, batch=batch), done_job(house, batch=batch)
    house.deletions.delete([gone]).result()

    (answer,) = deadlines.change_batch(batch, RuleChange(source_hours=3)).result()
    assert (answer.job_id, answer.outcome) == (stays, CHANGED)

    house.deletions.delete([stays]).result()
    answers = deadlines.change_batch(batch, RuleChange(source_hours=3)).result()
    assert [(one.job_id, one.outcome) for one in answers] == [
        (gone, RetainOutcome.ALREADY_DELETED),
        (stays, RetainOutcome.ALREADY_DELETED),
    ]
    assert deadlines.change_batch(new_batch_id(), RuleChange(source_hours=3)).result() == ()


@pytest.mark.parametrize("error", [TimeInDoubt, VaultNotWritable])
def test_what_keeps_all_of_them_from_changing_is_raised_and_changes_nothing(
    house: House, deadlines: Deadlines, monkeypatch: pytest.MonkeyPatch, error: type
) -> None:
    job = done_job(house)
    before = told(house)

    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(house.vault, "change_rule", refuse)
    with pytest.raises(error):
        deadlines.change([job], RuleChange(source_hours=3)).result()

    assert told(house) == before
    assert house.job(job).rule == DAY


def test_an_end_is_moved_while_the_document_is_read(house: House, deadlines: Deadlines) -> None:
    house.engine.gate("x")
    job = house.admit(ScriptPage("one", gate="x"), rule=DAY, name="a.pdf")
    house.queue()
    eventually(lambda: house.engine.happened("page", "a.pdf", 1))

    (answer,) = deadlines.change([job], RuleChange(source_hours=2)).result()
    house.engine.gate("x").set()
    house.wait_until_read(job)

    assert answer.outcome is CHANGED
    assert house.job(job).source_delete_at == house.clock.now() + timedelta(hours=2)
