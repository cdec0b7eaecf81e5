"""The one place where SQLite's and the system's refusals become errors that a user can read.

Messages of SQLite name tables and columns but never values, and only ids and counts are in
plain columns, so a chained cause tells nothing about a document.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from mayfly.domain.errors import (
    DiskFull,
    InternalError,
    MayflyError,
    VaultBusy,
    VaultDamaged,
    VaultNotWritable,
)

_PRIMARY = 0xFF
"""The low byte of an extended result code is its family (sqlite.org, Result and Error Codes)."""

_BY_EXACT_CODE: dict[int, type[MayflyError]] = {
    # A full disk cannot enlarge the shared memory file either.
    sqlite3.SQLITE_IOERR_SHMSIZE: DiskFull,
    sqlite3.SQLITE_IOERR_NOMEM: InternalError,
    sqlite3.SQLITE_IOERR_READ: VaultDamaged,
    sqlite3.SQLITE_IOERR_SHORT_READ: VaultDamaged,
}

_BY_FAMILY: dict[int, type[MayflyError]] = {
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_BUSY: VaultBusy,
    sqlite3.SQLITE_LOCKED: VaultBusy,
    sqlite3.SQLITE_READONLY: VaultNotWritable,
    sqlite3.SQLITE_CANTOPEN: VaultNotWritable,
    sqlite3.SQLITE_PERM: VaultNotWritable,
    sqlite3.SQLITE_IOERR: VaultNotWritable,
    sqlite3.SQLITE_CORRUPT: VaultDamaged,
    sqlite3.SQLITE_NOTADB: VaultDamaged,
}

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def translated() -> Iterator[None]:
    """Run a piece of work; raise VaultError for what a user can meet, InternalError for bugs."""
    try:
        yield
    except sqlite3.Error as error:
        raise _of_sqlite(error) from error
    except OSError as error:
        raise (DiskFull() if error.errno in _NO_SPACE else VaultNotWritable()) from error


def _of_sqlite(error: sqlite3.Error) -> MayflyError:
    # Errors that Python itself raises (a closed connection, say) carry no code.
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return InternalError(f"SQLite refused: {type(error).__name__}")
    kind = _BY_EXACT_CODE.get(code) or _BY_FAMILY.get(code & _PRIMARY, InternalError)
    if kind is InternalError:
        return InternalError(f"SQLite refused with {error.sqlite_errorname}")
    return kind()
