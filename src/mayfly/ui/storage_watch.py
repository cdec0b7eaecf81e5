"""What the window knows of own storage; asks anew when something changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from mayfly.domain.destinations import Destination, DestinationId, Upload, UploadState
from mayfly.domain.errors import UserError, VaultLocked
from mayfly.domain.events import Event, JobsChanged, UploadsChanged
from mayfly.domain.ids import JobId
from mayfly.services.destinations import Destinations
from mayfly.services.uploads import UploadOverview, Uploads
from mayfly.ui.courier import Courier

_GATHER_MS = 250
_SHARE = 10
"""At most a tenth of the time is spent asking, however many rows there are."""
_MOST_MS = 5_000
_MOST_TROUBLES = 200
"""So many failed and owed objects are looked at for what went wrong; all others are alike."""

Counts = Mapping[tuple[DestinationId, UploadState], int]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StorageServices:
    """The use cases of own storage."""

    destinations: Destinations
    uploads: Uploads


class StorageWatch(QObject):
    """Destinations and counts as they were answered last. Lives on the GUI thread."""

    changed = Signal()
    failed = Signal(object)
    """A UserError."""

    def __init__(
        self,
        services: StorageServices,
        *,
        now: Callable[[], datetime],
        courier: Courier,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.services = services
        self.now = now
        self._courier = courier
        self._open = False
        self._waiting = 0
        self._again = False
        self._forget_all()
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(_GATHER_MS)
        self._gather.timeout.connect(self.ask)
        self._round = QElapsedTimer()
        courier.event_arrived.connect(self._hear)

    def begin(self) -> None:
        """Ask for the first time, and follow from now on."""
        self._open = True
        self.ask()

    def forget(self) -> None:
        """Drop every name: the window locks, or everything is gone."""
        self._open = False
        self._gather.stop()
        self._forget_all()
        self.changed.emit()

    def ask(self) -> None:
        """Ask for everything anew; while answers are awaited, once more after them."""
        if not self._open:
            return
        if self._waiting:
            self._again = True
            return
        self._round.start()
        self._fetch(self.services.destinations.all(), self._take_destinations)
        self._fetch(self.services.uploads.overview(), self._take_overview)

    # --- what is known ---------------------------------------------------------------

    def find(self, destination_id: DestinationId) -> Destination | None:
        """Return one; None when it is not there (any more)."""
        return next(
            (one for one in self.destinations if one.destination_id == destination_id), None
        )

    def usable(self) -> tuple[Destination, ...]:
        """Return those that are verified, and not too long ago."""
        now = self.now()
        return tuple(one for one in self.destinations if one.may_be_used(now))

    def counts_of(self, destination_id: DestinationId) -> dict[UploadState, int]:
        """Return how many objects of a destination are how far; nothing for none."""
        if self.overview is None:
            return {}
        return {
            state: n
            for (one, state), n in self.overview.counts.items()
            if one == destination_id and n
        }

    def total(self, *states: UploadState) -> int:
        """Return how many objects are in these states, at every destination."""
        if self.overview is None:
            return 0
        return self.overview.total(*states)

    @property
    def is_known(self) -> bool:
        """Whether there was an answer since it began, so that what is not there is gone."""
        return self.overview is not None

    @property
    def is_paused(self) -> bool:
        """Whether sending is held."""
        return self.overview is not None and self.overview.paused

    # --- within ----------------------------------------------------------------------

    def _forget_all(self) -> None:
        self.destinations: tuple[Destination, ...] = ()
        self.overview: UploadOverview | None = None
        self.by_job: Mapping[JobId, Counts] = {}
        self.failures: tuple[Upload, ...] = ()
        self.owed: tuple[Upload, ...] = ()
        self.tried: tuple[Upload, ...] = ()
        """What waits for another try, and failed so far."""

    def _fetch(self, future: Future[T], keep: Callable[[T], None]) -> None:
        self._waiting += 1
        self._courier.ask(
            self, future, then=lambda answer: self._take(answer, keep), failed=self._fail
        )

    def _take(self, answer: T, keep: Callable[[T], None]) -> None:
        if self._open:
            keep(answer)
        self._settle()

    def _take_destinations(self, destinations: tuple[Destination, ...]) -> None:
        self.destinations = destinations

    def _take_overview(self, overview: UploadOverview) -> None:
        """Look closer only where there is something to see: this is asked often."""
        self.overview = overview
        if not any(overview.counts.values()):
            self.by_job, self.failures, self.owed, self.tried = {}, (), (), ()
            return
        uploads = self.services.uploads
        self._fetch(uploads.by_job(), self._take_by_job)
        self._fetch(uploads.in_state(UploadState.FAILED, _MOST_TROUBLES), self._take_failures)
        self._fetch(uploads.in_state(UploadState.OWED, _MOST_TROUBLES), self._take_owed)
        self._fetch(uploads.in_state(UploadState.WAITING, _MOST_TROUBLES), self._take_waiting)

    def _take_by_job(self, by_job: Mapping[JobId, Counts]) -> None:
        self.by_job = by_job

    def _take_failures(self, failures: tuple[Upload, ...]) -> None:
        self.failures = failures

    def _take_owed(self, owed: tuple[Upload, ...]) -> None:
        self.owed = owed

    def _take_waiting(self, waiting: tuple[Upload, ...]) -> None:
        self.tried = tuple(one for one in waiting if one.error_code is not None)

    def _fail(self, error: UserError) -> None:
        if self._open and not isinstance(error, VaultLocked):
            self.failed.emit(error)
        self._settle()

    def _settle(self) -> None:
        self._waiting -= 1
        if self._waiting:
            return
        pause_ms = min(_MOST_MS, max(_GATHER_MS, _SHARE * self._round.elapsed()))
        self._gather.setInterval(pause_ms)
        if self._open:
            self.changed.emit()
        if self._again:
            self._again = False
            self._gather.start()

    def _hear(self, event: Event) -> None:
        match event:
            case UploadsChanged():
                self._ask_soon()
            case JobsChanged() if self.destinations:
                # What was deleted may be owed now; what was read may be on its way.
                self._ask_soon()
            case _:
                pass

    def _ask_soon(self) -> None:
        if self._open and not self._gather.isActive():
            self._gather.start()
