"""Somebody who can write to the vault's file: every change of what is sealed is noticed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mayfly.domain.errors import ResultGone, VaultDamaged
from mayfly.domain.ids import JobId
from mayfly.vault.opening import needed_key
from mayfly.vault.rows import find_row
from mayfly.vault.sealing import CHUNK_BYTES, Kind
from tests.vault.conftest import Desk, reading

DATA = b"".join(bytes([65 + number]) * CHUNK_BYTES for number in range(3))
LONG = DATA + b"tail"

CHUNKS_OF = (
    "SELECT chunk.rowid FROM chunk JOIN stream ON stream.id = chunk.stream"
    " JOIN job ON job.seq = stream.job WHERE job.id = ? AND stream.kind = ? AND stream.page = ?"
    " ORDER BY chunk.number"
)


def chunk_rows(desk: Desk, job_id: JobId, kind: Kind, page: int = 0) -> list[int]:
    rows = desk.sql(CHUNKS_OF, bytes.fromhex(job_id), kind.value, page)
    return [row[0] for row in rows]


def copy_chunk(desk: Desk, source: int, target: int) -> None:
    desk.sql(
        "UPDATE chunk SET data = (SELECT data FROM chunk WHERE rowid = ?) WHERE rowid = ?",
        source,
        target,
    )


def whole_source(desk: Desk, job_id: JobId) -> bytes:
    count = desk.vault.source_chunk_count(job_id)
    return b"".join(desk.vault.source_chunk(job_id, index) for index in range(count))


def stream_row(desk: Desk, job_id: JobId, kind: Kind) -> int:
    sql = "SELECT id FROM stream WHERE job = (SELECT seq FROM job WHERE id = ?) AND kind = ?"
    return desk.sql(sql, bytes.fromhex(job_id), kind.value)[0][0]


def swap_two(desk: Desk, job_id: JobId) -> None:
    rows = chunk_rows(desk, job_id, Kind.DOCUMENT)
    kept = desk.sql("SELECT data FROM chunk WHERE rowid = ?", rows[0])[0][0]
    copy_chunk(desk, rows[1], rows[0])
    desk.sql("UPDATE chunk SET data = ? WHERE rowid = ?", kept, rows[1])


def drop_one(desk: Desk, job_id: JobId) -> None:
    desk.sql("DELETE FROM chunk WHERE rowid = ?", chunk_rows(desk, job_id, Kind.DOCUMENT)[1])


def drop_one_and_close_the_gap(desk: Desk, job_id: JobId) -> None:
    rows = chunk_rows(desk, job_id, Kind.DOCUMENT)
    desk.sql("DELETE FROM chunk WHERE rowid = ?", rows[1])
    desk.sql("UPDATE chunk SET number = 1 WHERE rowid = ?", rows[2])
    desk.sql("UPDATE chunk SET number = 2 WHERE rowid = ?", rows[3])
    desk.sql("UPDATE stream SET chunk_count = 3 WHERE chunk_count = 4")


def cut_the_tail(desk: Desk, job_id: JobId) -> None:
    desk.sql("DELETE FROM chunk WHERE rowid = ?", chunk_rows(desk, job_id, Kind.DOCUMENT)[-1])
    desk.sql("UPDATE stream SET chunk_count = 3 WHERE chunk_count = 4")


def say_fewer_chunks(desk: Desk, job_id: JobId) -> None:
    desk.sql("UPDATE stream SET chunk_count = 1 WHERE chunk_count = 4")


def say_more_chunks(desk: Desk, job_id: JobId) -> None:
    desk.sql("UPDATE stream SET chunk_count = 5 WHERE chunk_count = 4")


def take_another_jobs_chunk(desk: Desk, job_id: JobId) -> None:
    other = desk.admit(LONG)
    copy_chunk(
        desk,
        chunk_rows(desk, other, Kind.DOCUMENT)[0],
        chunk_rows(desk, job_id, Kind.DOCUMENT)[0],
    )


def take_another_jobs_whole_stream(desk: Desk, job_id: JobId) -> None:
    other = desk.admit(LONG)
    mine, theirs = (stream_row(desk, one, Kind.DOCUMENT) for one in (job_id, other))
    desk.sql(
        "UPDATE stream SET salt = (SELECT salt FROM stream WHERE id = ?) WHERE id = ?", theirs, mine
    )
    for target, source in zip(
        chunk_rows(desk, job_id, Kind.DOCUMENT),
        chunk_rows(desk, other, Kind.DOCUMENT),
        strict=True,
    ):
        copy_chunk(desk, source, target)


def take_another_jobs_key(desk: Desk, job_id: JobId) -> None:
    other = desk.admit(LONG)
    desk.sql(
        "UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key JOIN job ON job.seq = job"
        " WHERE job.id = ? AND part = 'source')"
        " WHERE part = 'source' AND job = (SELECT seq FROM job WHERE id = ?)",
        bytes.fromhex(other),
        bytes.fromhex(job_id),
    )


def take_the_other_parts_key(desk: Desk, job_id: JobId) -> None:
    desk.sql(
        "UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key WHERE part = 'result')"
        " WHERE part = 'source'"
    )


def rename_the_epoch(desk: Desk, job_id: JobId) -> None:
    desk.sql("UPDATE data_key SET epoch = 2")


def rename_the_job(desk: Desk, job_id: JobId) -> None:
    desk.sql("UPDATE job SET id = ?", bytes.fromhex(job_id[::-1]))


def change_the_salt(desk: Desk, job_id: JobId) -> None:
    desk.sql("UPDATE stream SET salt = zeroblob(16)")


def cut_the_key(desk: Desk, job_id: JobId) -> None:
    desk.sql("UPDATE data_key SET wrapped = x'00'")


@pytest.mark.parametrize(
    "tamper",
    [
        swap_two,
        drop_one,
        drop_one_and_close_the_gap,
        cut_the_tail,
        say_fewer_chunks,
        say_more_chunks,
        take_another_jobs_chunk,
        take_another_jobs_whole_stream,
        take_another_jobs_key,
        take_the_other_parts_key,
        rename_the_epoch,
        rename_the_job,
        change_the_salt,
        cut_the_key,
    ],
)
def test_a_document_that_was_tampered_with_is_damaged(
    desk: Desk, tamper: Callable[[Desk, JobId], None]
) -> None:
    job_id = desk.admit(LONG)
    assert whole_source(desk, job_id) == LONG

    tamper(desk, job_id)

    if tamper is rename_the_job:
        job_id = JobId(job_id[::-1])
    with pytest.raises(VaultDamaged):
        whole_source(desk, job_id)


def test_a_missing_chunk_is_noticed_before_the_document_is_opened(desk: Desk) -> None:
    job_id = desk.admit(LONG)
    drop_one(desk, job_id)

    with pytest.raises(VaultDamaged):
        desk.vault.source_size(job_id)


def test_words_of_one_page_are_not_taken_for_anothers(desk: Desk) -> None:
    job_id = desk.done_job("first", pages=2)
    one, two = (chunk_rows(desk, job_id, Kind.PAGE_WORDS, page)[0] for page in (1, 2))

    copy_chunk(desk, two, one)
    desk.sql(
        "UPDATE stream SET salt = (SELECT salt FROM stream WHERE kind = 7 AND page = 2)"
        " WHERE kind = 7 AND page = 1"
    )

    with pytest.raises(VaultDamaged):
        desk.vault.page(job_id, 1, desk.clock.now())
    assert desk.vault.page(job_id, 2, desk.clock.now()).words[0].text == "first"


def test_a_stream_is_not_taken_for_one_of_another_kind(desk: Desk) -> None:
    job_id = desk.admit()
    options, name = (stream_row(desk, job_id, kind) for kind in (Kind.OPTIONS, Kind.SOURCE_NAME))
    desk.sql("UPDATE stream SET kind = 99 WHERE id = ?", options)
    desk.sql("UPDATE stream SET kind = ? WHERE id = ?", Kind.OPTIONS.value, name)

    with pytest.raises(VaultDamaged):
        desk.vault.options(job_id)


def test_words_whose_stream_is_gone_are_damaged_not_unread(desk: Desk) -> None:
    job_id = desk.done_job(pages=1)
    desk.sql("DELETE FROM chunk WHERE stream IN (SELECT id FROM stream WHERE kind IN (5, 7))")
    desk.sql("DELETE FROM stream WHERE kind IN (5, 7)")

    for ask in (desk.vault.page, desk.vault.page_image):
        with pytest.raises(VaultDamaged):
            ask(job_id, 1, desk.clock.now())


def test_a_source_whose_stream_is_gone_is_damaged(desk: Desk) -> None:
    job_id = desk.admit()
    desk.sql("DELETE FROM stream WHERE kind <> ?", Kind.RESULT_NAME.value)

    for ask in (desk.vault.source_size, desk.vault.source_chunk_count, desk.vault.options):
        with pytest.raises(VaultDamaged):
            ask(job_id)


def test_a_page_cannot_be_sealed_without_its_key(desk: Desk) -> None:
    job_id = desk.reading_job(1)
    desk.sql("DELETE FROM data_key WHERE part = 'result'")

    with pytest.raises(ResultGone):
        desk.vault.save_page(job_id, reading(1))

    assert desk.sql("SELECT count(*) FROM stream WHERE kind = 5") == [(0,)]


@pytest.mark.parametrize(
    ("kind", "page", "ask"),
    [
        (Kind.PAGE_WORDS, 1, lambda vault, job_id, now: vault.page(job_id, 1, now)),
        (Kind.OPTIONS, 0, lambda vault, job_id, now: vault.options(job_id)),
        (Kind.SOURCE_NAME, 0, lambda vault, job_id, now: vault.recognise_anyway(job_id)),
    ],
)
def test_sealed_nonsense_is_damage(desk: Desk, kind: Kind, page: int, ask) -> None:
    """Sealed by a program that holds the key and writes another form."""
    job_id = desk.done_job(pages=1)
    with desk.vault._database.write() as tx:
        row = find_row(tx, job_id)
        desk.vault._pages._streams.put(tx, row.ref, kind, [b"[nonsense]"], page=page)

    with pytest.raises(VaultDamaged):
        ask(desk.vault, job_id, desk.clock.now())


def test_a_vault_without_its_own_row_is_damaged(desk: Desk) -> None:
    desk.sql("DELETE FROM meta")

    for ask in (desk.admit, lambda: desk.vault.jobs(desk.clock.now()), desk.reopen):
        with pytest.raises(VaultDamaged):
            ask()
    with pytest.raises(VaultDamaged):
        needed_key(desk.paths)


def test_a_damaged_name_hides_that_name_only(desk: Desk) -> None:
    broken, whole = desk.admit(name="broken.pdf"), desk.admit(name="whole.pdf")
    for kind in (Kind.SOURCE_NAME, Kind.RESULT_NAME):
        row = chunk_rows(desk, broken, kind)[0]
        desk.sql("UPDATE chunk SET data = zeroblob(60) WHERE rowid = ?", row)

    names = {job.job_id: job.name for job in desk.vault.jobs(desk.clock.now())}

    assert names == {broken: None, whole: "whole.pdf"}


def test_a_damaged_file_is_said_to_be_damaged(desk: Desk) -> None:
    desk.admit(LONG)
    desk.vault.close()
    data = bytearray(desk.paths.database.read_bytes())
    data[4096 : 20 * 4096] = bytes(19 * 4096)
    desk.paths.database.write_bytes(data)

    with pytest.raises(VaultDamaged):
        desk.reopen()
        desk.vault.jobs(desk.clock.now())
