"""The states of a job and the one table of legal moves between them."""

from __future__ import annotations

from enum import StrEnum

from mayfly.domain.errors import InternalError


class JobState(StrEnum):
    """Where a job stands. The words are part of the command line's contract."""

    QUEUED = "queued"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"
    NEEDS_PASSWORD = "needs_password"  # noqa: S105 - a state, not a secret
    CANCELLED = "cancelled"
    DELETED = "deleted"


class DeleteReason(StrEnum):
    """Why a job was destroyed; kept in its tombstone."""

    USER = "user"
    SOURCE_DEADLINE = "source_deadline"
    RESULT_DEADLINE = "result_deadline"
    BACKSTOP = "backstop"
    ZERO_RETENTION = "zero_retention"
    """0 hours: gone as soon as reading ended and the result was safe or handed over."""
    EVERYTHING = "everything"


_S = JobState

LEGAL_MOVES: dict[JobState, frozenset[JobState]] = {
    # READING -> QUEUED: the process that read it is gone; it goes on at the next page.
    _S.QUEUED: frozenset({_S.READING, _S.CANCELLED, _S.FAILED, _S.DELETED}),
    _S.READING: frozenset(
        {_S.QUEUED, _S.DONE, _S.FAILED, _S.NEEDS_PASSWORD, _S.CANCELLED, _S.DELETED}
    ),
    _S.DONE: frozenset({_S.QUEUED, _S.DELETED}),  # queued again: "recognise anyway"
    _S.FAILED: frozenset({_S.QUEUED, _S.DELETED}),
    _S.NEEDS_PASSWORD: frozenset({_S.QUEUED, _S.CANCELLED, _S.DELETED}),
    _S.CANCELLED: frozenset({_S.QUEUED, _S.DELETED}),
    _S.DELETED: frozenset(),
}

FINISHED = frozenset({_S.DONE, _S.FAILED, _S.CANCELLED, _S.DELETED})
"""States that nothing but the user or a deadline moves a job out of."""


def may_move(before: JobState, after: JobState) -> bool:
    """Tell whether a job may go from one state to the other."""
    return after in LEGAL_MOVES[before]


def check_move(before: JobState, after: JobState) -> None:
    """Raise InternalError on a move the table does not list."""
    if not may_move(before, after):
        raise InternalError(f"illegal move {before} -> {after}")
