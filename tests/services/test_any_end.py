"""Any order of adding, reading, changing ends, sleeping and setting the clock.

The model knows one thing of each part: the last true moment at which anybody may read it. At
no moment is anything to be had after that from any service; and as long as nobody set the
clock forward, everything is to be had until then.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from mayfly.composition import begin_time
from mayfly.domain.errors import TimeInDoubt
from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import Part, ReadOptions, RetainOutcome
from mayfly.domain.retention import RetentionRule, RuleChange
from mayfly.services.deadlines import Deadlines
from mayfly.services.lane import InlineLane
from mayfly.services.timekeeper import Timekeeper
from tests.conftest import FakeClock
from tests.fakes import BytesSource
from tests.profiles import effort
from tests.services.bare_process import Process, die_at_statement
from tests.vault.conftest import reading

HOURS = st.sampled_from([0, 1, 5, 24, 168])
BOTH_HOURS = st.sampled_from([(1, 168), (168, 1), (5, 24), (24, 1), (0, 24), (24, 24)])
"""Source and result; mostly apart, for then one of them is over and the other is not."""

SPANS = st.sampled_from([0.5, 1, 4, 5, 19, 24, 100, 360])
SHIFTS = st.sampled_from([-9000, -72, -1, 1, 20, 9000])
"""Hours; 26 are what a clock may be set forward before anybody doubts it."""

MONTH = timedelta(days=30)
NARROW = timedelta(milliseconds=1)
"""Boot time is a float."""

T = TypeVar("T")


@dataclass
class Model:
    """One job and, for each part, the true moment from which on nobody may read it."""

    number: int
    added: datetime
    rule: RetentionRule
    read: datetime | None = None
    until: dict[Part, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.until = dict.fromkeys(Part, self.added + MONTH)

    @property
    def name(self) -> str:
        return f"name-{self.number}.pdf"

    def finish(self, now: datetime) -> None:
        self.read = now
        self._count(set(Part))

    def change(self, kept: RetentionRule, now: datetime) -> None:
        """An end that has come stays where it is."""
        self.rule = kept
        self._count({part for part in Part if now < self.until[part]})

    def _count(self, parts: set[Part]) -> None:
        if self.read is None:
            return
        hours = {Part.SOURCE: self.rule.source_hours, Part.RESULT: self.rule.result_hours}
        for part in parts:
            end = self.read + timedelta(hours=hours[part])
            self.until[part] = min(end, self.added + MONTH)


class AnyEnd(RuleBasedStateMachine):
    """One vault, its machine's clocks, and programs that come and go."""

    jobs = Bundle("jobs")

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")
        self.folder = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
        self.machine = FakeClock()
        self.begun = self.machine.boot_s()
        self.start = self.machine.now()
        self.models: dict[JobId, Model] = {}
        self.serial = itertools.count()
        self.was_set_forward = False
        self.open()

    def open(self) -> None:
        self.keeper = Timekeeper(self.machine)
        self.program = Process(Path(self.folder.name), self.keeper)
        begin_time(self.program.vault, self.keeper)
        self.deadlines = Deadlines(
            self.program.vault,
            InlineLane(),
            on_changed=self.sweep,
            bus=self.program.bus,
            clock=self.keeper,
        )

    def teardown(self) -> None:
        assert self.program.vault.audit.verify().intact
        self.program.vault.close()
        self.folder.cleanup()

    @property
    def true(self) -> datetime:
        """The time that has really passed: nobody sets the boot time."""
        return self.start + timedelta(seconds=self.machine.boot_s() - self.begun)

    # --- jobs ----------------------------------------------------------------------------

    @initialize(target=jobs, some=st.lists(BOTH_HOURS, min_size=2, max_size=3))
    def have_read_jobs(self, some: list[tuple[int, int]]) -> MultipleResults[JobId]:
        return multiple(*(self.add(RetentionRule(*hours), is_read=True) for hours in some))

    @rule(target=jobs, hours=HOURS, is_read=st.booleans())
    def add_linked(self, hours: int, is_read: bool) -> JobId:
        return self.add(RetentionRule(hours, hours, linked=True), is_read=is_read)

    def add(self, kept: RetentionRule, *, is_read: bool) -> JobId:
        model = Model(next(self.serial), self.true, kept)
        job_id = unless_doubtful(lambda: self.admit(model))
        if job_id is None:
            return next(iter(self.models))
        self.models[job_id] = model
        while is_read and model.read is None and self.read_next():
            pass
        return job_id

    def admit(self, model: Model) -> JobId:
        vault, now = self.program.vault, self.keeper.now()
        batch: BatchId = vault.add_batch(now)
        source = BytesSource(model.name, b"document")
        return vault.admit(batch, source, ReadOptions(), model.rule, now)

    def read_next(self) -> bool:
        vault = self.program.vault
        job = vault.claim_next(self.keeper.now())
        if job is None:
            return False
        model = self.models[job.job_id]
        vault.set_pages(job.job_id, 1)
        vault.save_page(job.job_id, reading(1, f"word-{model.number}"))
        vault.finish(job.job_id, self.keeper.now())
        model.finish(self.true)
        self.sweep()
        return True

    @rule()
    def read(self) -> None:
        self.read_next()

    @rule(
        some=st.lists(jobs, min_size=1, max_size=3, unique=True),
        source=HOURS | st.none(),
        result=HOURS | st.none(),
        linked=st.none() | st.booleans(),
    )
    def change(
        self, some: list[JobId], source: int | None, result: int | None, linked: bool | None
    ) -> None:
        change = RuleChange(source, result, linked)
        before = self.true
        answers = unless_doubtful(lambda: self.deadlines.change(some, change).result()) or ()
        for answer in answers:
            model = self.models[JobId(answer.job_id)]
            if answer.outcome is RetainOutcome.CHANGED:
                model.change(change.of(model.rule), before)

    @rule(hours=SPANS, source=HOURS, result=HOURS)
    def change_all_before_anybody_looked(self, hours: float, source: int, result: int) -> None:
        """What came to its end meanwhile is still there, and must not get a later one."""
        self.machine.advance(hours=hours)
        self.change(list(self.models), source, result, None)

    # --- time ----------------------------------------------------------------------------

    @rule(hours=SPANS, asleep=st.booleans(), ticks=st.booleans())
    def time_goes_on(self, hours: float, asleep: bool, ticks: bool) -> None:
        """ticks: a sweep finds what came, as the alarm and the minute's tick do; or none does."""
        pass_by = self.machine.sleep if asleep else self.machine.advance
        pass_by(hours=hours)
        if ticks:
            self.sweep()

    @rule(hours=SHIFTS)
    def set_the_clock(self, hours: int) -> None:
        self.machine.set(hours=hours)
        # Back to where it was is forward, too, but not ahead of the truth.
        self.was_set_forward = self.was_set_forward or self.machine.now() > self.true

    @rule(yes=st.booleans())
    def answer(self, yes: bool) -> None:
        answer = self.keeper.confirm if yes else self.keeper.refuse
        answer(self.program.vault.time)

    @rule()
    def sweep(self) -> None:
        self.keeper.keep(self.program.vault.time)
        self.program.retention.sweep()

    @rule(at=st.integers(0, 40))
    def crash_while_sweeping(self, at: int) -> None:
        die_at_statement(self.program.retention.sweep, at)
        self.program.die()
        self.open()

    @rule()
    def end_and_start_again(self) -> None:
        self.program.vault.close()
        self.open()

    # --- what must be true ---------------------------------------------------------------

    @invariant()
    def nothing_is_readable_past_its_end(self) -> None:
        true, names = self.true, self.names()
        for job_id, model in self.models.items():
            over = {part for part in Part if true >= model.until[part] + NARROW}
            if Part.SOURCE in over:
                assert not any(self.of_the_source(job_id))
            if Part.RESULT in over:
                assert not any(self.of_the_result(job_id))
            if over == set(Part):
                assert names[job_id] is None

    @invariant()
    def everything_is_readable_until_then(self) -> None:
        """The counter-proof: a vault that shows nothing at all would keep every end."""
        if self.was_set_forward:
            return
        true, names = self.true, self.names()
        for job_id, model in self.models.items():
            lives = {part for part in Part if true < model.until[part] - NARROW}
            if Part.SOURCE in lives:
                assert all(self.of_the_source(job_id)[: 2 if model.read else 1])
            if Part.RESULT in lives and model.read:
                assert all(self.of_the_result(job_id))
            if lives:
                assert names[job_id] == model.name

    def names(self) -> dict[JobId, str | None]:
        rows = self.program.library.jobs().result()
        for row in self.program.library.changes(0).result().jobs:
            assert row.name == {one.job_id: one.name for one in rows}[row.job_id]
        return {row.job_id: row.name for row in rows}

    def of_the_source(self, job_id: JobId) -> list[object]:
        asked = (
            lambda: self.program.document(job_id),
            lambda: self.program.pictures(job_id, (1,)),
        )
        return [unless_doubtful(one) for one in asked]

    def of_the_result(self, job_id: JobId) -> list[object]:
        asked = (
            lambda: self.program.words(job_id, (1,)),
            lambda: self.program.export(job_id),
        )
        return [unless_doubtful(one) for one in asked]


def unless_doubtful(ask: Callable[[], T]) -> T | None:
    """Ask; None where nothing is shown or taken in because time is in doubt."""
    with suppress(TimeInDoubt):
        return ask()
    return None


TestAnyEnd = AnyEnd.TestCase
TestAnyEnd.settings = effort(examples=25, steps=20)
