"""Results that are kept for 0 hours: handed over, seen to be there, and destroyed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from mayfly.domain.errors import InternalError, JobError, UserError, VaultError, VaultLocked
from mayfly.domain.events import JobsChanged
from mayfly.domain.handover import NotHandedOver, ResultTarget
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Deletion
from mayfly.domain.ports import Clock, Lane, Seat
from mayfly.domain.states import DeleteReason, JobState
from mayfly.domain.vault_port import Vault
from mayfly.services.bus import EventBus
from mayfly.services.deletion import RESULT, Deletions
from mayfly.services.exporting import Exporting

_log = logging.getLogger(__name__)

_PATIENCE_S = 10.0
"""At the end of Mayfly, for a slow folder: what is left is handed over at the next start."""


class Handover:
    """Folders are written to by the process that reads; other results are taken by who added them.

    A result is destroyed after it was handed over, never before. One that could not be is kept
    for an hour at most, and its row says why. A process that dies in between has lost nothing:
    the next one that reads looks for files that are there already, and writes the others.
    """

    def __init__(
        self,
        vault: Vault,
        vault_lane: Lane,
        *,
        exporting: Exporting,
        deletions: Deletions,
        bus: EventBus,
        clock: Clock,
    ) -> None:
        self._vault = vault
        self._lane = vault_lane
        self._exporting = exporting
        self._deletions = deletions
        self._bus = bus
        self._clock = clock
        self._files: dict[JobId, tuple[Path, ...]] = {}
        self._in_hand: list[threading.Event] = []

    def files(self, job_id: JobId) -> tuple[Path, ...]:
        """Return what this process has written for a job; nothing when another one did it."""
        return self._files.get(job_id, ())

    # --- folders, on the vault lane --------------------------------------------------

    def ended(self, job_id: JobId) -> None:
        """Begin to hand over what was just read, if it is not kept."""
        with suppress(UserError):
            if self._vault.job(job_id, self._clock.now()).state is JobState.DONE:
                self._begin(job_id, again=False)

    def look(self) -> None:
        """Hand over what was read and then left by a process that is gone."""
        try:
            for job_id in self._vault.waiting_targets():
                with suppress(JobError):
                    self._begin(job_id, again=True)
        except VaultError as error:
            _log.warning("results wait to be handed over: %s", error.code)

    def catch_up(self, seat: Seat) -> None:
        """Do at start what a process left that died, unless another one reads and does it.

        The seat is held meanwhile, so that no two processes write the same result.
        """
        with suppress(UserError):
            if self._vault.waiting_targets() and seat.try_take():
                self.look()
                threading.Thread(target=self._release, args=(seat,), daemon=True).start()

    def _release(self, seat: Seat) -> None:
        self.close()
        seat.release()

    def _begin(self, job_id: JobId, *, again: bool) -> None:
        target = self._vault.target(job_id, self._clock.now())
        if target is None or target.folder is None:
            return
        future = self._exporting.hand_over(job_id, target, again=again)
        answered = threading.Event()
        self._in_hand = [one for one in self._in_hand if not one.is_set()] + [answered]

        def answer(done: Future[tuple[Path, ...]]) -> None:
            self._answer(job_id, done)
            answered.set()

        future.add_done_callback(answer)

    def close(self) -> None:
        """Wait for what is being handed over; after the queue has stopped, before exports end."""
        for one in self._in_hand:
            one.wait(_PATIENCE_S)

    def _answer(self, job_id: JobId, done: Future[tuple[Path, ...]]) -> None:
        """Have the vault lane draw the consequence. On the export lane, and it never waits."""
        error = None if done.cancelled() else done.exception()
        with suppress(InternalError):
            if done.cancelled() or isinstance(error, InternalError | JobError | VaultLocked):
                # Closing, deleted meanwhile, or locked: whoever reads next looks again.
                return
            if error is None:
                self._files[job_id] = done.result()
                self._lane.submit(lambda: self._destroy([job_id]), urgent=True)
            else:
                code = error.code if isinstance(error, UserError) else NotHandedOver.code
                self._lane.submit(lambda: self._fail(job_id, code), urgent=True)

    # --- what the adding process takes itself ----------------------------------------

    def delivered(self, job_ids: Sequence[JobId]) -> Future[tuple[Deletion, ...]]:
        """Destroy results that were taken: printed to the end, or in the clipboard."""
        return self._lane.submit(lambda: self._destroy(job_ids), urgent=True)

    def not_delivered(self, job_id: JobId, error_code: str = NotHandedOver.code) -> Future[None]:
        """Have the row say that the result could not be taken, and why."""
        return self._lane.submit(lambda: self._fail(job_id, error_code), urgent=True)

    def target(self, job_id: JobId) -> Future[ResultTarget | None]:
        """Return where a result goes; None for one that is kept. ResultGone, AlreadyDeleted."""
        return self._lane.submit(lambda: self._vault.target(job_id, self._clock.now()), urgent=True)

    # --- on the vault lane -----------------------------------------------------------

    def _destroy(self, job_ids: Sequence[JobId]) -> tuple[Deletion, ...]:
        return self._deletions.destroy(job_ids, RESULT, DeleteReason.ZERO_RETENTION)

    def _fail(self, job_id: JobId, error_code: str) -> None:
        _log.warning("a result could not be handed over: %s", error_code)
        with suppress(UserError):
            self._vault.fail_target(job_id, error_code)
            self._bus.publish(JobsChanged())
