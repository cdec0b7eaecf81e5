"""A clock that jumped: hidden at once, asked about, and destroyed on yes or after a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mayfly.domain.audit import AuditKind
from mayfly.domain.errors import ResultGone, TimeInDoubt, VaultNotWritable
from mayfly.domain.events import TimeDoubted
from mayfly.domain.retention import RuleChange
from mayfly.domain.states import JobState
from mayfly.domain.timekeeping import Mark, Reading, TimeNews, Toll
from mayfly.services.timekeeper import Timekeeper
from mayfly.services.timekeeping import Timekeeping
from tests.waiting import eventually


@pytest.fixture
def machine(clock):
    return clock


@pytest.fixture
def kept(open_house, machine):
    """Open a house whose one clock is a timekeeper, as composition does."""

    def open_one():
        keeper = Timekeeper(machine)
        house = open_house(clock=keeper)
        keeper.begin(house.vault.time)
        house.vault.hide_by(keeper.claimed)
        house.timekeeping = Timekeeping(
            keeper, house.vault.time, house.lane, sweep=house.retention.sweep, bus=house.bus
        )
        house.retention._before_sweep = house.timekeeping.look
        return house

    return open_one


def told(house):
    """Return what the audit log tells of the clock, oldest first."""
    entries = reversed(house.on_vault(house.vault.audit.entries))
    return [one.detail["outcome"] for one in entries if one.kind is AuditKind.CLOCK_JUMPED]


def read_one(house):
    job_id = house.admit("It will rain on Tuesday.", name="weather.pdf")
    queue = house.queue()
    house.wait_until_read(job_id)
    queue.stop()
    return job_id


def sweep(house):
    return house.on_vault(house.retention.sweep)


def test_a_far_jump_hides_at_once_and_destroys_nothing(kept, machine):
    house = kept()
    job_id = read_one(house)

    machine.set(days=3650)

    assert house.job(job_id).name is None
    with pytest.raises(TimeInDoubt):
        house.texts(job_id)
    with pytest.raises(TimeInDoubt):
        house.library.page(job_id, 1).result()
    with pytest.raises(TimeInDoubt):
        house.on_vault(lambda: house.vault.source_chunk(job_id, 0))
    assert sweep(house) == ()
    assert house.state_of(job_id) is JobState.DONE
    assert TimeDoubted(True) in house.events
    state = house.timekeeping.state().result()
    assert state.doubtful
    assert state.hidden == 1


def test_yes_destroys_what_is_past_its_end_by_then(kept, machine):
    house = kept()
    job_id = read_one(house)
    machine.set(days=3650)
    sweep(house)

    deleted = house.timekeeping.confirm().result()

    assert [one.job_id for one in deleted] == [job_id]
    assert house.state_of(job_id) is JobState.DELETED
    assert not house.timekeeping.state().result().doubtful
    (entry,) = (
        one for one in house.on_vault(house.vault.audit.entries) if one.kind is AuditKind.DELETED
    )
    assert entry.at == machine.now().replace(microsecond=0)
    assert entry.detail["late_why"] == "doubted"
    assert told(house) == ["doubted", "confirmed"]


def test_no_shows_everything_again_and_time_goes_on(kept, machine):
    house = kept()
    job_id = read_one(house)
    machine.set(days=3650)
    sweep(house)

    house.timekeeping.refuse().result()

    assert house.texts(job_id) == ["It will rain on Tuesday."]
    assert house.job(job_id).name == "weather.pdf"
    assert TimeDoubted(False) in house.events
    assert told(house) == ["doubted", "refused"]
    machine.advance(hours=23)
    assert house.texts(job_id)
    machine.advance(hours=2)
    sweep(house)
    assert house.state_of(job_id) is JobState.DELETED


def test_without_an_answer_a_day_of_running_decides(kept, machine):
    house = kept()
    job_id = read_one(house)
    machine.set(days=3650)
    sweep(house)

    machine.advance(hours=12)
    sweep(house)
    machine.sleep(hours=11, minutes=59)
    assert sweep(house) == ()
    machine.advance(minutes=2)

    assert [one.job_id for one in sweep(house)] == [job_id]
    assert told(house) == ["doubted", "waited"]


def test_a_clock_put_right_ends_the_doubt_and_the_log_tells_of_it_once(kept, machine):
    house, other = kept(), kept()
    for shift in (3650, -3650):
        machine.set(days=shift)
        sweep(house)
        sweep(other)
    assert told(house) == ["doubted", "put_right"]


def test_nothing_is_taken_in_while_time_is_in_doubt(kept, machine):
    house = kept()
    batch = house.new_batch()
    machine.set(days=3650)

    with pytest.raises(TimeInDoubt):
        house.admit("Late.", batch=batch)
    with pytest.raises(TimeInDoubt):
        house.new_batch()

    house.timekeeping.refuse().result()
    assert house.admit("Late.", batch=batch)


def test_a_glance_at_the_time_is_hardly_older(machine):
    keeper = Timekeeper(machine)
    first = keeper.glance()
    machine.advance(milliseconds=40)
    assert keeper.glance() == first
    machine.advance(milliseconds=11)
    assert keeper.glance() == keeper.shown_by() == machine.now()


def test_timers_are_set_by_how_far_the_clock_is_off(kept, machine):
    house = kept()
    assert house.clock.lag() == timedelta()
    machine.set(days=-3, milliseconds=300)
    assert house.clock.lag() == timedelta(days=-3, seconds=1)
    machine.set(days=3653)
    assert house.clock.lag() == timedelta(days=3650, seconds=1)
    assert house.clock.claimed() == machine.now()


def test_a_vault_that_cannot_be_written_hides_and_asks_all_the_same(kept, machine):
    house = kept()
    job_id = read_one(house)
    connection = house.vault._database._connection
    house.on_vault(lambda: connection.execute("PRAGMA query_only = ON").fetchall())
    machine.set(days=3650)

    house.on_vault(house.timekeeping.look)

    assert TimeDoubted(True) in house.events
    assert house.job(job_id).name is None
    with pytest.raises(VaultNotWritable):
        house.timekeeping.refuse().result()
    assert house.job(job_id).name == "weather.pdf"
    house.on_vault(lambda: connection.execute("PRAGMA query_only = OFF").fetchall())


def test_no_end_is_moved_while_time_is_in_doubt(kept, machine):
    house = kept()
    job_id = read_one(house)
    machine.set(days=3)

    now = machine.now()
    for work in (
        lambda: house.vault.change_rule([job_id], RuleChange(result_hours=168), now),
        lambda: house.vault.recognise_anyway(job_id),
        lambda: house.vault.retry(job_id),
    ):
        with pytest.raises(TimeInDoubt):
            house.on_vault(work)


def test_what_is_being_read_is_held_and_goes_on_after_no(kept, machine):
    house = kept()
    waiting = house.admit("It will rain on Tuesday.")
    machine.set(days=3650)
    queue = house.queue()
    eventually(lambda: house.on_vault(lambda: house.vault.claim_next(house.clock.now())) is None)
    assert house.state_of(waiting) is JobState.QUEUED

    house.timekeeping.refuse().result()

    house.wait_until_read(waiting)
    queue.stop()


def test_another_process_answers_for_this_one(kept, machine):
    house = kept()
    job_id = read_one(house)
    machine.set(days=3650)
    sweep(house)
    other = kept()

    other.timekeeping.refuse().result()
    assert house.on_vault(house.timekeeping.look) is None
    assert house.texts(job_id)

    machine.set(days=3650)
    sweep(house)
    assert TimeDoubted(True) in house.events
    other.timekeeping.confirm().result()
    sweep(house)
    assert house.state_of(job_id) is JobState.DELETED


def test_a_disk_that_takes_nothing_stops_no_answer(kept, machine):
    house = kept()
    job_id = read_one(house)
    machine.set(days=3650)
    house.fill_disk()

    sweep(house)
    assert house.timekeeping.confirm().result()

    house.free_disk()
    assert house.state_of(job_id) is JobState.DELETED


def test_what_the_vault_remembers_is_what_was_told(house):
    reading = Reading(datetime(2026, 1, 5, tzinfo=UTC), "0f" * 16, 12.000345)
    hours = (timedelta(hours=one) for one in (1, 2, 3))
    mark = Mark(datetime(2026, 1, 6, tzinfo=UTC), reading, *hours)
    assert house.on_vault(house.vault.time.load) is None
    for news in (None, TimeNews.REFUSED):
        house.on_vault(lambda news=news: house.vault.time.save(mark, news))
    assert house.on_vault(house.vault.time.load) == mark


def test_a_jump_takes_what_ends_between_the_two_moments(house, clock):
    read_one(house)
    house.admit("Unread.")
    now = clock.now()

    def toll(*hours):
        moments = (now + timedelta(hours=one) for one in hours)
        return house.on_vault(lambda: house.vault.time.toll(*moments))

    assert toll(0, 0.5) == Toll(going=0, living=2)
    assert toll(0, 2) == Toll(going=1, living=2)
    assert toll(2, 30) == Toll(going=1, living=2)
    assert toll(0, 24 * 30) == Toll(going=2, living=2)


def test_a_clock_set_back_lengthens_no_life_over_a_restart(kept, machine):
    house = kept()
    job_id = read_one(house)
    machine.advance(hours=20)
    sweep(house)
    machine.set(days=-3)

    house.close()
    machine.restart(minutes=1)
    again = kept()

    assert again.texts(job_id)
    machine.advance(hours=4)
    with pytest.raises(ResultGone):
        again.texts(job_id)
