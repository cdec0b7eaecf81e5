"""Keeps the job model true to the vault: asks for changes, never twice at once."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from mayfly.domain.errors import UserError
from mayfly.domain.events import Event, JobsChanged
from mayfly.domain.vault_port import Changes
from mayfly.services.library import Library
from mayfly.ui.courier import Courier
from mayfly.ui.job_model import JobModel

_PAUSE_MS = 60


class JobFeed(QObject):
    """One question in flight; what happens meanwhile becomes one more question."""

    filled = Signal()
    """The first answer is in the model."""

    def __init__(self, library: Library, courier: Courier, model: JobModel) -> None:
        super().__init__(model)
        self._library = library
        self._courier = courier
        self._model = model
        self._seq = 0
        self._asking = False
        self._stale = False
        self._stopped = False
        self._round = 0
        self._first = True
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._next)
        courier.event_arrived.connect(self._hear)

    def ask(self) -> None:
        """Fetch what changed, now or as soon as the present answer is in."""
        if self._stopped:
            return
        if self._asking:
            self._stale = True
            return
        self._asking = True
        self._stale = False
        self._pause.stop()
        future, round_ = self._library.changes(self._seq), self._round
        self._courier.ask(
            self,
            future,
            then=lambda changes: self._take(changes, round_),
            failed=lambda error: self._fail(error, round_),
        )

    def stop(self) -> None:
        """Ask no more, and drop the answer that is on its way: the vault closes or is locked."""
        self._stopped = True
        self._round += 1
        self._pause.stop()

    def start_over(self) -> None:
        """Ask for everything from the beginning, after stop; filled follows again."""
        self._stopped = self._asking = False
        self._first = True
        self._seq = 0
        self.ask()

    def _hear(self, event: Event) -> None:
        if not isinstance(event, JobsChanged):
            return
        if self._pause.isActive():
            self._stale = True
        else:
            self.ask()

    def _take(self, changes: Changes, round_: int) -> None:
        if round_ != self._round:
            return
        self._asking = False
        self._seq = changes.seq
        self._model.apply(changes.jobs)
        if self._first:
            self._first = False
            self.filled.emit()
        self._pause.start(_PAUSE_MS)

    def _fail(self, error: UserError, round_: int) -> None:
        if round_ != self._round:
            return
        self._asking = False
        # What was asked for is still wanted, though nothing may change any more.
        self._stale = True
        self._courier.trouble_arrived.emit(error)
        self._pause.start(1_000)

    def _next(self) -> None:
        if self._stale:
            self.ask()
