"""Ends: what is due, what a purge destroys, and what is left."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mayfly.domain.errors import NotFinished, ResultGone, SourceGone, VaultBusy
from mayfly.domain.ids import JobId, new_job_id
from mayfly.domain.jobs import Deadline, DeleteOutcome, Due, Part, ReaderProcess
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import DeleteReason, JobState
from tests.vault.conftest import RULE, Desk, reading

ALL = frozenset(Part)
SOURCE, RESULT = frozenset({Part.SOURCE}), frozenset({Part.RESULT})
USER = DeleteReason.USER


def wal_of(desk: Desk) -> Path:
    return desk.paths.database.with_name(desk.paths.database.name + "-wal")


def outcome_of(desk: Desk, job_id: JobId, parts: frozenset[Part] = ALL, reason=USER):
    (answer,) = desk.vault.purge([job_id], parts, reason, desk.clock.now())
    assert answer.job_id == job_id
    return answer.outcome, answer.deleted_at


def rows_left(desk: Desk, job_id: JobId) -> dict[str, int]:
    return {
        table: desk.sql(
            f"SELECT count(*) FROM {table} WHERE job = (SELECT seq FROM job WHERE id = ?)",
            bytes.fromhex(job_id),
        )[0][0]
        for table in ("data_key", "stream", "page", "reader")
    }


# --- purge -------------------------------------------------------------------------------


def test_a_purge_leaves_no_key_no_row_and_an_empty_wal(desk: Desk) -> None:
    job_id, kept = desk.done_job("word"), desk.done_job("kept")
    desk.vault.set_reader(ReaderProcess(job_id, 4711, 1.0))
    keys = desk.sql(
        "SELECT wrapped FROM data_key WHERE job = (SELECT seq FROM job WHERE id = ?)",
        bytes.fromhex(job_id),
    )
    chunks = desk.sql(
        "SELECT data FROM chunk JOIN stream ON stream.id = stream WHERE job ="
        " (SELECT seq FROM job WHERE id = ?)",
        bytes.fromhex(job_id),
    )
    before = desk.every_byte()
    assert all(row[0] in before for row in [*keys, *chunks])

    assert outcome_of(desk, job_id) == (DeleteOutcome.DELETED, desk.clock.now())

    assert wal_of(desk).stat().st_size == 0
    assert rows_left(desk, job_id) == {"data_key": 0, "stream": 0, "page": 0, "reader": 0}
    after = desk.every_byte()
    assert len(keys) == 2
    # secure_delete: neither a wrapped key nor what it sealed is left in the files.
    assert not any(row[0] in after for row in [*keys, *chunks])
    assert desk.vault.page(kept, 1, desk.clock.now()).words[0].text == "kept"


def test_deleting_twice_says_when_it_went_and_an_unknown_job_is_said(desk: Desk) -> None:
    first = desk.clock.now()
    job_id, unknown = desk.done_job(), new_job_id()
    desk.vault.purge([job_id], ALL, USER, first)
    desk.clock.advance(hours=1)

    answers = desk.vault.purge(
        [job_id, unknown, JobId("no id")], ALL, DeleteReason.BACKSTOP, desk.clock.now()
    )

    assert [one.outcome for one in answers] == [
        DeleteOutcome.ALREADY_DELETED,
        DeleteOutcome.NO_SUCH_JOB,
        DeleteOutcome.NO_SUCH_JOB,
    ]
    assert [one.deleted_at for one in answers] == [first, None, None]
    job = desk.vault.job(job_id, desk.clock.now())
    assert (job.deleted_at, job.delete_reason) == (first, USER)


def test_the_same_job_twice_in_one_call_goes_once(desk: Desk) -> None:
    job_id = desk.done_job()

    answers = desk.vault.purge([job_id, job_id], ALL, USER, desk.clock.now())

    assert [one.outcome for one in answers] == [
        DeleteOutcome.DELETED,
        DeleteOutcome.ALREADY_DELETED,
    ]
    assert desk.vault.purge([], ALL, USER, desk.clock.now()) == ()


def test_the_source_alone_goes_and_the_words_stay(desk: Desk) -> None:
    job_id = desk.done_job("word")
    now = desk.clock.now()

    assert outcome_of(desk, job_id, SOURCE) == (DeleteOutcome.DELETED, now)

    job = desk.vault.job(job_id, now)
    assert (job.state, job.name) == (JobState.DONE, "letter.pdf")
    assert (job.source_present, job.result_present) == (False, True)
    assert desk.vault.page(job_id, 1, now).words[0].text == "word"
    with pytest.raises(SourceGone):
        desk.vault.page_image(job_id, 1, now)
    with pytest.raises(SourceGone):
        desk.vault.recognise_anyway(job_id)
    assert wal_of(desk).stat().st_size == 0
    desk.clock.advance(minutes=1)
    assert outcome_of(desk, job_id, SOURCE) == (DeleteOutcome.ALREADY_DELETED, now)
    assert outcome_of(desk, job_id, RESULT) == (DeleteOutcome.DELETED, desk.clock.now())
    assert desk.vault.job(job_id, desk.clock.now()).state is JobState.DELETED


def test_the_result_alone_goes_and_the_pictures_stay(desk: Desk) -> None:
    job_id = desk.done_job("word")
    now = desk.clock.now()

    assert outcome_of(desk, job_id, RESULT) == (DeleteOutcome.DELETED, now)

    job = desk.vault.job(job_id, now)
    assert (job.state, job.name, job.result_present) == (JobState.DONE, "letter.pdf", False)
    assert desk.vault.page_image(job_id, 1, now) == reading(1).image
    for ask in (
        lambda: desk.vault.page(job_id, 1, now),
        lambda: desk.vault.page_summaries(job_id, now),
    ):
        with pytest.raises(ResultGone):
            ask()
    desk.vault.recognise_anyway(job_id)
    assert desk.vault.claim_next(now).result_present


@pytest.mark.parametrize("part", [SOURCE, RESULT])
def test_a_job_that_loses_a_part_before_it_was_read_is_cancelled(
    desk: Desk, part: frozenset[Part]
) -> None:
    job_id = desk.reading_job()
    now = desk.clock.now()

    desk.vault.purge([job_id], part, USER, now)

    job = desk.vault.job(job_id, now)
    assert (job.state, job.finished_at) == (JobState.CANCELLED, now)
    assert job.result_delete_at == now + timedelta(hours=RULE.result_hours)


def test_a_job_without_a_source_is_buried_with_its_result(desk: Desk) -> None:
    now = desk.clock.now()
    job_id = desk.vault.admit_refused(desk.vault.add_batch(now), "a.pdf", "damaged", RULE, now)

    assert outcome_of(desk, job_id, SOURCE) == (DeleteOutcome.ALREADY_DELETED, None)
    assert outcome_of(desk, job_id) == (DeleteOutcome.DELETED, now)
    assert desk.vault.job(job_id, now).state is JobState.DELETED


def test_a_late_page_for_a_deleted_job_is_refused_and_leaves_nothing(desk: Desk) -> None:
    job_id = desk.reading_job()
    outcome_of(desk, job_id)

    for late in (
        lambda: desk.vault.save_page(job_id, reading(1)),
        lambda: desk.vault.finish(job_id, desk.clock.now()),
    ):
        with pytest.raises(Exception, match="already deleted"):
            late()

    assert rows_left(desk, job_id) == {"data_key": 0, "stream": 0, "page": 0, "reader": 0}


def test_a_purge_is_seen_by_whoever_asks_for_changes(desk: Desk) -> None:
    job_id = desk.done_job()
    seq = desk.vault.change_seq()

    desk.vault.mark_purging([job_id], USER, desk.clock.now())
    marked = desk.vault.changes_since(seq, desk.clock.now())
    outcome_of(desk, job_id)
    gone = desk.vault.changes_since(marked.seq, desk.clock.now())

    assert [job.name for job in marked.jobs] == [None]
    assert [job.state for job in gone.jobs] == [JobState.DELETED]


# --- intent ------------------------------------------------------------------------------


def test_a_purge_that_a_crash_cut_off_is_due_with_its_reason(desk: Desk) -> None:
    job_id, other = desk.done_job(), desk.done_job()
    now = desk.clock.now()
    desk.vault.mark_purging([job_id, new_job_id(), JobId("no id")], USER, now)
    desk.vault.mark_purging([job_id], DeleteReason.BACKSTOP, now)
    desk.reopen()

    assert desk.vault.due(now) == (Due(job_id, ALL, USER),)

    outcome_of(desk, job_id)
    desk.vault.mark_purging([job_id], DeleteReason.BACKSTOP, now)
    assert desk.vault.due(now) == ()
    assert desk.vault.job(other, now).state is JobState.DONE


# --- what is due -------------------------------------------------------------------------


def test_each_part_is_due_at_its_own_end(desk: Desk) -> None:
    job_id = desk.done_job(rule=RetentionRule(source_hours=2, result_hours=5))
    start = desk.clock.now()

    assert desk.vault.due(start + timedelta(hours=2, microseconds=-1)) == ()
    assert desk.vault.due(start + timedelta(hours=2)) == (
        Due(job_id, SOURCE, DeleteReason.SOURCE_DEADLINE),
    )
    assert desk.vault.due(start + timedelta(hours=5)) == (
        Due(job_id, ALL, DeleteReason.RESULT_DEADLINE),
    )
    desk.vault.purge([job_id], SOURCE, DeleteReason.SOURCE_DEADLINE, start)
    assert desk.vault.due(start + timedelta(hours=2)) == ()
    assert desk.vault.due(start + timedelta(hours=5)) == (
        Due(job_id, RESULT, DeleteReason.RESULT_DEADLINE),
    )


def test_a_source_that_is_kept_for_longer_gives_its_reason(desk: Desk) -> None:
    job_id = desk.done_job(rule=RetentionRule(source_hours=5, result_hours=1))
    start = desk.clock.now()

    assert desk.vault.due(start + timedelta(hours=1)) == (
        Due(job_id, RESULT, DeleteReason.RESULT_DEADLINE),
    )
    assert desk.vault.due(start + timedelta(hours=5)) == (
        Due(job_id, ALL, DeleteReason.SOURCE_DEADLINE),
    )


def test_what_is_kept_for_0_hours_goes_for_that_reason(desk: Desk) -> None:
    nothing = desk.done_job(rule=RetentionRule(source_hours=0, result_hours=0))
    words = desk.done_job(rule=RetentionRule(source_hours=0, result_hours=2))
    now = desk.clock.now()

    assert desk.vault.due(now) == (
        Due(nothing, ALL, DeleteReason.ZERO_RETENTION),
        Due(words, SOURCE, DeleteReason.ZERO_RETENTION),
    )
    assert desk.vault.due(now + timedelta(hours=2))[1].reason is DeleteReason.RESULT_DEADLINE
    waiting = desk.admit(rule=RetentionRule(source_hours=0, result_hours=0))
    due = {one.job_id: one.reason for one in desk.vault.due(now + timedelta(days=30))}
    assert due[waiting] is DeleteReason.BACKSTOP


@pytest.mark.parametrize("state", ["queued", "reading", "needs_password"])
def test_an_unread_job_is_due_at_its_backstop_only(desk: Desk, state: str) -> None:
    job_id = desk.admit()
    if state != "queued":
        desk.vault.claim_next(desk.clock.now())
    if state == "needs_password":
        desk.vault.need_password(job_id, "password_needed")
    start = desk.clock.now()

    assert desk.vault.due(start + timedelta(days=30, microseconds=-1)) == ()
    assert desk.vault.due(start + timedelta(days=30)) == (Due(job_id, ALL, DeleteReason.BACKSTOP),)


def test_deadlines_come_nearest_first_and_only_for_what_lives(desk: Desk) -> None:
    start = desk.clock.now()
    waiting = desk.admit()
    desk.vault.cancel(waiting, start)
    desk.vault.retry(waiting)
    desk.vault.claim_next(start)
    near = desk.done_job(rule=RetentionRule(source_hours=1, result_hours=3))
    gone = desk.done_job()
    outcome_of(desk, gone)

    def at(job_id: JobId, part: Part, **span: float) -> Deadline:
        return Deadline(job_id, part, start + timedelta(**span))

    all_of_them = (
        at(near, Part.SOURCE, hours=1),
        at(near, Part.RESULT, hours=3),
        at(waiting, Part.RESULT, days=30),
        at(waiting, Part.SOURCE, days=30),
    )
    assert set(desk.vault.next_deadlines(10)) == set(all_of_them)
    assert desk.vault.next_deadlines(10)[:2] == all_of_them[:2]
    assert desk.vault.next_deadlines(1) == all_of_them[:1]
    desk.vault.purge([near], SOURCE, USER, start)
    assert desk.vault.next_deadlines(1) == all_of_them[1:2]


# --- the WAL and the file ----------------------------------------------------------------


def test_a_wal_that_a_reader_held_open_is_emptied_by_the_next_tidy(desk: Desk) -> None:
    job_id = desk.done_job("word")
    database = desk.vault._database
    other = type(database)(desk.paths.database)
    with other.read() as view:
        view.row("SELECT count(*) FROM job")

        assert outcome_of(desk, job_id)[0] is DeleteOutcome.DELETED
        assert wal_of(desk).stat().st_size > 0
    desk.vault.tidy()
    other.close()

    assert wal_of(desk).stat().st_size == 0


def test_a_purge_is_done_even_if_its_wal_cannot_be_emptied_now(desk: Desk, monkeypatch) -> None:
    job_id = desk.done_job()

    def busy() -> bool:
        raise VaultBusy

    with monkeypatch.context() as patch:
        patch.setattr(desk.vault._database, "truncate_wal", busy)
        assert outcome_of(desk, job_id)[0] is DeleteOutcome.DELETED
        assert wal_of(desk).stat().st_size > 0
    desk.vault.tidy()

    assert wal_of(desk).stat().st_size == 0


def test_a_wal_that_a_killed_process_left_is_emptied_by_the_first_tidy(
    desk: Desk, open_desk
) -> None:
    desk.admit(b"x" * 100_000)
    assert wal_of(desk).stat().st_size > 0

    open_desk().vault.tidy()

    assert wal_of(desk).stat().st_size == 0


def test_the_file_shrinks_again_after_a_large_document(desk: Desk) -> None:
    kept = desk.admit(b"kept" * 1000)
    large = desk.admit(bytes(48 << 20))
    after = desk.admit(b"after" * 100_000)
    desk.vault.tidy()
    assert desk.paths.database.stat().st_size > 48 << 20
    outcome_of(desk, large)

    for _ in range(5):
        desk.vault.tidy()

    assert desk.paths.database.stat().st_size < 24 << 20
    assert wal_of(desk).stat().st_size == 0
    assert desk.vault.source_chunk(kept, 0) == b"kept" * 1000
    assert desk.vault.source_chunk(after, 0) == b"after" * 100_000
    assert desk.sql("PRAGMA integrity_check") == [("ok",)]


def test_every_image_of_a_page_goes_with_the_source(desk: Desk) -> None:
    job_id = desk.reading_job(1)
    desk.vault.save_page(job_id, reading(1))
    desk.vault.purge([job_id], SOURCE, USER, desk.clock.now())

    assert desk.sql("SELECT count(*) FROM stream WHERE part = 'source'") == [(0,)]
    assert desk.vault.page(job_id, 1, desk.clock.now()).number == 1
    with pytest.raises(NotFinished):
        desk.vault.page(job_id, 2, desk.clock.now())
