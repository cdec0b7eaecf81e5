"""What a command's exit status says. The numbers are part of the command line's contract."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from mayfly.domain.error_codes import error_of
from mayfly.domain.jobs import Job
from mayfly.domain.states import DeleteReason, JobState


class ExitStatus(IntEnum):
    """Every status that Mayfly ends with; 128 and more follow the shell's way with signals."""

    DONE = 0
    USAGE = 2
    FAILED = 3
    NO_SUCH_JOB = 4
    VAULT_LOCKED = 5
    NEEDS_PASSWORD = 6
    SOME_FAILED = 7
    HUNG_UP = 129
    INTERRUPTED = 130
    PIPE_CLOSED = 141
    TERMINATED = 143


def combined(statuses: Iterable[int]) -> int:
    """Return one status for several things: what they all share, 7 when some went well.

    Different failures with nothing that went well are 3.
    """
    seen = set(statuses) or {int(ExitStatus.DONE)}
    if len(seen) == 1:
        return seen.pop()
    some_went_well = bool(seen & {ExitStatus.DONE, ExitStatus.SOME_FAILED})
    return ExitStatus.SOME_FAILED if some_went_well else ExitStatus.FAILED


def status_of(job: Job) -> int:
    """Return what a job's state means for a command; one that is on its way is well so far."""
    if job.state in (JobState.QUEUED, JobState.READING):
        return ExitStatus.DONE
    if job.state is JobState.DONE and job.error_code is not None:
        # Read, but the result could not be handed over to where it was to go.
        return error_of(job.error_code).exit_status
    if job.state is JobState.DONE:
        return ExitStatus.SOME_FAILED if job.pages_failed else ExitStatus.DONE
    if job.state is JobState.NEEDS_PASSWORD:
        return ExitStatus.NEEDS_PASSWORD
    if job.state is JobState.DELETED:
        is_wished = job.delete_reason is DeleteReason.ZERO_RETENTION
        return ExitStatus.DONE if is_wished else ExitStatus.NO_SUCH_JOB
    if job.state is JobState.FAILED:
        return error_of(job.error_code or "").exit_status
    return ExitStatus.FAILED
