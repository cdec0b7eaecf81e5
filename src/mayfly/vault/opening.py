"""Opens the vault, or makes one where there is none; never a new key over an existing vault.

A new vault is made in this order: shard on the disk, share in the keyring, everything synced,
and only then the database, in one transaction. A crash before that has made no vault; what it
left is overwritten by the next attempt.
"""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mayfly.domain.errors import (
    KeyMissing,
    PassphraseNeeded,
    VaultDamaged,
)
from mayfly.domain.lock_port import KeyHome
from mayfly.vault.age import Age
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.faults import translated
from mayfly.vault.key_source import (
    FetchedShare,
    FindKeyring,
    key_home_of,
    request_share,
)
from mayfly.vault.migrations import check_version, create_tables, upgrade
from mayfly.vault.parts import KeyAccess, Parts, Seal, VaultPaths
from mayfly.vault.passphrase import (
    PRODUCT_PROFILE,
    ArgonProfile,
    new_passphrase_key,
)
from mayfly.vault.private_files import locked, make_private_folder, sync_folder, tighten
from mayfly.vault.shard import Shard
from mayfly.vault.share_homes import KeyringShare, PassphraseShare, ShareHome
from mayfly.vault.shares import SHARE_BYTES
from mayfly.vault.vault import SqliteVault

__all__ = ["KeyAccess", "VaultPaths"]

_FIRST_EPOCH = 1
_FIRST_VERSION_WITH_LOCK = 6
_VAULT_ID_BYTES = 16
_LOCK_TIMEOUT_S = 60.0
"""Whoever opens first may be asking the user for the keyring's password meanwhile."""


def vault_exists(paths: VaultPaths) -> bool:
    """Tell whether a vault was made at these paths, of whatever version.

    Raises VaultDamaged for a file that is no database.
    """
    return _version_of(paths.database) is not None


def needed_key(paths: VaultPaths) -> KeyHome | None:
    """Return what opens the vault at these paths, or None when there is none.

    Raises VaultTooNew, VaultDamaged, VaultBusy or VaultNotWritable.
    """
    version = _version_of(paths.database)
    if version is None:
        return None
    check_version(version)
    return key_home_of(_look(paths.database, "SELECT key_home FROM meta"))


def is_lock_wished(paths: VaultPaths) -> bool:
    """Tell whether there is a vault and it is locked for every process; raises as needed_key."""
    version = _version_of(paths.database)
    if version is None or version < _FIRST_VERSION_WITH_LOCK:
        return False
    check_version(version)
    return _look(paths.database, "SELECT locked_at FROM meta") is not None


def open_vault(
    paths: VaultPaths, access: KeyAccess, *, argon: ArgonProfile = PRODUCT_PROFILE
) -> SqliteVault:
    """Open the vault, or make one: with the passphrase if there is one, else with the keyring.

    Two processes may call this at once. Raises PassphraseNeeded, PassphraseWrong,
    KeyringUnavailable, KeyringLocked, KeyMissing, VaultTooNew (the file is left as it is),
    VaultDamaged, VaultBusy, DiskFull or VaultNotWritable. argon is what a new passphrase
    costs to try; only tests pass a cheaper one.
    """
    with translated():
        for path in (paths.database, paths.shard, paths.lock):
            make_private_folder(path.parent)
        with locked(paths.lock, timeout_s=_LOCK_TIMEOUT_S):
            _tighten_files(paths)
            version = _version_of(paths.database)
            if version is None:
                return _create(paths, access, argon)
            check_version(version)
            return _open(paths, access, argon)


def open_without_key(paths: VaultPaths, find_keyring: FindKeyring | None = None) -> SqliteVault:
    """Open a vault that is there and have no key of it: it is locked in this process.

    What is due can be destroyed, and the vault can be locked or asked what opens it.
    """
    with translated(), locked(paths.lock, timeout_s=_LOCK_TIMEOUT_S):
        _tighten_files(paths)
        version = _version_of(paths.database)
        check_version(version or 0)
        database = Database(paths.database)
        try:
            upgrade(database)
            with database.read() as tx:
                seal = _read_seal(tx)
            parts = Parts(paths, database, seal, KeyAccess(None, None, find_keyring))
            return parts.opened_without_key()
        except BaseException:
            database.close()
            raise


# --- an existing vault -------------------------------------------------------------------


def _open(paths: VaultPaths, access: KeyAccess, argon: ArgonProfile) -> SqliteVault:
    database = Database(paths.database)
    try:
        upgrade(database)
        with database.read() as tx:
            seal = _read_seal(tx)
            request = request_share(tx, access.find_keyring)
        age = Age(paths, seal)
        age.check()
        try:
            fetched = request.fetch(access.passphrase)
            return Parts(paths, database, seal, access, argon).opened_with(fetched)
        except KeyMissing:
            age.check_keyring(access.find_keyring)
            raise
    except BaseException:
        database.close()
        raise


def _read_seal(tx: Transaction) -> Seal:
    vault_id, word, epoch = tx.only_row("SELECT vault_id, key_home, epoch FROM meta")
    return Seal(vault_id, key_home_of(word), epoch)


# --- a new vault -------------------------------------------------------------------------


def _create(paths: VaultPaths, access: KeyAccess, argon: ArgonProfile) -> SqliteVault:
    key_home = KeyHome.PASSPHRASE if access.passphrase else KeyHome.KEYRING
    if key_home is KeyHome.KEYRING and access.secrets is None:
        raise PassphraseNeeded
    seal = Seal(secrets.token_bytes(_VAULT_ID_BYTES), key_home, _FIRST_EPOCH)
    share = secrets.token_bytes(SHARE_BYTES)
    shard = Shard(paths.shard)
    shard.create()
    shard.write_slot(seal.vault_id, seal.epoch)
    home = _make_home(seal, access, share, argon)
    _remove_half_made(paths.database)
    database = Database(paths.database)
    try:
        with database.write() as tx:
            create_tables(tx)
            _write_seal(tx, seal)
            home.store(tx, seal.epoch, share)
        sync_folder(paths.database.parent)
        fetched = FetchedShare(seal.key_home, seal.epoch, home, share)
        return Parts(paths, database, seal, access, argon).opened_with(fetched)
    except BaseException:
        database.close()
        raise


def _make_home(seal: Seal, access: KeyAccess, share: bytes, argon: ArgonProfile) -> ShareHome:
    if access.passphrase:
        return PassphraseShare(seal.vault_id, new_passphrase_key(access.passphrase, argon))
    if access.secrets is None:
        raise PassphraseNeeded
    keyring = KeyringShare(seal.vault_id, access.secrets)
    keyring.make(seal.epoch, share)
    return keyring


def _write_seal(tx: Transaction, seal: Seal) -> None:
    tx.run(
        "INSERT INTO meta (one, vault_id, key_home, epoch) VALUES (1, ?, ?, ?)",
        seal.vault_id,
        seal.key_home.value,
        seal.epoch,
    )


def _remove_half_made(database: Path) -> None:
    """Remove the empty database that a crash left before the first commit."""
    for suffix in ("-wal", "-shm", ""):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


# --- both --------------------------------------------------------------------------------


def _look(database: Path, question: str) -> Any:  # noqa: ANN401 - whatever the row holds
    """Return the one value of the vault's own row."""
    with translated(), closing(_connect_to_look(database)) as connection:
        row = connection.execute(question).fetchone()
    if row is None:
        raise VaultDamaged
    return row[0]


def _version_of(database: Path) -> int | None:
    """Return the version of the vault's tables without changing a byte; None for no vault.

    Through SQLite, since the first page may still lie in the WAL, and never by reading the
    file: closing a descriptor of it would drop the locks of another connection here.
    """
    with translated():
        try:
            if database.stat().st_size == 0 and not _has_wal(database):
                return None
        except FileNotFoundError:
            return None
        with closing(_connect_to_look(database)) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if version == 0 and tables:
        raise VaultDamaged
    return int(version) or None


def _tighten_files(paths: VaultPaths) -> None:
    # Before SQLite looks: what it makes beside the database takes the database's mode.
    tighten(paths.shard)
    for suffix in ("", "-wal", "-shm"):
        tighten(paths.database.with_name(paths.database.name + suffix))


def _has_wal(database: Path) -> bool:
    wal = database.with_name(f"{database.name}-wal")
    return wal.exists() and wal.stat().st_size > 0


def _connect_to_look(database: Path) -> sqlite3.Connection:
    # Read-only, so that closing it neither checkpoints nor removes a WAL.
    return sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True, isolation_level=None)
