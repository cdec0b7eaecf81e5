"""Reads back, without a key, how the vault's file is kept; for doctor, also while it is open.

Through SQLite and read-only: a look neither checkpoints nor changes a page, and opening the
file besides would drop the locks of this process's own connection.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from mayfly.domain.defence import VaultLook
from mayfly.vault.connection import INCREMENTAL, refused_settings
from mayfly.vault.faults import translated
from mayfly.vault.moments import micros_of
from mayfly.vault.opening import VaultPaths, needed_key
from mayfly.vault.rows import BACKSTOP_MICROS

_OVERDUE = """
SELECT count(DISTINCT job.seq) FROM job JOIN data_key ON data_key.job = job.seq
WHERE min(CASE data_key.part WHEN 'source' THEN job.source_delete_at
          ELSE job.result_delete_at END, job.added_at + ?) <= ?
"""
_UNFINISHED = "SELECT count(*) FROM job WHERE purging_at IS NOT NULL AND deleted_at IS NULL"
_VIRTUAL = "SELECT count(*) FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%'"
_LOCKS = Path("/proc/locks")
_OWED = "SELECT count(*) FROM upload WHERE state = 'owed'"
_STORAGE_SINCE = 10
"""The version of the tables that knows of own storage."""
_OWES_SINCE = 2
"""The version of the tables that knows of owed keys; an older vault owes one."""


def look_at_vault(paths: VaultPaths, now: datetime) -> VaultLook | None:
    """Return how the vault is kept, or None when there is none.

    Raises VaultTooNew, VaultDamaged, VaultBusy or VaultNotWritable.
    """
    database = paths.database
    # Before this look has the vault open itself.
    is_open = _is_open(database)
    log_bytes = _size_of(database.with_name(f"{database.name}-wal"))
    if needed_key(paths) is None:
        return None
    with translated(), closing(_connect(database)) as connection:

        def ask(sql: str, *values: object) -> int:
            return int(connection.execute(sql, values).fetchone()[0])

        version = ask("PRAGMA user_version")
        return VaultLook(
            sqlite=sqlite3.sqlite_version,
            refused_settings=refused_settings(),
            journal_mode=str(connection.execute("PRAGMA journal_mode").fetchone()[0]),
            incremental_vacuum=ask("PRAGMA auto_vacuum") == INCREMENTAL,
            virtual_tables=ask(_VIRTUAL),
            log_bytes=log_bytes,
            is_open=is_open,
            key_owed=version < _OWES_SINCE or bool(ask("SELECT rotation_owed FROM meta")),
            unfinished=ask(_UNFINISHED),
            overdue=ask(_OVERDUE, BACKSTOP_MICROS, micros_of(now)),
            owed_objects=ask(_OWED) if version >= _STORAGE_SINCE else 0,
        )


def _connect(database: Path) -> sqlite3.Connection:
    address = f"file:{quote(str(database))}?mode=ro"
    return sqlite3.connect(address, uri=True, isolation_level=None)


def _is_open(database: Path) -> bool | None:
    """Tell whether any program, this one included, holds the vault's index file locked."""
    index = database.with_name(f"{database.name}-shm")
    try:
        number = index.stat().st_ino
    except OSError:
        return False
    try:
        locks = _LOCKS.read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    # 1: POSIX  ADVISORY  READ 1234 fe:00:55123 128 128
    return any(
        word.endswith(f":{number}") for line in locks.splitlines() for word in line.split()[5:6]
    )


def _size_of(path: Path) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - one call, nothing is opened
    except OSError:
        return 0
