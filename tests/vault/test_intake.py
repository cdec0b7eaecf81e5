"""What taking a document in leaves, and what it does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mayfly.domain.errors import (
    InternalError,
    SourceGone,
)
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part, ReadOptions
from mayfly.domain.states import JobState
from tests.fakes import BytesSource, ChangingSource
from tests.vault.conftest import RULE, Desk

ALL = frozenset(Part)
SOURCE, RESULT = frozenset({Part.SOURCE}), frozenset({Part.RESULT})


def state_of(desk: Desk, job_id: JobId) -> JobState:
    return desk.vault.job(job_id, desk.clock.now()).state


# --- intake ------------------------------------------------------------------------------


def test_a_source_that_fails_leaves_no_trace(desk: Desk) -> None:
    batch = desk.vault.add_batch(desk.clock.now())
    for size in (10, 40 << 20):
        source = ChangingSource("a.pdf", b"x" * size, piece_bytes=1 << 20)
        with pytest.raises(Exception, match="changed"):
            desk.vault.admit(batch, source, ReadOptions(), RULE, desk.clock.now())

    assert desk.vault.jobs(desk.clock.now()) == ()
    for table in ("job", "data_key", "stream", "chunk"):
        assert desk.sql(f"SELECT count(*) FROM {table}") == [(0,)]


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 20 << 20])
def test_a_document_of_any_size_comes_back(desk: Desk, size: int) -> None:
    job_id = desk.admit(bytes(size))

    count = desk.vault.source_chunk_count(job_id)
    chunks = [desk.vault.source_chunk(job_id, index) for index in range(count)]

    assert b"".join(chunks) == bytes(size)
    assert all(len(chunk) <= 1 << 20 for chunk in chunks)
    assert desk.vault.source_size(job_id) == size
    with pytest.raises(InternalError):
        desk.vault.source_chunk(job_id, count)


def test_jobs_of_a_batch_keep_their_order(desk: Desk) -> None:
    now = desk.clock.now()
    batch = desk.vault.add_batch(now)
    ids = [
        desk.vault.admit(batch, BytesSource(f"{n}.png", b"x"), ReadOptions(), RULE, now)
        for n in range(3)
    ]
    ids.append(desk.vault.admit_refused(batch, "bad.png", "file_empty", RULE, now))
    other = desk.admit(name="other.png")

    jobs = desk.vault.jobs(now)

    assert [job.job_id for job in jobs] == [*ids, other]
    assert [job.position for job in jobs] == [1, 2, 3, 4, 5]
    assert [job.name for job in jobs] == ["0.png", "1.png", "2.png", "bad.png", "other.png"]
    assert {job.batch_id for job in jobs[:4]} == {batch}


def test_a_refused_file_is_a_failed_row_with_a_name_and_no_source(desk: Desk) -> None:
    now = desk.clock.now()
    batch = desk.vault.add_batch(now)

    job_id = desk.vault.admit_refused(batch, "empty.pdf", "file_empty", RULE, now)

    job = desk.vault.job(job_id, now)
    assert (job.state, job.error_code, job.name) == (JobState.FAILED, "file_empty", "empty.pdf")
    assert (job.source_present, job.result_present) == (False, True)
    assert job.result_delete_at == now + timedelta(hours=RULE.result_hours)
    for ask in (desk.vault.retry, desk.vault.options, desk.vault.source_size, desk.vault.password):
        with pytest.raises(SourceGone):
            ask(job_id)
    assert desk.vault.page_summaries(job_id, now) == ()


def test_a_name_that_is_no_text_comes_back(desk: Desk) -> None:
    job_id = desk.admit(name="caf\udce9.pdf", path="/tmp/caf\udce9.pdf")

    assert desk.vault.job(job_id, desk.clock.now()).name == "caf\udce9.pdf"
