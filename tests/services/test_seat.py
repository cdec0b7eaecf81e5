"""Exactly one queue of a vault reads; the next takes over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mayfly.domain.errors import VaultBusy
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import ReaderProcess
from mayfly.domain.states import JobState
from mayfly.system.seat import FileSeat
from tests.fakes_engine import ScriptPage
from tests.services.conftest import House
from tests.waiting import eventually


def test_a_second_queue_waits_and_takes_over(open_house: Callable[[], House]) -> None:
    # Given: one process reads, another waits
    first, second = open_house(), open_house()
    job = first.admit("one", ScriptPage("two", gate="two"), "three", name="a.pdf")
    reading = first.queue()
    eventually(lambda: first.engine.happened("page", "a.pdf", 2))
    waiting = second.queue()
    assert reading.holds_seat
    assert not waiting.holds_seat

    # When: the first ends
    reading.stop()
    eventually(lambda: waiting.holds_seat)
    first.engine.gate("two").set()

    # Then: the second goes on at the page that was not saved
    second.wait_until_read(job)
    assert second.texts(job) == ["one", "two", "three"]
    assert first.engine.happened("page", "a.pdf", 1) == 1


def test_whoever_takes_over_kills_the_readers_that_were_left(
    open_house: Callable[[], House],
) -> None:
    # Given: a process died while it read: its reader is noted and still holds the document
    house = open_house()
    job = house.admit(ScriptPage("one"), name="a.pdf")
    orphan = house.engine.start_reader()
    house.on_vault(lambda: house.vault.claim_next(house.clock.now()))
    left = ReaderProcess(job, orphan.pid, orphan.started)
    house.on_vault(lambda: house.vault.set_reader(left))

    house.queue()
    house.wait_until_read(job)

    assert house.killer.killed == [left]
    assert not orphan.alive


def test_a_seat_that_cannot_be_filled_is_given_back_and_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = house.admit("one")
    requeue, failures = house.vault.requeue_reading, iter([VaultBusy()])

    def fail_once():
        for error in failures:
            raise error
        return requeue()

    monkeypatch.setattr(house.vault, "requeue_reading", fail_once)
    house.queue()
    house.wait_until_read(job)
    assert house.troubles() == {"vault_busy"}


def test_a_queue_whose_vault_is_closed_ends_quietly(house: House) -> None:
    queue = house.queue(start=False)
    house.lane.close()
    queue.start()
    eventually(lambda: not queue._thread.is_alive())
    assert not queue.holds_seat


def test_a_job_that_was_being_read_is_queued_before_anything_is_claimed(house: House) -> None:
    first: JobId = house.admit("one", name="a.pdf")
    house.admit("two", name="b.pdf")
    house.on_vault(lambda: house.vault.claim_next(house.clock.now()))
    assert house.state_of(first) is JobState.READING
    house.queue()
    house.wait_until_read(first)
    opened = [what[1] for what in house.engine.what_happened if what[0] == "open"]
    assert opened[0] == "a.pdf"


def test_a_queue_that_waits_can_be_stopped(open_house: Callable[[], House]) -> None:
    reading, waiting = open_house().queue(), open_house().queue()
    eventually(lambda: reading.holds_seat)
    waiting.stop()
    assert reading.holds_seat
    assert not waiting.holds_seat


def test_a_queue_with_nothing_to_read_starts_no_reader_and_stops_twice(house: House) -> None:
    queue = house.queue()
    eventually(lambda: queue.holds_seat)
    slot = queue._slots[0]
    queue.stop()
    slot.stop()
    queue.stop()
    assert house.engine.readers == []


def test_a_queue_that_stops_leaves_no_job_as_being_read(house: House) -> None:
    job = house.admit("one", ScriptPage("two", gate="two"), name="a.pdf")
    reading = house.queue()
    eventually(lambda: house.engine.happened("page", "a.pdf", 2))

    reading.stop()

    eventually(lambda: house.state_of(job) is JobState.QUEUED)
    assert house.job(job).pages_read == 1


def test_stopping_after_the_vault_is_closed_frees_the_seat_all_the_same(house: House) -> None:
    queue = house.queue()
    eventually(lambda: queue.holds_seat)
    house.lane.close()
    queue.stop()
    assert not queue.holds_seat
    next_one = FileSeat(house.state / "reader.lock")
    assert next_one.try_take()
    next_one.release()
