"""Destroying a whole vault: its key first, in place and at once, and then everything else.

Waits for no lock and needs no key, no database and no free space. What is left after the first
step is sealed under a key that nobody can make again, however far the rest gets; a start that
finds the mark in the shard goes on with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mayfly.domain.errors import VaultError
from mayfly.domain.panic import KeyringFate, PanicReport
from mayfly.vault.shard import Shard

_VAULT_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Doomed:
    """What goes, and who sees to what does not lie in files."""

    database: Path
    shard: Path
    others: tuple[Path, ...]
    """Further files of the vault, of whatever use; missing ones are no error."""
    forget_secrets: Callable[[frozenset[bytes]], Callable[[], KeyringFate]]
    """Begins to remove the secrets of these vaults; what it returns waits for that a little."""
    end_processes: Callable[[], int]
    """Kills every other process that has the vault open; returns how many."""


def is_begun(shard: Path) -> bool:
    """Tell whether a vault was being destroyed here and something of it may be left."""
    return Shard(shard).is_doomed()


def destroy(doomed: Doomed) -> PanicReport:
    """Destroy the vault at this place; again, when it was begun before. Never raises for files."""
    shard = Shard(doomed.shard)
    vault_ids = shard.vault_ids()
    was_there = bool(vault_ids) or doomed.database.exists() or shard.is_doomed()
    destroyed = _overwrite(shard)
    ended = doomed.end_processes()
    # A process that was just changing the key may have written a slot before it was ended.
    destroyed = _overwrite(shard) and destroyed
    forgotten = doomed.forget_secrets(vault_ids | _id_in(doomed.database))
    left = _remove((*_files_of(doomed.database), *doomed.others))
    # So may a lane of this very process, which nobody ends; without the database's file it
    # commits no other key any more.
    destroyed = _overwrite(shard) and destroyed
    if destroyed and not left:
        # Last: it bears the mark by which the next start goes on.
        left = _remove((doomed.shard,))
    return PanicReport(destroyed, was_there, forgotten(), ended, left)


def _overwrite(shard: Shard) -> bool:
    try:
        shard.doom()
    except VaultError:
        return False
    return True


def _id_in(database: Path) -> frozenset[bytes]:
    """Return the id of the vault, if the file can be read just like that."""
    with suppress(sqlite3.Error):
        name = f"file:{quote(str(database))}?mode=ro&immutable=1"
        with closing(sqlite3.connect(name, uri=True, timeout=0)) as looking:
            row = looking.execute("SELECT vault_id FROM meta").fetchone()
        if row is not None and isinstance(row[0], bytes) and len(row[0]) == _VAULT_ID_BYTES:
            return frozenset({row[0]})
    return frozenset()


def _files_of(database: Path) -> tuple[Path, ...]:
    ends = ("", "-wal", "-shm", "-journal", "-reserve")
    return tuple(database.with_name(database.name + end) for end in ends)


def _remove(files: Iterable[Path]) -> tuple[str, ...]:
    """Remove the files; return the names of those that could not be."""
    left = []
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError:
            left.append(file.name)
    return tuple(left)
