"""A full disk: nothing half written, and deleting works even then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mayfly.domain.destinations import UploadState
from mayfly.domain.errors import DiskFull
from mayfly.domain.jobs import DeleteOutcome, Part, ReadOptions
from mayfly.domain.states import DeleteReason, JobState
from mayfly.vault.opening import KeyAccess, open_vault
from mayfly.vault.reserve import RESERVE_BYTES
from tests.fakes import BytesSource, MemorySecrets
from tests.small_disks import DISK_BYTES, disk_in_memory, fill_up
from tests.vault.attack import loot, opened
from tests.vault.conftest import RULE, Desk, paths_in, reading
from tests.vault.storage import destination, ledger_of, refs

ALL = frozenset(Part)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own of 32 MiB, in memory."""
    with disk_in_memory(tmp_path / "disk") as folder:
        yield folder


@pytest.fixture
def full_desk(small_disk: Path, clock) -> Iterator[Desk]:
    secrets = MemorySecrets()
    paths = paths_in(small_disk)
    vault = open_vault(paths, KeyAccess(secrets, None))
    yield Desk(vault, clock, paths, secrets)
    vault.close()


def test_a_document_that_does_not_fit_leaves_no_trace(full_desk: Desk) -> None:
    kept = full_desk.admit(b"kept" * 1000)
    with pytest.raises(DiskFull):
        full_desk.admit(bytes(DISK_BYTES))

    assert [job.job_id for job in full_desk.vault.jobs(full_desk.clock.now())] == [kept]
    assert full_desk.vault.source_chunk(kept, 0) == b"kept" * 1000
    assert full_desk.sql("PRAGMA integrity_check") == [("ok",)]


def test_uploads_are_owed_and_a_destination_goes_on_a_full_disk(
    full_desk: Desk, small_disk: Path
) -> None:
    vault, many = full_desk.vault, 40
    goes, stays = destination("goes"), destination("stays")
    for one in (goes, stays):
        vault.destinations.add(one)
    job_id, now = full_desk.done_job(), full_desk.clock.now()
    ledger = ledger_of(vault)
    ledger.add(refs(job_id), stays.destination_id, now)
    for upload in ledger.take(now, 3):
        ledger.begin(upload, now)
    others = [full_desk.admit() for _ in range(many)]
    fill_up(small_disk)

    ledger.cancel([], now)
    answers = vault.purge([job_id, *others], ALL, DeleteReason.USER, now)
    assert {one.outcome for one in answers} == {DeleteOutcome.DELETED}
    assert [one.state for one in ledger.of_job(job_id)] == [UploadState.OWED] * 3
    vault.destinations.remove(goes.destination_id, now)
    assert [one.name for one in vault.destinations.all()] == ["stays"]


def test_a_page_that_does_not_fit_is_still_to_be_read(full_desk: Desk, small_disk: Path) -> None:
    job_id = full_desk.reading_job(2)
    full_desk.vault.save_page(job_id, reading(1, "one"))
    filler = fill_up(small_disk)

    with pytest.raises(DiskFull):
        full_desk.vault.save_page(job_id, reading(2, "two", picture=bytes(8 << 20)))

    filler.unlink()
    full_desk.reopen()
    full_desk.vault.requeue_reading()
    full_desk.vault.claim_next(full_desk.clock.now())
    assert full_desk.vault.set_pages(job_id, 2) == (2,)
    assert full_desk.vault.page(job_id, 1, full_desk.clock.now()).words[0].text == "one"


def test_deleting_works_on_a_full_disk(full_desk: Desk, small_disk: Path) -> None:
    now = full_desk.clock.now()
    small, large = full_desk.done_job("word", pages=3), full_desk.admit(bytes(10 << 20))
    kept = full_desk.admit(b"kept" * 1000)
    wrapped = full_desk.sql("SELECT wrapped FROM data_key WHERE job < 3")
    full_desk.reopen()
    fill_up(small_disk)

    full_desk.vault.mark_purging([small, large], DeleteReason.USER, now)
    answers = full_desk.vault.purge([small, large], ALL, DeleteReason.USER, now)

    assert {one.outcome for one in answers} == {DeleteOutcome.DELETED}
    states = {job.job_id: job.state for job in full_desk.vault.jobs(now)}
    assert states == {
        small: JobState.DELETED,
        large: JobState.DELETED,
        kept: JobState.QUEUED,
    }
    assert full_desk.vault.source_chunk(kept, 0) == b"kept" * 1000
    everything = full_desk.every_byte()
    assert len(wrapped) == 4
    assert not any(row[0] in everything for row in wrapped)
    assert full_desk.vault._database.ask("PRAGMA secure_delete") == (1,)
    # The reserve's room was enough for the next vault key, too.
    assert full_desk.sql("SELECT epoch, rotation_owed FROM meta") == [(2, 0)]


def test_the_key_that_a_full_disk_could_not_change_is_changed_later(
    full_desk: Desk, small_disk: Path
) -> None:
    jobs = [full_desk.admit(b"kept" * 1000) for _ in range(40)]
    large = full_desk.admit(bytes(10 << 20))
    full_desk.vault.close()
    copy = small_disk.with_name("copy.db")
    copy.write_bytes(full_desk.paths.database.read_bytes())
    full_desk.reopen()
    filler = fill_up(small_disk)
    # The reserve of a vault that had no room for one either: the key finds no room at all.
    full_desk.vault._ends._reserve.give_up()
    more = fill_up(small_disk, "more")
    now = full_desk.clock.now()

    try:
        full_desk.vault.purge([large], ALL, DeleteReason.USER, now)
    except DiskFull:
        assert full_desk.vault.job(large, now).state is JobState.QUEUED
    assert full_desk.vault.source_chunk(jobs[0], 0) == b"kept" * 1000

    filler.unlink()
    more.unlink()
    full_desk.vault.purge([large], ALL, DeleteReason.USER, now)
    full_desk.vault.tidy()
    (line,) = full_desk.secrets.held.values()
    assert opened(copy, loot(full_desk.paths.database, full_desk.paths.shard, [line])) == set()
    assert full_desk.sql("SELECT rotation_owed FROM meta") == [(0,)]
    assert all(full_desk.vault.source_chunk(one, 0) == b"kept" * 1000 for one in jobs)


def test_the_reserve_is_taken_again_when_there_is_room(full_desk: Desk, small_disk: Path) -> None:
    reserve = full_desk.paths.database.with_name("vault.db-reserve")
    assert reserve.stat().st_size == RESERVE_BYTES
    assert reserve.stat().st_blocks * 512 >= RESERVE_BYTES
    job_id = full_desk.admit(bytes(12 << 20))
    full_desk.reopen()
    filler = fill_up(small_disk)
    full_desk.vault.purge([job_id], ALL, DeleteReason.USER, full_desk.clock.now())
    assert reserve.stat().st_size == 0

    filler.unlink()
    full_desk.vault.tidy()

    assert reserve.stat().st_size == RESERVE_BYTES


def test_a_vault_opens_on_a_full_disk(full_desk: Desk, small_disk: Path) -> None:
    job_id = full_desk.done_job("word")
    full_desk.vault.close()
    reserve = full_desk.paths.database.with_name("vault.db-reserve")
    reserve.unlink()
    fill_up(small_disk)

    # SQLite needs 32 KiB for its shared memory, so this must say what is wrong, not crash.
    try:
        full_desk.reopen()
    except DiskFull:
        return
    assert full_desk.vault.page(job_id, 1, full_desk.clock.now()).words


def test_a_file_that_may_grow_no_more_is_a_full_disk(desk: Desk) -> None:
    """The same promise where no disk can be mounted."""
    job_id = desk.admit()
    pages = desk.vault._database.ask("PRAGMA page_count")[0]
    desk.vault._database.ask(f"PRAGMA max_page_count = {pages + 10}")

    with pytest.raises(DiskFull):
        desk.admit(bytes(1 << 20))
    source = BytesSource("a.png", bytes(40 << 20), piece_bytes=1 << 20)
    with pytest.raises(DiskFull):
        desk.vault.admit(
            desk.vault.add_batch(desk.clock.now()), source, ReadOptions(), RULE, desk.clock.now()
        )

    assert [job.job_id for job in desk.vault.jobs(desk.clock.now())] == [job_id]
