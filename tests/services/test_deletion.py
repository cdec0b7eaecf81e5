"""Deleting: mark, kill, purge, in that order; whatever the job is doing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from mayfly.domain.errors import AlreadyDeleted
from mayfly.domain.events import JobsChanged
from mayfly.domain.ids import new_batch_id, new_job_id
from mayfly.domain.jobs import DeleteOutcome, ReaderProcess
from mayfly.domain.states import DeleteReason, JobState
from tests.fakes_engine import ScriptPage, reading_of
from tests.services.conftest import House
from tests.waiting import eventually


class HookedKiller:
    """The ProcessKiller seam: looks around at the moment of the kill, then kills or not."""

    def __init__(self, at_kill: Callable[[ReaderProcess], None]) -> None:
        self._at_kill = at_kill

    def kill_group(self, process: ReaderProcess) -> None:
        self._at_kill(process)


def kill_with(house: House, at_kill: Callable[[ReaderProcess], None]) -> None:
    house.deletions._killer = HookedKiller(at_kill)


def rows(folder: Path, sql: str) -> list[tuple]:
    connection = sqlite3.connect(folder / "data" / "vault.db")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def content_rows(folder: Path) -> int:
    """Count the rows of keys, sealed content and pages."""
    tables = ("data_key", "stream", "chunk", "page", "reader")
    return sum(rows(folder, f"SELECT count(*) FROM {table}")[0][0] for table in tables)


def hanging_job(house: House):
    job = house.admit("one", ScriptPage("two", fault="hang"), name="hang.pdf")
    house.queue()
    eventually(lambda: house.engine.happened("page", "hang.pdf", 2))
    return job


def test_a_deleted_job_is_gone_and_leaves_a_tombstone(house: House, tmp_path: Path) -> None:
    job = house.admit("one", "two")
    house.queue()
    house.wait_until_read(job)

    (deletion,) = house.deletions.delete([job]).result()

    assert deletion.outcome is DeleteOutcome.DELETED
    assert deletion.deleted_at == house.clock.now()
    tombstone = house.job(job)
    assert (tombstone.state, tombstone.name, tombstone.pages) == (JobState.DELETED, None, 2)
    assert tombstone.delete_reason is DeleteReason.USER
    eventually(lambda: content_rows(tmp_path) == 0)
    with pytest.raises(AlreadyDeleted):
        house.library.page(job, 1).result()


def test_each_job_has_its_answer_in_order_and_asking_again_is_safe(house: House) -> None:
    first, second, unknown = house.admit("one"), house.admit("two"), new_job_id()
    house.deletions.delete([second]).result()
    gone_at = house.clock.now()
    house.clock.advance(minutes=5)

    answers = house.deletions.delete([unknown, second, first]).result()
    again = house.deletions.delete([first]).result()

    assert [one.outcome for one in answers] == [
        DeleteOutcome.NO_SUCH_JOB,
        DeleteOutcome.ALREADY_DELETED,
        DeleteOutcome.DELETED,
    ]
    assert [one.job_id for one in answers] == [unknown, second, first]
    assert answers[1].deleted_at == gone_at
    assert again[0].outcome is DeleteOutcome.ALREADY_DELETED


def test_nothing_is_told_when_nothing_went(house: House) -> None:
    house.deletions.delete([new_job_id()]).result()
    assert JobsChanged() not in house.events
    house.deletions.delete([house.admit("one")]).result()
    assert JobsChanged() in house.events


def test_a_batch_goes_whole_and_no_other(house: House) -> None:
    batch = house.new_batch()
    jobs = [house.admit("x", batch=batch) for _ in range(3)]
    other = house.admit("other")
    house.deletions.delete([jobs[0]]).result()

    deletions = house.deletions.delete_batch(batch).result()

    assert [one.job_id for one in deletions] == jobs[1:]
    assert {house.state_of(job) for job in jobs} == {JobState.DELETED}
    assert house.state_of(other) is JobState.QUEUED
    again = house.deletions.delete_batch(batch).result()
    assert [one.job_id for one in again] == jobs
    assert {one.outcome for one in again} == {DeleteOutcome.ALREADY_DELETED}
    assert {one.deleted_at for one in again} == {house.clock.now()}
    assert house.deletions.delete_batch(new_batch_id()).result() == ()


def test_a_reader_that_hangs_is_killed_and_the_next_document_is_read(
    house: House, tmp_path: Path
) -> None:
    job = hanging_job(house)
    other = house.admit("other")
    (reader,) = house.engine.alive

    house.deletions.delete([job]).result()

    assert not reader.alive
    house.wait_until_read(other)
    house.deletions.delete([other]).result()
    eventually(lambda: content_rows(tmp_path) == 0)


def test_the_mark_is_committed_before_the_kill_and_the_kill_comes_before_the_purge(
    house: House, tmp_path: Path
) -> None:
    job = hanging_job(house)
    seen: list[tuple] = []

    def look(process: ReaderProcess) -> None:
        # From another connection, so that only what is committed shows.
        (marked,) = rows(tmp_path, "SELECT purging_at IS NOT NULL FROM job")
        (keys,) = rows(tmp_path, "SELECT count(*) FROM data_key")
        seen.append((marked[0], keys[0]))
        house.killer.kill_group(process)

    kill_with(house, look)
    house.deletions.delete([job]).result()
    assert seen == [(1, 2)]


def test_a_page_that_comes_between_kill_and_purge_is_refused(house: House) -> None:
    """Fails when the mark is left out: then the page would still be saved."""
    job = hanging_job(house)
    late: list[BaseException] = []

    def save_late(process: ReaderProcess) -> None:
        try:
            house.vault.save_page(job, reading_of(2, "late"))
        except AlreadyDeleted as error:
            late.append(error)
        house.killer.kill_group(process)

    kill_with(house, save_late)
    house.deletions.delete([job]).result()
    assert len(late) == 1


def test_a_page_that_comes_after_the_purge_is_refused_by_the_vault(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Fails when save_page does not look at the state: then the queue meets a broken promise."""
    # Given: a reader that outlives its kill and answers late
    job = house.admit(ScriptPage("late", gate="late"), name="a.pdf")
    other = house.admit("other")
    house.queue()
    eventually(lambda: house.engine.happened("page", "a.pdf", 1))
    kill_with(house, lambda process: None)
    house.deletions.delete([job]).result()

    house.engine.gate("late").set()

    house.wait_until_read(other)
    assert house.state_of(job) is JobState.DELETED
    assert rows(tmp_path, "SELECT count(*) FROM data_key") == [(2,)]
    assert rows(tmp_path, "SELECT count(*) FROM page") == [(1,)]
    assert not caplog.records


def test_a_deletion_that_died_after_its_mark_is_finished_by_the_sweep(
    house: House, tmp_path: Path
) -> None:
    job = hanging_job(house)

    def die(_: ReaderProcess) -> None:
        raise KeyboardInterrupt

    kill_with(house, die)
    with pytest.raises(KeyboardInterrupt):
        house.deletions.delete([job]).result()
    # Nothing shows it any more, though its keys are still there.
    with pytest.raises(AlreadyDeleted):
        house.library.pages(job).result()
    assert house.job(job).name is None

    house.deletions._killer = house.killer
    (deletion,) = house.on_vault(house.retention.sweep)

    assert (deletion.job_id, deletion.outcome) == (job, DeleteOutcome.DELETED)
    assert house.job(job).delete_reason is DeleteReason.USER
    assert not house.engine.alive
    eventually(lambda: content_rows(tmp_path) == 0)


def test_deleting_in_one_process_kills_the_reader_of_another(
    open_house: Callable[[], House],
) -> None:
    reading, deleting = open_house(), open_house()
    job = hanging_job(reading)
    (reader,) = reading.engine.alive

    deleting.deletions.delete([job]).result()

    assert not reader.alive
    assert reading.state_of(job) is JobState.DELETED
    after = reading.admit("after")
    reading.wait_until_read(after)
