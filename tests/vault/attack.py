"""Somebody with an old copy of a vault who tries every key there is now; written from the format.

Nothing of the vault's own code is used, so that a mistake in it cannot hide the key.
"""

from __future__ import annotations

import base64
import sqlite3
import struct
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SLOT_BYTES = 16_384
PART = {"source": b"\x01", "result": b"\x02"}


@dataclass
class Loot:
    """Halves of vault keys: shares by epoch, and the random bytes of shard slots."""

    shares: set[tuple[int, bytes]] = field(default_factory=set)
    slots: set[bytes] = field(default_factory=set)

    def __or__(self, other: Loot) -> Loot:
        return Loot(self.shares | other.shares, self.slots | other.slots)


def loot(database: Path, shard: Path, lines: list[str], passphrase: str | None = None) -> Loot:
    """All halves that lie in these places; lines are what the keyring holds."""
    found = Loot()
    for line in lines:
        for word in line.split(" ")[1:]:
            epoch, text = word.split(":")
            found.shares.add((int(epoch), base64.urlsafe_b64decode(text)))
    if passphrase is not None:
        found.shares |= _unsealed(database, passphrase)
    data = shard.read_bytes()
    for start in range(0, len(data), SLOT_BYTES):
        # Whatever the head says: a slot that only looks erased is tried as well.
        found.slots.add(data[start + 64 : start + SLOT_BYTES])
    return found


def opened(database: Path, halves: Loot) -> set[str]:
    """The ids of jobs of which any data key in this file opens with any two of these halves."""
    with closing(sqlite3.connect(database)) as looking:
        ((vault_id,),) = looking.execute("SELECT vault_id FROM meta")
        rows = looking.execute(
            "SELECT job.id, part, epoch, wrapped FROM data_key JOIN job ON job.seq = data_key.job"
        ).fetchall()
    keys = {
        epoch: [
            AESGCM(_vault_key(vault_id, of, share, slot))
            for of, share in halves.shares
            for slot in halves.slots
            if of == epoch
        ]
        for epoch in {row[2] for row in rows}
    }
    found = set()
    for job_id, part, epoch, wrapped in rows:
        bound = b"mayfly/1/data-key" + vault_id + job_id + PART[part] + struct.pack(">Q", epoch)
        if any(_opens(key, wrapped, bound) for key in keys[epoch]):
            found.add(job_id.hex())
    return found


def _opens(key: AESGCM, wrapped: bytes, bound: bytes) -> bool:
    try:
        return len(key.decrypt(wrapped[:12], wrapped[12:], bound)) == 32
    except InvalidTag:
        return False


def _vault_key(vault_id: bytes, epoch: int, share: bytes, slot: bytes) -> bytes:
    info = b"mayfly/1/vault-key" + vault_id + struct.pack(">Q", epoch)
    return HKDF(hashes.SHA256(), length=32, salt=None, info=info).derive(share + slot)


def _unsealed(database: Path, passphrase: str) -> set[tuple[int, bytes]]:
    with closing(sqlite3.connect(database)) as looking:
        ((vault_id,),) = looking.execute("SELECT vault_id FROM meta")
        rows = looking.execute(
            "SELECT epoch, salt, memory_kib, iterations, lanes, sealed FROM passphrase_share"
        ).fetchall()
    found = set()
    for epoch, salt, memory_kib, iterations, lanes, sealed in rows:
        key = Argon2id(
            salt=salt, length=32, iterations=iterations, lanes=lanes, memory_cost=memory_kib
        ).derive(passphrase.encode())
        bound = b"mayfly/1/share" + vault_id + struct.pack(">Q", epoch)
        found.add((epoch, AESGCM(key).decrypt(sealed[:12], sealed[12:], bound)))
    return found
