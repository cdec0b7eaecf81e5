"""Every delay of an event loop, not only the longest, and how much of it was the thread's own work.

The longest delay alone says nothing on a machine with all cores busy: there the scheduler
keeps any program waiting. A delay in which the thread itself computed is Mayfly's doing.
"""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer

_TICK_MS = 5
_NOTABLE_MS = 50.0


class Ticks(QObject):
    """Ticks every 5 ms and keeps each delay and the thread's CPU time in it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._late_ms: list[float] = []
        self._own_ms: list[float] = []
        self._last = (0.0, 0.0)

    def start(self) -> None:
        """Begin to measure anew."""
        self._late_ms.clear()
        self._own_ms.clear()
        self._last = (time.perf_counter(), time.thread_time())
        self._timer.start()

    def stop(self) -> dict[str, Any]:
        """End, and return the figures in milliseconds."""
        self._timer.stop()
        self._tick()
        late = sorted(self._late_ms)
        return {
            "longest_ms": round(late[-1], 1),
            "p999_ms": round(late[int(len(late) * 0.999) - 1], 1),
            "p99_ms": round(late[int(len(late) * 0.99) - 1], 1),
            "longest_own_ms": round(max(self._own_ms), 1),
            "over_50_ms": sum(one > _NOTABLE_MS for one in late),
            "ticks": len(late),
        }

    def _tick(self) -> None:
        now = (time.perf_counter(), time.thread_time())
        self._late_ms.append(max(0.0, (now[0] - self._last[0]) * 1e3 - _TICK_MS))
        self._own_ms.append((now[1] - self._last[1]) * 1e3)
        self._last = now
