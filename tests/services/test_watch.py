"""Noticing what another process did."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mayfly.domain.errors import InternalError, VaultBusy
from mayfly.domain.events import JobsChanged, QueuePaused, VaultGone
from mayfly.services.lane import ThreadLane
from mayfly.services.watch import Watch
from tests.services.conftest import House
from tests.waiting import eventually


@pytest.fixture
def watch_of():
    watches: list[Watch] = []

    def start(house: House) -> Watch:
        watch = Watch(house.vault, house.lane, bus=house.bus)
        watches.append(watch)
        watch.start()
        return watch

    yield start
    for watch in watches:
        watch.stop()


def test_a_change_by_another_process_is_noticed(
    open_house: Callable[[], House], watch_of: Callable[[House], Watch]
) -> None:
    here, there = open_house(), open_house()
    watch_of(here)
    eventually(lambda: JobsChanged() in here.events)
    here.events.clear()

    job = there.admit("one")

    eventually(lambda: JobsChanged() in here.events)
    changes = here.library.changes(0).result()
    assert [one.job_id for one in changes.jobs] == [job]
    assert here.library.changes(changes.seq).result().jobs == ()


def test_a_pause_by_another_process_is_noticed(
    open_house: Callable[[], House], watch_of: Callable[[House], Watch]
) -> None:
    here, there = open_house(), open_house()
    watch_of(here)
    eventually(lambda: QueuePaused(False) in here.events)

    there.queue(start=False).set_paused(True).result()

    eventually(lambda: QueuePaused(True) in here.events)


def test_nothing_is_told_when_nothing_changed(house: House) -> None:
    watch = Watch(house.vault, house.lane, bus=house.bus)
    house.on_vault(watch.look)
    house.events.clear()
    house.on_vault(watch.look)
    assert house.events == []


def test_a_vault_that_does_not_answer_is_asked_again(
    house: House, watch_of: Callable[[House], Watch], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, failures = house.vault.change_seq, iter([VaultBusy()])

    def fail_once() -> int:
        for error in failures:
            raise error
        return ask()

    monkeypatch.setattr(house.vault, "change_seq", fail_once)
    watch_of(house)
    eventually(lambda: JobsChanged() in house.events)


def test_it_ends_with_the_lane(house: House) -> None:
    lane = ThreadLane("closing")
    watch = Watch(house.vault, lane, bus=house.bus)
    watch.start()
    lane.close()
    eventually(lambda: not watch._thread.is_alive())
    watch.stop()


@pytest.mark.parametrize("error", [InternalError("a bug"), ValueError("another")])
def test_a_bug_met_by_one_look_does_not_end_it(
    house: House, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    looks: list[int] = []

    def stumble() -> int:
        looks.append(1)
        raise error

    monkeypatch.setattr(house.vault, "change_seq", stumble)
    watch = Watch(house.vault, house.lane, bus=house.bus)
    watch.start()
    eventually(lambda: len(looks) > 1)
    watch.stop()


def test_one_that_never_started_can_be_stopped(house: House) -> None:
    Watch(house.vault, house.lane, bus=house.bus).stop()


def test_a_vault_that_was_destroyed_is_told_once_and_its_keys_are_dropped(
    house: House, watch_of: Callable[[House], Watch]
) -> None:
    watch = Watch(house.vault, house.lane, bus=house.bus, drop_keys=house.vault.lock.drop)
    house.admit("one")
    house.on_vault(watch.look)
    house.events.clear()

    house.vault._database._path.unlink()
    house.on_vault(watch.look)
    house.on_vault(watch.look)

    assert house.events == [VaultGone()]
    assert house.on_vault(house.vault.lock.is_locked)
