"""A session in memory: it does the work, and afterwards there is nothing, anywhere."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from mayfly.memory_session import is_memory_place
from mayfly.system.machine_files import MachineFiles
from tests.cli.conftest import Program, ended, with_passphrase
from tests.cli.papers import write_picture
from tests.waiting import eventually

MEMORY = Path("/dev/shm")
WORD = "treasurer"

pytestmark = pytest.mark.skipif(not is_memory_place(), reason="no folder in memory here")


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    return write_picture(folder / "letter.png")


@pytest.fixture
def nobody(tmp_path: Path) -> Program:
    """A user who has never had a Mayfly, nor a keyring, nor a passphrase."""
    (tmp_path / "user").mkdir()
    return Program(tmp_path, {"MAYFLY_HOME": ""})


def tree(*roots: Path) -> dict[str, tuple[int, int]]:
    """Return everything below, with size and time of change."""
    found = {}
    for root in roots:
        for path in root.rglob("*"):
            with suppress(FileNotFoundError):
                state = path.lstat()
                found[str(path)] = (state.st_size, state.st_mtime_ns if path.is_file() else 0)
    return found


def left_by(pid: int) -> list[Path]:
    """Return the folders in memory of one process; others may be at work beside it."""
    return list(MEMORY.glob(f"mayfly-{os.getuid()}-{pid}-*"))


def home_of(pid: int) -> Path:
    """Wait for the folder that a session in memory lies in, with its vault."""

    def look() -> list[Path]:
        return [one for one in left_by(pid) if (one / "data" / "vault.db").exists()]

    (found,) = eventually(look)
    return found


def test_a_document_is_read_and_nothing_is_left_of_it(
    nobody: Program, tmp_path: Path, letter: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "tmp").mkdir()
    before = tree(tmp_path)

    process = nobody.start("--memory", "add", letter, "--wait", "--json")
    eventually(lambda: left_by(process.pid))
    ran = ended(process)

    assert ran.status == 0, ran.err
    (job,) = ran.json
    assert (job["state"], job["name"], job["pages_read"]) == ("done", "letter.png", 1)
    assert tree(tmp_path) == before
    assert left_by(process.pid) == []


def test_without_it_there_would_be_something(tmp_path: Path, letter: Path) -> None:
    """The control for the test above."""
    program = with_passphrase(tmp_path)
    before = tree(tmp_path)
    assert program.run("add", letter, "--wait").status == 0
    assert any(name.endswith("vault.db") for name in tree(tmp_path).keys() - before.keys())


def test_results_go_where_they_were_asked_for(
    nobody: Program, tmp_path: Path, letter: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert nobody.run("add", "--memory", letter, "--out", out).status == 0
    assert WORD in (out / "letter.txt").read_text()
    assert not list((tmp_path / "user").rglob("*"))


def test_a_vault_and_its_passphrase_are_left_alone(tmp_path: Path, letter: Path) -> None:
    program = with_passphrase(tmp_path)
    assert program.run("add", letter, "--wait").status == 0
    before = tree(program.home)
    ran = program.run("--memory", "add", letter, "--wait", "--json")
    assert (ran.status, len(ran.json)) == (0, 1)
    assert tree(program.home) == before


def test_what_a_kill_leaves_is_removed_by_the_next_start(
    nobody: Program, tmp_path: Path, letter: Path
) -> None:
    process = nobody.start("--memory", "add", letter, "--wait")
    left = home_of(process.pid)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert left.exists()
    assert WORD.encode() not in b"".join(
        path.read_bytes() for path in left.rglob("*") if path.is_file()
    )
    assert nobody.run("--memory", "add", letter, "--wait").status == 0
    assert not left.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_end_from_outside_is_a_deletion_too(
    nobody: Program, letter: Path, number: signal.Signals
) -> None:
    process = nobody.start("--memory", "add", letter, "--wait")
    left = home_of(process.pid)
    process.send_signal(number)
    ended(process)
    assert not left.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--memory", "list"), "begins empty"),
        (("--memory", "add", "letter.png"), "--wait or --out"),
        (("add", "--memory", "letter.png", "--wait", "--passphrase-fd", "3"), "no passphrase"),
    ],
)
def test_what_makes_no_sense_is_refused(nobody: Program, words: tuple[str, ...], said: str) -> None:
    ran = nobody.run(*words)
    assert ran.status == 2
    assert said in " ".join(ran.err.split())


def test_the_window_leaves_nothing_either(nobody: Program, tmp_path: Path, letter: Path) -> None:
    variables = {**nobody.environment, "QT_QPA_PLATFORM": "offscreen"}
    before = tree(tmp_path)
    process = subprocess.Popen(
        nobody.command("--memory", letter),
        env=variables,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    home_of(process.pid)
    process.send_signal(signal.SIGTERM)
    assert ended(process).status == 0
    assert tree(tmp_path) == before
    assert left_by(process.pid) == []


def test_a_folder_on_a_disk_is_no_memory(tmp_path: Path) -> None:
    table = tmp_path / "proc" / "self" / "mountinfo"
    table.parent.mkdir(parents=True)
    line = "1 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
    table.write_text(line)
    assert not is_memory_place(MachineFiles(tmp_path))
    table.write_text(line + "2 1 0:9 / /dev/shm rw - tmpfs shm rw\n")
    assert is_memory_place(MachineFiles(tmp_path))
