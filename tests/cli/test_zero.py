"""Results of 0 hours: into a folder or to standard output, and nothing of them is kept."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Program, ended, with_cheap_vault
from tests.cli.papers import PICTURE_WORDS, write_picture
from tests.waiting import eventually

ZERO = ("--retain-source", "0h", "--retain-result", "0h")


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return with_cheap_vault(tmp_path)


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    return write_picture(folder / "letter.png")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


def keys(program: Program) -> int:
    with closing(sqlite3.connect(program.home / "data" / "vault.db")) as connection:
        return connection.execute("SELECT count(*) FROM data_key").fetchone()[0]


def test_it_goes_into_the_folder_and_out_of_the_vault(
    program: Program, letter: Path, out: Path
) -> None:
    ran = program.run("add", *ZERO, letter, "--out", out, "--format", "txt,json", "--json")
    assert ran.status == 0, ran.err
    (job,) = ran.json
    assert (job["state"], job["delete_reason"]) == ("deleted", "zero_retention")
    assert job["files"] == [str(out / "letter.txt"), str(out / "letter.json")]
    assert PICTURE_WORDS[0] in (out / "letter.txt").read_text()
    assert keys(program) == 0


def test_it_is_printed_and_out_of_the_vault(program: Program, letter: Path) -> None:
    ran = program.run("add", "--retain-result", "0h", "--print", letter)
    assert ran.status == 0, ran.err
    assert PICTURE_WORDS[0] in ran.out
    assert "letter.png" not in ran.out
    (job,) = program.run("list", "--json").json
    assert (job["state"], job["error"]) == ("done", None)
    assert program.run("show", job["job"]).status == 3
    assert keys(program) == 1  # the document's


def test_a_reader_who_leaves_has_not_got_it(program: Program, letter: Path) -> None:
    with program.start("add", "--retain-result", "0h", "--print", letter) as process:
        process.stdout.close()
        process.stdout = None
        process.wait(60)
    assert process.returncode == 141
    (job,) = program.run("list", "--json").json
    assert job["error"]["code"] == "not_handed_over"
    assert PICTURE_WORDS[0] in program.run("show", job["job"]).out


def test_a_folder_that_goes_away_is_told_with_what_to_do(
    program: Program, letter: Path, out: Path
) -> None:
    assert program.run("pause").status == 0
    process = program.start("add", *ZERO, letter, "--out", out, "--json")
    eventually(lambda: keys(program) == 2)
    out.rmdir()
    assert program.run("resume").status == 0
    ran = ended(process)
    assert ran.status == 3
    (job,) = ran.json
    assert job["error"]["code"] == "target_missing"
    assert "Choose a folder" in ran.err
    other = program.folder / "other"
    other.mkdir()
    assert program.run("export", job["job"], "--format", "txt", "--out", other).status == 0
    assert program.run("delete", job["job"]).status == 0
    assert keys(program) == 0


def test_a_kill_before_the_hand_over_loses_nothing(
    program: Program, letter: Path, out: Path
) -> None:
    assert program.run("pause").status == 0
    process = program.start("add", *ZERO, letter, "--out", out)
    eventually(lambda: keys(program) == 2)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert program.run("resume").status == 0
    assert program.run("wait").status == 0
    eventually(lambda: program.run("list").status == 0 and keys(program) == 0)
    assert [path.name for path in out.iterdir()] == ["letter.txt"]


_DIES_AFTER_WRITING = """
import os, signal, sys
from mayfly.__main__ import main
from mayfly.services.handover import Handover

Handover._answer = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
sys.argv = ["mayfly", *sys.argv[1:]]
sys.exit(main())
"""


def test_a_kill_between_writing_and_destroying_is_made_up_for_at_the_next_start(
    program: Program, letter: Path, out: Path
) -> None:
    words = [sys.executable, "-c", _DIES_AFTER_WRITING, "add", *ZERO, letter, "--out", out]
    died = subprocess.run(
        words, env=program.environment, capture_output=True, check=False, timeout=60
    )
    assert died.returncode == -signal.SIGKILL
    assert [path.name for path in out.iterdir()] == ["letter.txt"]
    assert keys(program) == 1

    assert program.run("list").status == 0

    eventually(lambda: keys(program) == 0)
    (job,) = program.run("list", "--json").json
    assert job["delete_reason"] == "zero_retention"
    assert [path.name for path in out.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--retain-result", "0h", "--wait"), "needs somewhere to go"),
        (("--print",), "not kept"),
        (("--retain-result", "0h", "--print", "--json"), "no --json"),
        (("--retain-source", "0h", "--retain-result", "0h", "--format", "pdf"), "PDF"),
    ],
)
def test_what_cannot_be_is_refused(
    program: Program, letter: Path, out: Path, words: tuple[str, ...], said: str
) -> None:
    more = ("--out", str(out)) if "--format" in words else ()
    ran = program.run("add", *words, *more, letter)
    assert ran.status == 2
    assert said in ran.err
