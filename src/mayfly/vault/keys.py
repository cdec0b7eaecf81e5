"""The vault key and the keys under it.

keyring share (or passphrase) + shard slot -> vault key of an epoch -> wraps the keys of
buckets -> wrap data keys. Destroying a data key's row, and then its bucket's key and the vault
key that could open an old copy of the row, is what deletion means; nothing else in the vault
is unsealed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mayfly.domain.errors import KeyMissing, VaultBusy, VaultDamaged, VaultLocked
from mayfly.domain.jobs import Part
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.wrapping import (
    KEY_BYTES,
    DataKeyBinding,
    WrappedBucket,
    WrappedKey,
    bucket_bound,
    unwrap,
    wrap,
)

LoadKey = Callable[[Transaction, int], bytearray]

_ATTEMPTS = 3


def derive_vault_key(share: bytes, shard: bytes, *, vault_id: bytes, epoch: int) -> bytearray:
    """Return the vault key of an epoch; without every bit of both halves it is another one."""
    derived = HKDF(
        algorithm=hashes.SHA256(),
        length=KEY_BYTES,
        salt=None,
        info=b"mayfly/1/vault-key" + vault_id + epoch.to_bytes(8, "big"),
    ).derive(share + shard)
    return bytearray(derived)


class VaultKeys:
    """The vault key in use. Follows the epoch when another process changes it.

    Its repr says nothing.
    """

    def __init__(self, vault_id: bytes, *, epoch: int, key: bytearray, load: LoadKey) -> None:
        """load fetches both halves of an epoch's key; KeyMissing when one is not there."""
        self._vault_id = vault_id
        self._epoch = epoch
        self._key = key
        self._load = load
        self._opened: dict[WrappedBucket, bytearray] = {}

    def __repr__(self) -> str:
        return "<vault keys>"

    @property
    def vault_id(self) -> bytes:
        """The vault whose keys these are."""
        return self._vault_id

    @property
    def epoch(self) -> int:
        """The epoch of the key in use."""
        return self._epoch

    @property
    def is_locked(self) -> bool:
        """Whether there is no key here: never fetched, or overwritten by forget."""
        return not self._key

    def refresh(self, database: Database) -> None:
        """Take over the vault key that another process made, before a transaction.

        May ask the keyring. Between looking at the epoch and fetching its halves a process
        can begin the next one, hence a few attempts; KeyMissing after them is the truth.
        VaultLocked without a key, or when the new one needs a passphrase of the user's.
        """
        self.key()
        for attempt in range(_ATTEMPTS):
            row = database.ask("SELECT epoch FROM meta")
            if row is None or row[0] == self._epoch:
                return
            try:
                with database.read() as tx:
                    epoch = tx.epoch()
                    self.take(epoch, self._load_or_lock(tx, epoch))
            except KeyMissing:
                if attempt == _ATTEMPTS - 1:
                    raise

    def follow(self, tx: Transaction) -> None:
        """Have the key of this transaction's epoch, in the rare case that refresh was too early.

        VaultBusy when that epoch is over already: a newer view will do. VaultLocked, and the
        key is overwritten, when the vault was locked for every process.
        """
        epoch, locked_at = tx.only_row("SELECT epoch, locked_at FROM meta")
        if locked_at is not None:
            self.forget()
        self.key()
        if epoch == self._epoch:
            return
        try:
            key = self._load_or_lock(tx, epoch)
        except KeyMissing as error:
            raise VaultBusy from error
        self.take(epoch, key)

    def take(self, epoch: int, key: bytearray) -> None:
        """Use this key from now on and overwrite the one before."""
        self.forget()
        self._epoch, self._key = epoch, key

    def new_bucket(self, bucket_id: int) -> WrappedBucket:
        """Return a bucket with a fresh key, as it is to be stored."""
        key = bytearray(secrets.token_bytes(KEY_BYTES))
        bound = bucket_bound(self._vault_id, bucket_id, self._epoch, self._epoch)
        bucket = WrappedBucket(bucket_id, self._epoch, self._epoch, wrap(self.key(), key, bound))
        self._opened[bucket] = key
        return bucket

    def open_bucket(self, bucket: WrappedBucket) -> bytearray:
        """Return the bucket's key; VaultDamaged when it was altered or is of another epoch.

        It is kept in memory as long as the vault key is, for a listing needs it for each name.
        Remembered by all that the row holds: another row never passes for one that was opened.
        """
        key = self._opened.get(bucket)
        if key is None:
            if bucket.epoch != self._epoch:
                raise VaultDamaged
            bound = bucket_bound(self._vault_id, bucket.id, bucket.born, bucket.epoch)
            key = bytearray(unwrap(self.key(), bucket.wrapped, bound))
            self._opened[bucket] = key
        return key

    def new_data_key(
        self, job_id: bytes, part: Part, bucket: WrappedBucket
    ) -> tuple[bytes, WrappedKey]:
        """Return a fresh data key for one part of a job, and its wrapped form to store."""
        data_key = secrets.token_bytes(KEY_BYTES)
        bound = DataKeyBinding(self._vault_id, bucket.born, bucket.id).of(job_id, part.value)
        wrapped = wrap(self.open_bucket(bucket), data_key, bound)
        return data_key, WrappedKey(bucket.born, wrapped, bucket)

    def unwrap(self, key: WrappedKey, job_id: bytes, part: Part) -> bytes:
        """Return the data key; VaultDamaged when it was altered or is another job's or part's."""
        if key.bucket is not None:
            above = self.open_bucket(key.bucket)
            binding = DataKeyBinding(self._vault_id, key.epoch, key.bucket.id)
        else:
            above, binding = self.key(), DataKeyBinding(self._vault_id, key.epoch, None)
        return unwrap(above, key.wrapped, binding.of(job_id, part.value))

    def key(self) -> bytearray:
        """Return the vault key itself, to be used at once and never kept."""
        if not self._key:
            raise VaultLocked
        return self._key

    def forget(self) -> None:
        """Overwrite all keys in memory; copies that Python or OpenSSL made may stay."""
        for key in (self._key, *self._opened.values()):
            key[:] = bytes(len(key))
        self._key = bytearray()
        self._opened = {}

    def _load_or_lock(self, tx: Transaction, epoch: int) -> bytearray:
        try:
            return self._load(tx, epoch)
        except VaultLocked:
            # What opens the vault was changed: the key of the epoch before is of no use.
            self.forget()
            raise
