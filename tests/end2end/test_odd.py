"""Odd documents and odd files: each ends in a state with a sentence; everything else goes on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from mayfly.domain.document_errors import IsAFolder
from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import UserError
from mayfly.domain.jobs import Job, ReadOptions
from mayfly.domain.pages import PageOrigin
from mayfly.domain.states import JobState
from tests.conftest import ROOT, Corpus
from tests.end2end.odd_outcomes import PATIENCE_S, TABLE, kinds_in, run
from tests.end2end.running import add, running, wait_until_read
from tests.engine.engine_documents import pdf_of

GOOD_TEXT = "The harbour wall will be repaired before winter."
_TWO_GIB = 2 << 30


def assert_says_what_to_do(job: Job) -> None:
    """A failed job tells a sentence and a remedy of its own."""
    error = error_of(job.error_code or "")
    assert type(error) is not UserError, f"no sentence for {job.error_code}"
    assert error.text
    assert error.remedy


def good_document(folder: Path) -> Path:
    path = folder / "good.pdf"
    path.write_bytes(pdf_of(GOOD_TEXT))
    return path


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_every_odd_document_ends_as_the_table_says_and_harms_no_other(
    corpus: Corpus, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    odd = corpus.of_kind("odd")
    good = good_document(tmp_path)
    with running(tmp_path / "home") as mayfly:
        # Given: a job that is done before, and one that comes last
        (before,) = add(mayfly, [good]).jobs
        done_before = wait_until_read(mayfly, [before], patience_s=120)[before]
        outcomes = run(mayfly, odd)
        (last,) = add(mayfly, [good]).jobs

        # Then: the last one is read, the first is as it was
        assert wait_until_read(mayfly, [last], patience_s=120)[last].state is JobState.DONE
        assert list(mayfly.library.text(last)) == [GOOD_TEXT]
        assert list(mayfly.library.text(before)) == [GOOD_TEXT]
        jobs = {job.job_id: job for job in mayfly.library.jobs().result()}
        assert jobs[before] == done_before

        # And: nothing is silent
        for job in jobs.values():
            if job.state is JobState.DONE:
                for result in mayfly.library.results(job.job_id):
                    assert result.words or result.origin is not PageOrigin.TEXT_LAYER
            else:
                assert_says_what_to_do(job)
        readers = psutil.Process().children(recursive=True)

    # And: nothing is left behind, and no document met a bug of ours
    assert not [one for one in readers if one.is_running()]
    assert not [one for one in caplog.records if one.exc_info]
    # And: every outcome is the one a person has looked at
    found = {one.document: (one.kind, one.codes) for one in outcomes}
    assert found == kinds_in(TABLE.read_text(encoding="utf-8")), (
        "an outcome changed: look at it, then run python -m tests.end2end.odd_outcomes"
    )


@pytest.mark.corpus
def test_a_wrong_password_is_said_and_the_right_one_still_opens(
    corpus: Corpus, tmp_path: Path
) -> None:
    path = corpus.file("odd/pdfminer__aes-256-r6.pdf")
    with running(tmp_path / "home") as mayfly:
        (job,) = add(mayfly, [path]).jobs
        for given, state, code in [
            (None, JobState.NEEDS_PASSWORD, "password_needed"),
            ("UserSecret", JobState.NEEDS_PASSWORD, "password_wrong"),
            ("x" * 5_000, JobState.NEEDS_PASSWORD, "password_wrong"),
            ("usersecret", JobState.DONE, None),
        ]:
            if given is not None:
                mayfly.queue.give_password(job, given).result()
            row = wait_until_read(mayfly, [job], patience_s=PATIENCE_S)[job]
            assert (row.state, row.error_code) == (state, code)


@contextmanager
def growing(path: Path) -> Iterator[None]:
    """Keep writing to the file, as a program that is saving it does."""
    over = threading.Event()

    def write() -> None:
        with path.open("ab") as file:
            while not over.wait(0.001):
                file.write(b"more")
                file.flush()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


def test_what_is_no_readable_file_becomes_a_row_that_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "dangling.pdf").symlink_to(folder / "nowhere.pdf")
    (folder / "loop.pdf").symlink_to(folder / "loop.pdf")
    os.mkfifo(folder / "pipe.pdf")
    with (folder / "sparse.pdf").open("wb") as file:
        file.truncate(_TWO_GIB)
    (folder / "text.pdf").write_text("this is no PDF at all")
    (folder / "bytes.png").write_bytes(os.urandom(100_000))
    (folder / "growing.pdf").write_bytes(pdf_of("x") + bytes(64 << 20))
    wanted = {
        "empty.pdf": "file_empty",
        "dangling.pdf": "file_missing",
        "missing.pdf": "file_missing",
        "loop.pdf": "file_missing",
        "pipe.pdf": "not_a_file",
        "zero": "not_a_file",
        "below.pdf": "file_missing",
        "sparse.pdf": "file_too_large",
        "growing.pdf": "file_changed",
        "text.pdf": "unknown_kind",
        "bytes.png": "unknown_kind",
        "good.pdf": None,
    }
    paths = [folder / name for name in wanted if name not in ("zero", "below.pdf", "good.pdf")]
    # A device, and a path through something that is no folder.
    paths += [Path("/dev/zero"), folder / "text.pdf" / "below.pdf", good_document(folder)]

    with running(tmp_path / "home") as mayfly, growing(folder / "growing.pdf"):
        taken = add(mayfly, paths)
        rows = wait_until_read(mayfly, taken.jobs, patience_s=120)

    assert {job.name: job.error_code for job in rows.values()} == wanted
    for job in rows.values():
        if job.name != "good.pdf":
            assert job.state is JobState.FAILED
            assert_says_what_to_do(job)
    assert not (folder / "nowhere.pdf").exists()


def test_a_folder_is_refused_as_a_document_and_taken_as_what_is_in_it(tmp_path: Path) -> None:
    from mayfly.bootstrap import Foundation

    folder = tmp_path / "scans.pdf"
    folder.mkdir()
    foundation = Foundation(tmp_path / "home")
    with pytest.raises(IsAFolder):
        next(foundation.read_once.read(folder, ReadOptions(("eng",))))
    foundation.close()
    (folder / "notes.txt").write_text("no document")
    good_document(folder)
    with running(tmp_path / "home", read=False) as mayfly:
        taken = add(mayfly, [folder])
        assert (len(taken.jobs), taken.skipped, taken.refused) == (1, 1, 0)


def test_a_file_that_the_system_refuses_to_read_is_said(tmp_path: Path) -> None:
    """In a process that may not pass over permissions, as root otherwise does."""
    secret = tmp_path / "in" / "secret.pdf"
    secret.parent.mkdir()
    secret.write_bytes(pdf_of("text"))
    secret.chmod(0)
    locked = tmp_path / "in" / "locked"
    locked.mkdir()
    locked.chmod(0)
    command = [sys.executable, "-m", "tests.end2end.take_in", str(tmp_path / "home")]
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("root reads every file, and setpriv is not there to take that away")
        command = [setpriv, "--bounding-set", "-dac_override,-dac_read_search", *command]

    done = subprocess.run(
        [*command, str(secret), str(locked)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    locked.chmod(0o700)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "secret.pdf": "file_unreadable",
        "locked": "file_unreadable",
    }
