"""The machine's count of seconds since its start, and one that cannot be."""

from __future__ import annotations

import time

import pytest

from mayfly.domain.timekeeping import Mark, Toll
from mayfly.services.timekeeper import Timekeeper
from mayfly.system.clock import SystemClock


class OneMark:
    """What one vault remembers of time."""

    def __init__(self) -> None:
        self.mark: Mark | None = None

    def load(self) -> Mark | None:
        return self.mark

    def save(self, mark: Mark, news: object) -> None:
        self.mark = mark

    def toll(self, sure: object, claimed: object) -> Toll:
        return Toll(0, 0)


def test_all_processes_of_a_start_agree_on_it():
    one, other = SystemClock(), SystemClock()
    assert one.boot_id() == other.boot_id()
    assert one.boot_s() == pytest.approx(other.boot_s(), abs=1.0)


@pytest.mark.parametrize("count_s", [1.8e9, 21 * 365 * 86_400.0, -5.0])
def test_a_count_that_no_machine_can_have_is_of_a_start_of_its_own(count_s):
    clock = SystemClock(lambda: count_s)
    assert clock.boot_id() != SystemClock().boot_id()
    assert clock.boot_s() == pytest.approx(time.monotonic(), abs=1.0)


def test_a_faked_count_ends_nothing_that_the_vault_keeps():
    # Given: a vault that remembers the true count of this very start
    memory = OneMark()
    true = Timekeeper(SystemClock())
    true.begin(memory)
    # When: a process comes whose count says that half a century went by since
    faked = Timekeeper(SystemClock(lambda: 1.8e9))
    faked.begin(memory)
    # Then: it is no later than the date says
    assert (faked.now() - true.now()).total_seconds() < 60
