"""A process that is killed at any moment leaves each job as it was or as it should be."""

from __future__ import annotations

import hashlib
import random
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import mayfly.vault
from mayfly.domain.images import FoundImage
from mayfly.domain.jobs import Job, Part, ReadOptions
from mayfly.domain.pages import PageState
from mayfly.domain.readings import PageReading
from mayfly.domain.states import DeleteReason, JobState
from mayfly.domain.vault_port import Vault
from mayfly.vault.opening import KeyAccess, VaultPaths, needed_key, open_vault
from tests.fakes import BytesSource
from tests.vault.conftest import CHEAP, RULE, Desk, paths_in, reading
from tests.vault.processes import Child, Tell, die_at_line

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
ALL = frozenset(Part)
PAGES = 3
IMAGES = 2
VAULT_CODE = Path(mayfly.vault.__file__).parent
WORD = hashlib.sha256(b"a passphrase").hexdigest()


def open_it(paths: VaultPaths) -> Vault:
    return open_vault(paths, KeyAccess(None, WORD), argon=CHEAP)


def document(name: str) -> bytes:
    """What the document of that name holds: up to 3 MB, from its name alone."""
    dice = random.Random(name)
    return dice.randbytes(dice.choice([10, 5_000, 1_100_000, 3_000_000]))


def picture(name: str, number: int) -> bytes:
    return random.Random(f"{name} {number}").randbytes(40_000)


def page_of(name: str, number: int) -> PageReading:
    """A page with pictures, the first of which takes two chunks."""
    page = reading(number, name, picture=picture(name, number), images=IMAGES)
    first, *others = page.images
    data = random.Random(f"{name} {number} image").randbytes(1_200_000)
    large = FoundImage(replace(first.block, size_bytes=len(data)), data)
    return replace(page, images=(large, *others))


def work_for_ever(paths: VaultPaths, tell: Tell, seed: int) -> None:
    """Add, read and delete documents, and tell each thing before and after it is done."""
    dice = random.Random(seed)
    vault = open_it(paths)
    vault.requeue_reading()
    batch = vault.add_batch(NOW)
    for count in range(10_000):
        name = f"{seed}-{count}"
        tell(["begin", "admit", name])
        vault.admit(batch, BytesSource(name, document(name)), ReadOptions(), RULE, NOW)
        tell(["done", "admit", name])
        job = vault.claim_next(NOW)
        assert job is not None
        assert job.name is not None
        for number in vault.set_pages(job.job_id, PAGES):
            page = page_of(job.name, number)
            tell(["begin", "page", job.name])
            vault.save_page(job.job_id, page)
            tell(["done", "page", job.name])
        tell(["begin", "finish", job.name])
        vault.finish(job.job_id, NOW)
        tell(["done", "finish", job.name])
        if dice.random() < 0.6:
            living = [one for one in vault.jobs(NOW) if one.state is JobState.DONE]
            victim = dice.choice(living)
            tell(["begin", "purge", victim.name])
            if dice.random() < 0.5:
                vault.mark_purging([victim.job_id], DeleteReason.USER, NOW)
            vault.purge([victim.job_id], ALL, DeleteReason.USER, NOW)
            tell(["done", "purge", victim.name])


def check_job(vault: Vault, job: Job) -> None:
    """Everything the row says is there, and nothing else is."""
    if job.state is JobState.DELETED:
        assert (job.name, job.source_present, job.result_present) == (None, False, False)
        return
    assert (job.source_present, job.result_present) == (True, True)
    if job.name is None:
        assert any(due.job_id == job.job_id for due in vault.due(NOW))
        return
    count = vault.source_chunk_count(job.job_id)
    source = b"".join(vault.source_chunk(job.job_id, index) for index in range(count))
    assert source == document(job.name)
    pages = vault.page_summaries(job.job_id, NOW)
    read = [page.number for page in pages if page.state is PageState.READ]
    assert len(read) == job.pages_read
    assert job.state is not JobState.DONE or len(read) == PAGES
    for number in read:
        expected = page_of(job.name, number)
        assert vault.page(job.job_id, number, NOW) == expected.result
        assert vault.page_image(job.job_id, number, NOW) == expected.image
        for image in expected.images:
            assert vault.image(job.job_id, image.block.image_id, NOW) == image
    # A page has all of its pictures, or none as long as it was not read.
    pictured = Counter(block.image_id.page for block in vault.images(job.job_id, NOW))
    assert pictured == dict.fromkeys(read, IMAGES)


@pytest.mark.slow
def test_a_writer_killed_at_random_moments_loses_nothing_it_was_told(paths: VaultPaths) -> None:
    dice = random.Random(20260105)
    admitted: set[str] = set()
    purged: set[str] = set()
    unsure: set[str] = set()
    pages: Counter[str] = Counter()
    for seed in range(12):
        writer = Child(lambda tell, seed=seed: work_for_ever(paths, tell, seed))
        first = writer.next()
        writer.kill_after(dice.uniform(0.0, 0.35))
        code, told = writer.end()
        assert code == -signal.SIGKILL

        told.insert(0, first)
        done = {(what, name) for stage, what, name in told if stage == "done"}
        admitted |= {name for what, name in done if what == "admit"}
        purged |= {name for what, name in done if what == "purge"}
        pages.update(name for stage, what, name in told if (stage, what) == ("done", "page"))
        stage, what, name = told[-1]
        if stage == "begin" and what in ("admit", "purge"):
            unsure.add(name)

        vault = open_it(paths)
        jobs = vault.jobs(NOW)
        for job in jobs:
            check_job(vault, job)
            if job.name is not None:
                in_hand = [stage, what, name] == ["begin", "page", job.name]
                assert job.pages_read - pages[job.name] in (0, int(in_hand))
                pages[job.name] = job.pages_read
        names = {job.name for job in jobs if job.name is not None}
        assert admitted - purged - unsure <= names <= admitted - (purged - unsure) | unsure
        vault.close()
        check_file(paths)
    assert len(admitted) > 5
    assert purged


def check_file(paths: VaultPaths) -> None:
    looking = Desk(None, None, paths, None)
    assert looking.sql("PRAGMA integrity_check") == [("ok",)]
    assert looking.sql("PRAGMA foreign_key_check") == []
    orphans = "SELECT count(*) FROM chunk WHERE stream NOT IN (SELECT id FROM stream)"
    assert looking.sql(orphans) == [(0,)]


# --- death before every single line ------------------------------------------------------


def make(paths: VaultPaths) -> None:
    open_it(paths).close()


def lines_of(work: Callable[[VaultPaths], object], paths: VaultPaths) -> int:
    """How many lines of the vault's code the work runs."""

    def count(tell: Tell) -> None:
        import sys

        lines = 0

        def trace(frame, event, argument):
            nonlocal lines
            if not frame.f_code.co_filename.startswith(str(VAULT_CODE)):
                return None
            lines += event == "line"
            return trace

        sys.settrace(trace)
        work(paths)
        sys.settrace(None)
        tell([lines])

    code, told = Child(count).end()
    assert code == 0
    return told[0][0]


@pytest.mark.slow
def test_a_vault_whose_making_is_cut_off_anywhere_is_there_or_is_not(tmp_path: Path) -> None:
    total = lines_of(make, paths_in(tmp_path / "whole"))
    outcomes = set()
    # Not the very last lines: a run may have one line less than another.
    for number in range(0, total - 2, max(1, total // 60)):
        paths = paths_in(tmp_path / str(number))

        def work(tell: Tell, paths: VaultPaths = paths, number: int = number) -> None:
            die_at_line(number, VAULT_CODE)
            make(paths)

        code, _ = Child(work).end()
        assert code == -signal.SIGKILL

        before = needed_key(paths)
        outcomes.add(before)
        vault = open_it(paths)
        job_id = vault.admit(
            vault.add_batch(NOW), BytesSource("a.png", b"x"), ReadOptions(), RULE, NOW
        )
        vault.close()
        vault = open_it(paths)
        assert vault.job(job_id, NOW).name == "a.png"
        vault.close()
    assert outcomes == {None, "passphrase"}


@pytest.mark.slow
def test_a_purge_that_is_cut_off_anywhere_is_done_or_due_or_was_never_asked(
    tmp_path: Path,
) -> None:
    def prepare(paths: VaultPaths) -> tuple[Vault, list[str]]:
        vault = open_it(paths)
        batch = vault.add_batch(NOW)
        ids = [
            vault.admit(batch, BytesSource(name, document(name)), ReadOptions(), RULE, NOW)
            for name in ("goes", "stays")
        ]
        return vault, ids

    def purge(paths: VaultPaths) -> None:
        vault = open_it(paths)
        ids = [job.job_id for job in vault.jobs(NOW) if job.name == "goes"]
        vault.mark_purging(ids, DeleteReason.USER, NOW)
        vault.purge(ids, ALL, DeleteReason.USER, NOW)

    whole = paths_in(tmp_path / "whole")
    prepare(whole)[0].close()
    total = lines_of(purge, whole)
    seen = set()
    for number in range(0, total, max(1, total // 40)):
        paths = paths_in(tmp_path / str(number))
        vault, (goes, stays) = prepare(paths)
        vault.close()

        def work(tell: Tell, paths: VaultPaths = paths, number: int = number) -> None:
            die_at_line(number, VAULT_CODE)
            purge(paths)

        assert Child(work).end()[0] == -signal.SIGKILL

        vault = open_it(paths)
        state = vault.job(goes, NOW).state
        is_due = bool(vault.due(NOW))
        seen.add((state, is_due))
        assert (state, is_due) in {
            (JobState.QUEUED, False),
            (JobState.QUEUED, True),
            (JobState.DELETED, False),
        }
        check_job(vault, vault.job(goes, NOW))
        check_job(vault, vault.job(stays, NOW))
        for due in vault.due(NOW):
            vault.purge([due.job_id], due.parts, due.reason, NOW)
        vault.tidy()
        assert paths.database.with_name("vault.db-wal").stat().st_size == 0
        vault.close()
    assert len(seen) == 3
