"""Whether somebody is there: keys, clicks and movements in any window of the application."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow

_LOOK_EVERY_MS = 5_000
_ASLEEP_S = 5.0

_USES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    }
)

PANIC_KEYS = "Ctrl+Alt+Shift+P"
"""Three modifiers and a letter that takes the other hand: no slip of one hand has them all, no
desktop or other action here uses them, and unlike Ctrl+Alt alone they are no AltGr."""
_PANIC = QKeyCombination(
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.ShiftModifier,
    Qt.Key.Key_P,
)


class InputWatch(QObject):
    """Looks at what arrives at windows, not at every event of every widget: that costs too much."""

    used = Signal()
    panic_pressed = Signal()
    """PANIC_KEYS, in whichever window or dialog. Not a shortcut: those sleep behind a dialog."""

    def __init__(self, app: QGuiApplication, parent: QObject) -> None:
        super().__init__(parent)
        app.focusWindowChanged.connect(self.watch)

    def watch(self, window: QWindow | None) -> None:
        """Look at this window, too; each is looked at once, however often it is named."""
        if window is not None:
            window.removeEventFilter(self)
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell of a use; the panic keys go no further."""
        if event.type() in _USES:
            self.used.emit()
            if isinstance(event, QKeyEvent) and event.keyCombination() == _PANIC:
                if not event.isAutoRepeat():
                    self.panic_pressed.emit()
                return True
        return super().eventFilter(watched, event)


class IdleClock(QObject):
    """Tells when nobody has used the application for a while, and when the machine had slept."""

    idle = Signal()
    slept = Signal()
    """The machine was asleep since the last look, whether or not anybody announced it."""

    def __init__(
        self,
        minutes: Callable[[], int],
        is_busy: Callable[[], bool],
        *,
        clock_s: Callable[[], float] = time.monotonic,
        asleep_s: Callable[[], float] | None = None,
        parent: QObject,
    ) -> None:
        """minutes: how long until it is idle, 0 for never; it is never idle while busy."""
        super().__init__(parent)
        self._minutes = minutes
        self._is_busy = is_busy
        self._clock_s = clock_s
        self._asleep_s = asleep_s or total_sleep_s
        self._used_s = clock_s()
        self._slept_s = self._asleep_s()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def note_use(self) -> None:
        """Somebody is there."""
        self._used_s = self._clock_s()

    def look(self) -> None:
        """Compare the clocks with what is wanted."""
        slept_s, self._slept_s = self._slept_s, self._asleep_s()
        if self._slept_s - slept_s >= _ASLEEP_S:
            self.slept.emit()
        if self._is_busy():
            # What was just read may be looked at before the window locks.
            self.note_use()
        limit_s = self._minutes() * 60
        if limit_s and self._clock_s() - self._used_s >= limit_s:
            self.note_use()
            self.idle.emit()


def total_sleep_s() -> float:
    """Return how long the machine has slept since it was started; 0 where nobody knows."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0.0
    # The one clock goes on during sleep, the other stands still.
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
