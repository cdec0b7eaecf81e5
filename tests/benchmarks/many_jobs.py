"""Fills a vault with very many finished jobs at once: real keys and names, random content.

Through the vault's own methods 100,000 jobs would take half an hour. Here the rows go in by
the thousand; keys are wrapped and names sealed by the vault's own code, so that what is
measured afterwards does the work it always does. The rest is random bytes of common sizes.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from mayfly.domain.jobs import Part
from mayfly.vault.buckets import BUCKET_KEYS, insert_bucket, next_bucket_id
from mayfly.vault.connection import Transaction
from mayfly.vault.keys import VaultKeys
from mayfly.vault.moments import micros_of
from mayfly.vault.names import encode_name
from mayfly.vault.sealing import (
    PART_OF,
    Kind,
    StreamCipher,
    StreamId,
    derive_stream_key,
    new_salt,
)
from mayfly.vault.vault import SqliteVault

SEALED_BYTES = {
    Kind.DOCUMENT: 4_096,
    Kind.OPTIONS: 70,
    Kind.PAGE_IMAGE: 3_072,
    Kind.PAGE_WORDS: 1_536,
}
"""Small on purpose: deleting overwrites every byte of a document, whatever the keys cost."""

_JOBS_AT_ONCE = 20 * BUCKET_KEYS // 2
_MICRO = timedelta(microseconds=1)
_NAMED = {Kind.SOURCE_NAME, Kind.RESULT_NAME}


@dataclass(frozen=True, slots=True)
class Spread:
    """How jobs differ: each is read apart after the one before, and keeps its result for longer."""

    apart: timedelta = timedelta()
    result_later: timedelta = timedelta()


def add_done_jobs(
    vault: SqliteVault, count: int, now: datetime, spread: Spread | None = None
) -> list[str]:
    """Add that many jobs of one read page, the first one read now; return their ids.

    The source of each ends 24 hours after it was read, whatever time it is.
    """
    ids: list[str] = []
    spread = spread or Spread()
    for start in range(0, count, _JOBS_AT_ONCE):
        wanted = min(_JOBS_AT_ONCE, count - start)
        batch = bytes.fromhex(vault.add_batch(now))
        with vault._database.write() as tx:
            filler = _Filler(
                tx, vault._rotation._keys, micros_of(now + start * spread.apart), spread
            )
            ids += [one.hex() for one in filler.add(batch, wanted)]
        vault._database.truncate_wal()
    return ids


def add_tombstones(vault: SqliteVault, count: int, now: datetime) -> None:
    """Add the rows that many deleted jobs leave."""
    batch = bytes.fromhex(vault.add_batch(now))
    micros = micros_of(now - timedelta(days=1))
    with vault._database.write() as tx:
        first, stamp = _next_seq(tx, "job"), tx.stamp()
        tx.run_many(
            "INSERT INTO job (seq, id, batch, changed, state, pages, added_at,"
            " source_hours, result_hours, source_delete_at, result_delete_at, backstop_at,"
            " deleted_at, delete_reason)"
            " VALUES (?, ?, ?, ?, 'deleted', 1, ?, 0, 0, 0, 0, 0, ?, 'user')",
            (
                (first + n, secrets.token_bytes(16), batch, stamp, micros, micros)
                for n in range(count)
            ),
        )
    vault._database.truncate_wal()


class _Filler:
    def __init__(self, tx: Transaction, keys: VaultKeys, now: int, spread: Spread) -> None:
        self._tx = tx
        self._keys = keys
        self._now = now
        self._apart = spread.apart // _MICRO
        self._result_later = spread.result_later // _MICRO
        self._stream = _next_seq(tx, "stream", "id")
        self._noise = os.urandom(max(SEALED_BYTES.values()) + 4_096)
        self._data_keys: list[tuple] = []
        self._streams: list[tuple] = []
        self._chunks: list[tuple] = []

    def add(self, batch: bytes, count: int) -> list[bytes]:
        first, ids = _next_seq(self._tx, "job"), [secrets.token_bytes(16) for _ in range(count)]
        self._add_jobs(first, ids, batch)
        for start in range(0, count, BUCKET_KEYS // 2):
            bucket = self._keys.new_bucket(next_bucket_id(self._tx))
            insert_bucket(self._tx, bucket)
            for number in range(start, min(start + BUCKET_KEYS // 2, count)):
                self._add_parts(first + number, ids[number], bucket)
        self._write()
        return ids

    def _add_jobs(self, first: int, ids: list[bytes], batch: bytes) -> None:
        day = 24 * 3_600_000_000
        stamp = self._tx.stamp()
        read_at = [self._now + n * self._apart for n in range(len(ids))]
        self._tx.run_many(
            "INSERT INTO job (seq, id, batch, changed, state, pages, pages_read,"
            " added_at, finished_at, source_hours, result_hours, source_delete_at,"
            " result_delete_at, backstop_at)"
            " VALUES (?, ?, ?, ?, 'done', 1, 1, ?, ?, 24, 24, ?, ?, ?)",
            (
                (
                    *(first + n, one, batch, stamp, at, at),
                    *(at + day, at + day + self._result_later, at + 30 * day),
                )
                for n, (one, at) in enumerate(zip(ids, read_at, strict=True))
            ),
        )
        self._tx.run_many(
            "INSERT INTO page (job, number, state) VALUES (?, 1, 'read')",
            ((first + n,) for n in range(len(ids))),
        )

    def _add_parts(self, seq: int, job_id: bytes, bucket) -> None:
        data_keys = {}
        for part in Part:
            data_keys[part], key = self._keys.new_data_key(job_id, part, bucket)
            self._data_keys.append((seq, part.value, key.epoch, key.wrapped, bucket.id))
        for kind in Kind:
            if kind not in SEALED_BYTES and kind not in _NAMED:
                continue
            part, salt = PART_OF[kind], new_salt()
            page = 1 if kind in (Kind.PAGE_IMAGE, Kind.PAGE_WORDS) else 0
            row = (self._stream, seq, part.value, kind.value, page, salt)
            self._streams.append(row)
            data = self._sealed(kind, job_id, data_keys[part], salt, seq)
            self._chunks.append((self._stream, data))
            self._stream += 1

    def _sealed(self, kind: Kind, job_id: bytes, data_key: bytes, salt: bytes, seq: int) -> bytes:
        if kind not in _NAMED:
            start = seq % 4_000
            return self._noise[start : start + SEALED_BYTES[kind]]
        stream_id = StreamId(job_id, kind)
        cipher = StreamCipher(derive_stream_key(data_key, salt, stream_id), stream_id)
        (chunk,) = cipher.seal([encode_name(f"Letter of the garden club, number {seq}.jpg")])
        return chunk

    def _write(self) -> None:
        self._tx.run_many(
            "INSERT INTO data_key (job, part, epoch, wrapped, bucket) VALUES (?, ?, ?, ?, ?)",
            self._data_keys,
        )
        self._tx.run_many(
            "INSERT INTO stream (id, job, part, kind, page, salt, chunk_count)"
            " VALUES (?, ?, ?, ?, ?, ?, 1)",
            self._streams,
        )
        self._tx.run_many("INSERT INTO chunk (stream, number, data) VALUES (?, 0, ?)", self._chunks)


def _next_seq(tx: Transaction, table: str, column: str = "seq") -> int:
    return int(tx.only_row(f"SELECT coalesce(max({column}), 0) + 1 FROM {table}")[0])
