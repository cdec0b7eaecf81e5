"""The audit log for people: its entries, whether they are whole, and receipts to take along."""

from __future__ import annotations

from concurrent.futures import Future

from mayfly.domain.audit import AuditEntry, AuditVerdict, ReceiptVerdict
from mayfly.domain.errors import InternalError
from mayfly.domain.ids import JobId
from mayfly.domain.ports import Clock, Lane


class AuditTrail:
    """Answers from the log on the vault lane; works while the vault is locked."""

    def __init__(self, vault_lane: Lane, *, clock: Clock) -> None:
        self._lane = vault_lane
        self._clock = clock

    def entries(
        self, *, before_seq: int | None = None, most: int = 500
    ) -> Future[tuple[AuditEntry, ...]]:
        """Return the newest entries, newest first; before_seq asks for the ones before it."""
        raise InternalError("not built yet")

    def verify(self) -> Future[AuditVerdict]:
        """Check the whole log."""
        raise InternalError("not built yet")

    def receipt_files(self, job_id: JobId) -> Future[dict[str, bytes]]:
        """Return a deletion's receipt by file name: one .json to verify, one .html to read.

        NoReceipt when the log holds no deletion of the job.
        """
        raise InternalError("not built yet")

    def verify_receipt(self, data: bytes) -> Future[ReceiptVerdict]:
        """Check the bytes of a receipt's .json; ReceiptUnreadable when they are none."""
        raise InternalError("not built yet")
