"""A tick comes every minute of running time, and at once when the wall clock jumped."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from mayfly.domain.errors import InternalError
from mayfly.retention.ticker import MinuteTicker, Rhythm


class JumpyClock:
    """Clocks that a test moves apart, as a suspend or a user does."""

    def __init__(self, start) -> None:
        self.wall, self.ran_s, self.slept_s = start, 0.0, 0.0

    def now(self):
        return self.wall

    def monotonic_s(self) -> float:
        return self.ran_s

    def boot_s(self) -> float:
        return self.ran_s + self.slept_s

    def run(self, seconds: float) -> None:
        self.ran_s += seconds
        self.wall += timedelta(seconds=seconds)


@pytest.fixture
def jumpy(clock) -> JumpyClock:
    return JumpyClock(clock.now())


def test_nothing_is_due_within_the_minute(jumpy):
    rhythm = Rhythm(jumpy)
    jumpy.run(59)
    assert not rhythm.is_due()


def test_a_minute_is_due_and_a_new_one_begins(jumpy):
    rhythm = Rhythm(jumpy)
    jumpy.run(60)
    assert rhythm.is_due()
    jumpy.run(59)
    assert not rhythm.is_due()
    jumpy.run(1)
    assert rhythm.is_due()


@pytest.mark.parametrize("hours", [8, -1, 24 * 365], ids=["suspend", "set back", "far ahead"])
def test_a_jump_of_the_wall_clock_is_due_at_once(jumpy, hours):
    rhythm = Rhythm(jumpy)
    jumpy.run(5)
    jumpy.wall += timedelta(hours=hours)
    assert rhythm.is_due()
    assert not rhythm.is_due()


def test_a_sleep_is_due_at_once_also_when_the_clock_was_set_back_by_as_much(jumpy):
    rhythm = Rhythm(jumpy)
    jumpy.run(5)
    jumpy.slept_s += 8 * 3600
    assert rhythm.is_due()
    assert not rhythm.is_due()


def test_small_corrections_of_the_clock_are_no_jump(jumpy):
    rhythm = Rhythm(jumpy)
    jumpy.run(5)
    jumpy.wall += timedelta(seconds=0.5)
    assert not rhythm.is_due()


def test_the_thread_ticks_when_the_clock_jumps(jumpy):
    ticks = threading.Event()
    ticker = MinuteTicker(jumpy, look_every_s=0.01)
    ticker.start(ticks.set)
    assert not ticks.is_set()

    jumpy.wall += timedelta(hours=2)

    assert ticks.wait(30)
    ticker.stop()


def test_a_tick_that_fails_is_not_the_last(jumpy):
    seen = []
    again = threading.Event()
    ticker = MinuteTicker(jumpy, every_s=0.0, look_every_s=0.01)

    def tick() -> None:
        seen.append(True)
        if len(seen) > 1:
            again.set()
        raise InternalError("the lane is closed")

    ticker.start(tick)

    assert again.wait(30)
    ticker.stop()


def test_stopping_ends_the_thread_and_is_allowed_at_any_time(jumpy):
    ticker = MinuteTicker(jumpy)
    ticker.stop()
    ticker.start(lambda: None)
    ticker.stop()
    ticker.stop()
    assert not [one for one in threading.enumerate() if one.name == "ticker"]


def test_starting_twice_is_a_bug(jumpy):
    ticker = MinuteTicker(jumpy)
    ticker.start(lambda: None)
    with pytest.raises(InternalError):
        ticker.start(lambda: None)
    ticker.stop()
