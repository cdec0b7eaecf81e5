"""What was destroyed, as the state folder remembers it: against a vault that is put back.

An older copy of the database knows nothing of later deletions. Where its keys are restored with
it, this file does: which vault key is the newest, and which jobs went in the last 30 days; older
ones are past their backstop anyway. Random ids, moments and reasons only, nothing of a document.

Head (96): magic (8), vault id (16), newest epoch (8), the audit log's last entry when an older
copy was dealt with, as its number (8) and chain value (32), digest (24). Then records of 48: job
id (16), moment in microseconds (8), page (4), parts (1), reason (1), zeros (2), digest (16). A
digest is the beginning of the SHA-256 of the vault id and of what stands before it; what does not
fit is passed over.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from mayfly.domain.jobs import Part
from mayfly.domain.states import DeleteReason
from mayfly.vault.audit_anchor import Mark
from mayfly.vault.private_files import open_private_file
from mayfly.vault.rows import BACKSTOP_MICROS

_MAGIC = b"MAYFLYL1"
_HEAD, _HEAD_BYTES, _HEAD_DIGEST = struct.Struct(">8s16sQQ32s"), 96, 24
_RECORD, _RECORD_BYTES, _RECORD_DIGEST = struct.Struct(">16sQIBBxx"), 48, 16
_PART_BITS = {Part.SOURCE: 1, Part.RESULT: 2}
_REASONS = tuple(DeleteReason)
_LOCK_TRIES, _LOCK_STEP_S = 20, 0.005


@dataclass(frozen=True, slots=True)
class Gone:
    """Parts of one job that were destroyed; page: its pictures, which are of the source.

    No part at all: it was no job, but a destination.
    """

    job_id: bytes
    at: int
    parts: frozenset[Part]
    reason: DeleteReason
    page: int = 0


@dataclass(frozen=True, slots=True)
class Remembered:
    """One look at the file. Empty where there is none, or it is another vault's."""

    vault_id: bytes
    epoch: int = 0
    settled: Mark | None = None
    """The end of the log of the copy that was taken as the vault from then on."""
    records: bytes = field(default=b"", repr=False)

    def of(self, job_ids: Iterable[bytes]) -> dict[bytes, Gone]:
        """Return what is known to be destroyed of these jobs."""
        wanted, found = set(job_ids), dict[bytes, Gone]()
        for start in range(0, len(self.records) - _RECORD_BYTES + 1, _RECORD_BYTES):
            if self.records[start : start + 16] not in wanted:
                continue
            gone = _parsed(self.vault_id, self.records[start : start + _RECORD_BYTES])
            if gone is not None:
                before = found.get(gone.job_id)
                parts = gone.parts | (before.parts if before else frozenset())
                found[gone.job_id] = Gone(gone.job_id, gone.at, parts, gone.reason)
        return found


class Ledger:
    """The file beside the shard. Best effort: no call raises, and none holds up a deletion."""

    def __init__(self, path: Path, vault_id: bytes) -> None:
        self._path = path
        self._vault_id = vault_id

    def read(self) -> Remembered:
        """Return what is remembered of this vault."""
        with suppress(OSError):
            return self._parse(self._path.read_bytes())
        return Remembered(self._vault_id)

    def note_gone(self, gone: Sequence[Gone]) -> None:
        """Remember what a purge destroyed; after its commit, before it is told."""
        if not gone:
            return
        rows = b"".join(_packed(self._vault_id, one) for one in gone)
        with suppress(OSError), self._open() as file:
            known = self._parse(_all_of(file))
            self._put_head(file, known)
            end = _HEAD_BYTES + len(known.records)
            os.pwrite(file, rows, end)
            os.ftruncate(file, end + len(rows))
            self._forget_old(file, known.records + rows, gone[-1].at)

    def note_epoch(self, epoch: int) -> None:
        """Remember the newest vault key."""
        with suppress(OSError), self._open() as file:
            known = self._parse(_all_of(file))
            if epoch > known.epoch:
                self._put_head(file, Remembered(self._vault_id, epoch, known.settled))

    def settle(self, epoch: int, end: Mark | None) -> None:
        """Remember that an older copy was dealt with: whose log goes on from here is the vault."""
        with suppress(OSError), self._open() as file:
            self._put_head(file, Remembered(self._vault_id, epoch, end))

    @contextmanager
    def _open(self) -> Iterator[int]:
        """Give the file, to this process alone unless another one holds it for too long."""
        file = open_private_file(self._path)
        try:
            for _ in range(_LOCK_TRIES):
                with suppress(BlockingIOError):
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                time.sleep(_LOCK_STEP_S)
            yield file
        finally:
            os.close(file)

    def _parse(self, data: bytes) -> Remembered:
        head = data[:_HEAD_BYTES]
        if len(head) < _HEAD_BYTES or head[_HEAD.size :] != _digest(
            self._vault_id, head[: _HEAD.size], _HEAD_DIGEST
        ):
            return Remembered(self._vault_id)
        magic, vault_id, epoch, seq, chain = _HEAD.unpack(head[: _HEAD.size])
        if (magic, vault_id) != (_MAGIC, self._vault_id):
            return Remembered(self._vault_id)
        # A record that a crash cut short is none.
        whole = (len(data) - _HEAD_BYTES) // _RECORD_BYTES * _RECORD_BYTES
        settled = Mark(seq, chain) if seq else None
        return Remembered(vault_id, epoch, settled, data[_HEAD_BYTES : _HEAD_BYTES + whole])

    def _put_head(self, file: int, known: Remembered) -> None:
        end = known.settled or Mark(0, bytes(32))
        head = _HEAD.pack(_MAGIC, self._vault_id, known.epoch, end.seq, end.head)
        os.pwrite(file, head + _digest(self._vault_id, head, _HEAD_DIGEST), 0)

    def _forget_old(self, file: int, records: bytes, now: int) -> None:
        """Drop the first half of the records when it is past every backstop."""
        half = len(records) // _RECORD_BYTES // 2 * _RECORD_BYTES
        middle = _parsed(self._vault_id, records[half : half + _RECORD_BYTES])
        if half and (middle is None or middle.at < now - BACKSTOP_MICROS):
            os.pwrite(file, records[half:], _HEAD_BYTES)
            os.ftruncate(file, _HEAD_BYTES + len(records) - half)


def _all_of(file: int) -> bytes:
    return os.pread(file, os.fstat(file).st_size, 0)


def _packed(vault_id: bytes, gone: Gone) -> bytes:
    bits = sum(_PART_BITS[part] for part in gone.parts)
    body = _RECORD.pack(gone.job_id, gone.at, gone.page, bits, _REASONS.index(gone.reason))
    return body + _digest(vault_id, body, _RECORD_DIGEST)


def _parsed(vault_id: bytes, record: bytes) -> Gone | None:
    body = record[: _RECORD.size]
    if record[_RECORD.size :] != _digest(vault_id, body, _RECORD_DIGEST):
        return None
    job_id, at, page, bits, reason = _RECORD.unpack(body)
    if reason >= len(_REASONS):
        return None
    parts = frozenset(part for part, bit in _PART_BITS.items() if bits & bit)
    return Gone(job_id, at, parts, _REASONS[reason], page)


def _digest(vault_id: bytes, data: bytes, length: int) -> bytes:
    return hashlib.sha256(vault_id + data).digest()[:length]
