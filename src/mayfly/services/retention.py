"""Keeping every end: sweeps at start, at each alarm, every minute and on wake-up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from mayfly.domain.errors import InternalError, UserError
from mayfly.domain.events import Purged, Trouble
from mayfly.domain.jobs import DeleteOutcome, Deletion
from mayfly.domain.ports import Alarm, Clock, Lane, Ticker
from mayfly.domain.vault_port import Vault
from mayfly.services.bus import EventBus
from mayfly.services.deletion import Deletions

_log = logging.getLogger(__name__)

_MOST_TIMERS = 2_000
"""The nearest deadlines that get a timer; the minute tick refills. 100,000 APScheduler jobs
take 6 s to add; 2,000 take a tenth of a second."""

_SET_EVERY_S = 1.0


class Retention:
    """The row is the truth; alarm and ticker only say when to look at it."""

    def __init__(
        self,
        vault: Vault,
        vault_lane: Lane,
        *,
        deletions: Deletions,
        alarm: Alarm,
        ticker: Ticker,
        bus: EventBus,
        clock: Clock,
        before_sweep: Callable[[], None] = lambda: None,
        after_sweep: Callable[[], None] = lambda: None,
    ) -> None:
        """before_sweep: what is to be done before each sweep, after_sweep: after each but the
        first; both on the vault lane.
        """
        self._vault = vault
        self._lane = vault_lane
        self._deletions = deletions
        self._alarm = alarm
        self._ticker = ticker
        self._bus = bus
        self._clock = clock
        self._before_sweep = before_sweep
        self._after_sweep = after_sweep
        self._asked = threading.Event()
        self._set_at_s = float("-inf")
        self._set_until: datetime | None = None

    def sweep(self) -> tuple[Deletion, ...]:
        """Destroy all that is due, and what the user wished and could not be done before.

        Only on the vault lane; before anything is shown. A job that fails holds up no other.
        """
        self._before_sweep()
        wanted = self._deletions.owed()
        for due in self._vault.due(self._clock.now()):
            wanted[due.parts, due.reason][due.job_id] = None
        outcomes: list[Deletion] = []
        # Together: a real keyring takes a fifth of a second for each change of the key.
        with self._vault.one_key_change():
            for (parts, reason), job_ids in wanted.items():
                outcomes.extend(self._deletions.destroy(list(job_ids), parts, reason))
            outcomes.extend(self._deletions.retry_pictures())
        self._tell_failures(outcomes)
        if gone := sum(one.outcome is DeleteOutcome.DELETED for one in outcomes):
            self._bus.publish(Purged(gone))
        self._vault.tidy()
        return tuple(outcomes)

    def _tell_failures(self, outcomes: list[Deletion]) -> None:
        failed = [one for one in outcomes if one.outcome is DeleteOutcome.FAILED]
        for code in sorted({one.error_code or UserError.code for one in failed}):
            _log.warning("%d due jobs could not be destroyed: %s", len(failed), code)
            self._bus.publish(Trouble(code))

    def start(self) -> None:
        """Set the timers and begin to tick."""
        self._alarm.start(self.ask_sweep)
        self._ticker.start(self._tick)
        self.ask_sweep()

    def stop(self) -> None:
        """End timers and ticks; what is due is found at the next start."""
        self._ticker.stop()
        self._alarm.stop()

    def ask_sweep(self) -> None:
        """Have the vault lane sweep soon and set the timers anew.

        Asked for when a job finishes, too: its deadlines begin there. Any thread may call;
        never blocks.
        """
        if self._asked.is_set():
            return
        self._asked.set()
        try:
            self._lane.submit(self._sweep_and_set, urgent=True)
        except InternalError:
            _log.info("no sweep: Mayfly is closing")

    def deadlines_changed(self) -> None:
        """Sweep, and set the timers anew whenever that was done last: an end may be near now."""
        self._set_at_s = float("-inf")
        self.ask_sweep()

    def _tick(self) -> None:
        self._alarm.wake()
        self.ask_sweep()

    def _set_timers(self) -> None:
        """Set the timers anew, at most once a second unless the last of them has rung.

        While thousands of jobs finish, doing it for each was a quarter of the main process's
        time. What is left out is set by the next sweep, within a minute: no end is nearer
        than an hour, but for one of 0 hours, which the sweep itself has kept.
        """
        now_s = self._clock.monotonic_s()
        is_used_up = self._set_until is not None and self._clock.now() >= self._set_until
        if is_used_up or now_s - self._set_at_s >= _SET_EVERY_S:
            nearest = self._vault.next_deadlines(_MOST_TIMERS)
            self._set_at_s = now_s
            # There may be more ends behind a full list, and none of them would ring.
            self._set_until = nearest[-1].due_at if len(nearest) == _MOST_TIMERS else None
            self._alarm.set_deadlines(nearest)

    def _sweep_and_set(self) -> None:
        self._asked.clear()
        try:
            self.sweep()
            self._set_timers()
            self._after_sweep()
        except UserError as error:
            _log.warning("sweep failed: %s", error.code)
            self._bus.publish(Trouble(error.code))
        except Exception:  # noqa: BLE001 - nobody waits for this future: it would be silent
            _log.exception("sweep failed")
