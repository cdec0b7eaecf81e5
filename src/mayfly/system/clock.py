"""The machine's time. Nothing else in Mayfly asks for it."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """The Clock port on the machine's own clocks."""

    def now(self) -> datetime:
        """Return the wall clock, aware UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Return seconds since some moment; on Linux they stand still while it sleeps."""
        return time.monotonic()
