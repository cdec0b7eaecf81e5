"""Listens for another start of the same vault, which wants this window to come forward."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from mayfly.domain.ports import Lane
from mayfly.ui.courier import Courier
from mayfly.ui.drop_window import DropWindow

_EVERY_MS = 400


class SecondStart(QObject):
    """Asks on a lane: looking at a file can wait for a disk."""

    def __init__(
        self,
        window: DropWindow,
        is_asked: Callable[[], bool],
        *,
        lane: Lane,
        courier: Courier,
        is_ending: Callable[[], bool],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._is_asked = is_asked
        self._lane = lane
        self._courier = courier
        self._is_ending = is_ending
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        if not self._is_ending():
            self._courier.ask(self, self._lane.submit(self._is_asked), then=self._take)

    def _take(self, asked: bool) -> None:
        if asked:
            self._window.come_forward()
