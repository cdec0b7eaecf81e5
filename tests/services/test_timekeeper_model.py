"""Any order of running, sleeping, restarting and setting the clock, against the true time.

The machine of this test knows the true time; the timekeeper sees only what a program can see:
a wall clock that anybody sets and a boot time that begins anew with each start.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mayfly.domain.timekeeping import FAR_AHEAD, LONG_START, PATIENCE, Mark, TimeNews, Toll
from mayfly.services.timekeeper import Timekeeper

# The change of clocks in Berlin, New York, Lord Howe (by half an hour) and Apia (skips a day).
STARTS = [
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 3, 8, 6, 30, tzinfo=UTC),
    datetime(2026, 4, 4, 14, 45, tzinfo=UTC),
    datetime(2011, 12, 30, 9, 0, tzinfo=UTC),
]
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]
UNSAVED = timedelta(minutes=5)
TICK = timedelta(microseconds=20)
"""Boot time is a float."""

spans = st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(hours=40))


class RowMemory:
    """The TimeMemory seam: what the vault would keep."""

    def __init__(self) -> None:
        self.mark: Mark | None = None

    def load(self) -> Mark | None:
        return self.mark

    def save(self, mark: Mark, news: TimeNews | None) -> None:
        self.mark = mark

    def toll(self, sure: datetime, claimed: datetime) -> Toll:
        return Toll(10, 10)


class Machine:
    """The Clock seam of a machine whose true time the test knows."""

    def __init__(self, start: datetime, zone: str) -> None:
        self.true, self.skew = start, timedelta()
        self.booted, self.boots = start - timedelta(hours=3), 0
        self.zone = ZoneInfo(zone)

    def now(self) -> datetime:
        return (self.true + self.skew).astimezone(self.zone)

    def monotonic_s(self) -> float:
        return self.boot_s()

    def boot_s(self) -> float:
        return (self.true - self.booted).total_seconds()

    def boot_id(self) -> str:
        return f"{self.boots:032x}"


class AnyClock(RuleBasedStateMachine):
    """What holds whatever happens to the clocks."""

    @initialize(start=st.sampled_from(STARTS), zone=st.sampled_from(ZONES))
    def begin(self, start: datetime, zone: str) -> None:
        self.machine, self.memory = Machine(start, zone), RowMemory()
        self.keepers = [Timekeeper(self.machine)]
        self.keepers[0].begin(self.memory)
        self.seen, self.seen_at = self.keepers[0].now(), self.machine.true

    @rule(span=spans, often=st.booleans())
    def run_on(self, span: timedelta, often: bool) -> None:
        """Run, or sleep; often: Mayfly ticks meanwhile, as it does when it is awake."""
        steps = int(span / timedelta(hours=1)) + 1 if often else 1
        for _ in range(steps):
            self.machine.true += span / steps
            self.keepers[0].keep(self.memory)

    @rule(shift=st.timedeltas(min_value=timedelta(days=-4000), max_value=timedelta(days=4000)))
    def set_clock(self, shift: timedelta) -> None:
        self.machine.skew += shift

    @rule(zone=st.sampled_from(ZONES))
    def travel(self, zone: str) -> None:
        before = self.keepers[0].stand()
        self.machine.zone = ZoneInfo(zone)
        assert self.keepers[0].stand() == before

    @rule(off=spans)
    def restart(self, off: timedelta) -> None:
        self.machine.true += off
        self.machine.boots += 1
        self.machine.booted = self.machine.true - timedelta(seconds=20)
        self.keepers = [Timekeeper(self.machine)]
        self.keepers[0].begin(self.memory)
        # What was not written down yet may be lost, and nothing tells of the time that it was off.
        self.seen = min(self.seen, max(self.keepers[0].now(), self.seen - UNSAVED))
        self.seen_at = self.machine.true

    @rule()
    def open_another(self) -> None:
        self.keepers.append(Timekeeper(self.machine))
        self.keepers[-1].begin(self.memory)

    @rule(answer=st.sampled_from([Timekeeper.confirm, Timekeeper.refuse]))
    def answer(self, answer) -> None:
        answer(self.keepers[-1], self.memory)
        claimed = {keeper.keep(self.memory).claimed for keeper in self.keepers}
        assert claimed == {None}

    @invariant()
    def time_never_runs_slower_than_the_machine(self) -> None:
        passed = self.machine.true - self.seen_at
        now = max(keeper.now() for keeper in self.keepers)
        assert now >= self.seen + passed - TICK
        self.seen, self.seen_at = now, self.machine.true

    @invariant()
    def processes_agree_when_they_have_looked(self) -> None:
        for keeper in self.keepers:
            keeper.keep(self.memory)
        standings = [keeper.keep(self.memory) for keeper in self.keepers]
        assert max(one.now for one in standings) - min(one.now for one in standings) <= TICK
        assert len({one.claimed is None for one in standings}) == 1
        assert all(one.shown_by >= one.now for one in standings)

    @invariant()
    def the_wall_clock_is_followed_or_asked_about_or_refused(self) -> None:
        standing = self.keepers[0].stand()
        wall = self.machine.now()
        if wall > standing.now:
            assert standing.claimed or standing.mark.is_refused
        if standing.claimed:
            assert standing.claimed - standing.now > FAR_AHEAD
            assert timedelta() < standing.patience_left <= PATIENCE


class RightClock(RuleBasedStateMachine):
    """A machine whose clock is right is never asked about, and its time is the true one."""

    @initialize(start=st.sampled_from(STARTS), zone=st.sampled_from(ZONES))
    def begin(self, start: datetime, zone: str) -> None:
        self.machine, self.memory = Machine(start, zone), RowMemory()
        self.keeper = Timekeeper(self.machine)
        self.keeper.begin(self.memory)

    @rule(span=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=100)))
    def run_on(self, span: timedelta) -> None:
        self.machine.true += span

    @rule(off=st.timedeltas(min_value=timedelta(0), max_value=LONG_START - UNSAVED))
    def restart(self, off: timedelta) -> None:
        self.keeper.keep(self.memory)
        self.machine.true += off
        self.machine.boots += 1
        self.machine.booted = self.machine.true
        self.keeper = Timekeeper(self.machine)
        self.keeper.begin(self.memory)

    @invariant()
    def time_is_the_true_one(self) -> None:
        standing = self.keeper.stand()
        assert standing.claimed is None
        assert abs(standing.now - self.machine.true) <= TICK


class SetBackOnly(RuleBasedStateMachine):
    """Whoever sets the clock back, and only back, gains not a moment, being off included.

    While time is in doubt what counts is what is shown: nobody sees anything for longer.
    """

    @initialize(start=st.sampled_from(STARTS))
    def begin(self, start: datetime) -> None:
        self.machine, self.memory = Machine(start, "UTC"), RowMemory()
        self.keeper = Timekeeper(self.machine)
        self.keeper.begin(self.memory)
        self.slack = TICK

    @rule(span=spans)
    def run_on(self, span: timedelta) -> None:
        self.machine.true += span
        self.keeper.keep(self.memory)

    @rule(back=st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=3)))
    def set_back(self, back: timedelta) -> None:
        # In doubt, whoever sets the clock back says that it was wrong, as with a refusal.
        is_sure = self.keeper.stand().claimed is None
        if is_sure and self.machine.skew - back > timedelta(days=-44):
            self.machine.skew -= back
            # Mayfly sees it before the machine is turned off; whoever sets it back while
            # Mayfly does not run gains what was not seen.
            self.keeper.keep(self.memory)

    @rule(off=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=44)))
    def restart(self, off: timedelta) -> None:
        self.slack += UNSAVED + TICK
        self.machine.true += off
        self.machine.boots += 1
        self.machine.booted = self.machine.true
        self.keeper = Timekeeper(self.machine)
        self.keeper.begin(self.memory)

    @invariant()
    def nothing_is_shown_for_longer(self) -> None:
        assert self.keeper.stand().shown_by >= self.machine.true - self.slack


BRIEF = settings(max_examples=60, stateful_step_count=25, deadline=None)

TestAnyClock = AnyClock.TestCase
TestAnyClock.settings = BRIEF
TestRightClock = RightClock.TestCase
TestRightClock.settings = BRIEF
TestSetBackOnly = SetBackOnly.TestCase
TestSetBackOnly.settings = BRIEF


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("start", STARTS)
def test_a_change_of_clocks_is_no_jump(start: datetime, zone: str) -> None:
    machine, memory = Machine(start, zone), RowMemory()
    keeper = Timekeeper(machine)
    keeper.begin(memory)
    for _ in range(48):
        machine.true += timedelta(minutes=30)
        assert keeper.now() == machine.true
