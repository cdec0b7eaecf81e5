"""Destroying the pictures of one page while its words and the document live on.

That is how the page looks, and every picture that was found on it.
"""

from __future__ import annotations

from datetime import datetime

from mayfly.domain.errors import NoSuchJob, NoSuchPage, NotFinished
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import DeleteOutcome, Deletion, Part
from mayfly.domain.pages import PageState
from mayfly.vault.connection import Transaction
from mayfly.vault.images import streams_of_page
from mayfly.vault.moments import micros_of, optional_moment_of
from mayfly.vault.rows import JobRow, find_row, touch
from mayfly.vault.streams import SealedStreams


def destroy_pictures(
    tx: Transaction, streams: SealedStreams, job_id: JobId, page: int, now: datetime
) -> Deletion:
    """Destroy them with their keys; see domain.vault_port for what is answered."""
    try:
        row = find_row(tx, job_id)
    except NoSuchJob:
        return Deletion(job_id, DeleteOutcome.NO_SUCH_JOB)
    if not row.has(Part.SOURCE):
        gone_at = optional_moment_of(row.deleted_at or row.source_gone_at)
        return Deletion(job_id, DeleteOutcome.ALREADY_DELETED, gone_at)
    if page < 1 or not streams.destroy_pages(tx, row.ref, Part.SOURCE, streams_of_page(page)):
        return _nothing_there(tx, row, page)
    tx.run(
        "UPDATE page SET picture_gone_at = ? WHERE job = ? AND number = ?",
        micros_of(now),
        row.seq,
        page,
    )
    touch(tx, row)
    return Deletion(job_id, DeleteOutcome.DELETED, now)


def _nothing_there(tx: Transaction, row: JobRow, page: int) -> Deletion:
    job_id = JobId(row.id.hex())
    if page < 1 or (row.pages is not None and page > row.pages):
        return Deletion(job_id, DeleteOutcome.FAILED, error_code=NoSuchPage.code)
    found = tx.row(
        "SELECT state, picture_gone_at FROM page WHERE job = ? AND number = ?", row.seq, page
    )
    state, gone_at = found or (PageState.PENDING, None)
    if state == PageState.PENDING and row.has(Part.RESULT):
        return Deletion(job_id, DeleteOutcome.FAILED, error_code=NotFinished.code)
    return Deletion(job_id, DeleteOutcome.ALREADY_DELETED, optional_moment_of(gone_at))
