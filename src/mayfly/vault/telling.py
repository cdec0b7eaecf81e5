"""What the audit log is told of a deletion: one entry for each job or part that goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from mayfly.domain.audit import AuditKind
from mayfly.domain.audit_record import MOST_NUMBER
from mayfly.domain.ids import BatchId, JobId, is_id
from mayfly.domain.states import DeleteReason
from mayfly.domain.written_objects import WrittenObjects, detail_of
from mayfly.vault.audit_writer import AuditWriter
from mayfly.vault.connection import Transaction
from mayfly.vault.purging import Going


def tell_deletion(
    audit: AuditWriter,
    tx: Transaction,
    going: Going,
    *,
    reason: DeleteReason,
    late: Mapping[str, str | int],
    written: Sequence[WrittenObjects],
    now: datetime,
) -> None:
    """Tell of one job, or of the part of it that goes, in the transaction that destroys it."""
    pages, batch = going.row.pages, going.row.batch.hex()
    detail: dict[str, str | int] = {
        "what": "job" if going.is_whole else next(iter(going.parts)).value,
        "reason": reason.value,
        **late,
        **detail_of(written),
    }
    # A damaged row must be able to go: what the log would refuse is left out.
    if pages is not None and 0 <= pages <= MOST_NUMBER:
        detail["pages"] = pages
    audit.append_in(
        tx,
        AuditKind.DELETED,
        now,
        job_id=JobId(going.row.id.hex()),
        batch_id=BatchId(batch) if is_id(batch) else None,
        detail=detail,
    )


def tell_pictures(
    audit: AuditWriter,
    tx: Transaction,
    job_id: JobId,
    *,
    page: int,
    written: Sequence[WrittenObjects],
    now: datetime,
) -> None:
    """Tell of the pictures of one page; the job goes on without them."""
    detail: dict[str, str | int] = {
        "what": "page_images",
        "reason": DeleteReason.USER.value,
        "page": page,
        **detail_of(written),
    }
    audit.append_in(tx, AuditKind.DELETED, now, job_id=job_id, detail=detail)
