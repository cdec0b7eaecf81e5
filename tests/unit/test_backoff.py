"""When something that failed at a destination is tried again."""

from __future__ import annotations

from datetime import timedelta

from mayfly.domain.destinations import DestinationId
from mayfly.services.backoff import Holds, wait_after, wait_owed

HERE, THERE = DestinationId("aa" * 16), DestinationId("bb" * 16)


def even() -> float:
    return 0.5


def test_waits_grow_to_ten_minutes():
    waits = [wait_after(tries, chance=even).total_seconds() for tries in (0, 1, 2, 3, 4, 5, 6, 99)]

    assert waits == [2, 2, 8, 30, 120, 600, 600, 600]


def test_owed_is_tried_at_least_once_an_hour():
    assert wait_owed(1, chance=even) == timedelta(seconds=2)
    for chance in (0.0, 0.5, 1.0):
        wait = wait_owed(1_000, chance=lambda chance=chance: chance)
        assert timedelta(minutes=30) < wait <= timedelta(hours=1)


def test_waits_are_spread():
    assert wait_after(2, chance=lambda: 0.0) == timedelta(seconds=6)
    assert wait_after(2, chance=lambda: 1.0) == timedelta(seconds=10)


def test_destination_that_fails_is_left_alone_longer_each_time():
    holds = Holds(chance=even)

    holds.fail(HERE, 100.0)
    # In hand at the same time, failing for the same reason: no longer wait for that.
    holds.fail(HERE, 100.1)

    assert holds.held(101.9) == {HERE}
    assert holds.next_s(101.0) == 1.0
    assert not holds.held(102.0)

    holds.fail(HERE, 102.0)

    assert holds.held(109.9) == {HERE}
    assert not holds.held(110.0)
    assert holds.next_s(110.0) is None


def test_success_begins_anew():
    holds = Holds(chance=even)
    holds.fail(HERE, 0.0)
    holds.fail(HERE, 2.0)

    holds.succeed(HERE)
    holds.fail(HERE, 20.0)

    assert not holds.held(22.0)


def test_one_without_its_key_waits_for_an_hour_or_for_the_user():
    holds = Holds(chance=even)
    holds.lack_key(HERE, 0.0)
    holds.fail(THERE, 0.0)

    assert holds.held(3.0) == {HERE}
    assert holds.held(3_599.0) == {HERE}
    assert not holds.held(3_600.0)

    holds.lack_key(HERE, 3_600.0)
    holds.clear()

    assert not holds.held(3_601.0)
