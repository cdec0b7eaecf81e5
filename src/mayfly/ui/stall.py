"""Measures how long the GUI thread keeps the user waiting. For tests and benchmarks."""

from __future__ import annotations

from time import perf_counter

from PySide6.QtCore import QObject, Qt, QTimer

_TICK_MS = 5


class StallMeter(QObject):
    """Ticks on the event loop it lives in and keeps the longest time a tick was late."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._last_s = 0.0
        self._longest_s = 0.0

    @property
    def longest_s(self) -> float:
        """The longest stall since start, in seconds; 0 when the loop was never late."""
        return self._longest_s

    def start(self) -> None:
        """Begin to measure anew."""
        self._longest_s = 0.0
        self._last_s = perf_counter()
        self._timer.start()

    def stop(self) -> float:
        """End, and return the longest stall in seconds, one that is still going on included."""
        self._timer.stop()
        self._tick()
        return self._longest_s

    def _tick(self) -> None:
        now_s = perf_counter()
        self._longest_s = max(self._longest_s, now_s - self._last_s - _TICK_MS / 1000)
        self._last_s = now_s
