"""The vault key and the data keys under it.

keyring share (or passphrase) + shard slot -> vault key of an epoch -> wraps data keys.
Destroying a data key's row, and then the vault key that could open an old copy of the row,
is what deletion means; nothing else in the vault is unsealed.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mayfly.domain.errors import InternalError, VaultDamaged
from mayfly.domain.jobs import Part

KEY_BYTES = 32
_NONCE_BYTES = 12
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
    """The vault keys in use, by epoch. Its repr says nothing."""

    def __init__(self, vault_id: bytes, *, epoch: int, keys: Mapping[int, bytearray]) -> None:
        """epoch: the one that new data keys are wrapped under."""
        self._vault_id = vault_id
        self._epoch = epoch
        self._keys = dict(keys)

    def __repr__(self) -> str:
        return "<vault keys>"

    def new_data_key(self, job_id: bytes, part: Part) -> tuple[bytes, WrappedKey]:
        """Return a fresh data key for one part of a job, and its wrapped form to store."""
        data_key = secrets.token_bytes(KEY_BYTES)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound = self._bound(job_id, part, self._epoch)
        box = AESGCM(self._key(self._epoch)).encrypt(nonce, data_key, bound)
        return data_key, WrappedKey(self._epoch, nonce + box)

    def unwrap(self, key: WrappedKey, job_id: bytes, part: Part) -> bytes:
        """Return the data key; VaultDamaged when it was altered or is another job's or part's."""
        nonce, box = key.wrapped[:_NONCE_BYTES], key.wrapped[_NONCE_BYTES:]
        bound = self._bound(job_id, part, key.epoch)
        try:
            return AESGCM(self._key(key.epoch)).decrypt(nonce, box, bound)
        except (InvalidTag, ValueError) as error:
            raise VaultDamaged from error

    def forget(self) -> None:
        """Overwrite the vault keys in memory; copies that Python or OpenSSL made may stay."""
        for key in self._keys.values():
            key[:] = bytes(len(key))
        self._keys.clear()

    def _key(self, epoch: int) -> bytearray:
        if not self._keys:
            raise InternalError("the vault is closed")
        try:
            return self._keys[epoch]
        except KeyError as error:
            raise VaultDamaged from error

    def _bound(self, job_id: bytes, part: Part, epoch: int) -> bytes:
        head = b"mayfly/1/data-key" + self._vault_id + job_id
        return head + _PART_BYTE[part] + epoch.to_bytes(8, "big")
