"""What the audit log is told of uploads: one entry for each job and run, not for each object.

A run ends when nothing of a job waits any more for a destination, or nothing is owed there.
"""

# ruff: noqa: S608 - conditions are constants of these modules; values are always bound

from __future__ import annotations

from datetime import datetime

from mayfly.domain.audit import AuditKind
from mayfly.domain.ids import JobId
from mayfly.vault.audit_writer import AuditWriter
from mayfly.vault.connection import Transaction
from mayfly.vault.upload_turns import of_jobs

_RUN = " WHERE upload.job = ? AND upload.destination = ? AND upload.state = "


def tell_written(audit: AuditWriter, tx: Transaction, jobs: str | None, now: datetime) -> None:
    """Tell of every run of these jobs that has ended and was not told of; jobs by seqs_of."""
    where, values = of_jobs(jobs)
    pairs = tx.rows(
        "SELECT DISTINCT upload.job, upload.destination FROM upload"
        f" WHERE upload.state = 'stored' AND upload.told = 0 AND {where}",
        *values,
    )
    for seq, destination in pairs:
        tell_run(audit, tx, seq, destination, now)


def tell_run(
    audit: AuditWriter, tx: Transaction, seq: int, destination: bytes, now: datetime
) -> None:
    """Tell how many pictures of a job were written, unless others still wait."""
    pair = (seq, destination)
    if tx.row("SELECT 1 FROM upload" + _RUN + "'waiting' LIMIT 1", *pair) is not None:
        return
    objects = tx.run("UPDATE upload SET told = 1" + _RUN + "'stored' AND told = 0", *pair)
    if objects:
        detail: dict[str, str | int] = {
            "target": "destination",
            "destination": destination.hex(),
            "objects": objects,
        }
        audit.append_in(tx, AuditKind.EXPORTED, now, job_id=_job_id(tx, seq), detail=detail)


def tell_gone(
    audit: AuditWriter, tx: Transaction, seq: int, destination: bytes, now: datetime
) -> None:
    """Tell that all that was owed of a job was seen to be gone, and forget it, once it was."""
    pair = (seq, destination)
    if tx.row("SELECT 1 FROM upload" + _RUN + "'owed' LIMIT 1", *pair) is not None:
        return
    objects = tx.run("DELETE FROM upload" + _RUN + "'deleted'", *pair)
    if objects:
        detail: dict[str, str | int] = {"destination": destination.hex(), "objects": objects}
        audit.append_in(tx, AuditKind.OBJECTS_DELETED, now, job_id=_job_id(tx, seq), detail=detail)


def _job_id(tx: Transaction, seq: int) -> JobId:
    return JobId(tx.only_row("SELECT id FROM job WHERE seq = ?", seq)[0].hex())
