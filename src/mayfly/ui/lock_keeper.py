"""Whether the vault is locked, as the window knows it: covers first, asks the vault afterwards."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from PySide6.QtCore import QObject, QTimer, Signal

from mayfly.domain.errors import UserError
from mayfly.domain.events import Event, LockChanged
from mayfly.domain.lock_port import KeyHome
from mayfly.services.locking import Locking
from mayfly.ui.courier import Courier

_AGAIN_MS = 1_000
"""A lock that failed (the vault was busy) is tried again; the window stays covered meanwhile."""


class Cover(Enum):
    """How far the window is from showing documents."""

    OFF = auto()
    LOCKED = auto()
    UNLOCKING = auto()


class LockKeeper(QObject):
    """Locks and unlocks. What is on show is covered before the keys go, never after."""

    covered = Signal()
    """Nothing of a document may be on show or in memory from this moment on."""
    uncovered = Signal()
    """The keys are there again: documents may be shown."""
    unlocking = Signal()
    """The vault is asked; the keyring may be asking the user elsewhere."""
    refused = Signal(object)
    """A UserError: why the vault stays locked, or why its keys are still in memory."""
    held = Signal()
    """A lock that had failed has worked."""
    home_known = Signal(object)
    """The KeyHome: what opens the vault."""

    def __init__(self, locking: Locking, *, courier: Courier, parent: QObject) -> None:
        super().__init__(parent)
        self._locking = locking
        self._courier = courier
        self._cover = Cover.OFF
        self._pending = 0
        self._failed = False
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN_MS)
        self._again.timeout.connect(self._lock_again)
        courier.event_arrived.connect(self._hear)

    @property
    def is_covered(self) -> bool:
        """Whether documents must not be shown."""
        return self._cover is not Cover.OFF

    def lock(self) -> None:
        """Cover now, and have the keys dropped in every process."""
        self.lock_and_tell(lambda: None)

    def lock_and_tell(self, then: Callable[[], None]) -> None:
        """As lock; then is called once the keys are gone, or could not be dropped."""
        self._put_cover()
        self._cover = Cover.LOCKED
        self._pending += 1
        self._courier.ask(
            self,
            self._locking.lock(),
            then=lambda _: self._lock_done(then),
            failed=lambda error: self._lock_failed(error, then),
        )

    def unlock(self, passphrase: str | None = None) -> None:
        """Fetch the keys; refused or uncovered follows. Nothing while an answer is awaited."""
        if self._cover is not Cover.LOCKED:
            return
        self._again.stop()
        self._cover = Cover.UNLOCKING
        self.unlocking.emit()
        future = self._locking.unlock(passphrase)
        self._courier.ask(self, future, then=lambda _: self._open(), failed=self._unlock_failed)

    def look(self) -> None:
        """Ask the vault how it stands, and follow."""
        self._courier.ask(self, self._locking.is_locked(), then=self._follow, failed=_ignore)

    def ask_home(self) -> None:
        """Have home_known tell what opens the vault."""
        self._courier.ask(
            self, self._locking.key_home(), then=self._tell_home, failed=self._no_home
        )

    # --- within ----------------------------------------------------------------------

    def _put_cover(self) -> None:
        if self._cover is Cover.OFF:
            self._cover = Cover.LOCKED
            self.covered.emit()
            self.ask_home()

    def _open(self) -> None:
        # A lock that was wished for while the keys were fetched is on its way: it wins.
        if self._cover is Cover.UNLOCKING and not self._pending:
            self._cover = Cover.OFF
            self.uncovered.emit()

    def _unlock_failed(self, error: UserError) -> None:
        if self._cover is Cover.UNLOCKING:
            self._cover = Cover.LOCKED
            self.refused.emit(error)

    def _lock_done(self, then: Callable[[], None]) -> None:
        self._pending -= 1
        then()
        if self._failed:
            self._failed = False
            self.held.emit()

    def _lock_failed(self, error: UserError, then: Callable[[], None]) -> None:
        self._pending -= 1
        then()
        if self._cover is Cover.LOCKED:
            if not self._failed:
                self._failed = True
                self.refused.emit(error)
            self._again.start()

    def _lock_again(self) -> None:
        if self._cover is Cover.LOCKED:
            self.lock()

    def _hear(self, event: Event) -> None:
        if not isinstance(event, LockChanged):
            return
        if event.locked:
            self._put_cover()
        # What was told may be older than what was done here since: the vault knows.
        self.look()

    def _follow(self, locked: bool) -> None:
        if self._pending or self._cover is Cover.UNLOCKING:
            return
        if locked:
            self._put_cover()
        elif self._cover is Cover.LOCKED:
            self._again.stop()
            self._cover = Cover.OFF
            self.uncovered.emit()

    def _tell_home(self, home: KeyHome) -> None:
        self.home_known.emit(home)

    def _no_home(self, error: UserError) -> None:
        # Unlocking meets the same trouble and says it then.
        del error


def _ignore(_: UserError) -> None:
    """Do nothing: the cover stays as it is."""
