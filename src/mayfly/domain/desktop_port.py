"""The seam to what the desktop tells while Mayfly runs: the screen locks, the machine sleeps."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Protocol


class DesktopNews(Enum):
    """Something that happened around Mayfly."""

    SUSPENDING = auto()
    """The machine is about to sleep; where it waits for us, until let_sleep."""
    SCREEN_LOCKED = auto()
    SOURCES_FOUND = auto()
    """tells_suspend and tells_screen_lock have their answers from now on."""


class Desktop(Protocol):
    """Tells news on a thread of its own. A desktop that tells nothing is no error."""

    @property
    def tells_suspend(self) -> bool:
        """Whether this system says when it is about to sleep."""
        ...

    @property
    def tells_screen_lock(self) -> bool:
        """Whether this system says when its screen is locked."""
        ...

    def start(self, tell: Callable[[DesktopNews], None]) -> None:
        """Begin to listen; tell is called on any thread and must only hand work on."""
        ...

    def let_sleep(self) -> None:
        """Hold up the sleep that was told of no longer. Never blocks."""
        ...

    def stop(self) -> None:
        """Tell nothing any more."""
        ...
