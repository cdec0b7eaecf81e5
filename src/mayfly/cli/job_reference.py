"""Finding the jobs that a user means, and whether they can be shown."""

from __future__ import annotations

from mayfly.composition import Mayfly
from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import AlreadyDeleted, AmbiguousJob, NoSuchBatch, NotFinished
from mayfly.domain.ids import BatchId
from mayfly.domain.jobs import Job
from mayfly.domain.states import JobState

_SHORTEST_PREFIX = 4


def find_job(mayfly: Mayfly, reference: str) -> Job:
    """Return the job of that id or beginning of one; NoSuchJob, AmbiguousJob."""
    return mayfly.library.find(reference.strip()).result()


def find_batch(jobs: tuple[Job, ...], reference: str) -> BatchId:
    """Return the batch of that id or beginning of one; NoSuchBatch, AmbiguousJob."""
    prefix = reference.strip().lower()
    found = {job.batch_id for job in jobs if job.batch_id.startswith(prefix)}
    if len(prefix) < _SHORTEST_PREFIX or not found:
        raise NoSuchBatch
    if len(found) > 1:
        raise AmbiguousJob
    return found.pop()


def check_readable(job: Job) -> None:
    """Raise why a job has no result to show: its own error, or that it is not done yet."""
    if job.state is JobState.DONE:
        return
    if job.state is JobState.DELETED:
        raise AlreadyDeleted
    if job.error_code is not None:
        raise error_of(job.error_code)
    raise NotFinished
