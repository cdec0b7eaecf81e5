"""Deleting at every level in any order, beside locks, other processes and crashes.

Whatever happened before: nothing past its end or deleted is to be had from any service, what
lives is equal byte by byte, and each deletion has exactly one entry in the audit log.
"""

from __future__ import annotations

import itertools
import tempfile
from collections import defaultdict
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from mayfly.domain.audit import AuditKind
from mayfly.domain.errors import AlreadyDeleted, JobError, VaultLocked
from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import DeleteOutcome, Deletion, Part, ReadOptions
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import DeleteReason, JobState
from tests.conftest import FakeClock
from tests.fakes import BytesSource
from tests.profiles import effort
from tests.services.bare_process import Process, die_at_statement
from tests.services.ends_model import ALL, MONTH, UNREAD, Model
from tests.vault.conftest import reading

PAGES = (1, 2)
HOURS = st.sampled_from([0, 1, 24, 168])
USER = DeleteReason.USER
FINISHED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
PART_SETS = [ALL, frozenset({Part.SOURCE}), frozenset({Part.RESULT})]


class AnyLevel(RuleBasedStateMachine):
    """Two processes on one vault; the first does, the other one takes its place now and then."""

    jobs, batches = Bundle("jobs"), Bundle("batches")

    def __init__(self) -> None:
        super().__init__()
        # In memory where there is such a folder: no power is cut here, and syncing took the time.
        memory = Path("/dev/shm")
        self.folder = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
        self.clock = FakeClock()
        self.models: dict[JobId, Model] = {}
        self.closed: set[BatchId] = set()
        self.all_batches: set[BatchId] = set()
        self.locked = False
        self.serial = itertools.count()
        self.one, self.other = self.start(), self.start()

    def start(self) -> Process:
        return Process(Path(self.folder.name), self.clock)

    def teardown(self) -> None:
        if self.locked:
            self.unlock()
        assert self.one.vault.audit.verify().intact
        for process in (self.one, self.other):
            process.vault.close()
        self.folder.cleanup()

    # --- coming in and being read --------------------------------------------------------

    @initialize(target=jobs, some=st.lists(st.tuples(HOURS, HOURS), min_size=2, max_size=4))
    def have_jobs(self, some: list[tuple[int, int]]) -> MultipleResults[JobId]:
        batch = self.begin_batch()
        jobs = [self.add(batch, *hours) for hours in some]
        self.read("done")
        return multiple(*jobs)

    @initialize(target=batches)
    def have_a_batch(self) -> BatchId:
        return self.begin_batch()

    @rule(target=batches)
    def begin_batch(self) -> BatchId:
        batch = self.one.vault.add_batch(self.clock.now())
        self.all_batches.add(batch)
        return batch

    @rule(target=jobs, batch=batches, source=HOURS, result=HOURS)
    def add(self, batch: BatchId, source: int, result: int) -> JobId:
        now, number, kept = self.clock.now(), next(self.serial), RetentionRule(source, result)
        name, data = f"name-{number}.pdf", f"document {number}".encode() * 20
        admit = self.one.vault.admit
        if self.locked or batch in self.closed:
            with pytest.raises((VaultLocked, AlreadyDeleted)):
                admit(batch, BytesSource(name, data), ReadOptions(), kept, now)
            return next(iter(self.models), JobId("0" * 32))
        job_id = admit(batch, BytesSource(name, data), ReadOptions(), kept, now)
        self.models[job_id] = Model(job_id, batch, name, data, kept, now)
        return job_id

    @rule(outcome=st.sampled_from(["done", "done", "one page", "failed", "password", "on its way"]))
    def read(self, outcome: str) -> None:
        now = self.clock.now()
        job = self.one.vault.claim_next(now)
        waiting = [
            model.job_id
            for model in self.models.values()
            if model.state is JobState.QUEUED and now < model.added_at + MONTH
        ]
        if self.locked or not waiting:
            assert job is None
            return
        assert job is not None
        assert job.job_id == waiting[0]
        model = self.models[job.job_id]
        model.state = JobState.READING
        if outcome == "password":
            self.one.vault.need_password(job.job_id, "password_needed")
            model.state = JobState.NEEDS_PASSWORD
            return
        pending = self.one.vault.set_pages(job.job_id, len(PAGES))
        for number in pending[: 1 if outcome in ("on its way", "failed") else None]:
            self.read_page(model, number, fails=outcome == "one page" and number == PAGES[-1])
        if outcome in ("done", "one page"):
            self.one.vault.finish(job.job_id, now)
            model.end(JobState.DONE if model.words else JobState.FAILED, now)
        elif outcome == "failed":
            self.one.vault.fail(job.job_id, "timed_out", now)
            model.end(JobState.FAILED, now)

    def read_page(self, model: Model, number: int, *, fails: bool) -> None:
        if fails:
            self.one.vault.fail_page(model.job_id, number, "damaged")
            model.words.pop(number, None)
            model.pictures.pop(number, None)
            return
        mark = f"words-{next(self.serial)}"
        picture = f"picture of {mark}".encode()
        self.one.vault.save_page(model.job_id, reading(number, mark, picture=picture))
        model.words[number], model.pictures[number] = mark, picture

    @rule(job_id=jobs)
    def answer_late(self, job_id: JobId) -> None:
        """A reader that outlived its kill hands in a page."""
        model = self.models.get(job_id)
        if model is None or model.state is JobState.READING:
            return
        with pytest.raises((JobError, VaultLocked)):
            self.one.vault.save_page(job_id, reading(1, "late"))

    # --- wishes --------------------------------------------------------------------------

    @rule(job_id=jobs, anyway=st.booleans())
    def read_again(self, job_id: JobId, anyway: bool) -> None:
        model, now = self.models.get(job_id), self.clock.now()
        if model is None:
            return
        if not anyway:
            model.keep_end_of_result(now)
        fits = {JobState.DONE} if anyway else {JobState.FAILED, JobState.CANCELLED}
        may = not self.locked and model.state in fits and model.shows(Part.SOURCE, now)
        ask = self.one.vault.recognise_anyway if anyway else self.one.vault.retry
        # The vault goes by the latest moment that anybody passed it.
        self.one.vault.due(now)
        if not may:
            with pytest.raises((JobError, VaultLocked)):
                ask(job_id)
            return
        ask(job_id)
        if anyway or not model.shows(Part.RESULT, now):
            model.read_anew()
        model.wait()

    @rule(job_id=jobs)
    def cancel(self, job_id: JobId) -> None:
        model = self.models.get(job_id)
        if model is None or model.state not in UNREAD:
            return
        self.one.vault.cancel(job_id, self.clock.now())
        model.end(JobState.CANCELLED, self.clock.now())

    # --- deleting ------------------------------------------------------------------------

    @rule(some=st.lists(jobs, min_size=1, max_size=3), parts=st.sampled_from(PART_SETS))
    def delete(self, some: list[JobId], parts: frozenset[Part]) -> None:
        answers = self.ask_for(some, parts)
        assert [one.job_id for one in answers] == some
        for answer in answers:
            self.went(answer, parts, USER)

    def ask_for(self, some: list[JobId], parts: frozenset[Part]) -> tuple[Deletion, ...]:
        deletions = self.one.deletions
        if parts == ALL:
            return deletions.delete(some).result()
        by_part = deletions.delete_source if Part.SOURCE in parts else deletions.delete_result
        return by_part(some).result()

    def went(self, answer: Deletion, parts: frozenset[Part], reason: DeleteReason) -> None:
        model = self.models.get(JobId(answer.job_id))
        if model is None:
            assert answer.outcome is DeleteOutcome.NO_SUCH_JOB
            return
        before = model.deleted_at
        assert answer.outcome is model.destroy(parts, reason, self.clock.now())
        if before is not None:
            assert answer.deleted_at == before

    @rule(job_id=jobs, page=st.sampled_from([*PAGES, 3]))
    def delete_pictures(self, job_id: JobId, page: int) -> None:
        answer = self.one.deletions.delete_page_images(job_id, page).result()
        model = self.models.get(job_id)
        if self.locked:
            assert answer.outcome is DeleteOutcome.FAILED
            return
        had = model is not None and model.pictures.pop(page, None) is not None
        assert (answer.outcome is DeleteOutcome.DELETED) == had
        if model is not None and had:
            model.receipts.append("page_images")

    @rule(batch=batches)
    def delete_batch(self, batch: BatchId) -> None:
        answers = self.one.deletions.delete_batch(batch).result()
        mine = [model for model in self.models.values() if model.batch == batch]
        lived = [model.job_id for model in mine if model.deleted_at is None]
        assert [one.job_id for one in answers] == (lived or [model.job_id for model in mine])
        for answer in answers:
            self.went(answer, ALL, USER)
        self.closed.add(batch)

    @rule(hours=st.sampled_from([1, 30]), states=st.sets(st.sampled_from(sorted(FINISHED))))
    def delete_older(self, hours: int, states: set[JobState]) -> None:
        age = timedelta(hours=hours)
        wanted = [
            model.job_id
            for model in self.models.values()
            if model.added_at < self.clock.now() - age and model.state in states
        ]
        found = self.one.deletions.find_older(age, frozenset(states)).result()
        answers = self.one.deletions.delete_older(age, frozenset(states)).result()
        assert list(found) == [one.job_id for one in answers] == wanted
        for answer in answers:
            self.went(answer, ALL, USER)

    @precondition(lambda self: len(self.models) > 3)
    @rule()
    def delete_everything(self) -> None:
        lived = [model.job_id for model in self.models.values() if model.deleted_at is None]
        answers = self.one.deletions.delete_everything().result()
        assert [one.job_id for one in answers] == lived
        for answer in answers:
            self.went(answer, ALL, DeleteReason.EVERYTHING)
        self.closed |= self.all_batches

    # --- time, locks, other processes, crashes -------------------------------------------

    @rule(hours=st.sampled_from([0.5, 1, 24, 168, 400]))
    def time_goes_on(self, hours: float) -> None:
        self.clock.advance(hours=hours)

    @rule()
    def sweep(self) -> None:
        self.one.retention.sweep()
        for model in self.models.values():
            model.sweep(self.clock.now())

    @precondition(lambda self: not self.locked)
    @rule()
    def lock(self) -> None:
        self.one.vault.lock.lock(self.clock.now())
        self.other.vault.lock.drop()
        self.locked = True

    @precondition(lambda self: self.locked)
    @rule()
    def unlock(self) -> None:
        self.one.unlock()
        self.other.unlock()
        self.locked = False
        for model in self.models.values():
            model.sweep(self.clock.now())

    @rule()
    def go_on_with_another_process(self) -> None:
        self.one, self.other = self.other, self.one

    @rule(
        some=st.lists(jobs, min_size=1, max_size=3),
        parts=st.sampled_from(PART_SETS),
        at=st.integers(0, 60),
    )
    def crash_while_deleting(self, some: list[JobId], parts: frozenset[Part], at: int) -> None:
        die_at_statement(lambda: self.ask_for(some, parts), at)
        self.start_again(some, parts)

    @rule(at=st.integers(0, 60))
    def crash_while_sweeping(self, at: int) -> None:
        die_at_statement(self.one.retention.sweep, at)
        self.start_again([], ALL)

    def start_again(self, some: list[JobId], parts: frozenset[Part]) -> None:
        """Open the vault as a new process does: each job is as before, or it went, or will."""
        self.one.die()
        self.one = self.start()
        now, found = self.clock.now(), self.one.left_of_each()
        for job_id in dict.fromkeys(some):
            model = self.models.get(job_id)
            if model is None:
                continue
            living, is_marked = found[job_id]
            assert living in (model.parts, model.parts - parts)
            if is_marked or living != model.parts:
                model.destroy(parts, USER, now)
        self.one.vault.lock.clear()
        self.one.retention.sweep()
        if self.locked:
            self.other.unlock()
            self.locked = False
        self.one.vault.requeue_reading()
        for model in self.models.values():
            if model.state is JobState.READING:
                model.wait()
            model.sweep(now)

    # --- what must be true ---------------------------------------------------------------

    @invariant()
    def nothing_is_shown_but_what_lives(self) -> None:
        if self.locked:
            self.nothing_is_shown_at_all()
            return
        now = self.clock.now()
        jobs = {job.job_id: job for job in self.one.library.jobs().result()}
        assert list(jobs) == list(self.models)
        for model in self.models.values():
            job = jobs[model.job_id]
            assert (job.state, job.deleted_at) == (model.state, model.deleted_at)
            assert job.delete_reason is model.reason
            shows = {part for part in Part if model.shows(part, now)}
            assert job.name == (model.name if shows else None)
            words = model.shown_words(now)
            assert self.one.words(model.job_id, PAGES) == words
            assert self.one.pictures(model.job_id, PAGES) == model.shown_pictures(now)
            document = self.one.document(model.job_id)
            assert document == (model.data if Part.SOURCE in shows else None)
            may_go_out = model.state is JobState.DONE and Part.RESULT in shows
            exported = self.one.export(model.job_id)
            assert exported == (
                "\f".join(f"{one}\n" for one in words.values()) if may_go_out else None
            )

    def nothing_is_shown_at_all(self) -> None:
        with suppress(VaultLocked):
            assert {job.name for job in self.one.library.jobs().result()} <= {None}
        for job_id in self.models:
            assert self.one.library.find_id(job_id).result() == job_id
            with suppress(VaultLocked):
                assert not self.one.words(job_id, PAGES)
            with suppress(VaultLocked):
                assert not self.one.pictures(job_id, PAGES)
            with suppress(VaultLocked):
                assert not self.one.document(job_id)
            with suppress(VaultLocked):
                assert not self.one.export(job_id)

    @invariant()
    def each_deletion_has_one_receipt(self) -> None:
        told: dict[str, list[str]] = defaultdict(list)
        for entry in reversed(self.one.vault.audit.entries(most=10_000)):
            if entry.kind is AuditKind.DELETED:
                told[str(entry.job_id)].append(str(entry.detail["what"]))
        for model in self.models.values():
            assert sorted(told.pop(model.job_id, [])) == sorted(model.receipts)
        assert not told

    @invariant()
    def no_key_that_could_open_an_old_copy_is_left(self) -> None:
        row = self.one.vault._database.ask("SELECT rotation_owed FROM meta")
        assert self.locked or row == (0,)


TestAnyLevel = AnyLevel.TestCase
TestAnyLevel.settings = effort(examples=40, steps=30)
