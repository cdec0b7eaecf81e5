"""Carries out uploads: one thread looks and hands out, a few have a connection each."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from mayfly.domain.destinations import Destination, DestinationId, Upload, UploadState
from mayfly.domain.errors import LaneClosed, UserError
from mayfly.domain.events import Event, LockChanged, Trouble, UploadsChanged, VaultGone
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageId
from mayfly.domain.network_port import Running
from mayfly.domain.ports import Clock, Lane, Seat
from mayfly.domain.storage_errors import NotVerified
from mayfly.services.backoff import Holds
from mayfly.services.bus import EventBus
from mayfly.services.connections import Connections
from mayfly.services.lane import StartThread
from mayfly.services.upload_notes import StorageVault
from mayfly.services.upload_work import Fate, Outcome, UploadWork

_log = logging.getLogger(__name__)

T = TypeVar("T")

CONNECTIONS = 4
_AHEAD = 8
"""Rows for each connection: while small ones are written it is not looked for each of them."""
_HUNGRY = 2
"""So few for each connection, and it is time to look for more."""
_BETWEEN_LOOKS_S = 0.2
_SEAT_EVERY_S = 0.5
_IDLE_S = 60.0
"""Without news: for what no event tells, such as an end of a wait that moved."""
_HOLD_S = 5.0
"""When the vault cannot be written (a full disk, mostly)."""
_PATIENCE_S = 2.0

_Row = tuple[Upload, Destination]
_Object = tuple[JobId, DestinationId, ImageId]


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look at the rows found. wait_s: when to look again without news."""

    rows: tuple[_Row, ...]
    wait_s: float
    counts: Mapping[tuple[DestinationId, UploadState], int]
    is_off: bool = False
    """Locked, or time is in doubt: nothing leaves this machine now."""


class Uploader:
    """Works in whichever process of a vault has the seat; others see the rows change.

    Holds up nobody: the vault is asked for little at a time, and nothing urgent.
    """

    def __init__(
        self,
        vault: StorageVault,
        vault_lane: Lane,
        *,
        work: UploadWork,
        connections: Connections,
        seat: Seat,
        is_locked: Callable[[], bool],
        is_time_doubtful: Callable[[], bool],
        start_thread: StartThread,
        bus: EventBus,
        clock: Clock,
        most: int = CONNECTIONS,
    ) -> None:
        """is_locked is asked on the vault lane; start_thread starts one that may connect."""
        self._vault = vault
        self._lane = vault_lane
        self._work = work
        self._connections = connections
        self._seat = seat
        self._is_locked = is_locked
        self._is_time_doubtful = is_time_doubtful
        self._start_thread = start_thread
        self._bus = bus
        self._clock = clock
        self._most = most
        self._holds = Holds()
        self._gate = threading.Lock()
        self._in_hand: set[_Object] = set()
        self._handed: queue.SimpleQueue[_Row | None] = queue.SimpleQueue()
        self._threads: list[Running] = []
        self._workers = 0
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._has_seat = False
        self._told: Mapping[tuple[DestinationId, UploadState], int] = {}
        self._told_s = float("-inf")
        self._told_expired: set[DestinationId] = set()
        self._unsubscribe: Callable[[], None] = lambda: None

    # --- from any thread -------------------------------------------------------------

    @property
    def at_work(self) -> int:
        """How many objects this process has in hand."""
        with self._gate:
            return len(self._in_hand)

    def start(self) -> None:
        """Work as soon as no other process does. Starting twice is no error."""
        with self._gate:
            if self._threads or self._stopping.is_set():
                return
            self._unsubscribe = self._bus.subscribe(self._hear)
            self._threads = [self._start_thread(self._run, "uploads")]

    def wake(self) -> None:
        """Look for work now."""
        self._wake.set()

    def try_all(self) -> None:
        """Wait for nothing that was left alone: the user wishes it."""
        with self._gate:
            self._holds.clear()
        self._wake.set()

    def stop(self) -> None:
        """End what is in hand, for good; it goes on at the next start. Takes 2 s at most."""
        self._stopping.set()
        self._unsubscribe()
        self._wake.set()
        with self._gate:
            threads = list(self._threads)
        for _ in range(self._most):
            self._handed.put(None)
        self._connections.close()
        end_s = self._clock.monotonic_s() + _PATIENCE_S
        for one in threads:
            one.join(max(0.0, end_s - self._clock.monotonic_s()))
        self._leave_seat()

    def _hear(self, event: Event) -> None:
        if isinstance(event, VaultGone):
            # Nobody would know of what was written from here on.
            self._stopping.set()
            self._connections.close()
        elif isinstance(event, LockChanged) and event.locked:
            # Their keys must not stay in memory; what is in hand ends, and goes on later.
            self._connections.forget_all()
        if not isinstance(event, UploadsChanged | Trouble):
            self._wake.set()

    # --- the thread that looks -------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            began_s = self._clock.monotonic_s()
            try:
                wait_s = self._round()
            except LaneClosed:
                return
            except UserError as error:
                _log.warning("uploads hold: %s", error.code)
                wait_s = _HOLD_S
            except Exception:  # noqa: BLE001 - the loop outlives whatever one look met
                _log.exception("a look at the uploads failed; it is made again")
                wait_s = _HOLD_S
            self._wake.wait(wait_s)
            if not self._is_hungry():
                # However much happens: the vault has more to do than to be looked at.
                spent_s = self._clock.monotonic_s() - began_s
                self._stopping.wait(max(0.0, _BETWEEN_LOOKS_S - spent_s))

    def _round(self) -> float:
        look = self._lane.submit(self._look).result()
        wait_s = min(look.wait_s, self._tell(look.counts))
        if not look.rows:
            if not self.at_work:
                # No key stays in memory that nobody needs, be it of a link that was made.
                self._connections.forget_all()
                self._leave_seat()
            return wait_s
        if not self._take_seat():
            self._connections.forget_all()
            return _SEAT_EVERY_S
        for row in look.rows:
            self._hand_out(row)
        return wait_s

    def _tell(self, counts: Mapping[tuple[DestinationId, UploadState], int]) -> float:
        """Tell listeners what is new, but not too often; return when to look again for that."""
        now_s = self._clock.monotonic_s()
        if counts == self._told:
            return _IDLE_S
        if now_s - self._told_s < _BETWEEN_LOOKS_S:
            return _BETWEEN_LOOKS_S
        self._told, self._told_s = counts, now_s
        self._bus.publish(UploadsChanged())
        return _IDLE_S

    def _look(self) -> _Look:
        """Find what is to be done now. On the vault lane."""
        now_s = self._clock.monotonic_s()
        is_off = self._is_locked() or self._is_time_doubtful()
        if not is_off:
            self._fulfil_wishes()
        counts = dict(self._vault.uploads.counts())
        if not counts or is_off:
            return _Look((), _IDLE_S, counts, is_off=bool(counts))
        now = self._clock.now()
        every = {one.destination_id: one for one in self._vault.destinations.all()}
        stopped = self._stopped(every.values(), counts, now)
        # Of one whose row is damaged nothing is known; it must not hold up the others.
        unknown = {one for one, _ in counts} - every.keys()
        with self._gate:
            held, in_hand = unknown | self._holds.held(now_s), set(self._in_hand)
            next_s = self._holds.next_s(now_s)
        room = max(0, self._most * _AHEAD - len(in_hand))
        rows = self._vault.uploads.take(
            now,
            len(in_hand) + room,
            held=held,
            stopped=stopped,
        )
        fresh = tuple(
            (row, every[row.destination_id]) for row in rows if _object_of(row) not in in_hand
        )[:room]
        return _Look(fresh, self._wait_s(next_s), counts)

    def _fulfil_wishes(self) -> None:
        """Have sent what was wished of jobs that were read, and whose process did not come to it:
        it died, or the vault was locked just then.
        """
        for job_id in self._vault.uploads.ripe():
            with suppress(UserError):
                self._vault.uploads.fulfil(job_id, self._clock.now())

    def _stopped(
        self,
        every: Iterable[Destination],
        counts: Mapping[tuple[DestinationId, UploadState], int],
        now: datetime,
    ) -> frozenset[DestinationId]:
        """Return the destinations that may not be used; say so once of what waits for one whose
        verification became too old, for nothing failed there.
        """
        stopped = [one for one in every if not one.may_be_used(now)]
        expired = {
            one.destination_id
            for one in stopped
            if one.verified_at and (one.destination_id, UploadState.WAITING) in counts
        }
        if not expired <= self._told_expired:
            self._bus.publish(Trouble(NotVerified.code))
        self._told_expired = expired
        return frozenset(one.destination_id for one in stopped)

    def _wait_s(self, next_s: float | None) -> float:
        moments = [_IDLE_S]
        next_moment = self._vault.uploads.next_moment()
        if next_moment is not None:
            moments.append((next_moment - self._clock.now()).total_seconds())
        if next_s is not None:
            moments.append(next_s)
        return max(_BETWEEN_LOOKS_S, min(moments))

    def _is_hungry(self) -> bool:
        with self._gate:
            return len(self._in_hand) <= self._most * _HUNGRY and bool(self._workers)

    # --- handing out -----------------------------------------------------------------

    def _hand_out(self, row: _Row) -> None:
        with self._gate:
            self._in_hand.add(_object_of(row[0]))
            if self._workers < min(self._most, len(self._in_hand)):
                self._workers += 1
                number = self._workers
            else:
                number = 0
        if number:
            thread = self._start_thread(self._carry, f"upload-{number}")
            with self._gate:
                self._threads.append(thread)
        self._handed.put(row)

    def _carry(self) -> None:
        """Carry out rows, one after the other; on a thread of its own."""
        while not self._stopping.is_set():
            row = self._handed.get()
            if row is None:
                return
            upload, destination = row
            try:
                outcome = self._work.carry_out(upload, destination)
                self._learn(upload, outcome)
            except LaneClosed:
                return
            except UserError as error:
                # The vault could not take note: the row is as it was, and is taken up again.
                _log.warning("an upload could not be noted: %s", error.code)
                self._stopping.wait(_HOLD_S)
            except Exception:  # noqa: BLE001 - one object's bug must not end a connection
                _log.exception("an upload failed in Mayfly itself")
                self._stopping.wait(_HOLD_S)
            finally:
                with self._gate:
                    self._in_hand.discard(_object_of(upload))
                if self._is_hungry():
                    self._wake.set()

    def _learn(self, row: Upload, outcome: Outcome) -> None:
        now_s = self._clock.monotonic_s()
        with self._gate:
            if outcome.fate is Fate.WELL:
                self._holds.succeed(row.destination_id)
            elif outcome.fate is Fate.PASSES:
                self._holds.fail(row.destination_id, now_s)
            elif outcome.fate is Fate.NO_KEY:
                if row.destination_id in self._holds.held(now_s):
                    return
                self._holds.lack_key(row.destination_id, now_s)
        if outcome.code is not None:
            self._bus.publish(Trouble(outcome.code))

    # --- the seat --------------------------------------------------------------------

    def _take_seat(self) -> bool:
        if not self._has_seat:
            self._has_seat = self._seat.try_take()
        return self._has_seat

    def _leave_seat(self) -> None:
        if self._has_seat:
            self._has_seat = False
            self._seat.release()


def _object_of(row: Upload) -> _Object:
    return (row.job_id, row.destination_id, row.image_id)
