"""“mayfly doctor” on a real vault: what is right, and that it says so when it is made wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from mayfly.system.paths import Paths, paths_in
from mayfly.vault.opening import KeyAccess, VaultPaths, open_vault
from tests.cli.conftest import PASSPHRASE, Program

SECOND_LINE = {
    "deletions": "nothing waits",
    "way of writing": "wal",
    "log of writes": "empty",
    "search index": "none on the disk",
    "core dumps": "off",
    "new files": "private",
    "connections": "refused by the kernel",
    "modes": "private",
    "content of the log": "kinds, places and counts",
    "notes of names": "none",
}


def findings(program: Program) -> dict[str, dict]:
    answer = program.run("doctor", "--json")
    assert answer.status == (0 if answer.json["healthy"] else 3)
    assert answer.err == ""
    return {one["key"]: one for one in answer.json["findings"]}


def test_a_vault_as_mayfly_keeps_it(furnished: Program) -> None:
    # Opened and closed as any command does, which marks the folders.
    assert furnished.run("list").status == 0
    found = findings(furnished)
    assert {key: found[key]["value"] for key in SECOND_LINE} == SECOND_LINE
    assert {found[key]["grade"] for key in SECOND_LINE} == {"good"}
    assert found["SQLite settings"]["value"] == f"SQLite {sqlite3.sqlite_version}"
    assert found["isolation"]["grade"] == "good"
    assert "no core dumps" in found["isolation"]["value"]


def test_it_works_while_the_vault_is_open_and_changes_nothing(furnished: Program) -> None:
    paths = paths_in(furnished.home)
    files = VaultPaths(paths.database, paths.shard, paths.lock)
    vault = open_vault(files, KeyAccess(None, PASSPHRASE))
    try:
        vault.set_paused(True)
        before = paths.database.read_bytes(), _log(paths).read_bytes()
        assert findings(furnished)["log of writes"]["value"] == "in use"
        assert (paths.database.read_bytes(), _log(paths).read_bytes()) == before
    finally:
        vault.close()


def _log(paths: Paths) -> Path:
    return paths.database.with_name("vault.db-wal")


def _sql(statement: str) -> Callable[[Paths], None]:
    def change(paths: Paths) -> None:
        with closing(sqlite3.connect(paths.database)) as connection, connection:
            connection.execute(statement)

    return change


def _widen(paths: Paths) -> None:
    paths.shard.chmod(0o644)


def _add_to_log(paths: Paths) -> None:
    with paths.log.open("a") as file:
        file.write("Traceback: letter.pdf\n")


def _lay_down_settings(paths: Paths) -> None:
    (paths.config / "QtProject.conf").touch(0o600)


def _damage(paths: Paths) -> None:
    paths.database.write_bytes(b"no database" * 1_000)


@pytest.mark.parametrize(
    ("spoil", "key", "grade"),
    [
        (_sql("UPDATE meta SET rotation_owed = 1"), "deletions", "notice"),
        (_sql("CREATE VIRTUAL TABLE words USING fts5(text)"), "search index", "problem"),
        (_sql("PRAGMA journal_mode = DELETE"), "way of writing", "problem"),
        (_widen, "modes", "problem"),
        (_add_to_log, "content of the log", "notice"),
        (_lay_down_settings, "notes of names", "notice"),
        (_damage, "look at the vault", "problem"),
    ],
)
def test_what_is_wrong_is_said(furnished: Program, spoil, key: str, grade: str) -> None:
    assert furnished.run("list").status == 0
    spoil(paths_in(furnished.home))
    found = findings(furnished)[key]
    assert found["grade"] == grade
    assert found["remedy"]


def test_a_first_start_in_a_synced_folder_says_so_once(program: Program) -> None:
    (program.folder / ".stfolder").mkdir()
    first = program.run("pause")
    assert first.status == 0
    assert "Syncthing: The key file lies in a folder that is copied to other machines" in first.err
    assert program.run("resume").err == ""
    assert findings(program)["synced folder"]["grade"] == "problem"


def test_elsewhere_a_first_start_says_nothing(program: Program) -> None:
    first = program.run("pause")
    assert (first.status, first.err) == (0, "")
