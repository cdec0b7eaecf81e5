"""“mayfly panic” and “mayfly fresh”: asked or not, with others at work, with a real keyring."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from mayfly.cli.exit_status import ExitStatus
from mayfly.system.paths import paths_in
from mayfly.vault.shard import Shard
from tests.cli.conftest import Ended, Program, ended, with_cheap_vault
from tests.cli.papers import write_pdf
from tests.keyring_session import keyring_session, require_keyring
from tests.waiting import eventually

KEPT = {"settings.json", "CACHEDIR.TAG"}


@pytest.fixture
def filled(tmp_path: Path) -> Program:
    program = with_cheap_vault(tmp_path)
    write_pdf(tmp_path / "letter.pdf")
    assert program.run("add", tmp_path / "letter.pdf").status == ExitStatus.DONE
    return program


def set_asks(program: Program, asks: bool) -> None:
    settings = paths_in(program.home).settings
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps({"panic_asks": asks}))


def files_with_bytes(program: Program) -> set[str]:
    """Every file that is left and holds anything."""
    return {one.name for one in program.home.rglob("*") if one.is_file() and one.stat().st_size}


def test_nothing_is_left_but_settings(filled: Program) -> None:
    set_asks(filled, True)
    raw = filled.folder / "raw"
    raw.hardlink_to(paths_in(filled.home).shard)
    key = raw.read_bytes()

    done = filled.run("panic", "--yes", "--json")

    assert done.status == ExitStatus.DONE
    assert done.json == {
        "key_destroyed": True,
        "there_was_one": True,
        "keyring": "none",
        "processes_ended": 0,
        "left": [],
    }
    assert files_with_bytes(filled) == KEPT
    assert not any(key[at : at + 32] in raw.read_bytes() for at in range(0, len(key) - 32, 32))
    again = filled.run("panic", "--yes")
    assert (again.status, again.out) == (ExitStatus.DONE, "There is no vault.\n")
    assert filled.run("list", "--json").json == []


def test_it_asks_unless_told_not_to(filled: Program) -> None:
    refused = filled.run("panic")
    assert refused.status == ExitStatus.USAGE
    assert [job["name"] for job in filled.run("list", "--json").json] == ["letter.pdf"]
    assert filled.run("fresh").status == ExitStatus.USAGE

    for typed, status in (("n", ExitStatus.USAGE), ("", ExitStatus.USAGE)):
        assert run_typing(filled, typed, "panic").status == status
        assert paths_in(filled.home).database.exists()

    set_asks(filled, False)
    assert filled.run("panic").status == ExitStatus.DONE
    assert not paths_in(filled.home).database.exists()


def test_a_yes_at_the_terminal_is_enough(filled: Program) -> None:
    assert run_typing(filled, "y", "panic").status == ExitStatus.DONE
    assert not paths_in(filled.home).database.exists()


def run_typing(program: Program, typed: str, *words: str) -> Ended:
    """Run it with somebody at a terminal who types this line."""
    ours, theirs = os.openpty()
    os.write(ours, f"{typed}\n".encode())
    with program.start(*words, stdin=theirs) as process:
        os.close(theirs)
        answer = ended(process)
    os.close(ours)
    return answer


def test_other_processes_are_ended_with_it(filled: Program) -> None:
    filled.run("pause")
    with filled.start("wait") as waiting:
        present = paths_in(filled.home).present
        eventually(lambda: present.is_dir() and any(present.iterdir()))
        time.sleep(0.5)
        assert waiting.poll() is None

        done = filled.run("panic", "--yes", "--json")

        assert done.json["processes_ended"] == 1
        assert ended(waiting).status == -signal.SIGKILL
    assert not list(present.iterdir())


def test_a_panic_that_was_cut_short_is_finished_by_the_next_command(filled: Program) -> None:
    Shard(paths_in(filled.home).shard).doom()

    assert filled.run("list", "--json").json == []

    assert not paths_in(filled.home).database.exists()
    assert not paths_in(filled.home).shard.exists()


def test_a_vault_whose_key_is_gone_gives_way_to_a_fresh_one(filled: Program) -> None:
    paths_in(filled.home).shard.unlink()
    told = filled.run("list", "--json")
    assert told.json["error"]["code"] == "key_missing"

    done = filled.run("fresh", "--yes", "--json")

    assert (done.status, done.json["key_destroyed"]) == (ExitStatus.DONE, True)
    assert filled.run("add", filled.folder / "letter.pdf").status == ExitStatus.DONE
    assert len(filled.run("list", "--json").json) == 1


@pytest.mark.keyring
def test_the_keyrings_half_goes_and_a_locked_keyring_delays_nothing(tmp_path: Path) -> None:
    require_keyring()
    ring = tmp_path / "keyring"
    write_pdf(tmp_path / "letter.pdf")
    with keyring_session(ring) as session:
        program = Program(tmp_path, session)
        assert program.run("add", tmp_path / "letter.pdf").status == ExitStatus.DONE
        removed = program.run("panic", "--yes", "--json")
        assert (removed.status, removed.json["keyring"]) == (ExitStatus.DONE, "removed")
        assert program.run("add", tmp_path / "letter.pdf").status == ExitStatus.DONE
    with keyring_session(ring, unlocked=False) as session:
        program = Program(tmp_path, session)
        began = time.monotonic()
        locked = program.run("panic", "--yes", "--json")
        took = time.monotonic() - began
    assert locked.status == ExitStatus.SOME_FAILED
    assert (locked.json["key_destroyed"], locked.json["keyring"]) == (True, "not_reached")
    assert not paths_in(program.home).database.exists()
    assert took < 10


def test_yesterdays_copy_of_the_vault_is_told_apart_and_gives_way(filled: Program) -> None:
    data = paths_in(filled.home).data
    shutil.copytree(data, filled.folder / "backup")
    (job,) = filled.run("list", "--json").json
    assert filled.run("delete", job["job"]).status == ExitStatus.DONE
    shutil.rmtree(data)
    shutil.copytree(filled.folder / "backup", data)

    told = filled.run("list", "--json")

    assert told.status == ExitStatus.VAULT_LOCKED
    assert told.json["error"]["code"] == "vault_restored"
    assert filled.run("fresh", "--yes").status == ExitStatus.DONE
    assert filled.run("list", "--json").json == []
