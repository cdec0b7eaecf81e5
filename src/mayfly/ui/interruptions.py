"""Signals of the system that end the program, heard while Qt waits for events."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Any

from PySide6.QtCore import QObject, QSocketNotifier


class Interruptions(QObject):
    """Ends the session on SIGINT and SIGTERM: Python hears them only when Qt wakes up for it."""

    def __init__(self, parent: QObject, end: Any) -> None:  # noqa: ANN401 - any callable
        super().__init__(parent)
        self._end = end
        self._reader, self._writer = os.pipe()
        for one in (self._reader, self._writer):
            os.set_blocking(one, False)
        self._notifier = QSocketNotifier(self._reader, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._hear)
        self._before: dict[int, Any] = {}
        self._before_fd = -1

    def __enter__(self) -> Interruptions:
        self._before_fd = signal.set_wakeup_fd(self._writer)
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, _ignore)
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
        signal.set_wakeup_fd(self._before_fd)
        self._notifier.setEnabled(False)
        os.close(self._reader)
        os.close(self._writer)

    def _hear(self) -> None:
        os.read(self._reader, 64)
        self._end()


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the wake-up pipe has told already."""
