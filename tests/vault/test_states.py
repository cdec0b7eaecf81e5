"""Moves of a job, who may make them when, and what each leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mayfly.domain.errors import (
    InternalError,
    NoSuchJob,
    NotFinished,
    NotNow,
    SourceGone,
)
from mayfly.domain.ids import JobId, new_job_id
from mayfly.domain.jobs import Part, ReaderProcess, ReadOptions
from mayfly.domain.pages import PageState
from mayfly.domain.states import DeleteReason, JobState
from tests.vault.conftest import RULE, Desk, reading

ALL = frozenset(Part)
SOURCE, RESULT = frozenset({Part.SOURCE}), frozenset({Part.RESULT})


def state_of(desk: Desk, job_id: JobId) -> JobState:
    return desk.vault.job(job_id, desk.clock.now()).state


# --- looking -----------------------------------------------------------------------------


def test_an_unknown_job_is_said_to_be_unknown(desk: Desk) -> None:
    now = desk.clock.now()
    for job_id in (new_job_id(), JobId("no id"), JobId("")):
        for ask in (
            lambda one: desk.vault.job(one, now),
            lambda one: desk.vault.page(one, 1, now),
            lambda one: desk.vault.page_image(one, 1, now),
            lambda one: desk.vault.page_summaries(one, now),
            lambda one: desk.vault.cancel(one, now),
            desk.vault.retry,
            desk.vault.options,
        ):
            with pytest.raises(NoSuchJob):
                ask(job_id)


def test_jobs_are_found_by_the_beginning_of_their_id(desk: Desk) -> None:
    ids = sorted(desk.admit() for _ in range(40))

    for job_id in ids:
        for length in (1, 2, 7, 31, 32):
            prefix = job_id[:length]
            fitting = tuple(one for one in ids if one.startswith(prefix))[:2]
            assert desk.vault.find_jobs(prefix) == fitting
    assert len(desk.vault.find_jobs("")) == 2
    assert desk.vault.find_jobs("xyz") == ()
    assert desk.vault.find_jobs("0" * 33) == ()


def test_changes_tell_what_changed_and_no_more(desk: Desk) -> None:
    now = desk.clock.now()
    first, second = desk.admit(), desk.admit()
    seq = desk.vault.changes_since(0, now).seq
    assert seq == desk.vault.change_seq()

    assert desk.vault.changes_since(seq, now).jobs == ()
    desk.vault.cancel(second, now)

    changes = desk.vault.changes_since(seq, now)
    assert desk.vault.change_seq() == changes.seq > seq
    assert [job.job_id for job in changes.jobs] == [second]
    assert [job.job_id for job in desk.vault.changes_since(0, now).jobs] == [first, second]


def test_unchanged_rows_are_not_opened(desk: Desk, monkeypatch) -> None:
    for number in range(5):
        desk.admit(name=f"{number}.pdf")
    seq = desk.vault.change_seq()
    last = desk.admit(name="last.pdf")
    opened: list[str] = []
    streams = desk.vault._listing._streams
    real = streams.open_short
    monkeypatch.setattr(
        streams,
        "open_short",
        lambda job, *args, **more: (opened.append(job.job_id.hex()), real(job, *args, **more))[1],
    )

    desk.vault.changes_since(seq, desk.clock.now())

    assert opened == [last]


def test_counts_name_every_state(desk: Desk) -> None:
    desk.admit()
    desk.admit()
    desk.vault.claim_next(desk.clock.now())

    counts = desk.vault.counts()

    assert set(counts) == set(JobState)
    assert counts[JobState.QUEUED] == counts[JobState.READING] == 1
    assert sum(counts.values()) == 2


# --- the queue ---------------------------------------------------------------------------


def test_jobs_are_claimed_oldest_first_and_once(desk: Desk) -> None:
    ids = [desk.admit() for _ in range(3)]

    claimed = [desk.vault.claim_next(desk.clock.now()) for _ in range(4)]

    assert [job and job.job_id for job in claimed] == [*ids, None]


def test_a_paused_queue_gives_nothing(desk: Desk, open_desk) -> None:
    desk.admit()
    other = open_desk()

    desk.vault.set_paused(True)

    assert other.vault.is_paused()
    assert other.vault.claim_next(desk.clock.now()) is None
    other.vault.set_paused(False)
    assert not desk.vault.is_paused()
    assert desk.vault.claim_next(desk.clock.now()) is not None


def test_after_a_crash_reading_goes_on_at_the_next_page(desk: Desk) -> None:
    job_id = desk.reading_job(4)
    process = ReaderProcess(job_id, 4711, 12.5)
    desk.vault.set_reader(process)
    desk.vault.save_page(job_id, reading(1, "one"))
    desk.vault.fail_page(job_id, 2, "timed_out")
    desk.reopen()

    assert desk.vault.requeue_reading() == (process,)
    assert desk.vault.readers([job_id]) == ()
    assert state_of(desk, job_id) is JobState.QUEUED
    assert desk.vault.claim_next(desk.clock.now()).job_id == job_id
    assert desk.vault.set_pages(job_id, 4) == (3, 4)
    assert desk.vault.page(job_id, 1, desk.clock.now()).words[0].text == "one"


def test_a_reader_that_exports_is_left_alone_by_the_next_holder_of_the_seat(desk: Desk) -> None:
    exporting = ReaderProcess(desk.done_job(), 11, 1.0)
    desk.vault.set_reader(exporting)

    assert desk.vault.requeue_reading() == ()
    assert desk.vault.readers([exporting.job_id]) == (exporting,)
    desk.vault.clear_reader(exporting)
    assert desk.vault.readers([exporting.job_id]) == ()


def test_fewer_pages_than_before_forgets_the_rest(desk: Desk) -> None:
    job_id = desk.reading_job(3)
    for number in (1, 2, 3):
        desk.vault.save_page(job_id, reading(number, "word"))

    assert desk.vault.set_pages(job_id, 2) == ()

    job = desk.vault.finish(job_id, desk.clock.now())
    assert (job.pages, job.pages_read) == (2, 2)
    with pytest.raises(NotFinished):
        desk.vault.page_image(job_id, 3, desk.clock.now())


# --- pages -------------------------------------------------------------------------------


def test_pages_tell_how_far_each_is(desk: Desk) -> None:
    job_id = desk.reading_job(3)
    desk.vault.save_page(job_id, reading(1))
    desk.vault.fail_page(job_id, 3, "timed_out")

    pages = desk.vault.page_summaries(job_id, desk.clock.now())

    assert [(page.number, page.state, page.error_code) for page in pages] == [
        (1, PageState.READ, None),
        (2, PageState.PENDING, None),
        (3, PageState.FAILED, "timed_out"),
    ]
    for number in (0, 2, 3, 4):
        for ask in (desk.vault.page, desk.vault.page_image):
            with pytest.raises(NotFinished):
                ask(job_id, number, desk.clock.now())


def test_a_page_can_be_read_again(desk: Desk) -> None:
    job_id = desk.reading_job(1)

    desk.vault.fail_page(job_id, 1, "timed_out")
    desk.vault.save_page(job_id, reading(1, "first"))
    desk.vault.save_page(job_id, reading(1, "second"))

    job = desk.vault.job(job_id, desk.clock.now())
    assert (job.pages_read, job.pages_failed) == (1, 0)
    assert desk.vault.page(job_id, 1, desk.clock.now()).words[0].text == "second"
    assert desk.sql("SELECT count(*) FROM stream WHERE kind = 7") == [(1,)]


def test_a_page_that_is_none_of_the_jobs_is_a_bug(desk: Desk) -> None:
    job_id = desk.reading_job(1)

    for number in (0, 2):
        with pytest.raises(InternalError):
            desk.vault.save_page(job_id, reading(number))
    with pytest.raises(InternalError):
        desk.vault.set_pages(job_id, 0)


def test_a_job_is_not_finished_before_its_pages_are(desk: Desk) -> None:
    job_id = desk.reading_job(2)
    desk.vault.save_page(job_id, reading(1))

    with pytest.raises(InternalError):
        desk.vault.finish(job_id, desk.clock.now())

    assert state_of(desk, job_id) is JobState.READING


@pytest.mark.parametrize(
    ("codes", "expected"),
    [(("timed_out", "timed_out"), "timed_out"), (("timed_out", "damaged"), "every_page_failed")],
)
def test_a_document_of_which_no_page_could_be_read_has_failed(
    desk: Desk, codes: tuple[str, str], expected: str
) -> None:
    job_id = desk.reading_job(2)
    for number, code in enumerate(codes, start=1):
        desk.vault.fail_page(job_id, number, code)

    job = desk.vault.finish(job_id, desk.clock.now())

    assert (job.state, job.error_code) == (JobState.FAILED, expected)


def test_one_read_page_is_enough(desk: Desk) -> None:
    job_id = desk.reading_job(2)
    desk.vault.fail_page(job_id, 1, "timed_out")
    desk.vault.save_page(job_id, reading(2))

    job = desk.vault.finish(job_id, desk.clock.now())

    assert (job.state, job.error_code, job.pages_failed) == (JobState.DONE, None, 1)


# --- the user's wishes -------------------------------------------------------------------


def test_a_password_is_sealed_kept_for_exports_and_dropped_when_wrong(desk: Desk) -> None:
    job_id = desk.reading_job()
    desk.vault.need_password(job_id, "password_needed")
    assert desk.vault.job(job_id, desk.clock.now()).error_code == "password_needed"

    desk.vault.give_password(job_id, "wröng")
    assert desk.vault.password(job_id) == "wröng"
    desk.vault.claim_next(desk.clock.now())
    desk.vault.need_password(job_id, "password_wrong")
    assert desk.vault.password(job_id) is None
    desk.vault.give_password(job_id, "right")
    job = desk.vault.claim_next(desk.clock.now())
    assert job.error_code is None
    desk.vault.save_page(job_id, reading(1))
    desk.vault.save_page(job_id, reading(2))
    desk.vault.finish(job_id, desk.clock.now())

    assert desk.vault.password(job_id) == "right"
    desk.vault.purge([job_id], SOURCE, DeleteReason.USER, desk.clock.now())
    with pytest.raises(SourceGone):
        desk.vault.password(job_id)


def test_cancelling_begins_both_deadlines_and_keeps_what_was_read(desk: Desk) -> None:
    job_id = desk.reading_job()
    desk.vault.save_page(job_id, reading(1, "kept"))
    desk.clock.advance(minutes=5)
    now = desk.clock.now()

    desk.vault.cancel(job_id, now)

    job = desk.vault.job(job_id, now)
    assert (job.state, job.finished_at) == (JobState.CANCELLED, now)
    assert job.source_delete_at == now + timedelta(hours=RULE.source_hours)
    assert desk.vault.page(job_id, 1, now).words[0].text == "kept"
    with pytest.raises(NotNow):
        desk.vault.save_page(job_id, reading(2))
    with pytest.raises(NotNow):
        desk.vault.fail_page(job_id, 2, "timed_out")
    with pytest.raises(NotNow):
        desk.vault.finish(job_id, now)


def test_retrying_keeps_read_pages_and_forgets_failed_ones(desk: Desk) -> None:
    job_id = desk.reading_job(3)
    desk.vault.save_page(job_id, reading(1, "kept"))
    desk.vault.fail_page(job_id, 2, "timed_out")
    desk.vault.fail(job_id, "reader_crashed", desk.clock.now())

    desk.vault.retry(job_id)

    job = desk.vault.claim_next(desk.clock.now())
    assert (job.error_code, job.finished_at, job.pages_failed) == (None, None, 0)
    assert job.source_delete_at == job.result_delete_at == job.backstop_at
    assert desk.vault.set_pages(job_id, 3) == (2, 3)


def test_retrying_after_the_result_was_destroyed_reads_everything_anew(desk: Desk) -> None:
    job_id = desk.reading_job()
    desk.vault.save_page(job_id, reading(1))
    desk.vault.cancel(job_id, desk.clock.now())
    desk.vault.purge([job_id], RESULT, DeleteReason.USER, desk.clock.now())

    desk.vault.retry(job_id)

    job = desk.vault.claim_next(desk.clock.now())
    assert (job.name, job.result_present, job.pages_read) == ("letter.pdf", True, 0)
    assert desk.vault.set_pages(job_id, 2) == (1, 2)


def test_an_overdue_source_cannot_be_revived(desk: Desk) -> None:
    failed, done = desk.reading_job(), None
    desk.vault.fail(failed, "timed_out", desk.clock.now())
    done = desk.done_job()
    desk.clock.advance(hours=RULE.source_hours)
    desk.vault.jobs(desk.clock.now())

    for revive, job_id in ((desk.vault.retry, failed), (desk.vault.recognise_anyway, done)):
        with pytest.raises(SourceGone):
            revive(job_id)
    for ask in (
        desk.vault.options,
        desk.vault.password,
        desk.vault.source_size,
        desk.vault.source_chunk_count,
        lambda one: desk.vault.source_chunk(one, 0),
        lambda one: desk.vault.set_reader(ReaderProcess(one, 1, 1.0)),
    ):
        with pytest.raises(SourceGone):
            ask(done)


def test_recognise_anyway_keeps_nothing_of_the_old_words(desk: Desk) -> None:
    job_id = desk.done_job("old", options=ReadOptions(("deu", "eng")))
    old_key = desk.sql("SELECT wrapped FROM data_key WHERE part = 'result'")

    desk.vault.recognise_anyway(job_id)

    assert desk.vault.options(job_id) == ReadOptions(("deu", "eng"), recognise_anyway=True)
    assert desk.sql("SELECT wrapped FROM data_key WHERE part = 'result'") != old_key
    assert desk.sql("SELECT count(*) FROM stream WHERE kind = 7") == [(0,)]
    job = desk.vault.claim_next(desk.clock.now())
    assert (job.name, job.pages_read, job.finished_at) == ("letter.pdf", 0, None)
    assert job.result_delete_at == job.backstop_at
    assert desk.vault.set_pages(job_id, 2) == (1, 2)
    with pytest.raises(NotFinished):
        desk.vault.page(job_id, 1, desk.clock.now())
