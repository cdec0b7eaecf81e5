"""The seam to the audit log in the vault."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from mayfly.domain.audit import (
    AuditCopy,
    AuditEntry,
    AuditKind,
    AuditVerdict,
    Receipt,
    ReceiptVerdict,
)
from mayfly.domain.ids import BatchId, JobId


class LogChecking(Protocol):
    """A check of the log that is under way. On the vault lane only, piece by piece."""

    def go_on(self) -> bool:
        """Look at some more entries; tell whether there may be others."""
        ...

    def verdict(self) -> AuditVerdict:
        """Return what was found, after go_on said that there is no more; once."""
        ...


class AuditLog(Protocol):
    """Entries are written by the vault itself, in the transaction that they tell of.

    Only what the vault does not see (an export) is written through append. On the vault lane
    only; works while the vault is locked, too.
    """

    def begin(self, now: datetime) -> None:
        """Begin the log of a vault that has none yet; no error when there is one."""
        ...

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
        ...

    def entries(self, *, before_seq: int | None = None, most: int = 500) -> tuple[AuditEntry, ...]:
        """Return the newest entries, newest first; before_seq asks for the ones before it."""
        ...

    def check_in_pieces(self) -> LogChecking:
        """Begin what verify does, to be done in pieces: a long log takes seconds."""
        ...

    def verify(self) -> AuditVerdict:
        """Check every entry, the chain, the signatures and the end the state folder remembers."""
        ...

    def receipt(self, job_id: JobId) -> Receipt:
        """Return the receipt of the job's (last) deletion; NoReceipt when there is none."""
        ...

    def check(self, receipt: Receipt) -> ReceiptVerdict:
        """Check a receipt against this vault's key and log."""
        ...

    def copy(self) -> AuditCopy:
        """Return the whole log as it lies there, to be checked by whoever has it."""
        ...

    def trim(self, before: datetime, now: datetime) -> int:
        """Remove the entries before that moment, leave one that says so; return how many."""
        ...
