"""Brings every data key under the next vault key, within the transaction that begins its epoch.

Buckets from which nothing was destroyed only have their own key wrapped anew. A stale bucket
gets another key, and what still lives in it is wrapped under that: whoever has an old copy of
the bucket, and both halves of today's vault key, opens nothing that was destroyed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mayfly.domain.errors import VaultDamaged
from mayfly.vault.buckets import BUCKET_KEYS, insert_bucket, next_bucket_id
from mayfly.vault.connection import Transaction
from mayfly.vault.keys import VaultKeys
from mayfly.vault.wrapping import (
    KEY_BYTES,
    NONCE_BYTES,
    DataKeyBinding,
    WrappedBucket,
    bucket_bound,
    wrap,
)

KeyRow = tuple[int, bytes, str, int, bytes]
"""Row of the job, its id, the part's value, epoch and wrapped key."""

_Opened = tuple[int, bytes, str, bytes]
"""Row of the job, its id, the part's value and the data key itself."""

_SELECT_KEYS = (
    "SELECT data_key.job, job.id, data_key.part, data_key.epoch, data_key.wrapped"
    " FROM data_key JOIN job ON job.seq = data_key.job"
)


class Rewrapping:
    """One change of the vault key, from the one in use to the following one."""

    def __init__(self, tx: Transaction, keys: VaultKeys, *, following: int, key: bytearray) -> None:
        self._tx = tx
        self._keys = keys
        self._following = following
        self._key = key

    def run(self) -> None:
        """Do it for all; VaultDamaged when nothing at all opens, and then nothing is replaced.

        A damaged row opens for nobody, under no key: it is passed over and kept as it was.
        """
        tx = self._tx
        tx.run(
            "DELETE FROM key_bucket"
            " WHERE NOT EXISTS (SELECT 1 FROM data_key WHERE bucket = key_bucket.id)"
        )
        buckets = tx.rows("SELECT id, born, epoch, wrapped, stale FROM key_bucket")
        loose = tx.rows(_SELECT_KEYS + " WHERE data_key.bucket IS NULL")
        opened = sum(self._bring(WrappedBucket(*row), bool(stale)) for *row, stale in buckets)
        opened += self._gather(loose)
        if (buckets or loose) and not opened:
            # Not one opens: then this key is not theirs, and to go on would destroy them all.
            raise VaultDamaged

    def _bring(self, bucket: WrappedBucket, stale: bool) -> bool:
        """Bring one bucket along; tell whether it opened."""
        try:
            key = self._keys.open_bucket(bucket)
        except VaultDamaged:
            return False
        if stale:
            self._renew(bucket, key)
        else:
            self._put(self._wrapped(bucket.id, bucket.born, key))
        return True

    def _renew(self, bucket: WrappedBucket, key: bytearray) -> None:
        """Give the bucket a new key; what does not open under the old one is lost already."""
        fresh = bytearray(secrets.token_bytes(KEY_BYTES))
        rows = self._tx.rows(_SELECT_KEYS + " WHERE data_key.bucket = ?", bucket.id)
        opened = _opened(rows, key, self._binding(bucket.id, bucket.born), bucket.born)
        # The column that stays is left out: to set it would write its index anew for each row.
        self._tx.run_many(
            "UPDATE data_key SET epoch = ?, wrapped = ? WHERE job = ? AND part = ?",
            self._wrapped_keys(bucket.id, fresh, list(opened)),
        )
        self._put(self._wrapped(bucket.id, self._following, fresh))
        fresh[:] = bytes(KEY_BYTES)

    def _gather(self, loose: Sequence[KeyRow]) -> int:
        """Move keys that lie under the vault key itself into buckets; return how many opened."""
        epoch = self._keys.epoch
        opened = list(_opened(loose, self._keys.key(), self._binding(None, epoch), epoch))
        for start in range(0, len(opened), BUCKET_KEYS):
            fresh = bytearray(secrets.token_bytes(KEY_BYTES))
            bucket_id = next_bucket_id(self._tx)
            insert_bucket(self._tx, self._wrapped(bucket_id, self._following, fresh))
            rows = self._wrapped_keys(bucket_id, fresh, opened[start : start + BUCKET_KEYS])
            self._tx.run_many(
                "UPDATE data_key SET bucket = ?, epoch = ?, wrapped = ? WHERE job = ? AND part = ?",
                ((bucket_id, *row) for row in rows),
            )
            fresh[:] = bytes(KEY_BYTES)
        return len(opened)

    def _wrapped_keys(
        self, bucket_id: int, key: bytearray, opened: Sequence[_Opened]
    ) -> Iterator[tuple[int, bytes, int, str]]:
        """Yield epoch and data key under the bucket's new key, and whose it is."""
        encrypt, bound = AESGCM(key).encrypt, self._binding(bucket_id, self._following).of
        nonces = secrets.token_bytes(NONCE_BYTES * len(opened))
        at, epoch = 0, self._following
        for seq, job_id, part, data_key in opened:
            nonce = nonces[at : at + NONCE_BYTES]
            at += NONCE_BYTES
            yield epoch, nonce + encrypt(nonce, data_key, bound(job_id, part)), seq, part

    def _wrapped(self, bucket_id: int, born: int, key: bytearray) -> WrappedBucket:
        bound = bucket_bound(self._keys.vault_id, bucket_id, born, self._following)
        return WrappedBucket(bucket_id, born, self._following, wrap(self._key, key, bound))

    def _put(self, bucket: WrappedBucket) -> None:
        self._tx.run(
            "UPDATE key_bucket SET born = ?, epoch = ?, wrapped = ?, stale = 0 WHERE id = ?",
            bucket.born,
            bucket.epoch,
            bucket.wrapped,
            bucket.id,
        )

    def _binding(self, bucket_id: int | None, born: int) -> DataKeyBinding:
        return DataKeyBinding(self._keys.vault_id, born, bucket_id)


def _opened(
    rows: Iterable[KeyRow], key: bytearray, binding: DataKeyBinding, epoch: int
) -> Iterator[_Opened]:
    """Yield what opens. One loop over plain tuples: this is what a large vault waits for."""
    decrypt, bound = AESGCM(key).decrypt, binding.of
    for seq, job_id, part, of_epoch, wrapped in rows:
        if of_epoch != epoch:
            continue
        try:
            data_key = decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound(job_id, part))
        except (InvalidTag, ValueError):
            continue
        yield seq, job_id, part, data_key
