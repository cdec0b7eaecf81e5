"""When something that failed at a destination is tried again. No threads, no clock of its own."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from mayfly.domain.destinations import DestinationId

_WAITS = tuple(timedelta(seconds=one) for one in (2, 8, 30, 120, 600))
_LONGEST_OWED = timedelta(hours=1)
_JITTER = 0.25
"""So that many pictures, or many computers after an outage, do not come back at once."""

MOST_TRIES = len(_WAITS) + 1
"""Of one picture, at a server that is there and does not take it."""

Chance = Callable[[], float]
"""Returns 0.0 to 1.0."""


def wait_after(tries: int, *, chance: Chance = random.random) -> timedelta:
    """Return how long to wait after so many tries that failed, the last of them just now."""
    return _spread(_WAITS[min(max(tries, 1), len(_WAITS)) - 1], chance)


def wait_owed(tries: int, *, chance: Chance = random.random) -> timedelta:
    """As wait_after, for what is to be deleted: tried for ever, and never an hour apart."""
    if tries <= len(_WAITS):
        return wait_after(tries, chance=chance)
    return _spread(_LONGEST_OWED / (1 + _JITTER), chance)


def _spread(wait: timedelta, chance: Chance) -> timedelta:
    return wait * (1 + _JITTER * (2 * chance() - 1))


@dataclass(frozen=True, slots=True)
class _Hold:
    until_s: float
    failures: int


class Holds:
    """Destinations that are left alone for a while, because nothing there would go well now.

    One that cannot be reached is tried with a few pictures after each wait, not with all of
    them. Not safe for several threads; in seconds of a clock that never runs backwards.
    """

    def __init__(self, *, chance: Chance = random.random) -> None:
        self._chance = chance
        self._holds: dict[DestinationId, _Hold] = {}

    def fail(self, destination_id: DestinationId, now_s: float) -> None:
        """It was not reached, or is busy: wait, longer each time."""
        known = self._holds.get(destination_id)
        if known is not None and now_s < known.until_s:
            # What else was in hand there fails for the same reason.
            return
        failures = known.failures + 1 if known else 1
        wait = wait_after(failures, chance=self._chance)
        self._holds[destination_id] = _Hold(now_s + wait.total_seconds(), failures)

    def lack_key(self, destination_id: DestinationId, now_s: float) -> None:
        """Its key cannot be had: asking the keyring may ask the user, so wait for an hour."""
        until_s = now_s + _LONGEST_OWED.total_seconds()
        self._holds[destination_id] = _Hold(until_s, 0)

    def succeed(self, destination_id: DestinationId) -> None:
        """It does what it is asked."""
        self._holds.pop(destination_id, None)

    def clear(self) -> None:
        """Try everything again: the user wishes it."""
        self._holds.clear()

    def held(self, now_s: float) -> frozenset[DestinationId]:
        """Return the destinations that are left alone now."""
        return frozenset(key for key, one in self._holds.items() if now_s < one.until_s)

    def next_s(self, now_s: float) -> float | None:
        """Return in how many seconds the next wait is over; None when there is none."""
        return min(
            (one.until_s - now_s for one in self._holds.values() if now_s < one.until_s),
            default=None,
        )
