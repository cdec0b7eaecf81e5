"""An older copy of the vault, put back: what was destroyed since then is destroyed again.

Where its keys were not restored with it nothing opens, and the user is told why. Where they
were, the state folder still knows a newer vault key, or a later end of the audit log, and which
jobs went: they are due at once, before anything is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mayfly.domain.audit import AuditKind
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Due, Part
from mayfly.vault.audit_anchor import Mark
from mayfly.vault.audit_writer import AuditWriter
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.destination_rows import destroy_destination
from mayfly.vault.ledger import Ledger


class Rollback:
    """Looked for once, in a vault that was just opened."""

    def __init__(self, database: Database, ledger: Ledger, audit: AuditWriter) -> None:
        self._database = database
        self._ledger = ledger
        self._audit = audit
        self._is_over = False
        self._is_told = False

    def due(self, now: datetime) -> tuple[Due, ...]:
        """Return what is back although it was destroyed; nothing once that is dealt with."""
        if self._is_over:
            return ()
        with self._database.read() as tx:
            if not self._was_put_back(tx):
                self._is_over = True
                return ()
            found = self._back_again(tx)
            destinations = self._destinations_back(tx)
        if destinations:
            self._remove(destinations, now)
        if not self._is_told:
            self._is_told = True
            with self._database.write() as tx:
                detail = {"jobs": len(found)}
                self._audit.append_in(tx, AuditKind.ROLLBACK_FOUND, now, detail=detail)
        return found

    def settle(self) -> None:
        """Take the vault as it is now, if nothing is back any more."""
        if self._is_over:
            return
        with self._database.read() as tx:
            if self._was_put_back(tx):
                if self._back_again(tx) or self._destinations_back(tx):
                    return
                self._ledger.settle(tx.epoch(), _end_of_log(tx))
        self._is_over = True

    def _destinations_back(self, tx: Transaction) -> tuple[bytes, ...]:
        there = [raw_id for (raw_id,) in tx.rows("SELECT id FROM destination")]
        return tuple(self._ledger.read().of(there)) if there else ()

    def _remove(self, destinations: Sequence[bytes], now: datetime) -> None:
        """Destroy the settings again of what was removed; its access key is gone anyway."""
        with self._database.write() as tx:
            for raw_id in destinations:
                unbound = destroy_destination(tx, raw_id)
                detail: dict[str, str | int] = {
                    "destination": raw_id.hex(),
                    "objects": unbound.objects_left,
                    "owed": unbound.owed,
                }
                self._audit.append_in(tx, AuditKind.DESTINATION_REMOVED, now, detail=detail)

    def _was_put_back(self, tx: Transaction) -> bool:
        known = self._ledger.read()
        if tx.epoch() < known.epoch:
            return True
        # A copy that was dealt with is the vault from then on; another one of the same age is not.
        return not self._audit.continues(tx) and not _goes_on_from(tx, known.settled)

    def _back_again(self, tx: Transaction) -> tuple[Due, ...]:
        rows = tx.rows(
            "SELECT job.id, data_key.part FROM job JOIN data_key ON data_key.job = job.seq"
            " WHERE job.deleted_at IS NULL"
        )
        living: dict[bytes, set[Part]] = {}
        for raw_id, part in rows:
            living.setdefault(raw_id, set()).add(Part(part))
        gone = self._ledger.read().of(living)
        return tuple(
            Due(JobId(raw_id.hex()), frozenset(parts), one.reason)
            for raw_id, one in gone.items()
            if (parts := one.parts & living[raw_id])
        )


def _end_of_log(tx: Transaction) -> Mark | None:
    row = tx.row("SELECT seq, chain FROM audit ORDER BY seq DESC LIMIT 1")
    return None if row is None else Mark(*row)


def _goes_on_from(tx: Transaction, mark: Mark | None) -> bool:
    if mark is None:
        return False
    row = tx.row("SELECT chain FROM audit WHERE seq = ?", mark.seq)
    return row is not None and row[0] == mark.head
