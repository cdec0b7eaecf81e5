"""Making and opening a vault: the right key, private files, never a new key over an old vault."""

from __future__ import annotations

import sqlite3

import pytest

from mayfly.domain.errors import (
    KeyMissing,
    KeyringLocked,
    KeyringUnavailable,
    PassphraseNeeded,
    PassphraseWrong,
    VaultDamaged,
    VaultTooNew,
)
from mayfly.vault import share_homes
from mayfly.vault.connection import Database
from mayfly.vault.migrations import newest_version
from mayfly.vault.opening import VaultPaths, needed_key, vault_exists
from mayfly.vault.shard import SLOT_BYTES, Shard
from tests.fakes import MemorySecrets
from tests.vault.conftest import Desk
from tests.vault.opened import files_of, open_with


class BrokenSecrets(MemorySecrets):
    def get(self, name: str) -> str | None:
        raise KeyringLocked

    def put(self, name: str, value: str) -> None:
        raise KeyringLocked


# --- what opens it -----------------------------------------------------------------------


def test_a_job_is_there_again_after_closing_and_opening(desk: Desk) -> None:
    job_id = desk.done_job("kept", name="kept.pdf")

    desk.reopen()

    assert desk.vault.job(job_id, desk.clock.now()).name == "kept.pdf"
    assert desk.vault.page(job_id, 1, desk.clock.now()).words[0].text == "kept"


def test_without_keyring_or_passphrase_no_vault_is_made(paths: VaultPaths) -> None:
    with pytest.raises(PassphraseNeeded):
        open_with(paths, None)

    assert not vault_exists(paths)
    assert needed_key(paths) is None


@pytest.mark.parametrize("empty", [None, ""])
def test_a_passphrase_vault_asks_for_its_passphrase(paths: VaultPaths, empty: str | None) -> None:
    open_with(paths, "open sesame").close()

    assert needed_key(paths) == "passphrase"
    with pytest.raises(PassphraseNeeded):
        open_with(paths, empty, MemorySecrets())
    with pytest.raises(PassphraseWrong):
        open_with(paths, "Open Sesame")
    open_with(paths, "open sesame").close()


def test_a_passphrase_that_is_composed_otherwise_is_the_same(paths: VaultPaths) -> None:
    open_with(paths, "schlüssel").close()

    open_with(paths, "schlüssel").close()


def test_bytes_that_are_no_text_can_be_a_passphrase(paths: VaultPaths) -> None:
    open_with(paths, "\udcff\udcfe").close()

    open_with(paths, "\udcff\udcfe").close()


def test_a_passphrase_vault_leaves_the_keyring_alone(paths: VaultPaths) -> None:
    secrets = MemorySecrets()

    open_with(paths, "open sesame", secrets).close()

    assert secrets.held == {}


def test_a_keyring_vault_says_so_and_needs_its_keyring(desk: Desk) -> None:
    assert needed_key(desk.paths) == "keyring"

    with pytest.raises(KeyringUnavailable):
        open_with(desk.paths, "a passphrase is no help here")
    with pytest.raises(KeyringLocked):
        open_with(desk.paths, None, BrokenSecrets())


def test_the_share_is_one_ascii_line_named_after_the_vault_not_its_place(desk: Desk) -> None:
    ((name, line),) = desk.secrets.held.items()

    assert line.isascii()
    assert line.startswith("mayfly1 1:")
    assert line.count(" ") == 1
    assert name == f"vault-{desk.sql('SELECT hex(vault_id) FROM meta')[0][0].lower()}"


# --- a key that is gone ------------------------------------------------------------------


def lose_share(desk: Desk) -> None:
    desk.secrets.held.clear()


def lose_epoch_of_share(desk: Desk) -> None:
    ((name, line),) = desk.secrets.held.items()
    desk.secrets.held[name] = line.replace(" 1:", " 2:")


def garble_share(desk: Desk) -> None:
    desk.secrets.held = dict.fromkeys(desk.secrets.held, "mayfly1 1:no-base-64")


def shorten_share(desk: Desk) -> None:
    desk.secrets.held = dict.fromkeys(desk.secrets.held, "mayfly1 1:AAAA")


def lose_shard(desk: Desk) -> None:
    desk.paths.shard.unlink()


def erase_slot(desk: Desk) -> None:
    Shard(desk.paths.shard).erase_slot(1)


def flip_a_bit_of_the_slot(desk: Desk) -> None:
    data = bytearray(desk.paths.shard.read_bytes())
    data[2 * SLOT_BYTES - 1] ^= 1
    desk.paths.shard.write_bytes(data)


def bring_another_shard(desk: Desk) -> None:
    shard = Shard(desk.paths.shard)
    shard.create()
    shard.write_slot(b"another vault 16", 1)


@pytest.mark.parametrize(
    "lose",
    [
        lose_share,
        lose_epoch_of_share,
        garble_share,
        shorten_share,
        lose_shard,
        erase_slot,
        flip_a_bit_of_the_slot,
        bring_another_shard,
    ],
)
def test_a_missing_half_is_said_and_never_replaced(desk: Desk, lose) -> None:
    desk.admit()
    desk.vault.close()
    lose(desk)
    held, files = dict(desk.secrets.held), files_of(desk.paths)

    with pytest.raises(KeyMissing):
        open_with(desk.paths, None, desk.secrets)

    assert desk.secrets.held == held
    after = files_of(desk.paths)
    assert after[desk.paths.database] == files[desk.paths.database]
    assert after.get(desk.paths.shard) == files.get(desk.paths.shard)


def test_a_wrong_share_opens_nothing(desk: Desk) -> None:
    job_id = desk.admit(name="closed.pdf")
    ((name, _),) = desk.secrets.held.items()
    desk.secrets.held[name] = f"mayfly1 1:{'A' * 43}="
    desk.reopen()

    assert desk.vault.job(job_id, desk.clock.now()).name is None
    with pytest.raises(VaultDamaged):
        desk.vault.source_chunk(job_id, 0)


# --- what is not ours or not for us ------------------------------------------------------


def test_a_newer_vault_is_refused_and_left_as_it_is(desk: Desk) -> None:
    desk.admit()
    desk.sql(f"PRAGMA user_version = {newest_version() + 1}")
    database = desk.paths.database
    wal = database.with_name(database.name + "-wal")
    # Copied while it is in use: as a crash leaves it, with the newer version in the WAL only.
    state = {file: file.read_bytes() for file in (database, wal)}
    held = dict(desk.secrets.held)
    desk.vault.close()
    for file, data in state.items():
        file.write_bytes(data)

    for ask in (needed_key, lambda paths: open_with(paths, None, desk.secrets)):
        with pytest.raises(VaultTooNew):
            ask(desk.paths)

    assert vault_exists(desk.paths)
    assert {file: file.read_bytes() for file in (database, wal)} == state
    assert desk.secrets.held == held


@pytest.mark.parametrize("make", ["text", "foreign"])
def test_a_file_that_is_no_vault_is_refused_and_left_as_it_is(paths: VaultPaths, make: str) -> None:
    paths.database.parent.mkdir()
    if make == "text":
        paths.database.write_text("my diary " * 200)
    else:
        with sqlite3.connect(paths.database) as foreign:
            foreign.execute("CREATE TABLE diary (page TEXT)")
        foreign.close()
    before = paths.database.read_bytes()

    with pytest.raises(VaultDamaged):
        open_with(paths, None, MemorySecrets())

    assert paths.database.read_bytes() == before


# --- a crash while it is made ------------------------------------------------------------


def test_what_a_crash_before_the_commit_left_is_no_vault(paths: VaultPaths) -> None:
    paths.database.parent.mkdir()
    paths.shard.parent.mkdir()
    Shard(paths.shard).create()
    Database(paths.database).close()
    assert paths.database.stat().st_size > 0
    secrets = MemorySecrets()

    assert not vault_exists(paths)
    open_with(paths, None, secrets).close()

    assert vault_exists(paths)
    assert len(secrets.held) == 1


def test_no_database_is_there_before_its_key_is_safe(paths: VaultPaths, monkeypatch) -> None:
    order: list[str] = []

    class WatchedSecrets(MemorySecrets):
        def put(self, name: str, value: str) -> None:
            assert paths.shard.stat().st_size == 2 * SLOT_BYTES
            assert not paths.database.exists()
            order.append("share")
            super().put(name, value)

    def sync() -> None:
        assert not paths.database.exists()
        order.append("sync")

    monkeypatch.setattr(share_homes.os, "sync", sync)

    open_with(paths, None, WatchedSecrets()).close()

    assert order == ["share", "sync"]


def test_a_keyring_that_refuses_makes_no_vault(paths: VaultPaths) -> None:
    with pytest.raises(KeyringLocked):
        open_with(paths, None, BrokenSecrets())

    assert not vault_exists(paths)
    open_with(paths, "instead").close()
    assert needed_key(paths) == "passphrase"
