"""What happened, for whoever listens: ids and counts only, never content."""

from __future__ import annotations

from dataclasses import dataclass

from mayfly.domain.ids import BatchId


@dataclass(frozen=True, slots=True)
class JobsChanged:
    """Some job rows changed, here or in another process: ask the library for changes."""


@dataclass(frozen=True, slots=True)
class IntakeProgress:
    """One drop on its way in: documents found and taken in so far, and whether that was all.

    skipped counts the files of a folder that are of no kind Mayfly reads; refused those of
    taken that became a failed row because they could not be taken in.
    """

    batch_id: BatchId
    found: int
    taken: int
    refused: int
    skipped: int
    finished: bool


@dataclass(frozen=True, slots=True)
class QueuePaused:
    """The queue was paused or resumed, here or in another process."""

    paused: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error with nobody waiting for it, by its code (domain.errors)."""

    error_code: str


@dataclass(frozen=True, slots=True)
class LockChanged:
    """The vault was locked or unlocked, here or in another process."""

    locked: bool


@dataclass(frozen=True, slots=True)
class VaultGone:
    """The vault was destroyed (panic), here or in another process: nothing is left to show."""


@dataclass(frozen=True, slots=True)
class TimeDoubted:
    """Time came into doubt, here or in another process, or is in doubt no more.

    doubtful: the user is to be asked; services.timekeeping has the question's numbers.
    """

    doubtful: bool


@dataclass(frozen=True, slots=True)
class Purged:
    """So many documents, or parts of them, were destroyed at their end."""

    parts: int


@dataclass(frozen=True, slots=True)
class UploadsChanged:
    """Something about uploads or destinations changed: ask for the overview again."""


Event = (
    JobsChanged
    | IntakeProgress
    | QueuePaused
    | Trouble
    | LockChanged
    | VaultGone
    | TimeDoubted
    | Purged
    | UploadsChanged
)
