"""The JSON that scripts read: stable field names, written down in docs/cli.md."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import AlreadyDeleted, NoSuchJob, UserError
from mayfly.domain.images import ImageId
from mayfly.domain.inspection import Inspection
from mayfly.domain.jobs import DeleteOutcome, Deletion, Job, Retained, RetainOutcome
from mayfly.domain.timekeeping import TimeState
from mayfly.services.picture_list import PictureView

Shape = dict[str, Any]


def moment_shape(moment: datetime | None) -> str | None:
    """Return the moment in UTC to the second, such as 2026-01-05T09:30:00Z."""
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def error_shape(error: UserError) -> Shape:
    """Return what happened and what to do, with the code that scripts may rely on."""
    return {"code": error.code, "text": error.text, "remedy": error.remedy}


def stored_error_shape(code: str | None) -> Shape | None:
    """Return the error that a stored code stands for; a newer version's code is kept as it is."""
    if code is None:
        return None
    return {**error_shape(error_of(code)), "code": code}


def job_shape(job: Job) -> Shape:
    """Return one job; a tombstone has a null name."""
    return {
        "job": job.job_id,
        "batch": job.batch_id,
        "state": job.state.value,
        "name": job.name,
        "pages": job.pages,
        "pages_read": job.pages_read,
        "pages_failed": job.pages_failed,
        "added_at": moment_shape(job.added_at),
        "finished_at": moment_shape(job.finished_at),
        "source_delete_at": moment_shape(job.source_delete_at),
        "result_delete_at": moment_shape(job.result_delete_at),
        "source_present": job.source_present,
        "result_present": job.result_present,
        "deleted_at": moment_shape(job.deleted_at),
        "delete_reason": job.delete_reason.value if job.delete_reason else None,
        "error": stored_error_shape(job.error_code),
    }


def deletion_shape(deletion: Deletion, gone: type[UserError] = AlreadyDeleted) -> Shape:
    """Return what became of one job; the error is null only for one that was deleted now."""
    return {
        "job": deletion.job_id,
        "outcome": deletion.outcome.value,
        "deleted_at": moment_shape(deletion.deleted_at),
        "error": _outcome_error(deletion, gone),
    }


def clock_shape(state: TimeState | None, deletions: Sequence[Deletion]) -> Shape:
    """Return where time stands, and what an answer destroyed; None where there is no vault."""
    return {
        "doubtful": state is not None and state.doubtful,
        "now": moment_shape(state.now if state else None),
        "clock": moment_shape(state.wall if state else None),
        "claimed": moment_shape(state.claimed if state else None),
        "hidden": state.hidden if state else 0,
        "decided_in_s": int(state.decided_in.total_seconds()) if state and state.doubtful else None,
        "deleted": [deletion_shape(one) for one in deletions],
    }


def doomed_shape(job_id: str) -> Shape:
    """Return one job that a deletion would destroy, and did not."""
    return {"job": job_id, "outcome": "would_be_deleted", "deleted_at": None, "error": None}


def retained_shape(retained: Retained) -> Shape:
    """Return what became of one job's ends; they are null unless the outcome is changed."""
    return {
        "job": retained.job_id,
        "outcome": retained.outcome.value,
        "source_delete_at": moment_shape(retained.source_delete_at),
        "result_delete_at": moment_shape(retained.result_delete_at),
        "error": _outcome_error(retained, AlreadyDeleted),
    }


def _outcome_error(answer: Deletion | Retained, gone: type[UserError]) -> Shape | None:
    """Return why nothing was done for a job; None where something was."""
    if answer.outcome in (DeleteOutcome.ALREADY_DELETED, RetainOutcome.ALREADY_DELETED):
        return error_shape(gone())
    if answer.outcome in (DeleteOutcome.NO_SUCH_JOB, RetainOutcome.NO_SUCH_JOB):
        return error_shape(NoSuchJob())
    if answer.outcome in (DeleteOutcome.FAILED, RetainOutcome.FAILED):
        return stored_error_shape(answer.error_code or UserError.code)
    return None


def export_shape(
    job: str,
    file_format: str | None,
    *,
    image: ImageId | None = None,
    file: Path | None,
    error: UserError | None,
) -> Shape:
    """Return one file that was to be written: its path, or the error."""
    return {
        "job": job,
        "format": file_format,
        "image": str(image) if image is not None else None,
        "file": str(file) if file is not None else None,
        "error": error_shape(error) if error is not None else None,
    }


def picture_shape(picture: PictureView) -> Shape:
    """Return one picture of a document; its box is in pixels of the upright page."""
    block = picture.block
    return {
        "image": str(block.image_id),
        "page": block.image_id.page,
        "box": [block.box.left, block.box.top, block.box.width, block.box.height],
        "width": block.width_px,
        "height": block.height_px,
        "kind": block.kind.value,
        "type": block.image_type.value,
        "bytes": block.size_bytes,
        "alternative": picture.alternative,
    }


def saved_shape(image_id: ImageId, file: Path | None, error: UserError | None) -> Shape:
    """Return one picture that was to be saved: its path, or the error."""
    return {
        "image": str(image_id),
        "file": str(file) if file is not None else None,
        "error": error_shape(error) if error is not None else None,
    }


def inspection_shape(inspection: Inspection) -> Shape:
    """Return what doctor found, in the order to show it."""
    findings = [
        {
            "key": one.key,
            "value": one.value,
            "grade": one.grade.value,
            "meaning": one.meaning,
            "remedy": one.remedy,
            "bound": one.bound.value,
        }
        for one in inspection.findings
    ]
    return {
        "healthy": inspection.healthy,
        "promise": inspection.promise.value,
        "sentence": inspection.sentence,
        "findings": findings,
    }


def languages_shape(installed: Sequence[str], default: Sequence[str]) -> Shape:
    """Return the installed languages and those that are used when none is named."""
    return {"languages": list(installed), "default": list(default)}
