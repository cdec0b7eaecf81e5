"""Hiding what may be past its end while time is in doubt; nothing is destroyed by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from mayfly.domain.errors import ResultGone, SourceGone, TimeInDoubt

T = TypeVar("T")


class Hiding:
    """Knows the later time that is claimed, if there is one."""

    def __init__(self) -> None:
        self._ask: Callable[[], datetime | None] = lambda: None

    def follow(self, claimed: Callable[[], datetime | None]) -> None:
        """Ask this for the claimed time; None while time is not in doubt."""
        self._ask = claimed

    def shown_by(self, now: datetime) -> datetime:
        """Return the time by which things are shown: never earlier than now."""
        claimed = self._ask()
        return now if claimed is None else max(now, claimed)

    def is_doubtful(self) -> bool:
        """Tell whether time is in doubt."""
        return self._ask() is not None

    def require_certainty(self) -> None:
        """Raise TimeInDoubt: an end that counts from now would mean nothing."""
        if self.is_doubtful():
            raise TimeInDoubt

    def look(self, now: datetime, open_by: Callable[[datetime], T]) -> T:
        """Open something by the time by which things are shown.

        TimeInDoubt for what is hidden only because of the doubt; else open_by's own error.
        """
        shown_by = self.shown_by(now)
        try:
            return open_by(shown_by)
        except (SourceGone, ResultGone):
            if shown_by > now:
                open_by(now)
                raise TimeInDoubt from None
            raise
