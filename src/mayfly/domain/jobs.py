"""Jobs and batches as every layer sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import DeleteReason, JobState


class Part(StrEnum):
    """What a job's two data keys seal, and its two deadlines destroy."""

    SOURCE = "source"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a document is to be read. Sealed with the job: languages tell about a document."""

    languages: tuple[str, ...] = ("eng",)
    recognise_anyway: bool = False
    """Recognise pages even where the file brings a good text layer."""


@dataclass(frozen=True, slots=True)
class Job:
    """One document on its way. A tombstone has state DELETED and no name.

    position is its place in the order of adding: later ones are higher, nothing else counts.
    Times are aware UTC. Before reading ends both deadlines are the backstop; of a tombstone
    both are the moment at which it was deleted, and the rule is 0 hours.
    source_present and result_present tell whether a data key still exists.
    """

    job_id: JobId
    batch_id: BatchId
    position: int
    state: JobState
    name: str | None
    pages: int | None
    pages_read: int
    pages_failed: int
    added_at: datetime
    finished_at: datetime | None
    source_delete_at: datetime
    result_delete_at: datetime
    backstop_at: datetime
    deleted_at: datetime | None
    delete_reason: DeleteReason | None
    error_code: str | None
    rule: RetentionRule
    source_present: bool
    result_present: bool


@dataclass(frozen=True, slots=True)
class Deadline:
    """One moment at which a part of a job is due, for the alarm."""

    job_id: JobId
    part: Part
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A part of a job that is past its end now, and why."""

    job_id: JobId
    parts: frozenset[Part]
    reason: DeleteReason


class DeleteOutcome(StrEnum):
    """What became of one job that was to be deleted."""

    DELETED = "deleted"
    ALREADY_DELETED = "already_deleted"
    NO_SUCH_JOB = "no_such_job"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Deletion:
    """The answer for one job: outcome, and the error when it failed.

    deleted_at is when the job went, now or earlier; None for an unknown job.
    """

    job_id: str
    outcome: DeleteOutcome
    deleted_at: datetime | None = None
    error_code: str | None = None


class RetainOutcome(StrEnum):
    """What became of the ends of one job that were to be changed."""

    CHANGED = "changed"
    ALREADY_DELETED = "already_deleted"
    NO_SUCH_JOB = "no_such_job"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Retained:
    """The answer for one job: outcome, both ends as they are now, the error when it failed.

    The ends are None unless the outcome is CHANGED; one in the past is kept at once.
    """

    job_id: str
    outcome: RetainOutcome
    source_delete_at: datetime | None = None
    result_delete_at: datetime | None = None
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class ReaderProcess:
    """A worker process that holds a job's document; started tells apart a reused pid."""

    job_id: JobId
    pid: int
    started: float
