"""Makes and upgrades the tables, one numbered SQL file a step, each in its own transaction."""

from __future__ import annotations

import sqlite3
from importlib import resources

from mayfly.domain.errors import InternalError, VaultDamaged, VaultTooNew
from mayfly.vault.connection import Database, Transaction

_PACKAGE = "mayfly.vault.schema"


def steps() -> tuple[str, ...]:
    """Return the SQL of every step in order; step N makes version N of the schema."""
    folder = resources.files(_PACKAGE)
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".sql"))
    for number, name in enumerate(names, start=1):
        if not name.startswith(f"{number:04d}_"):
            raise InternalError(f"schema step {number} is missing")
    return tuple((folder / name).read_text(encoding="utf-8") for name in names)


def newest_version() -> int:
    """Return the version of the schema that this program writes."""
    return len(steps())


def check_version(version: int) -> None:
    """Raise VaultTooNew for a vault of a later program, VaultDamaged for none at all."""
    if version > newest_version():
        raise VaultTooNew
    if version < 1:
        raise VaultDamaged


def create_tables(transaction: Transaction) -> None:
    """Run every step inside the caller's transaction, which a new vault commits as a whole."""
    for number, sql in enumerate(steps(), start=1):
        _run_step(transaction, number, sql)


def upgrade(database: Database) -> None:
    """Bring an existing vault to the newest version; a step that fails leaves the one before.

    No copy of the old file is made: a copy would keep what a later deletion destroys.
    """
    for number, sql in enumerate(steps(), start=1):
        row = database.ask("PRAGMA user_version")
        if row is None or row[0] >= number:
            continue
        with database.write() as transaction:
            _run_step(transaction, number, sql)


def _run_step(transaction: Transaction, number: int, sql: str) -> None:
    for statement in _statements(sql):
        transaction.run(statement)
    # A pragma takes no bound values; the number is ours.
    transaction.run(f"PRAGMA user_version = {number}")


def _statements(sql: str) -> list[str]:
    """Split a step; sqlite3's executescript would commit the transaction it runs in."""
    found, pending = [], ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    if pending.strip():
        raise InternalError("a schema step ends within a statement")
    return found
