"""Builds of the vault with one line of the deletion switched off, for tests that must then fail."""

from __future__ import annotations

import pytest

from mayfly.domain.jobs import Part
from mayfly.vault import connection, streams
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.rewrapping import Rewrapping
from mayfly.vault.rotation import Rotation
from mayfly.vault.shard import Shard
from mayfly.vault.streams import JobRef, SealedStreams


def keep_the_shard(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Shard, "erase_slot", lambda self, epoch: None)


def keep_the_vault_key(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Rotation, "settle", lambda self: False)


def keep_the_key_of_the_bucket(patch: pytest.MonkeyPatch) -> None:
    bring = Rewrapping._bring
    patch.setattr(Rewrapping, "_bring", lambda self, bucket, stale: bring(self, bucket, False))


def mark_no_bucket(patch: pytest.MonkeyPatch) -> None:
    def owe(tx: Transaction, bucket_id: int | None) -> None:
        tx.run("UPDATE meta SET rotation_owed = 1")

    patch.setattr(streams, "owe_new_keys", owe)


def keep_the_row_of_the_key(patch: pytest.MonkeyPatch) -> None:
    drop_parts = SealedStreams.drop_parts

    def drop(self: SealedStreams, tx: Transaction, jobs: list[JobRef], part: Part) -> None:
        columns = "job, part, epoch, wrapped, bucket"
        rows = tx.rows(f"SELECT {columns} FROM data_key WHERE part = ?", part.value)
        drop_parts(self, tx, jobs, part)
        tx.run_many(f"INSERT OR IGNORE INTO data_key ({columns}) VALUES (?, ?, ?, ?, ?)", rows)

    patch.setattr(SealedStreams, "drop_parts", drop)


def keep_the_log(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Database, "truncate_wal", lambda self: True)


def keep_what_was_freed(patch: pytest.MonkeyPatch) -> None:
    settings = [one for one in connection._SETTINGS if one[0] != "secure_delete"]
    patch.setattr(connection, "_SETTINGS", (*settings, ("secure_delete", "OFF", 0)))
