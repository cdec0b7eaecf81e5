"""Proving it: what the check with a canary found, and what a copy of the vault still opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PlaceScan:
    """One place that was searched: a stable key, what it is, how much, and what was found.

    searched is False, with a reason, for a place that does not exist here or cannot be read.
    """

    place: str
    searched: bool
    files: int
    scanned_bytes: int
    hits: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProofReport:
    """The one page: steps of the road that the canary went, places searched, hits."""

    started_at: datetime
    took_s: float
    steps: tuple[str, ...]
    places: tuple[PlaceScan, ...]

    @property
    def scanned_bytes(self) -> int:
        """Return how many bytes were searched."""
        return sum(one.scanned_bytes for one in self.places)

    @property
    def hits(self) -> int:
        """Return how many remnants were found."""
        return sum(one.hits for one in self.places)

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return self.hits == 0


@dataclass(frozen=True, slots=True)
class ChallengeReport:
    """What trying every key on the wrapped keys of a copy gave.

    copy_epochs are those of the wrapped keys found in the copy, vault_epoch today's;
    keys_tried counts combinations of the halves named in sources; opened of wrapped opened.
    """

    vault_known: bool
    copy_epochs: tuple[int, ...]
    vault_epoch: int | None
    sources: tuple[str, ...]
    keys_tried: int
    jobs: int
    wrapped: int
    opened: int
    opened_jobs: tuple[str, ...]
