"""The audit log in the vault's tables: reading, checking, receipts and its own retention."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime

from mayfly.domain.audit import (
    AuditCopy,
    AuditEntry,
    AuditKind,
    AuditVerdict,
    LoggedEntry,
    Receipt,
    ReceiptVerdict,
)
from mayfly.domain.audit_record import decode_entry, first_link, link
from mayfly.domain.errors import NoReceipt, VaultDamaged, VaultError, VaultLocked
from mayfly.domain.ids import BatchId, JobId, is_id
from mayfly.vault.audit_anchor import Mark
from mayfly.vault.audit_check import LogWalk, chain_of_trim
from mayfly.vault.audit_checking import SELECT_ENTRIES, LogChecking, rows_after
from mayfly.vault.audit_signing import (
    KeyRow,
    chain_message,
    find_key,
    is_consistent,
    is_signed,
    open_signer,
)
from mayfly.vault.audit_writer import AuditWriter
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.keys import VaultKeys


class SqliteAuditLog:
    """Implements domain.audit_port.AuditLog. On the vault lane only; locked or not."""

    def __init__(self, database: Database, keys: VaultKeys, writer: AuditWriter) -> None:
        self._database = database
        self._keys = keys
        self._writer = writer

    def begin(self, now: datetime) -> None:
        """Begin the log of a vault that has none yet: a new one, or one of an older version."""
        self._writer.note_time(now)
        if self._database.ask("SELECT 1 FROM audit LIMIT 1") is None:
            with self._database.write() as tx:
                self._writer.begin_in(tx)

    def append(
        self,
        kind: AuditKind,
        now: datetime,
        *,
        job_id: JobId | None = None,
        batch_id: BatchId | None = None,
        detail: Mapping[str, str | int] | None = None,
    ) -> None:
        """Write one entry in a transaction of its own."""
        with self._database.write() as tx:
            self._writer.append_in(tx, kind, now, job_id=job_id, batch_id=batch_id, detail=detail)

    def entries(self, *, before_seq: int | None = None, most: int = 500) -> tuple[AuditEntry, ...]:
        """Return the newest entries, newest first; what is no record any more is passed over."""
        with self._database.read() as tx:
            rows = tx.rows(
                "SELECT record FROM audit WHERE ?1 IS NULL OR seq < ?1 ORDER BY seq DESC LIMIT ?2",
                before_seq,
                most,
            )
        found = []
        for (record,) in rows:
            with suppress(ValueError):
                found.append(decode_entry(record))
        return tuple(found)

    def verify(self) -> AuditVerdict:
        """Check every entry, the chain, the signatures and the remembered end."""
        checking = self.check_in_pieces()
        is_more = True
        while is_more:
            is_more = checking.go_on()
        return checking.verdict()

    def check_in_pieces(self) -> LogChecking:
        """Return the same check as work that can be done in pieces."""
        return LogChecking(self._database, self._begin_walk)

    def _begin_walk(self) -> LogWalk:
        self._follow()
        # Before any view of the rows, which another process may lengthen meanwhile.
        mark = self._writer.mark()
        with self._database.read() as tx:
            return LogWalk(self._keys.vault_id, self._public(tx), mark)

    def receipt(self, job_id: JobId) -> Receipt:
        """Return the receipt of the job's last deletion.

        NoReceipt when the log holds none; VaultLocked when nothing has signed it yet;
        VaultDamaged when the log was changed there.
        """
        self._follow()
        mark = self._writer.mark()
        with self._database.read() as tx:
            row = _last_deletion(tx, job_id)
            before = tx.row("SELECT chain FROM audit WHERE seq = ?", row.seq - 1)
            key = find_key(tx)
            if key is None:
                raise VaultLocked
            if self._public(tx) is None:
                raise VaultDamaged
            receipt = Receipt(
                entry=decode_entry(row.record),
                record=row.record,
                chain_before=before[0] if before else first_link(self._keys.vault_id),
                chain=row.chain,
                signature=row.signature or self._sign(tx, key, row, mark),
                public_key=key.public,
                vault_id=self._keys.vault_id.hex(),
            )
        if not is_consistent(receipt):
            raise VaultDamaged
        return receipt

    def check(self, receipt: Receipt) -> ReceiptVerdict:
        """Check a receipt against this vault's key and log."""
        if not is_consistent(receipt):
            return ReceiptVerdict.ALTERED
        self._follow()
        with self._database.read() as tx:
            is_ours = receipt.vault_id == self._keys.vault_id.hex()
            if not is_ours or receipt.public_key != self._public(tx):
                return ReceiptVerdict.OTHER_VAULT
            kept = tx.row("SELECT record, chain FROM audit WHERE seq = ?", receipt.entry.seq)
        is_kept = kept == (receipt.record, receipt.chain)
        return ReceiptVerdict.GENUINE if is_kept else ReceiptVerdict.SIGNED

    def copy(self) -> AuditCopy:
        """Return the whole log as it lies there, to be checked by whoever has it."""
        with self._database.read() as tx:
            key = find_key(tx)
            return AuditCopy(
                vault_id=self._keys.vault_id.hex(),
                public_key=key.public if key else None,
                entries=tuple(
                    LoggedEntry(*row) for row in tx.rows(SELECT_ENTRIES + "ORDER BY seq")
                ),
            )

    def trim(self, before: datetime, now: datetime) -> int:
        """Remove the entries before that moment and leave one that says so; return how many.

        Nothing while locked, nothing of a log whose end is not the remembered one, and nothing
        from the first entry on that does not follow from the one before it.
        """
        self._writer.note_time(now)
        with self._database.read() as tx:
            last = _last_before(tx, self._keys.vault_id, before)
        if last is None or self._keys.is_locked:
            return 0
        self._follow()
        with self._database.write() as tx:
            removed = self._writer.trim_in(tx, last, now)
        if removed:
            with suppress(VaultError):
                self._database.truncate_wal()
        return removed

    def _follow(self) -> None:
        """Have the key of today if it can be got; without it the log can be read all the same."""
        if not self._keys.is_locked:
            with suppress(VaultError):
                self._keys.refresh(self._database)

    def _public(self, tx: Transaction) -> bytes | None:
        """Return the key that must have signed; None when the row was put there by another.

        With the vault key the row is opened, which binds it; without it is taken as it is.
        """
        row = find_key(tx)
        if row is None or self._keys.is_locked or self._keys.epoch != tx.epoch():
            return row.public if row else None
        return row.public if open_signer(row, self._keys) is not None else None

    def _sign(self, tx: Transaction, key: KeyRow, row: LoggedEntry, mark: Mark | None) -> bytes:
        """Sign an entry whose transaction had its last one signed.

        Only after a look at what vouches for it: the next signature, or the remembered end.
        """
        signer = open_signer(key, self._keys)
        if signer is None:
            raise VaultLocked
        chain = row.chain
        for later in _rows(tx, after=row.seq):
            if link(chain, later.record) != later.chain:
                raise VaultDamaged
            chain = later.chain
            if later.signature is not None:
                message = chain_message(self._keys.vault_id, later.seq, chain)
                if not is_signed(signer.public, later.signature, message):
                    raise VaultDamaged
                return signer.sign(row.seq, row.chain)
            if mark is not None and (mark.seq, mark.head) == (later.seq, chain):
                return signer.sign(row.seq, row.chain)
        if mark == Mark(row.seq, row.chain):
            return signer.sign(row.seq, row.chain)
        raise VaultDamaged


def _rows(tx: Transaction, after: int = 0) -> Iterator[LoggedEntry]:
    while found := rows_after(tx, after):
        yield from found
        after = found[-1].seq


def _last_deletion(tx: Transaction, job_id: JobId) -> LoggedEntry:
    if not is_id(job_id):
        raise NoReceipt
    # No index by job: it would cost every entry something, and this is asked for once.
    rows = tx.rows(SELECT_ENTRIES + "WHERE instr(record, ?) ORDER BY seq DESC", job_id.encode())
    for row in (LoggedEntry(*one) for one in rows):
        with suppress(ValueError):
            entry = decode_entry(row.record)
            if entry.kind is AuditKind.DELETED and entry.job_id == job_id:
                return row
    raise NoReceipt


def _last_before(tx: Transaction, vault_id: bytes, before: datetime) -> int | None:
    """Return the last number of the entries at the log's beginning that are older.

    It ends before what does not follow from the one before: that is evidence, and stays.
    """
    last, chain = None, first_link(vault_id)
    for row in _rows(tx):
        trimmed = chain_of_trim(row.record)
        if trimmed is not None:
            chain = trimmed
            continue
        chain = link(chain, row.record)
        if chain != row.chain:
            break
        try:
            is_older = decode_entry(row.record).at < before
        except ValueError:
            is_older = False
        if not is_older:
            break
        last = row.seq
    return last
