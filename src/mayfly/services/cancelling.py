"""Whether a piece of work is to stop. Any thread may say so; whoever works asks, or is ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mayfly.domain.export_errors import ExportCancelled


class Cancelling:
    """One piece of work's word that it is not wanted any more. It is never taken back."""

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._cancelled = False
        self._ends: list[Callable[[], None]] = []

    def cancel(self) -> None:
        """Stop it; what is being waited for ends at once."""
        with self._gate:
            self._cancelled = True
            ends = tuple(self._ends)
        for end in ends:
            end()

    def check(self) -> None:
        """Raise ExportCancelled once it was cancelled."""
        if self._cancelled:
            raise ExportCancelled

    @contextmanager
    def ending(self, end: Callable[[], None]) -> Iterator[None]:
        """Have end called, from another thread, when it is cancelled meanwhile."""
        with self._gate:
            self._ends.append(end)
        try:
            self.check()
            yield
        finally:
            with self._gate:
                self._ends.remove(end)
