"""The alarm rings for each deadline, however late, and never in a circle."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mayfly.domain.errors import InternalError
from mayfly.domain.ids import new_job_id
from mayfly.domain.jobs import Deadline, Part
from mayfly.retention.alarm import SchedulerAlarm


def in_s(seconds: float, part: Part = Part.RESULT) -> Deadline:
    return Deadline(new_job_id(), part, datetime.now(UTC) + timedelta(seconds=seconds))


class Bell:
    """Counts rings and lets a test wait for them."""

    def __init__(self) -> None:
        self.rings = 0
        self._changed = threading.Condition()

    def __call__(self) -> None:
        with self._changed:
            self.rings += 1
            self._changed.notify_all()

    def wait_for(self, rings: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.rings >= rings, timeout=30)


@pytest.fixture
def alarm() -> Iterator[SchedulerAlarm]:
    alarm = SchedulerAlarm()
    yield alarm
    alarm.stop()


def test_every_deadline_rings_once_it_has_come(alarm):
    bell = Bell()
    alarm.start(bell)

    alarm.set_deadlines([in_s(0.05), in_s(0.1)])

    assert bell.wait_for(2)


@pytest.mark.parametrize("lag", [timedelta(days=3650), timedelta(days=-3)])
def test_a_deadline_rings_by_mayflys_time_however_far_the_machines_clock_is_off(lag):
    bell, alarm = Bell(), SchedulerAlarm(lambda: lag)
    alarm.start(bell)
    by_mayfly = in_s(0.05)

    alarm.set_deadlines([Deadline(by_mayfly.job_id, by_mayfly.part, by_mayfly.due_at - lag)])

    assert bell.wait_for(1)
    alarm.stop()


def test_a_deadline_long_past_still_rings(alarm):
    bell = Bell()
    alarm.start(bell)

    alarm.set_deadlines([in_s(-30 * 24 * 3600)])

    assert bell.wait_for(1)


def test_both_parts_of_a_job_have_their_own_timer(alarm):
    bell = Bell()
    job_id = new_job_id()
    soon = datetime.now(UTC) + timedelta(seconds=0.05)
    alarm.start(bell)

    alarm.set_deadlines([Deadline(job_id, part, soon) for part in Part])

    assert bell.wait_for(2)


def test_deadlines_set_before_the_start_ring_too(alarm):
    bell = Bell()
    alarm.set_deadlines([in_s(0)])

    alarm.start(bell)

    assert bell.wait_for(1)


def test_a_deadline_that_left_the_list_does_not_ring(alarm):
    bell = Bell()
    alarm.start(bell)
    alarm.set_deadlines([in_s(0.3)])

    alarm.set_deadlines([in_s(0.6)])

    assert bell.wait_for(1)
    alarm.stop()
    assert bell.rings == 1


def test_a_deadline_that_moved_rings_at_its_new_time(alarm):
    bell = Bell()
    alarm.start(bell)
    far = in_s(3600)
    alarm.set_deadlines([far])

    alarm.set_deadlines([Deadline(far.job_id, far.part, datetime.now(UTC))])

    assert bell.wait_for(1)


def test_a_purge_that_fails_is_not_asked_for_in_a_circle(alarm):
    bell = Bell()
    stubborn = in_s(0)

    def ring() -> None:
        bell()
        alarm.set_deadlines([stubborn])

    alarm.start(ring)
    alarm.set_deadlines([stubborn])
    assert bell.wait_for(1)

    alarm.set_deadlines([stubborn, in_s(0.2)])
    assert bell.wait_for(2)
    alarm.stop()

    assert bell.rings == 2


def test_setting_thousands_again_touches_none_of_them(alarm):
    alarm.start(Bell())
    many = [in_s(3600 + number) for number in range(2_000)]
    alarm.set_deadlines(many)
    touched = []
    alarm._scheduler.add_listener(touched.append)

    alarm.set_deadlines(many)

    assert touched == []


def test_waking_and_stopping_are_always_allowed(alarm):
    alarm.wake()
    alarm.stop()
    alarm.start(Bell())
    alarm.wake()
    alarm.stop()
    alarm.stop()


def test_starting_twice_is_a_bug(alarm):
    alarm.start(Bell())
    with pytest.raises(InternalError):
        alarm.start(Bell())


def test_stopping_waits_for_a_ring_and_lets_no_more_come(alarm):
    began, go_on, rang = threading.Event(), threading.Event(), []

    def ring() -> None:
        began.set()
        go_on.wait(30)
        rang.append(True)

    alarm.start(ring)
    alarm.set_deadlines([in_s(0)])
    assert began.wait(30)
    threading.Timer(0.05, go_on.set).start()

    alarm.stop()

    assert rang == [True]
    assert not [one for one in threading.enumerate() if one.name == "APScheduler"]


def test_a_deadline_that_moves_while_it_rings_rings_again(alarm):
    bell = Bell()
    moving = in_s(0)
    go_on = threading.Event()

    def ring() -> None:
        bell()
        go_on.wait(30)

    alarm.start(ring)
    alarm.set_deadlines([moving])
    assert bell.wait_for(1)
    alarm.set_deadlines([Deadline(moving.job_id, moving.part, datetime.now(UTC))])
    time.sleep(0.2)
    go_on.set()

    assert bell.wait_for(2)


def test_a_ring_may_set_deadlines_while_another_thread_does(alarm):
    """The gate is not held while a ring runs, so the two never wait for each other."""
    bell = Bell()

    def ring() -> None:
        alarm.set_deadlines([in_s(60)])
        bell()

    alarm.start(ring)
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        alarm.set_deadlines([in_s(0)])

    assert bell.wait_for(1)
