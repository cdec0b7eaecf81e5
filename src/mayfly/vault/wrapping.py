"""How keys lie under keys, byte for byte: wrapped with AES-256-GCM and bound to their place.

vault key of an epoch -> keys of buckets -> data keys -> keys of streams whose data key was
renewed. Pure: bytes in, bytes out.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mayfly.domain.errors import VaultDamaged
from mayfly.domain.jobs import Part

KEY_BYTES = 32
NONCE_BYTES = 12
PART_BYTE = {Part.SOURCE.value: b"\x01", Part.RESULT.value: b"\x02"}


class WrappedBucket(NamedTuple):
    """A bucket's key under the vault key of an epoch: nonce (12), key and tag (48).

    A plain tuple, for it is looked up once for each name of a listing.
    """

    id: int
    born: int
    """The epoch in which the key was made; a bucket gets another one when a job leaves it."""

    epoch: int
    wrapped: bytes


class WrappedKey(NamedTuple):
    """A data key under its bucket's key, or under the vault key where it has no bucket yet."""

    epoch: int
    """The epoch in which the key above was made."""

    wrapped: bytes
    bucket: WrappedBucket | None = None


def wrap(key: bytes | bytearray, secret: bytes | bytearray, bound: bytes) -> bytes:
    """Return nonce, sealed key and tag; it opens with the same key and bound alone."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, secret, bound)


def unwrap(key: bytes | bytearray, wrapped: bytes, bound: bytes) -> bytes:
    """Return what wrap sealed; VaultDamaged when it was altered or belongs elsewhere."""
    try:
        return AESGCM(key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as error:
        raise VaultDamaged from error


def bucket_bound(vault_id: bytes, bucket_id: int, born: int, epoch: int) -> bytes:
    """Return what the wrapped key of a bucket is bound to."""
    return b"mayfly/1/bucket-key" + vault_id + _eight(bucket_id) + _eight(born) + _eight(epoch)


class DataKeyBinding:
    """What the data keys under one key above are bound to: made once, asked for each of them."""

    def __init__(self, vault_id: bytes, epoch: int, bucket_id: int | None) -> None:
        """epoch is the one in which the key above was made; bucket_id None: the vault key."""
        if bucket_id is None:
            self._head, tail = b"mayfly/1/data-key" + vault_id, _eight(epoch)
        else:
            self._head = b"mayfly/2/data-key" + vault_id
            tail = _eight(bucket_id) + _eight(epoch)
        self._tails = {part: byte + tail for part, byte in PART_BYTE.items()}

    def of(self, job_id: bytes, part: str) -> bytes:
        """Return the associated data of one job's part."""
        return self._head + job_id + self._tails[part]


def _eight(number: int) -> bytes:
    return number.to_bytes(8, "big")
