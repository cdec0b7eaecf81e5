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
KeyRow = tuple[int, bytes, str, int, bytes]
"""Row of the job, its id, the part's value, epoch and wrapped key."""

RewrappedRow = tuple[int, bytes, int, str]
"""Epoch and wrapped key, and whose: row of the job and the part's value."""

_ATTEMPTS = 3
_PART_BYTE = {Part.SOURCE: b"\x01", Part.RESULT: b"\x02"}


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key under the vault key of an epoch: nonce (12), key and tag (48)."""

    epoch: int
    wrapped: bytes


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
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound = self._bound(job_id, part, self._epoch)
        box = AESGCM(self._open_key()).encrypt(nonce, data_key, bound)
        return data_key, WrappedKey(self._epoch, nonce + box)

    def unwrap(self, key: WrappedKey, job_id: bytes, part: Part) -> bytes:
        """Return the data key; VaultDamaged when it was altered or is another job's or part's."""
        nonce, box = key.wrapped[:_NONCE_BYTES], key.wrapped[_NONCE_BYTES:]
        vault_key = self._open_key()
        if key.epoch != self._epoch:
            raise VaultDamaged
        try:
            bound = self._bound(job_id, part, key.epoch)
            return AESGCM(vault_key).decrypt(nonce, box, bound)
        except (InvalidTag, ValueError) as error:
            raise VaultDamaged from error

    def rewrap_all(
        self, rows: Iterable[KeyRow], epoch: int, key: bytearray
    ) -> Iterator[RewrappedRow]:
        """Yield what can be opened, wrapped under the next vault key; pass over what is damaged.

        A damaged row opens for nobody, under no key, and must not hold up the others. One
        loop over plain tuples: with a value for each row 10,000 jobs took twice as long.
        """
        decrypt, encrypt = AESGCM(self._open_key()).decrypt, AESGCM(key).encrypt
        head, tails = b"mayfly/1/data-key" + self._vault_id, _tails(self._epoch)
        new_tails = _tails(epoch)
        for seq, job_id, part, of_epoch, wrapped in rows:
            if of_epoch != self._epoch:
                continue
            bound, box = head + job_id, wrapped[_NONCE_BYTES:]
            try:
                data_key = decrypt(wrapped[:_NONCE_BYTES], box, bound + tails[part])
            except (InvalidTag, ValueError):
                continue
            nonce = secrets.token_bytes(_NONCE_BYTES)
            yield epoch, nonce + encrypt(nonce, data_key, bound + new_tails[part]), seq, part

    def forget(self) -> None:
        """Overwrite the vault key in memory; copies that Python or OpenSSL made may stay."""
        self._key[:] = bytes(len(self._key))
        self._key = bytearray()

    def _open_key(self) -> bytearray:
        if not self._key:
            raise InternalError("the vault is closed")
        return self._key

    def _bound(self, job_id: bytes, part: Part, epoch: int) -> bytes:
        return b"mayfly/1/data-key" + self._vault_id + job_id + _tails(epoch)[part.value]


def _tails(epoch: int) -> dict[str, bytes]:
    """Return how the associated data of each part's key ends."""
    return {part.value: byte + epoch.to_bytes(8, "big") for part, byte in _PART_BYTE.items()}
