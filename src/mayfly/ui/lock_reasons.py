"""Why the window locks without being told by its user: nobody is there, or the desktop says so."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from mayfly.domain.desktop_port import Desktop, DesktopNews
from mayfly.ui.input_watch import IdleClock
from mayfly.ui.lock_keeper import LockKeeper
from mayfly.ui.preference_keeper import PreferenceKeeper


class LockReasons(QObject):
    """Listens while the window is open; what the user does not want is heard and ignored."""

    sources_changed = Signal()
    """What the desktop tells is known, or another than before."""

    _told = Signal(object)

    def __init__(
        self,
        keeper: LockKeeper,
        desktop: Desktop,
        *,
        preferences: PreferenceKeeper,
        is_busy: Callable[[], bool],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._keeper = keeper
        self._desktop = desktop
        self._preferences = preferences
        self.clock = IdleClock(lambda: preferences.now.lock_idle_minutes, is_busy, parent=self)
        self.clock.idle.connect(self._lock)
        self.clock.slept.connect(self._note_sleep)
        self._told.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    @property
    def desktop(self) -> Desktop:
        """Who tells of sleep and locked screens, or does not."""
        return self._desktop

    def start(self) -> None:
        """Begin to listen to the desktop."""
        self._desktop.start(self._told.emit)

    def stop(self) -> None:
        """Listen no more; waits a moment for the threads that listened."""
        self._desktop.stop()

    def _hear(self, news: DesktopNews) -> None:
        wanted = self._preferences.now
        match news:
            case DesktopNews.SUSPENDING if wanted.lock_on_suspend:
                self._keeper.lock_and_tell(self._desktop.let_sleep)
            case DesktopNews.SUSPENDING:
                self._desktop.let_sleep()
            case DesktopNews.SCREEN_LOCKED if wanted.lock_on_screen_lock:
                self._lock()
            case DesktopNews.SOURCES_FOUND:
                self.sources_changed.emit()
            case _:
                pass

    def _note_sleep(self) -> None:
        # Where sleep is announced the lock came before it; a second one would surprise.
        if self._preferences.now.lock_on_suspend and not self._desktop.tells_suspend:
            self._lock()

    def _lock(self) -> None:
        if not self._keeper.is_covered:
            self._keeper.lock()
