"""Every end is kept: by the row, not by whoever rings."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from mayfly.domain.errors import InternalError, ResultGone, SourceGone, VaultBusy, VaultDamaged
from mayfly.domain.jobs import DeleteOutcome, Part
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import DeleteReason, JobState
from mayfly.services import retention
from tests.fakes_engine import ScriptPage
from tests.services.conftest import RULE, House
from tests.waiting import eventually


def done_job(house: House, *, rule: RetentionRule = RULE):
    job = house.admit("one", "two", rule=rule)
    if not house.queues:
        house.queue()
    house.wait_until_read(job)
    return job


def sweep(house: House):
    return house.on_vault(house.retention.sweep)


def sql(folder: Path, statement: str) -> None:
    connection = sqlite3.connect(folder / "data" / "vault.db")
    with connection:
        connection.execute(statement)
    connection.close()


def test_the_source_goes_first_and_the_result_stays(house: House) -> None:
    job = done_job(house)
    assert sweep(house) == ()

    house.clock.advance(hours=RULE.source_hours)
    sweep(house)

    kept = house.job(job)
    assert (kept.state, kept.source_present, kept.result_present) == (JobState.DONE, False, True)
    assert house.texts(job) == ["one", "two"]
    view = house.library.page(job, 1).result()
    assert (view.text, view.image) == ("one", None)


def test_the_result_goes_at_its_own_deadline_and_leaves_a_tombstone(house: House) -> None:
    job = done_job(house)
    house.clock.advance(hours=RULE.source_hours)
    sweep(house)
    house.clock.advance(hours=RULE.result_hours)
    sweep(house)
    gone = house.job(job)
    assert gone.state is JobState.DELETED
    assert gone.delete_reason is DeleteReason.RESULT_DEADLINE


def test_both_due_at_once_go_in_one_sweep(house: House) -> None:
    first, second = done_job(house), done_job(house)
    house.clock.advance(hours=48)
    assert len(sweep(house)) == 2
    assert house.state_of(first) is house.state_of(second) is JobState.DELETED
    assert sweep(house) == ()


def test_what_is_overdue_shows_nowhere_even_when_no_sweep_ran(house: House) -> None:
    job = done_job(house)
    house.clock.advance(hours=RULE.source_hours)
    with pytest.raises(SourceGone):
        house.on_vault(lambda: house.vault.page_image(job, 1, house.clock.now()))
    assert house.library.page(job, 1).result().image is None
    house.clock.advance(hours=RULE.result_hours)
    with pytest.raises(ResultGone):
        house.library.page(job, 1).result()
    assert house.job(job).name is None


def test_an_overdue_job_is_gone_before_a_new_start_shows_anything(
    open_house: Callable[[], House],
) -> None:
    before = open_house()
    job = done_job(before)
    before.close()
    before.clock.advance(hours=48)

    after = open_house()
    sweep(after)

    (shown,) = after.library.jobs().result()
    assert (shown.job_id, shown.state) == (job, JobState.DELETED)


@pytest.mark.parametrize("state", ["queued", "done", "reading"])
def test_the_backstop_needs_no_deadline_to_be_right(
    house: House, tmp_path: Path, state: str
) -> None:
    """Whatever the code of deadlines wrote: nothing is older than 30 days."""
    if state == "done":
        job = done_job(house)
    else:
        job = house.admit(ScriptPage("x", fault="hang"), name="a.pdf")
    if state == "reading":
        house.queue()
        eventually(lambda: house.engine.happened("page", "a.pdf", 1))
    later = 1 << 60
    sql(
        tmp_path,
        f"UPDATE job SET source_delete_at = {later}, result_delete_at = {later},"
        f" backstop_at = {later}",
    )

    house.clock.advance(days=29, hours=23)
    assert sweep(house) == ()
    house.clock.advance(hours=1)
    sweep(house)

    gone = house.job(job)
    assert (gone.state, gone.delete_reason) == (JobState.DELETED, DeleteReason.BACKSTOP)
    if state == "reading":
        assert all(not reader.alive for reader in house.engine.readers[:1])


def test_timers_are_set_for_a_job_that_finishes(house: House) -> None:
    house.retention.start()
    eventually(lambda: house.alarm.ring)
    house.on_vault(lambda: None)
    house.clock.advance(seconds=2)
    job = done_job(house)
    now = house.clock.now()
    wanted = [
        (job, Part.SOURCE, now + timedelta(hours=RULE.source_hours)),
        (job, Part.RESULT, now + timedelta(hours=RULE.result_hours)),
    ]
    eventually(
        lambda: [(one.job_id, one.part, one.due_at) for one in house.alarm.deadlines] == wanted
    )


def test_a_ring_sweeps(house: House) -> None:
    house.retention.start()
    job = done_job(house)
    house.clock.advance(hours=48)
    house.alarm.ring()
    house.wait_for(job, JobState.DELETED)
    eventually(lambda: house.alarm.deadlines == [])


def test_a_tick_sweeps_and_wakes_the_alarm(house: House) -> None:
    house.retention.start()
    job = done_job(house)
    house.clock.advance(hours=48)
    house.ticker.tick()
    house.wait_for(job, JobState.DELETED)
    assert house.alarm.woken == 1


def test_stopping_ends_timers_and_ticks(house: House) -> None:
    house.retention.start()
    house.retention.stop()
    assert house.alarm.ring is None
    assert house.ticker.tick is None


def test_many_wishes_for_a_sweep_are_one_sweep(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept: list[int] = []
    monkeypatch.setattr(house.vault, "tidy", lambda: swept.append(1))
    busy = threading.Event()
    house.lane.submit(busy.wait, urgent=True)
    for _ in range(10):
        house.retention.ask_sweep()
    busy.set()
    house.on_vault(lambda: None)
    assert swept == [1]


def test_a_sweep_that_fails_is_told_and_the_next_one_runs(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    due, failures = house.vault.due, iter([VaultBusy()])

    def fail_once(now):
        for error in failures:
            raise error
        return due(now)

    monkeypatch.setattr(house.vault, "due", fail_once)
    house.retention.ask_sweep()
    eventually(lambda: house.troubles() == {"vault_busy"})
    job = done_job(house)
    house.clock.advance(hours=48)
    house.retention.ask_sweep()
    house.wait_for(job, JobState.DELETED)


def test_a_bug_in_a_sweep_is_logged(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(now):
        raise InternalError("a bug")

    monkeypatch.setattr(house.vault, "due", broken)
    house.retention.ask_sweep()
    house.on_vault(lambda: None)
    assert "sweep failed" in caplog.text


def test_asking_a_mayfly_that_closes_is_no_error(house: House) -> None:
    house.lane.close()
    house.retention.ask_sweep()


def test_a_source_that_falls_due_while_it_is_read_takes_its_reader_with_it(
    house: House, tmp_path: Path
) -> None:
    job = house.admit("one", ScriptPage("two", fault="hang"), name="a.pdf")
    house.queue()
    eventually(lambda: house.engine.happened("page", "a.pdf", 2))
    (reader,) = house.engine.alive
    sql(tmp_path, "UPDATE job SET source_delete_at = 0")

    sweep(house)

    assert not reader.alive
    left = house.job(job)
    assert (left.state, left.source_present) == (JobState.CANCELLED, False)
    assert house.texts(job) == ["one"]


def test_a_damaged_job_does_not_keep_the_others_alive(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given: three due jobs, of which the vault can destroy two
    jobs = [house.admit("x", name=f"{n}.pdf") for n in range(3)]
    house.clock.advance(days=31)
    purge = house.vault.purge

    def stumble(job_ids, *rest):
        if jobs[1] in job_ids:
            raise VaultDamaged
        return purge(job_ids, *rest)

    monkeypatch.setattr(house.vault, "purge", stumble)

    outcomes = house.on_vault(house.retention.sweep)

    assert [one.job_id for one in outcomes if one.outcome is DeleteOutcome.DELETED] == [
        jobs[0],
        jobs[2],
    ]
    (failed,) = (one for one in outcomes if one.outcome is DeleteOutcome.FAILED)
    assert (failed.job_id, failed.error_code) == (jobs[1], VaultDamaged.code)
    assert VaultDamaged.code in house.troubles()


def test_ends_of_every_kind_that_come_together_share_one_change_of_the_key(house: House) -> None:
    whole = done_job(house, rule=RetentionRule(1, 1))
    source = done_job(house, rule=RetentionRule(1, 24))
    result = done_job(house, rule=RetentionRule(24, 1))
    ask = "SELECT epoch, rotation_owed FROM meta"
    epoch, _ = house.on_vault(lambda: house.vault._database.ask(ask))
    house.clock.advance(hours=1)

    outcomes = sweep(house)

    assert {one.outcome for one in outcomes} == {DeleteOutcome.DELETED}
    assert [one.job_id for one in outcomes] == [whole, source, result]
    assert house.on_vault(lambda: house.vault._database.ask(ask)) == (epoch + 1, 0)


def test_timers_are_set_anew_as_soon_as_the_last_of_them_has_rung(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the same second, too: nobody would ring for what lies behind a full list."""
    monkeypatch.setattr(retention, "_MOST_TIMERS", 2)
    done_job(house, rule=RetentionRule(1, 1))
    house.clock.advance(seconds=1)
    later = done_job(house, rule=RetentionRule(1, 2))
    house.clock.advance(hours=1, seconds=-1.5)
    house.retention.start()
    house.on_vault(lambda: None)
    assert len(house.alarm.deadlines) == 2
    house.clock.advance(seconds=0.5)

    house.alarm.ring()

    eventually(lambda: [one.job_id for one in house.alarm.deadlines] == [later, later])
