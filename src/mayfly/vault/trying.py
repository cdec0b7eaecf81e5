"""Tries halves of vault keys on buckets, and what opens on data keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mayfly.vault.carving import BucketRow, DataKeyRow, Slot
from mayfly.vault.keys import derive_vault_key
from mayfly.vault.wrapping import NONCE_BYTES, DataKeyBinding, bucket_bound

_MOST_KEYS = 1 << 17
"""With more than these, which take some 3 s, only halves that say they are of one epoch are
tried with each other."""

Share = tuple[int, bytes]
"""The epoch that a share says it is of, and the share."""


class Probe(NamedTuple):
    """Something under the vault key of an epoch, and what it is bound to."""

    epoch: int
    wrapped: bytes
    bound: bytes


class TriedKeys:
    """Every vault key that two of the halves make, and every bucket's key that one of them opens.

    Its repr says nothing.
    """

    def __init__(
        self,
        buckets: Iterable[BucketRow],
        vault_ids: set[bytes],
        shares: set[Share],
        slots: set[Slot],
    ) -> None:
        self._vault_ids = vault_ids
        self._shares = shares
        self._slots = slots
        self._vault_keys: dict[tuple[bytes, int], list[AESGCM]] = {}
        rows = tuple(buckets)
        targets = len(vault_ids) * len({row.epoch for row in rows})
        self._all_pairs = len(shares) * len(slots) * targets <= _MOST_KEYS
        self.tried = 0
        # By the bucket alone: a key that only says it was made later is tried as well.
        self._bucket_keys: dict[int, list[tuple[bytes, AESGCM]]] = {}
        for row in rows:
            self._bucket_keys.setdefault(row.id, []).extend(self._opened(row))

    def __repr__(self) -> str:
        return "<tried keys>"

    @property
    def opens_bucket(self) -> bool:
        """Whether the key of any bucket opened."""
        return any(self._bucket_keys.values())

    def opens(self, probe: Probe) -> bool:
        """Whether one of the vault keys opens this."""
        return any(
            _opens(key, probe.wrapped, probe.bound) is not None
            for vault_id in self._vault_ids
            for key in self._keys_of(vault_id, probe.epoch)
        )

    def open(self, row: DataKeyRow, job_ids: Iterable[bytes]) -> bytes | None:
        """Return whose data key this is, if anything opens it; None otherwise."""
        for vault_id, key in self._keys_above(row):
            binding = DataKeyBinding(vault_id, row.epoch, row.bucket)
            for job_id in job_ids:
                if _opens(key, row.wrapped, binding.of(job_id, row.part)) is not None:
                    return job_id
        return None

    def _keys_above(self, row: DataKeyRow) -> Iterator[tuple[bytes, AESGCM]]:
        if row.bucket is not None:
            yield from self._bucket_keys.get(row.bucket, ())
            return
        for vault_id in self._vault_ids:
            for key in self._keys_of(vault_id, row.epoch):
                yield vault_id, key

    def _opened(self, row: BucketRow) -> Iterator[tuple[bytes, AESGCM]]:
        for vault_id in self._vault_ids:
            bound = bucket_bound(vault_id, row.id, row.born, row.epoch)
            for key in self._keys_of(vault_id, row.epoch):
                opened = _opens(key, row.wrapped, bound)
                if opened is not None:
                    yield vault_id, AESGCM(opened)

    def _keys_of(self, vault_id: bytes, epoch: int) -> list[AESGCM]:
        """Return all that could be the vault key of this epoch."""
        known = self._vault_keys.get((vault_id, epoch))
        if known is None:
            known = [
                AESGCM(derive_vault_key(share, slot.random, vault_id=vault_id, epoch=epoch))
                for of, share in self._shares
                for slot in self._slots
                if self._all_pairs or of == slot.epoch == epoch
            ]
            self.tried += len(known)
            self._vault_keys[vault_id, epoch] = known
        return known


def _opens(key: AESGCM, wrapped: bytes, bound: bytes) -> bytes | None:
    try:
        return key.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound)
    except InvalidTag:
        return None
