"""kill -9 at any moment: nothing is lost, nothing is read twice, nothing deleted comes back."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from mayfly.domain.audit import AuditKind
from mayfly.domain.states import DeleteReason, JobState
from mayfly.vault.sealing import Kind
from tests.end2end.running import add, running, wait_until_read
from tests.end2end.victims import PATIENCE_S, Victim, living_in, look_into, scratch_of
from tests.engine.engine_documents import page_picture, pdf_of
from tests.waiting import eventually

_SEED = 20_260_105
_KILLS = 7
_SAVED = f"SELECT job, page, salt FROM stream WHERE kind = {Kind.PAGE_WORDS.value}"


def text_of(document: int, page: int) -> str:
    return f"This is page {page} of the document with the number {document}."


def queue_of_documents(folder: Path) -> dict[str, list[str]]:
    """Write 20 documents, every fourth of several pages, some of them scans; name to texts."""
    folder.mkdir()
    wanted = {}
    for number in range(20):
        pages = 1 + (number % 4 == 0) * (2 + number // 4)
        texts = [text_of(number, page) for page in range(1, pages + 1)]
        contents = [
            page_picture((text,), size=(1000, 500)) if number % 3 == 2 else text for text in texts
        ]
        (folder / f"{number}.pdf").write_bytes(pdf_of(*contents))
        wanted[f"{number}.pdf"] = texts
    return wanted


@pytest.mark.timeout(600)
def test_a_queue_of_20_survives_kills_at_random_moments(tmp_path: Path) -> None:
    # Given: a queue of 20 documents in a process that is killed again and again
    rng = random.Random(_SEED)
    home, wanted = tmp_path / "home", queue_of_documents(tmp_path / "in")
    files = [tmp_path / "in" / name for name in wanted]
    victim = Victim(home)
    victim.tell("add", *files)
    victim.wait_for("added")
    groups, pids, saved = [], [], set()
    for attempt in range(_KILLS):
        if attempt:
            # Mostly while pages are being saved; at the first, while documents are opened.
            victim.wait_for("holds-seat")
            victim.listen_for(rng.randint(2, 8), most_s=3.0)
        time.sleep(rng.uniform(0.0, 0.3))
        pids.append(victim.pid)
        groups += victim.kill()
        saved |= set(look_into(home, _SAVED))
        victim = Victim(home)
    pids.append(victim.pid)
    victim.wait_for("ready")

    # Then: the dead left no process and no scratch folder
    eventually(lambda: not living_in(groups))
    assert not scratch_of(*pids[:-1])
    victim.kill()

    # And: the last start finishes all of them
    with running(home) as mayfly:
        jobs = [job.job_id for job in mayfly.library.jobs().result()]
        rows = wait_until_read(mayfly, jobs, patience_s=PATIENCE_S)
        texts = {row.name: list(mayfly.library.text(job)) for job, row in rows.items()}
    assert {row.state for row in rows.values()} == {JobState.DONE}
    assert len(rows) == len(wanted)
    assert texts == wanted
    # And: each page is there once, and none that was saved was read again
    at_end = look_into(home, _SAVED)
    assert len(at_end) == len({(job, page) for job, page, _ in at_end})
    assert len(at_end) == sum(len(pages) for pages in wanted.values())
    assert look_into(home, "SELECT count(*) FROM page") == [(len(at_end),)]
    assert saved <= set(at_end)
    assert look_into(home, "SELECT count(*) FROM reader") == [(0,)]
    assert not scratch_of(*pids, os.getpid())


def test_a_kill_while_documents_come_in_leaves_whole_jobs_or_none(tmp_path: Path) -> None:
    rng = random.Random(_SEED)
    home, folder = tmp_path / "home", tmp_path / "in"
    folder.mkdir()
    contents = {f"{number}.pdf": rng.randbytes(3 << 20) for number in range(12)}
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    admitted = 0
    for _ in range(4):
        victim = Victim(home, "watch")
        victim.wait_for("ready")
        victim.tell("add", *(folder / name for name in contents))
        time.sleep(rng.uniform(0.02, 0.4))
        victim.kill()

        with running(home, read=False) as mayfly:
            jobs = mayfly.library.jobs().result()
            assert len(jobs) >= admitted
            for job in jobs:
                assert job.state is JobState.QUEUED
                assert source_of(mayfly, job.job_id) == contents[job.name]
            admitted = len(jobs)
        # No key, stream or chunk is left of what did not come in.
        assert look_into(home, "SELECT count(*) FROM data_key") == [(2 * admitted,)]
        assert look_into(home, "SELECT count(*) FROM stream") == [(4 * admitted,)]
    assert admitted < 4 * len(contents)


def source_of(mayfly, job_id) -> bytes:
    """Return the sealed document, opened on the vault lane as a reader gets it."""
    return b"".join(mayfly.exporting._renderings._source(job_id))


def test_a_kill_during_deletions_brings_nothing_back(tmp_path: Path) -> None:
    rng = random.Random(_SEED)
    home, folder = tmp_path / "home", tmp_path / "in"
    folder.mkdir()
    for number in range(24):
        (folder / f"{number}.pdf").write_bytes(rng.randbytes(300_000))
    with running(home, read=False) as mayfly:
        jobs = add(mayfly, [folder]).jobs
    for start in range(0, 24, 6):
        victim = Victim(home, "watch")
        victim.wait_for("ready")
        victim.tell("delete", *jobs[start : start + 6])
        time.sleep(rng.uniform(0.0, 0.03))
        victim.kill()
        doomed = {
            row[0]
            for row in look_into(
                home,
                "SELECT lower(hex(id)) FROM job WHERE purging_at IS NOT NULL"
                " OR deleted_at IS NOT NULL",
            )
        }

        with running(home, read=False) as mayfly:
            rows = {job.job_id: job for job in mayfly.library.jobs().result()}
            for job_id in jobs:
                gone = rows[job_id].state is JobState.DELETED
                assert gone == (job_id in doomed)
                assert gone or len(source_of(mayfly, job_id)) == 300_000
        assert look_into(home, "SELECT count(*) FROM data_key") == [(2 * (24 - len(doomed)),)]
        assert look_into(home, "SELECT count(*) FROM job WHERE purging_at NOT NULL") == [(0,)]


def test_a_kill_between_mark_and_purge_is_finished_by_the_next_start(tmp_path: Path) -> None:
    # Given: a job that is being read, deleted by a process that dies as it kills the reader
    home = tmp_path / "home"
    path = tmp_path / "long.pdf"
    path.write_bytes(pdf_of(*[page_picture()] * 12))
    victim = Victim(home, "die-in-delete")
    victim.tell("add", path)
    (job,) = victim.answer("added")
    victim.wait_for(f"state {job} reading")
    eventually(lambda: look_into(home, "SELECT count(*) FROM reader") != [(0,)])
    groups = victim.reader_groups()
    victim.tell("delete", job)
    eventually(lambda: victim.has_ended)
    victim.kill()
    assert look_into(home, "SELECT purging_at NOT NULL, deleted_at IS NULL FROM job") == [(1, 1)]
    assert look_into(home, "SELECT count(*) FROM data_key") == [(2,)]

    # When: Mayfly is started again / Then: it is gone before anything is shown
    with running(home, read=False) as mayfly:
        (tombstone,) = mayfly.library.jobs().result()
    assert (tombstone.state, tombstone.name) == (JobState.DELETED, None)
    for table in ("data_key", "stream", "chunk", "page", "reader"):
        assert look_into(home, f"SELECT count(*) FROM {table}") == [(0,)]
    eventually(lambda: not living_in(groups))
    assert not scratch_of(victim.pid)


def test_a_kill_while_ends_are_kept_leaves_nothing_that_is_due(tmp_path: Path) -> None:
    """By its row each is due or not; whatever is goes at the next start, told once each."""
    rng = random.Random(_SEED)
    home, folder = tmp_path / "home", tmp_path / "in"
    folder.mkdir()
    for number in range(16):
        (folder / f"{number}.pdf").write_bytes(rng.randbytes(300_000))
    with running(home, read=False) as mayfly:
        jobs = add(mayfly, [folder]).jobs
        for job_id in jobs:
            mayfly.queue.cancel(job_id).result()
    doomed: set[str] = set()
    for start in range(0, 16, 4):
        victim = Victim(home, "watch")
        victim.wait_for("ready")
        victim.tell("let-end", *jobs[start : start + 4])
        time.sleep(rng.uniform(0.0, 0.1))
        victim.kill()
        doomed = {row[0] for row in look_into(home, _DUE)}

        with running(home, read=False) as mayfly:
            rows = {job.job_id: job for job in mayfly.library.jobs().result()}
            entries = mayfly.audit.entries(most=1_000).result()
            for job_id in jobs:
                assert (rows[job_id].state is JobState.DELETED) == (job_id in doomed)
                assert job_id in doomed or len(source_of(mayfly, job_id)) == 300_000
        told = [one.job_id for one in entries if one.kind is AuditKind.DELETED]
        assert sorted(told) == sorted(doomed)
        assert look_into(home, "SELECT count(*) FROM data_key") == [(2 * (16 - len(doomed)),)]
    assert doomed


@pytest.mark.parametrize(("step", "keys_left"), [("purge", 4), ("key", 2)])
def test_a_program_that_dies_while_it_keeps_an_end_is_finished_by_the_next_start(
    tmp_path: Path, step: str, keys_left: int
) -> None:
    home, folder = tmp_path / "home", tmp_path / "in"
    folder.mkdir()
    for name in ("goes", "stays"):
        (folder / f"{name}.pdf").write_bytes(name.encode() * 1_000)
    with running(home, read=False) as mayfly:
        going, staying = add(mayfly, [folder]).jobs
        for job_id in (going, staying):
            mayfly.queue.cancel(job_id).result()
    victim = Victim(home, "watch")
    victim.wait_for("ready")
    victim.tell("die-before", step)
    victim.tell("let-end", going)
    eventually(lambda: victim.has_ended, patience_s=PATIENCE_S)
    victim.kill()
    assert look_into(home, "SELECT count(*) FROM data_key") == [(keys_left,)]
    is_owed = step == "key"
    assert look_into(home, "SELECT epoch, rotation_owed FROM meta") == [(1, is_owed)]

    with running(home, read=False) as mayfly:
        gone, stays = mayfly.library.jobs().result()
        assert (gone.state, gone.name) == (JobState.DELETED, None)
        assert gone.delete_reason is DeleteReason.ZERO_RETENTION
        assert stays.name == "stays.pdf"
        assert source_of(mayfly, staying) == b"stays" * 1_000
    assert look_into(home, "SELECT epoch, rotation_owed FROM meta") == [(2, 0)]


_DUE = """SELECT lower(hex(id)) FROM job
    WHERE deleted_at IS NOT NULL OR purging_at IS NOT NULL OR source_delete_at <= finished_at"""
