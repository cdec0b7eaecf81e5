"""Ends that come at a bad moment: while a document is exported or read, or beside another program.

And the last line of defence: 30 days hold whatever the code of deadlines says.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mayfly.domain.audit import AuditKind
from mayfly.domain.errors import AlreadyDeleted, JobError, ResultGone, SourceGone
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import DeleteOutcome
from mayfly.domain.retention import Deadlines, RetentionRule
from mayfly.domain.states import DeleteReason, JobState
from mayfly.services.exporting import Exporting
from mayfly.vault import deletion, rows
from mayfly.vault.deletion import Ends
from mayfly.vault.moments import micros_of
from mayfly.vault.rows import JobRow
from tests.fakes_engine import ScriptPage
from tests.services.conftest import RULE, House
from tests.services.test_exporting import DeletingTarget, make_exporting
from tests.waiting import eventually

HOUR = RetentionRule(1, 1)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def done_job(house: House, *pages: str | ScriptPage, rule: RetentionRule = HOUR) -> JobId:
    job = house.admit(*(pages or ("one", "two")), name="Brief.pdf", rule=rule)
    if not house.queues:
        house.queue()
    house.wait_until_read(job)
    return job


def sweep(house: House):
    return house.on_vault(house.retention.sweep)


# --- while it is exported --------------------------------------------------------------------


@pytest.fixture
def exporting(house: House) -> Iterator[Exporting]:
    exporting = make_exporting(house)
    yield exporting
    exporting.close()


def test_an_end_during_an_export_kills_its_reader_and_leaves_no_file(
    house: House, exporting: Exporting, target: Path
) -> None:
    house.engine.gate("x").set()
    job = done_job(house, "one", ScriptPage("two", gate="x"))
    exported = exporting.export(job, "pdf", target)
    eventually(lambda: house.engine.happened("compose", "Brief.pdf", 2))

    house.clock.advance(hours=1)
    sweep(house)

    with pytest.raises(AlreadyDeleted):
        exported.result()
    # The queue's own reader is the one that is left.
    assert len(house.engine.alive) == 1
    assert list(target.iterdir()) == []


@pytest.mark.parametrize("file_format", ["txt", "json", "pdf"])
def test_an_end_in_the_last_moment_of_an_export_leaves_no_file_though_nobody_swept(
    house: House, target: Path, file_format: str
) -> None:
    job = done_job(house)
    exporting = make_exporting(house, DeletingTarget(lambda: house.clock.advance(hours=1)))

    with pytest.raises(JobError):
        exporting.export(job, file_format, target).result()

    assert list(target.iterdir()) == []
    assert house.state_of(job) is JobState.DONE
    exporting.close()


def test_the_end_of_the_source_stops_the_pdf_and_not_the_text(
    house: House, exporting: Exporting, target: Path
) -> None:
    job = done_job(house, rule=RULE)
    house.clock.advance(hours=RULE.source_hours)

    with pytest.raises(SourceGone):
        exporting.export(job, "pdf", target).result()
    assert exporting.export(job, "txt", target).result().read_text() == "one\n\ftwo\n"


# --- while it is read ------------------------------------------------------------------------


def test_a_page_that_is_read_when_the_end_comes_is_refused(house: House) -> None:
    """A document that is read has but the end that none can pass."""
    job = house.admit("one", ScriptPage("two", gate="x"), name="a.pdf")
    house.queue()
    eventually(lambda: house.engine.happened("page", "a.pdf", 2))
    (reader,) = house.engine.alive

    house.clock.advance(days=30)
    with pytest.raises(ResultGone):
        house.on_vault(lambda: house.vault.page(job, 1, house.clock.now()))
    sweep(house)
    house.engine.gate("x").set()

    assert not reader.alive
    after = house.admit("three")
    house.wait_until_read(after)
    gone = house.job(job)
    assert (gone.state, gone.delete_reason) == (JobState.DELETED, DeleteReason.BACKSTOP)
    assert left_of(house, job) == {"data_key": 0, "stream": 0, "page": 0, "reader": 0}
    assert house.troubles() == set()


def left_of(house: House, job: JobId) -> dict[str, int]:
    """Count what hangs on the job's row."""
    tables, one = ("data_key", "stream", "page", "reader"), bytes.fromhex(job)
    asked = "SELECT count(*) FROM {} JOIN job ON job.seq = {}.job WHERE job.id = ?"
    ask = house.vault._database.ask
    return {
        table: house.on_vault(lambda table=table: ask(asked.format(table, table), one))[0]
        for table in tables
    }


# --- two programs on one vault ---------------------------------------------------------------


def receipts(house: House) -> list[str | None]:
    entries = house.on_vault(house.vault.audit.entries)
    return [one.job_id for one in entries if one.kind is AuditKind.DELETED]


def test_what_one_program_must_destroy_the_other_never_shows(
    open_house: Callable[[], House],
) -> None:
    one, other = open_house(), open_house()
    job = done_job(one)
    assert other.texts(job) == ["one", "two"]
    assert other.job(job).name == "Brief.pdf"

    one.clock.advance(hours=1)
    shown_nowhere(other, job)
    sweep(one)
    shown_nowhere(other, job)

    assert other.state_of(job) is JobState.DELETED
    assert sweep(other) == ()
    assert receipts(other) == [job]


def shown_nowhere(house: House, job: JobId) -> None:
    assert [one.name for one in house.library.jobs().result()] == [None]
    for look in (
        lambda: house.library.page(job, 1).result(),
        lambda: house.texts(job),
        lambda: house.on_vault(lambda: house.vault.page_image(job, 1, house.clock.now())),
        lambda: house.on_vault(lambda: house.vault.source_chunk(job, 0)),
    ):
        with pytest.raises(JobError):
            look()


def test_two_programs_that_sweep_at_once_destroy_each_once(
    open_house: Callable[[], House],
) -> None:
    one, other = open_house(), open_house()
    jobs = [done_job(one) for _ in range(8)]
    one.clock.advance(hours=1)
    together = threading.Barrier(2)

    def sweep_together(house: House):
        together.wait()
        return house.retention.sweep()

    swept = [house.lane.submit(lambda h=house: sweep_together(h)) for house in (one, other)]
    answers = [answer for future in swept for answer in future.result()]

    assert DeleteOutcome.FAILED not in {answer.outcome for answer in answers}
    assert sorted(receipts(one)) == sorted(jobs)
    assert {job.state for job in other.library.jobs().result()} == {JobState.DELETED}
    ask = "SELECT rotation_owed FROM meta"
    assert one.on_vault(lambda: one.vault._database.ask(ask)) == (0,)


# --- the backstop ----------------------------------------------------------------------------

LATER = datetime(9999, 1, 1, tzinfo=UTC)


@pytest.fixture
def always_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace every piece of code that knows a deadline by one that says: not yet."""
    monkeypatch.setattr(rows, "deadlines_of", lambda *_, **__: Deadlines(LATER, LATER))
    monkeypatch.setattr(JobRow, "end_of", lambda *_: micros_of(LATER))
    monkeypatch.setattr(deletion, "_overdue", lambda *_: None)
    monkeypatch.setattr(Ends, "next_deadlines", lambda *_: ())


@pytest.mark.usefixtures("always_later")
@pytest.mark.parametrize("state", ["queued", "done", "cancelled", "refused"])
def test_nothing_outlives_30_days_though_the_code_of_deadlines_always_says_later(
    house: House, state: str
) -> None:
    job = some_job(house, state)
    house.retention.start()

    house.clock.advance(days=30, seconds=-1)
    house.ticker.tick()
    house.on_vault(lambda: None)
    # It is that code that was replaced: an hour is over by far.
    assert house.job(job).name == "Brief.pdf"

    house.clock.advance(seconds=1)
    house.ticker.tick()
    gone = house.wait_for(job, JobState.DELETED)
    assert (gone.name, gone.delete_reason) == (None, DeleteReason.BACKSTOP)
    assert house.on_vault(lambda: house.vault._database.ask("SELECT count(*) FROM data_key")) == (
        0,
    )


def some_job(house: House, state: str) -> JobId:
    if state == "done":
        return done_job(house)
    if state == "refused":
        batch, now = house.new_batch(), house.clock.now()
        return house.on_vault(
            lambda: house.vault.admit_refused(batch, "Brief.pdf", "file_empty", HOUR, now)
        )
    job = house.admit("one", name="Brief.pdf", rule=HOUR)
    if state == "cancelled":
        house.on_vault(lambda: house.vault.cancel(job, house.clock.now()))
    return job


def test_the_backstop_counts_from_when_a_job_was_added_and_reads_nothing_else(
    house: House,
) -> None:
    job = done_job(house, rule=RetentionRule(168, 168))
    later = micros_of(house.clock.now() + timedelta(days=4000))

    def put_off() -> None:
        with house.vault._database.write() as tx:
            for one in ("finished_at", "source_delete_at", "result_delete_at", "backstop_at"):
                tx.run(f"UPDATE job SET {one} = ?", later)

    house.on_vault(put_off)
    house.clock.advance(days=30)
    (gone,) = sweep(house)
    assert (gone.job_id, gone.outcome) == (job, DeleteOutcome.DELETED)
