"""What keeps ends while no window is open."""

from __future__ import annotations

from enum import StrEnum


class TimerState(StrEnum):
    """How the system's timer stands that looks for what is due."""

    RUNNING = "running"
    AT_NEXT_LOGIN = "at_next_login"
    """It is installed; the user's manager could not be asked to begin now."""
    ABSENT = "absent"
    UNAVAILABLE = "unavailable"
    """This system has no such timers."""
