"""Only the owner may read what the vault writes, and what it asks of SQLite took effect."""

from __future__ import annotations

import os
import sqlite3
import stat

import pytest

from mayfly.domain.errors import (
    InternalError,
    KeyMissing,
    VaultBusy,
    VaultDamaged,
    VaultLocked,
)
from mayfly.vault import connection, opening
from mayfly.vault.migrations import newest_version
from mayfly.vault.opening import KeyAccess, VaultPaths, vault_exists
from mayfly.vault.private_files import locked
from tests.fakes import MemorySecrets
from tests.vault.conftest import Desk
from tests.vault.opened import files_of, open_with

# --- private files -----------------------------------------------------------------------


def modes_in(paths: VaultPaths) -> dict[str, set[int]]:
    files = files_of(paths)
    return {
        "folder": {stat.S_IMODE(file.parent.stat().st_mode) for file in files},
        "file": {stat.S_IMODE(file.stat().st_mode) for file in files},
    }


def test_only_the_owner_may_read_any_file_or_folder(paths: VaultPaths) -> None:
    before = os.umask(0)
    try:
        paths.shard.parent.mkdir(mode=0o777)
        vault = open_with(paths, "open sesame")
    finally:
        os.umask(before)

    names = {file.name for file in files_of(paths)}
    modes = modes_in(paths)
    vault.close()

    assert names == {
        "vault.db",
        "vault.db-wal",
        "vault.db-shm",
        "vault.db-reserve",
        "shard",
        "lock",
    }
    assert modes == {"folder": {0o700}, "file": {0o600}}


def test_files_are_private_while_they_are_made(paths: VaultPaths) -> None:
    class LookingSecrets(MemorySecrets):
        def put(self, name: str, value: str) -> None:
            assert stat.S_IMODE(paths.shard.stat().st_mode) == 0o600
            super().put(name, value)

    before = os.umask(0)
    try:
        vault = open_with(paths, None, LookingSecrets())
        modes = {
            file.name: stat.S_IMODE(file.stat().st_mode) for file in paths.database.parent.iterdir()
        }
        vault.close()
    finally:
        os.umask(before)

    assert set(modes.values()) == {0o600}
    assert "vault.db-wal" in modes


def test_a_vault_with_loose_modes_is_tightened_when_it_is_opened(desk: Desk) -> None:
    desk.vault.close()
    for file in (desk.paths.database, desk.paths.lock, desk.paths.database.parent):
        file.chmod(0o755)

    desk.reopen()

    assert modes_in(desk.paths) == {"folder": {0o700}, "file": {0o600}}


# --- settings and locks ------------------------------------------------------------------


def test_every_setting_of_sqlite_took_effect(desk: Desk) -> None:
    ask = desk.vault._database.ask

    assert ask("PRAGMA journal_mode") == ("wal",)
    assert ask("PRAGMA synchronous") == (2,)
    assert ask("PRAGMA foreign_keys") == (1,)
    assert ask("PRAGMA secure_delete") == (1,)
    assert ask("PRAGMA temp_store") == (2,)
    assert ask("PRAGMA auto_vacuum") == (2,)
    assert ask("PRAGMA mmap_size") in (None, (0,))
    assert ask("PRAGMA user_version") == (newest_version(),)


def test_a_setting_that_sqlite_does_not_take_is_an_error(desk: Desk, monkeypatch) -> None:
    desk.vault.close()
    # FULL asked for, EXTRA expected: stands for a library that ignores the pragma.
    monkeypatch.setattr(connection, "_SETTINGS", (("synchronous", "FULL", 3),))

    with pytest.raises(InternalError, match="synchronous"):
        open_with(desk.paths, None, desk.secrets)


def test_whoever_opens_waits_for_the_lock_and_then_says_busy(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(opening, "_LOCK_TIMEOUT_S", 0.1)

    with locked(desk.paths.lock, timeout_s=1), pytest.raises(VaultBusy):
        open_with(desk.paths, None, desk.secrets)

    open_with(desk.paths, None, desk.secrets).close()


def test_a_closed_vault_opens_nothing_and_its_key_is_overwritten(desk: Desk) -> None:
    key = desk.vault._rotation._keys._key
    assert any(key)

    desk.vault.close()
    desk.vault.close()

    assert not any(key)
    with pytest.raises(VaultLocked):
        desk.vault.jobs(desk.clock.now())


def test_no_repr_shows_a_secret(desk: Desk) -> None:
    access = KeyAccess(desk.secrets, "open sesame")

    assert "sesame" not in repr(access)
    assert repr(desk.vault._rotation._keys) == "<vault keys>"


def test_a_passphrase_vault_that_lost_its_share_says_so(paths: VaultPaths) -> None:
    open_with(paths, "open sesame").close()
    looking = Desk(None, None, paths, None)
    looking.sql("UPDATE passphrase_share SET sealed = zeroblob(4)")
    with pytest.raises(VaultDamaged):
        open_with(paths, "open sesame")

    looking.sql("DELETE FROM passphrase_share")
    with pytest.raises(KeyMissing):
        open_with(paths, "open sesame")


def test_making_a_vault_that_fails_late_leaves_none(paths: VaultPaths, monkeypatch) -> None:
    def fail(*args: object) -> None:
        raise InternalError

    monkeypatch.setattr(opening, "_write_seal", fail)

    with pytest.raises(InternalError):
        open_with(paths, "open sesame")

    assert not vault_exists(paths)


def test_forged_costs_of_a_passphrase_are_refused(paths: VaultPaths) -> None:
    open_with(paths, "open sesame").close()
    with sqlite3.connect(paths.database) as tampering:
        tampering.execute("UPDATE passphrase_share SET memory_kib = 1 << 40")
    tampering.close()

    with pytest.raises(VaultDamaged):
        open_with(paths, "open sesame")
