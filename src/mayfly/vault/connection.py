"""The one connection to the vault's SQLite file: its settings and its transactions."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from mayfly.domain.errors import InternalError, VaultDamaged, VaultNotWritable
from mayfly.vault.faults import translated
from mayfly.vault.private_files import ensure_private_file

_BUSY_TIMEOUT_MS = 10_000
_CHECKPOINT_TIMEOUT_MS = 100
_CHECKPOINT_TRIES = 5
_MOST_WAL_BYTES = 16 << 20
"""A WAL that one large document made long is cut back to this at the next checkpoint."""

INCREMENTAL, _MEMORY, _FULL = 2, 2, 2

# What each must read after it was set: a library built without it would answer otherwise.
# secure_delete is compiled in as ON by Debian but defaults to OFF in other builds.
_SETTINGS: tuple[tuple[str, str, object], ...] = (
    # Only effective before the first table; freed pages are zeroed first (docs/adr/0004).
    ("auto_vacuum", "INCREMENTAL", INCREMENTAL),
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", _FULL),
    ("foreign_keys", "ON", 1),
    ("secure_delete", "ON", 1),
    ("temp_store", "MEMORY", _MEMORY),
    # Writes through a memory map cannot be watched by the leak test.
    ("mmap_size", "0", 0),
    ("journal_size_limit", str(_MOST_WAL_BYTES), _MOST_WAL_BYTES),
    ("trusted_schema", "OFF", 0),
)
_OF_THE_FILE = frozenset({"auto_vacuum", "journal_mode"})
"""What stays in the file; the others hold for a connection and are set by each one."""


def refused_settings() -> tuple[str, ...]:
    """Return the settings of a connection that this library does not take; for doctor.

    Tried on a database in memory: no other connection can show what one has set.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        return tuple(
            name
            for name, value, expected in _SETTINGS
            if name not in _OF_THE_FILE and not _takes(connection, name, value, expected)
        )


class Transaction:
    """Statements inside one transaction; stamp() marks job rows as changed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._stamp: int | None = None
        self._last_works: list[Callable[[], None]] = []
        self._afterwards: list[Callable[[], None]] = []

    def at_end(self, work: Callable[[], None]) -> None:
        """Have the work done as the last thing before the commit."""
        self._last_works.append(work)

    def afterwards(self, work: Callable[[], None]) -> None:
        """Have the work done after the commit; it must not raise."""
        self._afterwards.append(work)

    def end(self) -> None:
        """Do what was to be done last."""
        for work in self._last_works:
            work()

    def ended(self) -> None:
        """Do what was to be done after the commit."""
        for work in self._afterwards:
            work()

    def run(self, sql: str, *values: object) -> int:
        """Run one statement; return how many rows it touched."""
        return self._connection.execute(sql, values).rowcount

    def run_many(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Run one statement once for each row of values."""
        self._connection.executemany(sql, rows)

    def insert(self, sql: str, *values: object) -> int:
        """Insert one row; return its rowid."""
        return int(self._connection.execute(sql, values).lastrowid or 0)

    def row(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        """Return the first row, or None."""
        found: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
        return found

    def only_row(self, sql: str, *values: object) -> tuple[Any, ...]:
        """Return the row that every vault has; VaultDamaged when it is not there."""
        found = self.row(sql, *values)
        if found is None:
            raise VaultDamaged
        return found

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return all rows."""
        return self._connection.execute(sql, values).fetchall()

    def epoch(self) -> int:
        """Return the epoch of the vault key as this transaction sees it."""
        return int(self.only_row("SELECT epoch FROM meta")[0])

    def stamp(self) -> int:
        """Return this transaction's change number, the highest of the vault so far."""
        if self._stamp is None:
            sql = "UPDATE meta SET change_seq = change_seq + 1 RETURNING change_seq"
            self._stamp = int(self.only_row(sql)[0])
        return self._stamp


def as_list(numbers: Iterable[int]) -> str:
    """Return numbers as one bound value, for “IN (SELECT value FROM json_each(?))”."""
    return json.dumps(list(numbers))


class Database:
    """One SQLite connection. One thread at a time; several processes may each have one."""

    def __init__(self, path: Path) -> None:
        """Open or make the file, mode 0600; SQLite gives -wal and -shm the same mode."""
        self._path = path
        with translated():
            ensure_private_file(path)
            self._connection = sqlite3.connect(
                path,
                timeout=_BUSY_TIMEOUT_MS / 1000,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                state = path.stat()
                self._file = (state.st_dev, state.st_ino)
                self._apply_settings()
            except BaseException:
                self._connection.close()
                raise

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Give one consistent view of the vault."""
        with translated(), self._transaction("BEGIN") as transaction:
            yield transaction

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Give the only writer's place; committed and on the disk when the block ends.

        VaultBusy when another process keeps it for too long; DiskFull, VaultNotWritable and
        any error of the block leave everything as it was. VaultNotWritable when the file was
        removed: what is written to it would go nowhere, and what is noted beside it would fall
        upon another vault that may be in its place.
        """
        if self.is_gone():
            raise VaultNotWritable
        with translated(), self._transaction("BEGIN IMMEDIATE") as transaction:
            yield transaction

    def ask(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        """Return the first row of a single statement outside any transaction."""
        with translated():
            found: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
            return found

    def truncate_wal(self) -> bool:
        """Move the WAL into the database and cut it to 0 bytes; False when readers are in the way.

        Deleted rows stay in the WAL until then. A reader of another process is waited for
        half a second at most, so that the vault lane never hangs on it.
        """
        with translated():
            self._connection.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_TIMEOUT_MS}")
            try:
                for attempt in range(_CHECKPOINT_TRIES):
                    if attempt:
                        time.sleep(_CHECKPOINT_TIMEOUT_MS / 1000 / 2)
                    row = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                    if row[0] == 0:
                        return True
                return False
            finally:
                self._connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")

    def free_pages(self) -> int:
        """Return how many pages of the file hold nothing."""
        row = self.ask("PRAGMA freelist_count")
        return int(row[0]) if row else 0

    def give_back_pages(self, most: int) -> None:
        """Shorten the file by up to so many free pages."""
        with translated():
            # One page for each step of the statement: execute would take only the first.
            self._connection.executescript(f"PRAGMA incremental_vacuum({int(most)})")

    @contextmanager
    def sparing_deletes(self) -> Iterator[None]:
        """Delete without overwriting whole freed pages while the block runs.

        For a full disk: overwriting a deleted document needs as much room in the WAL as the
        document has. What stays behind is sealed, and its key's row is still overwritten
        (FAST zeroes all that lies in pages which are written anyway).
        """
        with translated():
            self._connection.execute("PRAGMA secure_delete = FAST").fetchall()
            try:
                yield
            finally:
                self._connection.execute("PRAGMA secure_delete = ON").fetchall()

    def is_gone(self) -> bool:
        """Tell whether the file was removed, or is another one now."""
        try:
            state = self._path.stat()
        except FileNotFoundError:
            return True
        except OSError:
            # A disk that does not answer has destroyed nothing.
            return False
        return (state.st_dev, state.st_ino) != self._file

    def close(self) -> None:
        """Close; the last one of a vault also empties and removes the WAL."""
        with translated():
            self._connection.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Transaction]:
        self._connection.execute(begin)
        transaction = Transaction(self._connection)
        try:
            yield transaction
            transaction.end()
            self._connection.execute("COMMIT")
        except BaseException:
            # SQLite itself rolls back on a full disk and some other errors.
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
            raise
        transaction.ended()

    def _apply_settings(self) -> None:
        for name, value, expected in _SETTINGS:
            if not _takes(self._connection, name, value, expected):
                raise InternalError(f"SQLite did not take the setting {name}")


def _takes(connection: sqlite3.Connection, name: str, value: str, expected: object) -> bool:
    """Set it and tell whether it holds now."""
    # Asked first: to set what is set already can write to the file.
    if not _has_setting(connection, name, expected):
        connection.execute(f"PRAGMA {name} = {value}").fetchall()
    return _has_setting(connection, name, expected)


def _has_setting(connection: sqlite3.Connection, name: str, expected: object) -> bool:
    row = connection.execute(f"PRAGMA {name}").fetchone()
    # A build without memory maps answers nothing at all.
    return row is None or row[0] == expected
