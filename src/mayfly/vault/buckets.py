"""Rows of key buckets: which one a new data key goes into, and which must get a new key."""

from __future__ import annotations

from mayfly.domain.errors import VaultDamaged
from mayfly.vault.connection import Transaction
from mayfly.vault.keys import VaultKeys
from mayfly.vault.wrapping import WrappedBucket

BUCKET_KEYS = 512
"""Data keys of a bucket: two for each of 256 jobs. See docs/adr/0009 for the figures."""


def bucket_for_new_key(tx: Transaction, keys: VaultKeys) -> WrappedBucket:
    """Return the newest bucket, or a new one when it is full or does not open."""
    row = tx.row("SELECT id, born, epoch, wrapped FROM key_bucket ORDER BY id DESC LIMIT 1")
    if row is not None:
        newest = WrappedBucket(*row)
        (held,) = tx.only_row("SELECT count(*) FROM data_key WHERE bucket = ?", newest.id)
        if held < BUCKET_KEYS and _opens(keys, newest):
            return newest
    made = keys.new_bucket(next_bucket_id(tx))
    insert_bucket(tx, made)
    return made


def next_bucket_id(tx: Transaction) -> int:
    """Return the number of the next bucket: known before its key is wrapped, which binds it."""
    return int(tx.only_row("SELECT coalesce(max(id), 0) + 1 FROM key_bucket")[0])


def insert_bucket(tx: Transaction, bucket: WrappedBucket) -> None:
    """Add the row of a new bucket."""
    tx.run("INSERT INTO key_bucket (id, born, epoch, wrapped) VALUES (?, ?, ?, ?)", *bucket)


def find_bucket(tx: Transaction, bucket_id: int | None) -> WrappedBucket | None:
    """Return the row of the bucket that a data key names.

    None when it names none, or one that is gone: the data key then opens under nothing.
    """
    row = tx.row("SELECT id, born, epoch, wrapped FROM key_bucket WHERE id = ?", bucket_id)
    return None if row is None else WrappedBucket(*row)


def owe_new_keys(tx: Transaction, bucket_id: int | None) -> None:
    """Note that a data key of this bucket was destroyed: bucket and vault need new keys.

    In the same transaction, so that the debt stands as soon as the key is gone. A data key
    without a bucket lay under the vault key itself.
    """
    tx.run("UPDATE key_bucket SET stale = 1 WHERE id = ? AND stale = 0", bucket_id)
    tx.run("UPDATE meta SET rotation_owed = 1 WHERE rotation_owed = 0")


def _opens(keys: VaultKeys, bucket: WrappedBucket) -> bool:
    try:
        keys.open_bucket(bucket)
    except VaultDamaged:
        return False
    return True
