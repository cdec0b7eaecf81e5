"""What today's vault shows to anybody with its files, for the challenge; nothing is changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mayfly.domain.errors import VaultDamaged
from mayfly.vault.audit_signing import key_bound
from mayfly.vault.carving import BucketRow, SealedRow, Slot
from mayfly.vault.faults import translated
from mayfly.vault.passphrase import ArgonProfile, SealedShare
from mayfly.vault.shard import SLOT_BYTES, parse_slot
from mayfly.vault.trying import Probe


@dataclass(frozen=True, slots=True)
class Current:
    """Ids, numbers and sealed keys; nothing that opens by itself."""

    vault_id: bytes
    epoch: int
    jobs: dict[int, bytes]
    living: frozenset[tuple[int, str]]
    """Number of the job and part of each data key there is."""
    sealed: tuple[SealedRow, ...]
    slots: frozenset[Slot]
    buckets: tuple[BucketRow, ...]
    audit_key: Probe | None
    """What lies under the vault key even where no document is kept."""


def look_at(database: Path, shard: Path) -> Current | None:
    """Return what today's files show; None where there is no vault.

    Through SQLite, so that what another process has not yet folded into the file is seen.
    Raises VaultDamaged, VaultBusy, ...
    """
    if not database.exists():
        return None
    address = f"file:{quote(str(database))}?mode=ro"
    with translated(), closing(sqlite3.connect(address, uri=True)) as looking:
        meta = looking.execute("SELECT vault_id, epoch FROM meta").fetchone()
        if meta is None:
            raise VaultDamaged
        rows = looking.execute(
            "SELECT epoch, salt, memory_kib, iterations, lanes, sealed FROM passphrase_share"
        ).fetchall()
        return Current(
            vault_id=meta[0],
            epoch=meta[1],
            jobs=dict(looking.execute("SELECT seq, id FROM job").fetchall()),
            living=frozenset(looking.execute("SELECT job, part FROM data_key").fetchall()),
            sealed=tuple(
                SealedRow(epoch, SealedShare(salt, ArgonProfile(*cost), sealed))
                for epoch, salt, *cost, sealed in rows
            ),
            slots=_slots(shard),
            buckets=_buckets(looking),
            audit_key=_audit_key(looking, meta[0]),
        )


def _buckets(looking: sqlite3.Connection) -> tuple[BucketRow, ...]:
    if not _has(looking, "key_bucket"):
        return ()
    rows = looking.execute("SELECT id, born, epoch, wrapped FROM key_bucket").fetchall()
    return tuple(BucketRow(*row) for row in rows)


def _audit_key(looking: sqlite3.Connection, vault_id: bytes) -> Probe | None:
    if not _has(looking, "audit_key"):
        return None
    row = looking.execute("SELECT public, epoch, wrapped FROM audit_key").fetchone()
    if row is None:
        return None
    public, epoch, wrapped = row
    return Probe(epoch, wrapped, key_bound(vault_id, public, epoch))


def _has(looking: sqlite3.Connection, table: str) -> bool:
    """Whether there is such a table: a vault of an older version has fewer."""
    tables = "SELECT count(*) FROM sqlite_schema WHERE name = ?"
    return bool(looking.execute(tables, (table,)).fetchone()[0])


def _slots(shard: Path) -> frozenset[Slot]:
    """Return both slots, whatever their heads say: one that only looks erased is tried, too."""
    try:
        data = shard.read_bytes()
    except FileNotFoundError:
        return frozenset()
    starts = range(0, len(data) - SLOT_BYTES + 1, SLOT_BYTES)
    return frozenset(Slot(*parse_slot(data[at : at + SLOT_BYTES])) for at in starts)
