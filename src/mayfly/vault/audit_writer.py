"""Writes the audit log's entries within the transactions they tell of.

An entry is kept until its transaction ends; then all of them are numbered, chained and
inserted together, and the last one is signed: one signature vouches for all before it, so that
a purge of 10,000 jobs costs one.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mayfly.domain.audit import AuditEntry, AuditKind
from mayfly.domain.audit_record import decode_entry, encode_entry, first_link, link
from mayfly.domain.ids import BatchId, JobId
from mayfly.vault.audit_anchor import Anchor, Mark
from mayfly.vault.audit_signing import Signer, find_key, make_signer, open_signer, rewrap_signer
from mayfly.vault.connection import Transaction
from mayfly.vault.keys import VaultKeys

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class _Last:
    """The end of the log before a transaction's own entries."""

    seq: int
    chain: bytes
    record: bytes

    def at(self) -> datetime:
        """Return the moment of the last entry, as far as it can be read."""
        with suppress(ValueError):
            return decode_entry(self.record).at
        return _BEGINNING


class AuditWriter:
    """One for each opened vault. Needs no key: without one, entries are written unsigned."""

    def __init__(self, keys: VaultKeys, anchor: Anchor) -> None:
        self._keys = keys
        self._anchor = anchor
        self._tx: Transaction | None = None
        self._waiting: list[AuditEntry] = []
        self._signer: Signer | None = None
        self._latest = _BEGINNING

    def note_time(self, now: datetime) -> None:
        """Remember the latest moment, for entries of whoever is told no time."""
        self._latest = max(self._latest, now)

    def append_in(
        self,
        tx: Transaction,
        kind: AuditKind,
        now: datetime | None = None,
        *,
        job_id: JobId | None = None,
        batch_id: BatchId | None = None,
        detail: Mapping[str, str | int] | None = None,
    ) -> None:
        """Have the entry written when this transaction commits; without a time, the latest."""
        self._begin(tx)
        self._waiting.append(
            AuditEntry(_UNKNOWN, now or self._latest, kind, job_id, batch_id, detail or {})
        )

    def begin_in(self, tx: Transaction) -> None:
        """Begin the log if it has no entry yet."""
        self._begin(tx)

    def rewrap_in(self, tx: Transaction, epoch: int, key: bytearray) -> None:
        """Wrap the log's key under the next vault key, and tell of it; within its transaction."""
        self.append_in(tx, AuditKind.KEY_ROTATED, detail={"epoch": epoch})
        self._signer = rewrap_signer(tx, self._keys, epoch, key)

    def mark(self) -> Mark | None:
        """Return the end of the log as it is remembered outside the database."""
        return self._anchor.read()

    def trim_in(self, tx: Transaction, last: int, now: datetime) -> int:
        """Put one record in place of all entries up to a number; return how many went.

        Nothing without the key that signs it, and nothing when the log is not the one that is
        remembered: then it is the evidence.
        """
        signer = self._find_signer(tx)
        end = self._find_last(tx)
        row = tx.row("SELECT chain FROM audit WHERE seq = ?", last)
        if signer is None or row is None or not self.continues(tx):
            return 0
        entry = AuditEntry(last, now, AuditKind.LOG_TRIMMED, detail={"chain": row[0].hex()})
        record = encode_entry(entry)
        (had_trim,) = tx.only_row(
            "SELECT instr(record, ?) > 0 FROM audit ORDER BY seq LIMIT 1",
            AuditKind.LOG_TRIMMED.value.encode(),
        )
        gone = tx.run("DELETE FROM audit WHERE seq < ?", last) + 1 - int(had_trim)
        tx.run(
            "UPDATE audit SET record = ?, signature = ? WHERE seq = ?",
            record,
            signer.sign_trim(last, record),
            last,
        )
        # A mark that lagged behind could be of an entry that is gone now.
        tx.afterwards(lambda: self._anchor.write(Mark(end.seq, end.chain)))
        return gone

    def _begin(self, tx: Transaction) -> None:
        if self._tx is tx:
            return
        # Whatever an earlier transaction left, it was rolled back with it.
        self._tx, self._waiting, self._signer = tx, [], None
        tx.at_end(lambda: self._write(tx))

    def _write(self, tx: Transaction) -> None:
        last = self._find_last(tx)
        if last.seq == 0:
            self._waiting.insert(0, self._made(tx))
        if not self._waiting:
            return
        signer = self._signer or self._find_signer(tx)
        rows: list[tuple[int, bytes, bytes, bytes | None]] = []
        seq, chain = last.seq, last.chain
        for entry in self._waiting:
            seq += 1
            # Not read for each entry: it would cost as much as signing.
            at = entry.at if entry.at > _BEGINNING else last.at()
            record = encode_entry(replace(entry, seq=seq, at=at))
            chain = link(chain, record)
            rows.append((seq, record, chain, None))
        if signer is not None:
            rows[-1] = (*rows[-1][:3], signer.sign(seq, chain))
        tx.run_many("INSERT INTO audit (seq, record, chain, signature) VALUES (?, ?, ?, ?)", rows)
        if self.continues(tx):
            tx.afterwards(lambda: self._anchor.write(Mark(seq, chain)))
        self._tx, self._waiting, self._signer = None, [], None

    def _find_last(self, tx: Transaction) -> _Last:
        row = tx.row("SELECT seq, record, chain FROM audit ORDER BY seq DESC LIMIT 1")
        if row is None:
            return _Last(0, first_link(self._keys.vault_id), b"")
        seq, record, chain = row
        return _Last(seq, chain, record)

    def _made(self, tx: Transaction) -> AuditEntry:
        """Return the first entry; a vault that had jobs before its log says how many."""
        (jobs,) = tx.only_row("SELECT count(*) FROM job")
        own = sum(one.kind is AuditKind.ADDED for one in self._waiting)
        at = self._waiting[0].at if self._waiting else self._latest
        return AuditEntry(_UNKNOWN, at, AuditKind.VAULT_MADE, detail={"jobs": max(jobs - own, 0)})

    def _find_signer(self, tx: Transaction) -> Signer | None:
        row = find_key(tx)
        return make_signer(tx, self._keys) if row is None else open_signer(row, self._keys)

    def continues(self, tx: Transaction) -> bool:
        """Tell whether the log still holds the entry that was remembered.

        Where it does not, somebody changed it, and the mark stays as the witness.
        """
        mark = self._anchor.read()
        if mark is None:
            return True
        row = tx.row("SELECT chain FROM audit WHERE seq = ?", mark.seq)
        return row is not None and row[0] == mark.head
