"""“mayfly lock”, “mayfly unlock”, and every other command on a locked vault."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mayfly.cli.exit_status import ExitStatus
from mayfly.system.paths import paths_in
from tests.cli.conftest import PASSPHRASE, Program, with_cheap_vault
from tests.cli.papers import write_pdf
from tests.keyring_session import keyring_session, require_keyring


@pytest.fixture
def filled(tmp_path: Path) -> Program:
    program = with_cheap_vault(tmp_path)
    write_pdf(tmp_path / "letter.pdf")
    assert program.run("add", tmp_path / "letter.pdf").status == ExitStatus.DONE
    return program


def ask(program: Program, statement: str) -> list[tuple]:
    database = paths_in(program.home).database
    with closing(sqlite3.connect(database)) as looking, looking:
        return looking.execute(statement).fetchall()


def test_a_locked_vault_opens_for_no_command_until_it_is_unlocked(filled: Program) -> None:
    locked = filled.run("lock", "--json")
    assert (locked.status, locked.json) == (ExitStatus.DONE, {"locked": True})

    for words in (("list",), ("add", "letter.pdf"), ("show", "12345678"), ("pause",)):
        refused = filled.run(*words)
        assert refused.status == ExitStatus.VAULT_LOCKED
        assert "mayfly unlock" in refused.err
        assert refused.out == ""
    told = filled.run("list", "--json")
    assert told.json["error"]["code"] == "vault_locked"

    unlocked = filled.run("unlock", "--json")
    assert (unlocked.status, unlocked.json) == (ExitStatus.DONE, {"locked": False})
    assert [job["name"] for job in filled.run("list", "--json").json] == ["letter.pdf"]


def test_locking_takes_neither_keyring_nor_passphrase(filled: Program) -> None:
    bare = Program(filled.folder)
    assert bare.run("lock").out == "The vault is locked.\n"
    assert bare.run("lock").status == ExitStatus.DONE
    assert bare.run("unlock").status == ExitStatus.VAULT_LOCKED
    assert filled.run("unlock").out == "The vault is unlocked.\n"
    assert filled.run("unlock").status == ExitStatus.DONE


def test_a_wrong_passphrase_unlocks_nothing(filled: Program) -> None:
    filled.run("lock")
    wrong = filled.folder / "wrong"
    wrong.write_text("not it\n")
    assert filled.run("unlock", "--passphrase-file", wrong).status == ExitStatus.VAULT_LOCKED
    assert filled.run("list").status == ExitStatus.VAULT_LOCKED


def test_a_command_on_a_locked_vault_destroys_what_is_due_before_it_refuses(
    filled: Program,
) -> None:
    filled.run("lock")
    # 31 days ago: past the backstop.
    ask(filled, f"UPDATE job SET added_at = added_at - {31 * 86_400 * 1_000_000}")

    assert filled.run("list").status == ExitStatus.VAULT_LOCKED

    assert ask(filled, "SELECT state FROM job") == [("deleted",)]
    assert ask(filled, "SELECT count(*) FROM data_key") == [(0,)]
    assert ask(filled, "SELECT rotation_owed FROM meta") == [(1,)]
    filled.run("unlock")
    assert ask(filled, "SELECT rotation_owed, epoch, locked_at FROM meta") == [(0, 2, None)]


def test_without_a_vault_nothing_is_made(program: Program) -> None:
    assert program.run("lock", "--json").json == {"locked": False}
    assert program.run("unlock").out == "There is no vault yet.\n"
    assert not paths_in(program.home).database.exists()
    assert PASSPHRASE not in program.run("unlock", "--json").out


@pytest.mark.keyring
def test_a_real_keyring_that_is_locked_keeps_the_vault_locked_and_no_end_waits(
    tmp_path: Path,
) -> None:
    require_keyring()
    ring = tmp_path / "keyring"
    write_pdf(tmp_path / "letter.pdf")
    with keyring_session(ring) as session:
        program = Program(tmp_path, session)
        for _ in range(2):
            assert program.run("add", tmp_path / "letter.pdf").status == ExitStatus.DONE
        assert program.run("lock").status == ExitStatus.DONE
        ask(program, f"UPDATE job SET added_at = added_at - {31 * 86_400 * 10**6} WHERE seq = 1")
    with keyring_session(ring, unlocked=False) as session:
        program = Program(tmp_path, session)
        assert program.run("list", "--json").json["error"]["code"] == "vault_locked"
        assert ask(program, "SELECT state FROM job ORDER BY seq") == [("deleted",), ("queued",)]
        assert ask(program, "SELECT epoch, rotation_owed FROM meta") == [(1, 1)]
        refused = program.run("unlock", "--json")
        assert refused.status == ExitStatus.VAULT_LOCKED
        assert refused.json["error"]["code"] == "keyring_locked"
        assert ask(program, "SELECT locked_at IS NULL FROM meta") == [(0,)]
    with keyring_session(ring) as session:
        program = Program(tmp_path, session)
        assert program.run("unlock").status == ExitStatus.DONE
        assert ask(program, "SELECT epoch, rotation_owed, locked_at FROM meta") == [(2, 0, None)]
        assert [job["state"] for job in program.run("list", "--json").json] == ["deleted", "queued"]
