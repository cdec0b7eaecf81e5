"""The queue: who may read it, its readers, and what the user wants of a job in it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from mayfly.domain.errors import InternalError, LaneClosed, UserError
from mayfly.domain.events import Event, JobsChanged, QueuePaused, Trouble
from mayfly.domain.ids import JobId
from mayfly.domain.ports import Clock, Engine, Lane, ProcessKiller, Seat
from mayfly.domain.vault_port import Vault
from mayfly.services.board import Board
from mayfly.services.bus import EventBus
from mayfly.services.slot import Slot

_log = logging.getLogger(__name__)

T = TypeVar("T")

_SEAT_EVERY_S = 0.5


class Queue:
    """Reads what is queued, in whichever process of a vault holds the seat.

    The window and any number of commands may be open on one vault; exactly one of them
    reads. When it ends, by whatever death, the next takes over within a second and goes on
    at the first page that was not saved.
    """

    def __init__(
        self,
        vault: Vault,
        vault_lane: Lane,
        *,
        engine: Engine,
        seat: Seat,
        killer: ProcessKiller,
        bus: EventBus,
        clock: Clock,
        readers: int,
        on_ended: Callable[[JobId], None],
        on_finished: Callable[[], None],
        on_seat: Callable[[], None] = lambda: None,
    ) -> None:
        """on_ended: called on the vault lane, with what ended the reading of a job.

        on_seat: called there when this process has become the one that reads.
        """
        self._vault = vault
        self._lane = vault_lane
        self._engine = engine
        self._seat = seat
        self._killer = killer
        self._bus = bus
        self._clock = clock
        self._readers = max(1, readers)
        self._on_ended = on_ended
        self._on_finished = on_finished
        self._on_seat = on_seat
        self._board = Board()
        self._slots: list[Slot] = []
        self._gate = threading.Lock()
        self._wished = False
        self._suspended = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    @property
    def holds_seat(self) -> bool:
        """Whether this process is the one that reads."""
        return bool(self._slots)

    def start(self) -> None:
        """Read as soon as no other process does."""
        with self._gate:
            self._wished = True
            self._begin()

    def stop(self) -> None:
        """Kill the readers and give up the seat; what was being read stays queued.

        Does not wait for the vault.
        """
        with self._gate:
            self._wished = False
            self._end()

    def suspend(self) -> None:
        """As stop, until go_on: another process may read meanwhile. Not on the vault lane.

        Waits until the rows say that nothing is being read here.
        """
        with self._gate:
            self._suspended = True
            self._end().result()

    def go_on(self) -> None:
        """Take up again what suspend ended; no error when nothing was."""
        with self._gate:
            self._suspended = False
            self._begin()

    def _begin(self) -> None:
        if not self._wished or self._suspended or self._thread is not None:
            return
        # A board of its own: what stood on the one before is queued again.
        self._board = Board()
        self._stopping.clear()
        self._unsubscribe = self._bus.subscribe(self._hear)
        self._thread = threading.Thread(target=self._wait_for_seat, name="seat", daemon=True)
        self._thread.start()

    def _end(self) -> Future[None]:
        """End the seat's thread and the readers; the future is done when the seat is free."""
        ended: Future[None] = Future()
        if self._thread is None:
            ended.set_result(None)
            return ended
        self._unsubscribe()
        self._stopping.set()
        self._thread.join()
        self._thread = None
        if self._slots:
            self._give_back(ended)
        else:
            self._release(ended)
        return ended

    def _give_back(self, ended: Future[None]) -> None:
        """End the readers, and queue again what they read: nobody reads now, and rows must say so.

        The seat goes only after it: the next holder's jobs must not be queued again by us.
        """
        for slot in self._slots:
            slot.stop()
        self._slots.clear()
        try:
            requeued = self._lane.submit(self._vault.requeue_reading, urgent=True)
        except InternalError:
            self._release(ended)
            return
        requeued.add_done_callback(lambda _: self._release(ended))

    def _release(self, ended: Future[None]) -> None:
        self._seat.release()
        ended.set_result(None)

    # --- the user's wishes -----------------------------------------------------------

    def set_paused(self, paused: bool) -> Future[None]:
        """Pause or resume; a page in hand is still read and saved."""
        return self._wish(lambda: self._vault.set_paused(paused))

    def is_paused(self) -> Future[bool]:
        """Tell whether the queue is paused, by whichever process."""
        return self._lane.submit(self._vault.is_paused, urgent=True)

    def cancel(self, job_id: JobId) -> Future[None]:
        """Stop reading this job now; its reader dies. Pages that were read stay."""
        return self._wish(lambda: self._cancel(job_id))

    def retry(self, job_id: JobId) -> Future[None]:
        """Read a failed or cancelled job again; pages that were read are kept."""
        return self._wish(lambda: self._vault.retry(job_id))

    def give_password(self, job_id: JobId, password: str) -> Future[None]:
        """Queue a locked PDF again with this password."""
        return self._wish(lambda: self._vault.give_password(job_id, password))

    def recognise_anyway(self, job_id: JobId) -> Future[None]:
        """Read a finished job anew and recognise even the pages that bring their text."""
        return self._wish(lambda: self._vault.recognise_anyway(job_id))

    def _cancel(self, job_id: JobId) -> None:
        self._vault.cancel(job_id, self._clock.now())
        self._board.drop_job(job_id)
        for process in self._vault.readers([job_id]):
            self._killer.kill_group(process)
        self._on_ended(job_id)
        self._on_finished()

    def _wish(self, work: Callable[[], T]) -> Future[T]:
        future = self._lane.submit(work, urgent=True)
        future.add_done_callback(lambda _: self._bus.publish(JobsChanged()))
        return future

    # --- the seat --------------------------------------------------------------------

    def _wait_for_seat(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._seat.try_take():
                    self._take_over()
                    return
            except UserError as error:
                _log.warning("cannot take over the queue: %s", error.code)
                self._bus.publish(Trouble(error.code))
                self._seat.release()
            except LaneClosed:
                # Mayfly is ending.
                return
            except InternalError:
                _log.exception("taking over the queue failed; it is tried again")
                self._seat.release()
            self._stopping.wait(_SEAT_EVERY_S)

    def _take_over(self) -> None:
        for process in self._lane.submit(self._vault.requeue_reading).result():
            self._killer.kill_group(process)
        self._lane.submit(self._on_seat)
        for number in range(self._readers):
            slot = Slot(
                number,
                self._board,
                vault=self._vault,
                vault_lane=self._lane,
                engine=self._engine,
                bus=self._bus,
                clock=self._clock,
                on_ended=self._on_ended,
                on_finished=self._on_finished,
            )
            self._slots.append(slot)
            slot.start()
        self._bus.publish(JobsChanged())

    def _hear(self, event: Event) -> None:
        if isinstance(event, JobsChanged | QueuePaused):
            for slot in list(self._slots):
                slot.wake()
