"""Rows of sealed streams and of their data keys, all within the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple

from mayfly.domain.errors import InternalError, ResultGone, SourceGone, VaultDamaged
from mayfly.domain.jobs import Part
from mayfly.vault.buckets import bucket_for_new_key, find_bucket, owe_new_keys
from mayfly.vault.connection import Database, Transaction, as_list
from mayfly.vault.keys import VaultKeys
from mayfly.vault.sealing import (
    PART_OF,
    TAG_BYTES,
    Kind,
    StreamCipher,
    StreamId,
    derive_stream_key,
    new_salt,
    unwrap_stream_key,
    wrap_stream_key,
)
from mayfly.vault.wrapping import WrappedBucket, WrappedKey

GONE = {Part.SOURCE: SourceGone, Part.RESULT: ResultGone}
"""What a reader is told when the data key of a part is destroyed."""


@dataclass(frozen=True, slots=True)
class JobRef:
    """A job by the number of its row and by its id."""

    seq: int
    job_id: bytes


class _Stream(NamedTuple):
    row: int
    salt: bytes
    chunk_count: int
    own_key: bytes | None


class ShortStream(NamedTuple):
    """A stream of one chunk and its keys, as a query for many of them fetched it."""

    salt: bytes
    own_key: bytes | None
    """The stream's key under the data key; None: derived from the data key."""

    key: WrappedKey
    data: bytes


class SealedStreams:
    """Writes, opens and destroys what is sealed for a job.

    Data keys are unwrapped for each call and not kept. Opening raises VaultDamaged for any
    altered, missing or foreign row, and SourceGone or ResultGone when the key is destroyed.
    """

    def __init__(self, database: Database, keys: VaultKeys) -> None:
        self._database = database
        self._keys = keys

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Give one consistent view of the vault, with the vault key that belongs to it.

        KeyringLocked and the like when another process changed the key and it cannot be got.
        """
        self._keys.refresh(self._database)
        with self._database.read() as tx:
            self._keys.follow(tx)
            yield tx

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Give the only writer's place, with the vault key in use."""
        # First outside: no other process should wait for a keyring that asks this one's user.
        self._keys.refresh(self._database)
        with self._database.write() as tx:
            self._keys.follow(tx)
            yield tx

    def add_key(self, tx: Transaction, job: JobRef, part: Part) -> None:
        """Give a part of the job a fresh data key."""
        _, key = self._new_key(tx, job, part, bucket_for_new_key(tx, self._keys))
        tx.run(
            "INSERT INTO data_key (epoch, wrapped, bucket, job, part) VALUES (?, ?, ?, ?, ?)",
            *key,
            job.seq,
            part.value,
        )

    def put(
        self, tx: Transaction, job: JobRef, kind: Kind, chunks: Iterable[bytes], *, page: int = 0
    ) -> None:
        """Seal a stream under a fresh salt, in place of any earlier one of the same kind."""
        self.drop(tx, job, kind, page=page)
        salt, stream_id = new_salt(), StreamId(job.job_id, kind, page)
        data_key = self._data_key(tx, job, PART_OF[kind])
        cipher = StreamCipher(derive_stream_key(data_key, salt, stream_id), stream_id)
        row = tx.insert(
            "INSERT INTO stream (job, part, kind, page, salt, chunk_count)"
            " VALUES (?, ?, ?, ?, ?, 0)",
            job.seq,
            PART_OF[kind].value,
            kind.value,
            page,
            salt,
        )
        count = 0
        for sealed in cipher.seal(chunks):
            sql = "INSERT INTO chunk (stream, number, data) VALUES (?, ?, ?)"
            tx.insert(sql, row, count, sealed)
            count += 1
        tx.run("UPDATE stream SET chunk_count = ? WHERE id = ?", count, row)

    def read(self, tx: Transaction, job: JobRef, kind: Kind, *, page: int = 0) -> bytes | None:
        """Open a whole stream; None when there is none."""
        stream = _find(tx, job, kind, page)
        if stream is None:
            return None
        cipher = self._cipher(tx, job, StreamId(job.job_id, kind, page), stream)
        return b"".join(
            cipher.open(_chunk(tx, stream, number), number, stream.chunk_count)
            for number in range(max(stream.chunk_count, 1))
        )

    def read_pages(self, tx: Transaction, job: JobRef, kind: Kind) -> Iterator[tuple[int, bytes]]:
        """Open all streams of a kind, each of one chunk, by page; SourceGone and the like.

        The data key is unwrapped once, and what is fetched is one query.
        """
        data_key = self._data_key(tx, job, PART_OF[kind])
        for page, salt, own_key, count, data in tx.rows(
            "SELECT stream.page, stream.salt, stream.wrapped, stream.chunk_count, chunk.data"
            " FROM stream CROSS JOIN chunk ON chunk.stream = stream.id AND chunk.number = 0"
            " WHERE stream.job = ? AND stream.part = ? AND stream.kind = ? ORDER BY stream.page",
            job.seq,
            PART_OF[kind].value,
            kind.value,
        ):
            stream_id = StreamId(job.job_id, kind, page)
            key = _stream_key(data_key, salt, own_key, stream_id)
            yield page, StreamCipher(key, stream_id).open(data, 0, count)

    def need(self, tx: Transaction, job: JobRef, kind: Kind, *, page: int = 0) -> bytes:
        """Open a whole stream that must be there; VaultDamaged when it is not."""
        data = self.read(tx, job, kind, page=page)
        if data is None:
            raise VaultDamaged
        return data

    def read_chunk(self, tx: Transaction, job: JobRef, kind: Kind, number: int) -> bytes:
        """Open one chunk of a stream, counted from 0."""
        stream = _need(tx, job, kind)
        if not 0 <= number < stream.chunk_count:
            raise InternalError(f"chunk {number} of {stream.chunk_count} was asked for")
        cipher = self._cipher(tx, job, StreamId(job.job_id, kind), stream)
        return cipher.open(_chunk(tx, stream, number), number, stream.chunk_count)

    def chunk_count(self, tx: Transaction, job: JobRef, kind: Kind) -> int:
        """Return in how many chunks the stream is sealed."""
        return _need(tx, job, kind).chunk_count

    def size(self, tx: Transaction, job: JobRef, kind: Kind) -> int:
        """Return the stream's length in bytes, without opening it."""
        stream = _need(tx, job, kind)
        sealed, count = tx.only_row(
            "SELECT coalesce(sum(length(data)), 0), count(*) FROM chunk WHERE stream = ?",
            stream.row,
        )
        if count != stream.chunk_count:
            raise VaultDamaged
        return int(sealed - TAG_BYTES * count)

    def drop(self, tx: Transaction, job: JobRef, kind: Kind, *, page: int = 0) -> bool:
        """Delete one stream; tell whether there was one.

        Its key stays derivable from the part's data key, so that an old copy of it opens as
        long as the part lives: destroy is for what must go before that.
        """
        return self.drop_pages(tx, job, kind, range(page, page + 1)) > 0

    def drop_pages(self, tx: Transaction, job: JobRef, kind: Kind, pages: range) -> int:
        """Delete the streams of one kind whose page is in the range; tell how many there were."""
        which = (job.seq, PART_OF[kind].value, kind.value, pages.start, pages.stop)
        tx.run(
            "DELETE FROM chunk WHERE stream IN (SELECT id FROM stream"
            " WHERE job = ? AND part = ? AND kind = ? AND page >= ? AND page < ?)",
            *which,
        )
        return tx.run(
            "DELETE FROM stream WHERE job = ? AND part = ? AND kind = ? AND page >= ? AND page < ?",
            *which,
        )

    def destroy(self, tx: Transaction, job: JobRef, kind: Kind, *, page: int = 0) -> bool:
        """Destroy one stream of a part that lives on, its key included; tell if there was one."""
        return self.destroy_pages(tx, job, PART_OF[kind], {kind: range(page, page + 1)})

    def destroy_pages(
        self, tx: Transaction, job: JobRef, part: Part, going: Mapping[Kind, range]
    ) -> bool:
        """Destroy streams of a part that lives on, by kind and pages, with one change of its key.

        Tell whether there was any.
        """
        if any(PART_OF[kind] is not part for kind in going):
            raise InternalError("a stream of another part was to go with this one's key")
        # A list: every kind is to go, whatever the first of them answers.
        counts = [self.drop_pages(tx, job, kind, pages) for kind, pages in going.items()]
        if any(counts):
            self._renew_key(tx, job, part)
        return any(counts)

    def drop_parts(self, tx: Transaction, jobs: Sequence[JobRef], part: Part) -> None:
        """Destroy a part of these jobs: its data keys and every stream under them.

        What could open an old copy of the keys' rows, their buckets' keys and the vault key, is
        owed to be destroyed, too: the debt is noted in the same transaction, and Rotation
        pays it.
        """
        seqs = as_list(job.seq for job in jobs)
        tx.run(
            "DELETE FROM chunk WHERE stream IN (SELECT id FROM stream WHERE part = ?"
            " AND job IN (SELECT value FROM json_each(?)))",
            part.value,
            seqs,
        )
        tx.run(
            "DELETE FROM stream WHERE part = ? AND job IN (SELECT value FROM json_each(?))",
            part.value,
            seqs,
        )
        gone = tx.rows(
            "DELETE FROM data_key WHERE part = ? AND job IN (SELECT value FROM json_each(?))"
            " RETURNING bucket",
            part.value,
            seqs,
        )
        for bucket in {row[0] for row in gone}:
            owe_new_keys(tx, bucket)

    def open_short(self, job: JobRef, kind: Kind, stream: ShortStream) -> bytes:
        """Open a stream of one chunk from values that a larger query fetched."""
        data_key = self._keys.unwrap(stream.key, job.job_id, PART_OF[kind])
        stream_id = StreamId(job.job_id, kind)
        key = _stream_key(data_key, stream.salt, stream.own_key, stream_id)
        return StreamCipher(key, stream_id).open(stream.data, 0, 1)

    def _renew_key(self, tx: Transaction, job: JobRef, part: Part) -> None:
        """Give a part another data key, for what was dropped from it must not open any more.

        What stays keeps the key it is sealed with, now wrapped under the new data key: one
        small row for each stream, where a document of a gibibyte would be sealed again. A
        stream whose key does not open is lost already, and keeps its row.
        """
        old = self._find_key(tx, job, part)
        old_key = self._keys.unwrap(old, job.job_id, part)
        bucket = old.bucket or bucket_for_new_key(tx, self._keys)
        new_key, key = self._new_key(tx, job, part, bucket)
        rows = tx.rows(
            "SELECT id, kind, page, salt, wrapped FROM stream WHERE job = ? AND part = ?",
            job.seq,
            part.value,
        )
        kept = _kept_keys(job.job_id, rows, old_key, new_key)
        tx.run_many("UPDATE stream SET wrapped = ? WHERE id = ?", kept)
        tx.run(
            "UPDATE data_key SET epoch = ?, wrapped = ?, bucket = ? WHERE job = ? AND part = ?",
            *key,
            job.seq,
            part.value,
        )
        owe_new_keys(tx, bucket.id)

    def _new_key(
        self, tx: Transaction, job: JobRef, part: Part, bucket: WrappedBucket
    ) -> tuple[bytes, tuple[int, bytes, int]]:
        """Return a fresh data key, and epoch, wrapped key and bucket of its row."""
        if tx.epoch() != self._keys.epoch:
            # Under a key of the past it could never be opened again.
            raise InternalError("a data key was to be wrapped under a vault key that is gone")
        data_key, key = self._keys.new_data_key(job.job_id, part, bucket)
        return data_key, (key.epoch, key.wrapped, bucket.id)

    def _find_key(self, tx: Transaction, job: JobRef, part: Part) -> WrappedKey:
        row = tx.row(
            "SELECT epoch, wrapped, bucket FROM data_key WHERE job = ? AND part = ?",
            job.seq,
            part.value,
        )
        if row is None:
            raise GONE[part]
        return WrappedKey(row[0], row[1], find_bucket(tx, row[2]))

    def _data_key(self, tx: Transaction, job: JobRef, part: Part) -> bytes:
        return self._keys.unwrap(self._find_key(tx, job, part), job.job_id, part)

    def _cipher(
        self, tx: Transaction, job: JobRef, stream_id: StreamId, stream: _Stream
    ) -> StreamCipher:
        data_key = self._data_key(tx, job, PART_OF[stream_id.kind])
        key = _stream_key(data_key, stream.salt, stream.own_key, stream_id)
        return StreamCipher(key, stream_id)


def _stream_key(data_key: bytes, salt: bytes, own_key: bytes | None, stream_id: StreamId) -> bytes:
    if own_key is None:
        return derive_stream_key(data_key, salt, stream_id)
    return unwrap_stream_key(own_key, data_key, salt, stream_id)


def _kept_keys(
    job_id: bytes,
    rows: Iterable[tuple[int, int, int, bytes, bytes | None]],
    old_key: bytes,
    new_key: bytes,
) -> Iterator[tuple[bytes, int]]:
    """Yield each stream's key under the new data key, and the stream's row."""
    for row, kind, page, salt, own_key in rows:
        # A kind that no program wrote is damage, too.
        with suppress(VaultDamaged, ValueError):
            stream_id = StreamId(job_id, Kind(kind), page)
            key = _stream_key(old_key, salt, own_key, stream_id)
            yield wrap_stream_key(key, new_key, salt, stream_id), row


def _find(tx: Transaction, job: JobRef, kind: Kind, page: int) -> _Stream | None:
    row = tx.row(
        "SELECT id, salt, chunk_count, wrapped FROM stream"
        " WHERE job = ? AND part = ? AND kind = ? AND page = ?",
        job.seq,
        PART_OF[kind].value,
        kind.value,
        page,
    )
    return None if row is None else _Stream(*row)


def _need(tx: Transaction, job: JobRef, kind: Kind) -> _Stream:
    stream = _find(tx, job, kind, 0)
    if stream is None:
        raise VaultDamaged
    return stream


def _chunk(tx: Transaction, stream: _Stream, number: int) -> bytes:
    sql = "SELECT data FROM chunk WHERE stream = ? AND number = ?"
    return bytes(tx.only_row(sql, stream.row, number)[0])
