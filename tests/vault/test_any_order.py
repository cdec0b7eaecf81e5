"""Any order of calls: the vault agrees with a model of a dozen lines about every job."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from mayfly.domain.errors import JobError
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import DeleteOutcome, Part, ReadOptions
from mayfly.domain.retention import RetentionRule, backstop_of
from mayfly.domain.states import DeleteReason, JobState, may_move
from mayfly.vault.opening import KeyAccess, open_vault
from mayfly.vault.shard import Shard
from tests.conftest import FakeClock
from tests.fakes import BytesSource
from tests.profiles import effort
from tests.vault.conftest import CHEAP, paths_in, reading

PAGES = 2
ALL = frozenset(Part)
STATES = JobState


@dataclass
class Model:
    """What must be true of a job."""

    name: str
    rule: RetentionRule
    added_at: datetime
    state: JobState = JobState.QUEUED
    living: set[Part] = field(default_factory=lambda: set(Part))
    marked: bool = False


class AnyOrder(RuleBasedStateMachine):
    """Calls in any order, the clock going on, the process ending now and then."""

    jobs = Bundle("jobs")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = FakeClock()
        self.models: dict[JobId, Model] = {}
        self.open()

    def open(self) -> None:
        paths = paths_in(Path(self.folder.name))
        self.vault, self.other = (
            open_vault(paths, KeyAccess(None, "any"), argon=CHEAP) for _ in range(2)
        )

    def close(self) -> None:
        self.vault.close()
        self.other.close()

    def teardown(self) -> None:
        self.close()
        self.folder.cleanup()

    def attempt(self, job_id: JobId, call, after: JobState | None) -> bool:
        """Do it; it works only where the table of moves and the model allow it."""
        model = self.models[job_id]
        before = model.state
        try:
            call()
        except JobError:
            return False
        assert not model.marked
        assert model.living
        if after is not None:
            assert may_move(before, after)
            model.state = after
        return True

    @rule(target=jobs, hours=st.tuples(st.integers(0, 168), st.integers(0, 168)))
    def admit(self, hours: tuple[int, int]) -> JobId:
        now, name = self.clock.now(), f"{len(self.models)}.pdf"
        kept = RetentionRule(*hours)
        source = BytesSource(name, name.encode() * 10)
        job_id = self.vault.admit(self.vault.add_batch(now), source, ReadOptions(), kept, now)
        self.models[job_id] = Model(name, kept, now)
        return job_id

    @rule()
    def claim(self) -> None:
        now = self.clock.now()
        job = self.vault.claim_next(now)
        waiting = [
            job_id
            for job_id, model in self.models.items()
            if model.state is STATES.QUEUED
            and not model.marked
            and now < backstop_of(model.added_at)
        ]
        assert (job and job.job_id) == (waiting[0] if waiting else None)
        if job is not None:
            self.models[job.job_id].state = STATES.READING
            self.vault.set_pages(job.job_id, PAGES)

    @rule(job_id=jobs, number=st.integers(1, PAGES), fails=st.booleans())
    def page(self, job_id: JobId, number: int, fails: bool) -> None:
        name = self.models[job_id].name
        if fails:
            worked = self.attempt(
                job_id, lambda: self.vault.fail_page(job_id, number, "timed_out"), None
            )
        else:
            page = reading(number, f"{name} {number}")
            worked = self.attempt(job_id, lambda: self.vault.save_page(job_id, page), None)
        assert not worked or self.models[job_id].state is STATES.READING

    @rule(job_id=jobs)
    def finish(self, job_id: JobId) -> None:
        job = self.vault.job(job_id, self.clock.now())
        if job.state is STATES.READING and job.pages_read + job.pages_failed < PAGES:
            return
        after = STATES.DONE if job.pages_read else STATES.FAILED
        self.attempt(job_id, lambda: self.vault.finish(job_id, self.clock.now()), after)

    @rule(job_id=jobs)
    def fail(self, job_id: JobId) -> None:
        now = self.clock.now()
        self.attempt(job_id, lambda: self.vault.fail(job_id, "damaged", now), STATES.FAILED)

    @rule(job_id=jobs)
    def need_password(self, job_id: JobId) -> None:
        self.attempt(
            job_id,
            lambda: self.vault.need_password(job_id, "password_needed"),
            STATES.NEEDS_PASSWORD,
        )

    @rule(job_id=jobs)
    def give_password(self, job_id: JobId) -> None:
        self.attempt(job_id, lambda: self.vault.give_password(job_id, "pass"), STATES.QUEUED)

    @rule(job_id=jobs)
    def cancel(self, job_id: JobId) -> None:
        now = self.clock.now()
        self.attempt(job_id, lambda: self.vault.cancel(job_id, now), STATES.CANCELLED)

    @rule(job_id=jobs, anyway=st.booleans())
    def read_again(self, job_id: JobId, anyway: bool) -> None:
        call = self.vault.recognise_anyway if anyway else self.vault.retry
        if not anyway:
            self.keep_end_of_result(job_id)
        if self.attempt(job_id, lambda: call(job_id), STATES.QUEUED):
            assert Part.SOURCE in self.models[job_id].living
            self.models[job_id].living.add(Part.RESULT)

    def keep_end_of_result(self, job_id: JobId) -> None:
        """A retry first destroys a result alone whose end has come, as a sweep would."""
        model, now = self.models[job_id], self.clock.now()
        ends = {due.job_id: due.parts for due in self.vault.due(now)}
        if ends.get(job_id) == frozenset({Part.RESULT}):
            model.living.discard(Part.RESULT)
            if not model.living:
                model.state = STATES.DELETED

    @rule(job_id=jobs)
    def mark(self, job_id: JobId) -> None:
        self.vault.mark_purging([job_id], DeleteReason.USER, self.clock.now())
        self.models[job_id].marked = self.models[job_id].state is not STATES.DELETED

    @rule(job_id=jobs, parts=st.sampled_from([ALL, *(frozenset({part}) for part in Part)]))
    def purge(self, job_id: JobId, parts: frozenset[Part]) -> None:
        self.destroy(job_id, parts, DeleteReason.USER)

    def destroy(self, job_id: JobId, parts: frozenset[Part], reason: DeleteReason) -> None:
        (answer,) = self.vault.purge([job_id], parts, reason, self.clock.now())
        model = self.models[job_id]
        expected = model.living & parts
        assert (answer.outcome is DeleteOutcome.DELETED) == bool(expected)
        model.living -= parts
        if not expected:
            assert answer.outcome is DeleteOutcome.ALREADY_DELETED
        elif not model.living:
            model.state, model.marked = STATES.DELETED, False
        elif model.state in (STATES.QUEUED, STATES.READING, STATES.NEEDS_PASSWORD):
            model.state = STATES.CANCELLED

    @rule(hours=st.sampled_from([0.5, 1, 24, 168, 400]))
    def time_goes_on(self, hours: float) -> None:
        self.clock.advance(hours=hours)

    @rule()
    def sweep(self) -> None:
        for due in self.vault.due(self.clock.now()):
            self.destroy(due.job_id, due.parts, due.reason)
        assert self.vault.due(self.clock.now()) == ()
        self.vault.tidy()

    @rule(change=st.booleans())
    def another_process(self, change: bool) -> None:
        """Work on with a process that may have the key of an epoch long gone."""
        self.vault, self.other = self.other, self.vault
        if change:
            # A purge is followed at once; this is for the debt of one that was cut off.
            with self.vault._database.write() as tx:
                tx.run("UPDATE meta SET rotation_owed = 1")
            self.vault.tidy()

    @rule()
    def crash(self) -> None:
        self.close()
        self.open()
        self.vault.requeue_reading()
        for model in self.models.values():
            if model.state is STATES.READING:
                model.state = STATES.QUEUED

    @invariant()
    def every_key_is_of_the_one_epoch_and_none_is_owed(self) -> None:
        with self.vault._database.read() as tx:
            assert tx.only_row("SELECT rotation_owed FROM meta") == (0,)
            epochs = {row[0] for row in tx.rows("SELECT epoch FROM key_bucket")}
            stale = tx.only_row("SELECT count(*) FROM key_bucket WHERE stale")
            loose = tx.only_row("SELECT count(*) FROM data_key WHERE bucket IS NULL")
            shares = [row[0] for row in tx.rows("SELECT epoch FROM passphrase_share")]
            epoch = tx.epoch()
        assert epochs <= {epoch}
        assert (stale, loose) == ((0,), (0,))
        assert shares == [epoch]
        shard = Shard(paths_in(Path(self.folder.name)).shard)
        assert not shard.is_used(epoch + 1)

    @invariant()
    def the_vault_agrees(self) -> None:
        now = self.clock.now()
        jobs = {job.job_id: job for job in self.vault.jobs(now)}
        assert list(jobs) == list(self.models)
        for job_id, model in self.models.items():
            job = jobs[job_id]
            assert job.state is model.state
            assert {Part.SOURCE} <= model.living or not job.source_present
            assert job.source_present == (Part.SOURCE in model.living)
            assert job.result_present == (Part.RESULT in model.living)
            ends = {Part.SOURCE: job.source_delete_at, Part.RESULT: job.result_delete_at}
            # A tombstone knows no rule any more, only when it went.
            last = job.deleted_at or backstop_of(model.added_at)
            assert all(end <= last for end in ends.values())
            shows = not model.marked and any(now < ends[part] for part in model.living)
            assert job.name == (model.name if shows else None)
            self.the_pages_agree(job_id, model, now < job.result_delete_at)

    def the_pages_agree(self, job_id: JobId, model: Model, in_time: bool) -> None:
        shows = in_time and not model.marked and Part.RESULT in model.living
        for number in range(1, PAGES + 1):
            try:
                page = self.vault.page(job_id, number, self.clock.now())
            except JobError:
                continue
            assert shows
            assert page.words[0].text == f"{model.name} {number}"


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = effort(examples=40, steps=30)
