"""Destroying a whole vault: its key first, in place and at once, and then everything else.

Waits for no lock and needs no key, no database and no free space. What is left after the first
step is sealed under a key that nobody can make again, however far the rest gets; a start that
finds the mark in the shard goes on with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mayfly.domain.destinations import DestinationId, credentials_entry
from mayfly.domain.errors import VaultError
from mayfly.domain.panic import KeyringFate, PanicReport
from mayfly.vault.shard import Shard
from mayfly.vault.shares import secret_name

_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Doomed:
    """What goes, and who sees to what does not lie in files."""

    database: Path
    shard: Path
    others: tuple[Path, ...]
    """Further files of the vault, of whatever use; missing ones are no error."""
    forget_secrets: Callable[[Sequence[str]], Callable[[], KeyringFate]]
    """Begins to remove the secrets of these names; what it returns waits for that a little."""
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
    forgotten = doomed.forget_secrets(_secrets_of(doomed.database, vault_ids))
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


def _secrets_of(database: Path, vault_ids: frozenset[bytes]) -> tuple[str, ...]:
    """Return the names of what the keyring holds of the vault, its share first."""
    shares = vault_ids | _ids_in(database, "SELECT vault_id FROM meta")
    destinations = _ids_in(database, "SELECT id FROM destination")
    return (
        *sorted(map(secret_name, shares)),
        *sorted(credentials_entry(DestinationId(one.hex())) for one in destinations),
    )


def _ids_in(database: Path, sql: str) -> frozenset[bytes]:
    """Return ids of 16 bytes, as far as the file can be read just like that.

    Once with what was written last and is not folded in yet, and once without it.
    """
    found: set[bytes] = set()
    for way in ("mode=ro", "mode=ro&immutable=1"):
        with suppress(sqlite3.Error):
            name = f"file:{quote(str(database))}?{way}"
            with closing(sqlite3.connect(name, uri=True, timeout=0)) as looking:
                found.update(one for (one,) in looking.execute(sql) if isinstance(one, bytes))
    return frozenset(one for one in found if len(one) == _ID_BYTES)


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
