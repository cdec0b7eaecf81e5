"""Rows of uploads: how each is read, and whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mayfly.domain.destinations import (
    DestinationId,
    Upload,
    UploadState,
)
from mayfly.domain.errors import VaultDamaged
from mayfly.domain.ids import JobId, is_id
from mayfly.domain.images import ImageId, ImageType
from mayfly.vault.connection import Transaction, as_list
from mayfly.vault.moments import optional_moment_of

SELECT_UPLOADS = (
    "SELECT job.id, upload.destination, upload.page, upload.number, upload.type, upload.state,"
    " upload.attempts, upload.not_before, upload.error_code, upload.begun, upload.turn"
    " FROM upload JOIN job ON job.seq = upload.job "
)
"""Begins a query whose rows uploads_of takes."""

THIS_UPLOAD = (
    " upload.job = (SELECT seq FROM job WHERE id = ?) AND upload.destination = ?"
    " AND upload.page = ? AND upload.number = ? AND upload.turn = ? AND upload.state = ?"
)
"""The row as whoever carries it got it, if nobody turned it meanwhile; values by values_of."""


def uploads_of(rows: Iterable[tuple[Any, ...]]) -> tuple[Upload, ...]:
    """Return the uploads of these rows; VaultDamaged for one that makes no sense."""
    try:
        return tuple(_upload(row) for row in rows)
    except ValueError as error:
        raise VaultDamaged from error


def values_of(upload: Upload) -> tuple[object, ...]:
    """Return what THIS_UPLOAD asks for."""
    return (
        bytes.fromhex(upload.job_id),
        bytes.fromhex(upload.destination_id),
        upload.image_id.page,
        upload.image_id.number,
        upload.turn,
        upload.state.value,
    )


def seqs_of(tx: Transaction, job_ids: Sequence[JobId] | None) -> str | None:
    """Return the numbers of these jobs as one bound value; None stands for all jobs."""
    if job_ids is None:
        return None
    seqs = []
    for one in dict.fromkeys(job_ids):
        row = tx.row("SELECT seq FROM job WHERE id = ?", bytes.fromhex(one)) if is_id(one) else None
        if row is not None:
            seqs.append(int(row[0]))
    return as_list(seqs)


def _upload(row: tuple[Any, ...]) -> Upload:
    job_id, destination, page, number, image_type, state, *rest = row
    attempts, not_before, error_code, begun, turn = rest
    return Upload(
        job_id=JobId(job_id.hex()),
        destination_id=DestinationId(destination.hex()),
        image_id=ImageId(page, number),
        image_type=ImageType(image_type),
        state=UploadState(state),
        attempts=attempts,
        not_before=optional_moment_of(not_before),
        error_code=error_code,
        was_begun=bool(begun),
        turn=turn,
    )
