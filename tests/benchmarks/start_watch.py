"""Watches a window come up, from inside, without changing what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer

from benchmarks.paints import Paints
from benchmarks.parts import tell
from mayfly.ui.app import Session


def watched_session(mark: Callable[[str], None], jobs: int) -> type:
    """Return a Session that marks its steps and ends once the window can be used."""

    class WatchedSession(Session):
        def start(self) -> None:
            mark("application made")
            self.unlocking.opened.connect(self._watch)
            super().start()

        def _watch(self) -> None:
            mark("vault open, window shown")
            window = self.window
            assert window is not None
            self._paint = Paints(window.jobs.viewport())
            window.feed.filled.connect(self._filled)

        def _filled(self) -> None:
            mark("list filled")
            self._paint.count = 0
            QTimer.singleShot(0, self._look)

        def _look(self) -> None:
            """Called whenever the loop has nothing else to do."""
            window = self.window
            assert window is not None
            handle = window.windowHandle()
            ready = window.model.alive == jobs and self._paint.count > 0
            if ready and handle is not None and handle.isExposed():
                mark("usable")
                self.end()
            else:
                QTimer.singleShot(0, self._look)

        @staticmethod
        def answer(marks: dict[str, Any]) -> None:
            tell(marks)

    return WatchedSession
