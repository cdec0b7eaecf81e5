"""Somebody with an old copy of a vault who tries every key there is; written from the format.

Nothing of the vault's own code is used, so that a mistake in it cannot hide the key. Every
pair of halves is tried on every bucket, and every bucket's key on every data key, whatever
the rows say belongs together.
"""

from __future__ import annotations

import base64
import sqlite3
import struct
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SLOT_BYTES = 16_384
PART = {"source": b"\x01", "result": b"\x02"}


class Bucket(NamedTuple):
    """A row of key_bucket."""

    id: int
    born: int
    epoch: int
    wrapped: bytes


class DataKey(NamedTuple):
    """A row of data_key, with the job's id."""

    job_id: bytes
    part: str
    epoch: int
    wrapped: bytes
    bucket: int | None


class OwnKey(NamedTuple):
    """The key of a stream that lies wrapped in its row."""

    bound: bytes
    wrapped: bytes


class Stream(NamedTuple):
    """A stream with its first chunk."""

    job_id: bytes
    kind: int
    page: int
    salt: bytes
    own_key: bytes | None
    data: bytes
    count: int

    @property
    def bound(self) -> bytes:
        return self.job_id + bytes([self.kind]) + struct.pack(">I", self.page)


@dataclass
class Loot:
    """What was found: halves of vault keys, rows of wrapped keys, and keys that lay open."""

    shares: set[tuple[int, bytes]] = field(default_factory=set)
    slots: set[bytes] = field(default_factory=set)
    buckets: set[Bucket] = field(default_factory=set)
    data_keys: set[DataKey] = field(default_factory=set)
    own_keys: set[OwnKey] = field(default_factory=set)

    def __or__(self, other: Loot) -> Loot:
        return Loot(
            self.shares | other.shares,
            self.slots | other.slots,
            self.buckets | other.buckets,
            self.data_keys | other.data_keys,
            self.own_keys | other.own_keys,
        )


def loot(database: Path, shard: Path, lines: list[str], passphrase: str | None = None) -> Loot:
    """All halves and wrapped keys in these places; lines are what the keyring holds."""
    found = Loot(buckets=set(_buckets(database)), data_keys=set(_data_keys(database)))
    found.own_keys = _own_keys(_streams(database))
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


def opened(database: Path, found: Loot) -> set[str]:
    """The ids of jobs of which any data key in this file opens with anything that was found."""
    vault_id = _vault_id(database)
    keys = _Keys(vault_id, found, _buckets(database))
    rows = _data_keys(database)
    return {row.job_id.hex() for row in rows if keys.data_key(row) is not None}


def opened_streams(database: Path, found: Loot) -> set[tuple[str, int, int]]:
    """Job, kind and page of each stream in this file that any key opens, old or new."""
    keys = _Keys(_vault_id(database), found, _buckets(database))
    rows = found.data_keys | set(_data_keys(database))
    data_keys = [key for key in map(keys.data_key, rows) if key is not None]
    streams = _streams(database)
    lying = [
        key
        for own in found.own_keys | _own_keys(streams)
        if (key := _first(map(AESGCM, data_keys), own.wrapped, own.bound)) is not None
    ]
    return {
        (one.job_id.hex(), one.kind, one.page)
        for one in streams
        if _opens([*lying, *(_derived(key, one) for key in data_keys)], one)
    }


def opened_destinations(database: Path, found: Loot) -> set[str]:
    """The ids of destinations in this file whose settings any two halves open."""
    vault_id = _vault_id(database)
    keys = _Keys(vault_id, found, ())
    rows = _ask(database, "SELECT id, epoch, sealed FROM destination")
    return {
        raw_id.hex()
        for raw_id, epoch, sealed in rows
        if keys.settings(raw_id, epoch, sealed) is not None
    }


class _Keys:
    """Every key of every bucket that any two halves open, and the vault keys themselves."""

    def __init__(self, vault_id: bytes, found: Loot, buckets: Iterable[Bucket]) -> None:
        self._vault_id = vault_id
        self._vault_keys = [
            (epoch, AESGCM(_vault_key(vault_id, epoch, share, slot)))
            for epoch, share in found.shares | _joined(found.shares)
            for slot in found.slots
        ]
        self._bucket_keys = [
            AESGCM(key)
            for bucket in found.buckets | set(buckets)
            if (key := self._bucket_key(bucket)) is not None
        ]

    def _bucket_key(self, bucket: Bucket) -> bytes | None:
        bound = b"mayfly/1/bucket-key" + self._vault_id
        bound += struct.pack(">QQQ", bucket.id, bucket.born, bucket.epoch)
        return _first(self._of_epoch(bucket.epoch), bucket.wrapped, bound)

    def data_key(self, row: DataKey) -> bytes | None:
        tail = self._vault_id + row.job_id + PART[row.part]
        if row.bucket is None:
            bound = b"mayfly/1/data-key" + tail + struct.pack(">Q", row.epoch)
            return _first(self._of_epoch(row.epoch), row.wrapped, bound)
        bound = b"mayfly/2/data-key" + tail + struct.pack(">QQ", row.bucket, row.epoch)
        return _first(self._bucket_keys, row.wrapped, bound)

    def settings(self, raw_id: bytes, epoch: int, sealed: bytes) -> bytes | None:
        bound = b"mayfly/1/destination" + self._vault_id + raw_id + struct.pack(">Q", epoch)
        return _first((key for _, key in self._vault_keys), sealed, bound)

    def _of_epoch(self, epoch: int) -> list[AESGCM]:
        return [key for of, key in self._vault_keys if of == epoch]


def _first(keys: Iterable[AESGCM], wrapped: bytes, bound: bytes) -> bytes | None:
    for key in keys:
        try:
            return key.decrypt(wrapped[:12], wrapped[12:], bound)
        except InvalidTag:
            continue
    return None


def _derived(data_key: bytes, stream: Stream) -> bytes:
    info = b"mayfly/1/stream" + stream.bound
    return HKDF(hashes.SHA256(), length=32, salt=stream.salt, info=info).derive(data_key)


def _opens(keys: Iterable[bytes], stream: Stream) -> bool:
    nonce = bytes(11) + (b"\x01" if stream.count == 1 else b"\x00")
    bound = b"\x01" + stream.bound + bytes(8)
    return _first(map(AESGCM, keys), nonce + stream.data, bound) is not None


def _joined(shares: set[tuple[int, bytes]]) -> set[tuple[int, bytes]]:
    """Every two parts of one epoch, as a vault has them that needs keyring and passphrase."""
    return {(of, one + other) for of, one in shares for also, other in shares if of == also}


def _vault_key(vault_id: bytes, epoch: int, share: bytes, slot: bytes) -> bytes:
    info = b"mayfly/1/vault-key" + vault_id + struct.pack(">Q", epoch)
    return HKDF(hashes.SHA256(), length=32, salt=None, info=info).derive(share + slot)


# --- what lies in a file -----------------------------------------------------------------


def _ask(database: Path, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(database)) as looking:
        return looking.execute(sql).fetchall()


def _vault_id(database: Path) -> bytes:
    return _ask(database, "SELECT vault_id FROM meta")[0][0]


def _has(database: Path, table: str, column: str) -> bool:
    return any(row[1] == column for row in _ask(database, f"PRAGMA table_info({table})"))


def _buckets(database: Path) -> list[Bucket]:
    """None in a vault from before there were any."""
    if not _has(database, "key_bucket", "id"):
        return []
    return [
        Bucket(*row) for row in _ask(database, "SELECT id, born, epoch, wrapped FROM key_bucket")
    ]


def _data_keys(database: Path) -> list[DataKey]:
    bucket = "bucket" if _has(database, "data_key", "bucket") else "NULL"
    sql = (
        f"SELECT job.id, part, epoch, wrapped, {bucket}"
        " FROM data_key JOIN job ON job.seq = data_key.job"
    )
    return [DataKey(*row) for row in _ask(database, sql)]


def _own_keys(streams: Iterable[Stream]) -> set[OwnKey]:
    return {
        OwnKey(b"mayfly/1/stream-key" + one.bound + one.salt, one.own_key)
        for one in streams
        if one.own_key is not None
    }


def _streams(database: Path) -> list[Stream]:
    wrapped = "stream.wrapped" if _has(database, "stream", "wrapped") else "NULL"
    sql = (
        f"SELECT job.id, kind, page, salt, {wrapped}, data, chunk_count FROM stream"
        " JOIN job ON job.seq = stream.job JOIN chunk ON chunk.stream = stream.id"
        " WHERE chunk.number = 0"
    )
    return [Stream(*row) for row in _ask(database, sql)]


def _unsealed(database: Path, passphrase: str) -> set[tuple[int, bytes]]:
    vault_id = _vault_id(database)
    rows = _ask(
        database, "SELECT epoch, salt, memory_kib, iterations, lanes, sealed FROM passphrase_share"
    )
    found = set()
    for epoch, salt, memory_kib, iterations, lanes, sealed in rows:
        key = Argon2id(
            salt=salt, length=32, iterations=iterations, lanes=lanes, memory_cost=memory_kib
        ).derive(passphrase.encode())
        bound = b"mayfly/1/share" + vault_id + struct.pack(">Q", epoch)
        with suppress(InvalidTag):
            found.add((epoch, AESGCM(key).decrypt(sealed[:12], sealed[12:], bound)))
    return found
