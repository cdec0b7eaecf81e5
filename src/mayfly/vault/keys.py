"""The vault key and the data keys under it.

keyring share (or passphrase) + shard slot -> vault key of an epoch -> wraps data keys.
Destroying a data key's row, and then the vault key that could open an old copy of the row,
is what deletion means; nothing else in the vault is unsealed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mayfly.domain.errors import InternalError, KeyMissing, VaultBusy, VaultDamaged
from mayfly.domain.jobs import Part
from mayfly.vault.connection import Database, Transaction

LoadKey = Callable[[Transaction, int], bytearray]

KEY_BYTES = 32
_NONCE_BYTES = 12
_ATTEMPTS = 3
_PART_BYTE = {Part.SOURCE: b"\x01", Part.RESULT: b"\x02"}


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key under the vault key of an epoch: nonce (12), key and tag (48)."""

    epoch: int
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class OwnedKey:
    """A wrapped data key and the part of the job that it belongs to."""

    seq: int
    job_id: bytes
    part: Part
    key: WrappedKey


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

    def refresh(self, database: Database) -> None:
        """Take over the vault key that another process made, before a transaction.

        May ask the keyring. Between looking at the epoch and fetching its halves a process
        can begin the next one, hence a few attempts; KeyMissing after them is the truth.
        """
        for attempt in range(_ATTEMPTS):
            row = database.ask("SELECT epoch FROM meta")
            if row is None or row[0] == self._epoch:
                return
            try:
                with database.read() as tx:
                    epoch = tx.epoch()
                    self.take(epoch, self._load(tx, epoch))
            except KeyMissing:
                if attempt == _ATTEMPTS - 1:
                    raise

    def follow(self, tx: Transaction) -> None:
        """Have the key of this transaction's epoch, in the rare case that refresh was too early.

        VaultBusy when that epoch is over already: a newer view will do.
        """
        epoch = tx.epoch()
        if epoch == self._epoch:
            return
        try:
            key = self._load(tx, epoch)
        except KeyMissing as error:
            raise VaultBusy from error
        self.take(epoch, key)

    def take(self, epoch: int, key: bytearray) -> None:
        """Use this key from now on and overwrite the one before."""
        self.forget()
        self._epoch, self._key = epoch, key

    def new_data_key(self, job_id: bytes, part: Part) -> tuple[bytes, WrappedKey]:
        """Return a fresh data key for one part of a job, and its wrapped form to store."""
        data_key = secrets.token_bytes(KEY_BYTES)
        return data_key, self._wrap(AESGCM(self._open_key()), self._epoch, data_key, job_id, part)

    def unwrap(self, key: WrappedKey, job_id: bytes, part: Part) -> bytes:
        """Return the data key; VaultDamaged when it was altered or is another job's or part's."""
        return self._unwrap(AESGCM(self._open_key()), key, job_id, part)

    def rewrap_all(
        self, owned: Iterable[OwnedKey], epoch: int, key: bytearray
    ) -> Iterator[OwnedKey]:
        """Yield what can be opened, wrapped under the next vault key; pass over what is damaged.

        A damaged row opens for nobody, under no key, and must not hold up the others.
        """
        old, new = AESGCM(self._open_key()), AESGCM(key)
        for one in owned:
            try:
                data_key = self._unwrap(old, one.key, one.job_id, one.part)
            except VaultDamaged:
                continue
            wrapped = self._wrap(new, epoch, data_key, one.job_id, one.part)
            yield OwnedKey(one.seq, one.job_id, one.part, wrapped)

    def forget(self) -> None:
        """Overwrite the vault key in memory; copies that Python or OpenSSL made may stay."""
        self._key[:] = bytes(len(self._key))
        self._key = bytearray()

    def _wrap(
        self, cipher: AESGCM, epoch: int, data_key: bytes, job_id: bytes, part: Part
    ) -> WrappedKey:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        box = cipher.encrypt(nonce, data_key, self._bound(job_id, part, epoch))
        return WrappedKey(epoch, nonce + box)

    def _unwrap(self, cipher: AESGCM, key: WrappedKey, job_id: bytes, part: Part) -> bytes:
        nonce, box = key.wrapped[:_NONCE_BYTES], key.wrapped[_NONCE_BYTES:]
        if key.epoch != self._epoch:
            raise VaultDamaged
        try:
            return cipher.decrypt(nonce, box, self._bound(job_id, part, key.epoch))
        except (InvalidTag, ValueError) as error:
            raise VaultDamaged from error

    def _open_key(self) -> bytearray:
        if not self._key:
            raise InternalError("the vault is closed")
        return self._key

    def _bound(self, job_id: bytes, part: Part, epoch: int) -> bytes:
        head = b"mayfly/1/data-key" + self._vault_id + job_id
        return head + _PART_BYTE[part] + epoch.to_bytes(8, "big")
