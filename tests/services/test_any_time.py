"""Clocks set, machines asleep and started anew, answers: what the real vault shows and destroys.

Whatever happened: nothing that may be past its end is to be had from any service, nothing is
destroyed before its end by the time that counts, and without a doubt what lives is shown.
"""

from __future__ import annotations

import itertools
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mayfly.domain.errors import JobError, TimeInDoubt
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part, ReadOptions
from mayfly.domain.retention import RetentionRule
from mayfly.services.timekeeper import Timekeeper
from mayfly.services.timekeeping import Timekeeping
from tests.conftest import FakeClock
from tests.fakes import BytesSource
from tests.profiles import effort
from tests.services.bare_process import Process
from tests.vault.conftest import reading

HOURS = st.sampled_from([1, 24, 168])
SPANS = st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(hours=40))
SHIFTS = st.sampled_from([timedelta(days=one) for one in (-400, -3, -1, 0.5, 2, 9, 60, 4000)])


class AnyTime(RuleBasedStateMachine):
    """One process at a time on one vault."""

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")
        self.folder = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
        self.machine = FakeClock()
        self.jobs: list[JobId] = []
        self.serial = itertools.count()
        self.start()

    def start(self) -> None:
        self.keeper = Timekeeper(self.machine)
        self.process = Process(Path(self.folder.name), self.keeper)
        vault, retention = self.process.vault, self.process.retention
        self.keeper.begin(vault.time)
        vault.hide_by(self.keeper.claimed)
        self.time = Timekeeping(
            self.keeper,
            vault.time,
            self.process.library._lane,
            sweep=retention.sweep,
            bus=self.process.bus,
        )
        retention._before_sweep = self.time.look
        retention.sweep()

    def teardown(self) -> None:
        assert self.process.vault.audit.verify().intact
        self.process.vault.close()
        self.folder.cleanup()

    @initialize(some=st.lists(st.tuples(HOURS, HOURS), min_size=1, max_size=7))
    def have_jobs(self, some: list[tuple[int, int]]) -> None:
        for hours in some:
            self.add(*hours)

    @rule(source=HOURS, result=HOURS)
    def add(self, source: int, result: int) -> None:
        vault, now = self.process.vault, self.keeper.now()
        if self.keeper.claimed():
            with pytest.raises(TimeInDoubt):
                vault.add_batch(now)
            assert vault.claim_next(now) is None
            return
        name, rule_ = f"name-{next(self.serial)}.pdf", RetentionRule(source, result)
        source_ = BytesSource(name, b"document")
        job_id = vault.admit(vault.add_batch(now), source_, ReadOptions(), rule_, now)
        claimed = vault.claim_next(now)
        assert claimed is not None
        assert claimed.job_id == job_id
        vault.set_pages(job_id, 1)
        vault.save_page(job_id, reading(1, "word"))
        vault.finish(job_id, now)
        self.jobs.append(job_id)

    @rule(span=SPANS, asleep=st.booleans())
    def pass_time(self, span: timedelta, asleep: bool) -> None:
        go_on = self.machine.sleep if asleep else self.machine.advance
        go_on(seconds=span.total_seconds())

    @rule(shift=SHIFTS)
    def set_clock(self, shift: timedelta) -> None:
        self.machine.set(seconds=shift.total_seconds())

    @rule(off=SPANS)
    def restart(self, off: timedelta) -> None:
        self.process.vault.close()
        self.machine.restart(seconds=off.total_seconds())
        self.start()

    @rule()
    def close_and_open(self) -> None:
        # As the ticker does each minute, and within five seconds of a jump.
        self.time.look()
        before = self.keeper.stand()
        self.process.vault.close()
        self.start()
        after = self.keeper.stand()
        # How long a doubt lasts is not written down at every look: it may only be said to be
        # shorter, so that nothing goes too early.
        assert after.mark.doubted <= before.mark.doubted
        assert after.claimed == before.claimed
        assert replace(after.mark, doubted=before.mark.doubted) == before.mark

    @rule()
    def sweep(self) -> None:
        self.process.retention.sweep()
        now, left = self.keeper.now(), self.process.left_of_each()
        for job in self.process.vault.jobs(now):
            for part in left[job.job_id][0]:
                assert now < self.end_of(job, part)

    @rule(is_right=st.booleans())
    def answer(self, is_right: bool) -> None:
        hidden = self.time.state().result().hidden
        if is_right:
            assert len(self.time.confirm().result()) >= hidden
        else:
            self.time.refuse().result()
        assert not self.time.state().result().doubtful

    @staticmethod
    def end_of(job, part):
        return job.source_delete_at if part is Part.SOURCE else job.result_delete_at

    def shown(self, job_id: JobId) -> set[Part]:
        """Return the parts of which any service gives anything."""
        process, found = self.process, set()
        now = self.keeper.now()
        for part, ask in (
            (Part.RESULT, lambda: process.library.page(job_id, 1).result().result),
            (Part.RESULT, lambda: list(process.library.text(job_id))),
            (Part.RESULT, lambda: list(process.library.results(job_id))),
            (Part.RESULT, lambda: process.library.pages(job_id).result()),
            (Part.RESULT, lambda: list(process.exporting.render(job_id, "txt"))),
            (Part.SOURCE, lambda: process.vault.page_image(job_id, 1, now).data),
            (Part.SOURCE, lambda: process.vault.source_size(job_id)),
            (Part.SOURCE, lambda: process.vault.source_chunk(job_id, 0)),
            (Part.SOURCE, lambda: process.vault.source_chunk_count(job_id)),
            (Part.SOURCE, lambda: process.vault.options(job_id)),
        ):
            with suppress(JobError, TimeInDoubt):
                if ask():
                    found.add(part)
        return found

    @invariant()
    def nothing_is_shown_past_its_end_and_nothing_goes_before_it(self) -> None:
        standing, left = self.keeper.stand(), self.process.left_of_each()
        listed = {job.job_id: job for job in self.process.library.jobs().result()}
        assert list(listed) == self.jobs
        for job_id, job in listed.items():
            if job.deleted_at is None:
                ends = {part: self.end_of(job, part) for part in Part}
                lives = {part for part in Part if standing.shown_by < ends[part]}
                # The vault goes by the latest time it was told; every look tells it.
                assert self.shown(job_id) == lives & left[job_id][0]
                assert (job.name is not None) == bool(lives & left[job_id][0])
                assert all(ends[part] <= standing.now for part in set(Part) - left[job_id][0])
            else:
                assert self.shown(job_id) == set()
                assert job.name is None


TestAnyTime = AnyTime.TestCase
TestAnyTime.settings = effort(examples=25, steps=20)
