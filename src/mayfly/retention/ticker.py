"""The minute tick: the timer that no clock change and no suspend can hold up for long.

Not an APScheduler interval: that stalls for an hour when the clock is set back an hour, and
notices neither a clock set forward nor a suspend before its old wait is over.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from mayfly.domain.errors import InternalError
from mayfly.domain.ports import Clock

_log = logging.getLogger(__name__)

EVERY_S = 60.0
LOOK_EVERY_S = 5.0
JUMP_S = 2.0
"""The clocks drift apart by milliseconds in 5 s; more is a suspend or a change."""


class Rhythm:
    """Decides whether it is time for a tick: after a minute, a sleep, or a jump of the clock."""

    def __init__(self, clock: Clock, every_s: float = EVERY_S) -> None:
        self._clock = clock
        self._every_s = every_s
        self._note()

    def is_due(self) -> bool:
        """Tell whether to tick now; True begins a new minute."""
        ran_s = self._clock.monotonic_s() - self._monotonic_s
        awake_and_asleep_s = self._clock.boot_s() - self._boot_s
        passed_s = (self._clock.now() - self._wall).total_seconds()
        # Both: a clock that is set back by as much as the machine slept hides the sleep.
        did_sleep = awake_and_asleep_s - ran_s >= JUMP_S
        did_jump = abs(passed_s - ran_s) >= JUMP_S
        if ran_s < self._every_s and not did_sleep and not did_jump:
            return False
        self._note()
        return True

    def _note(self) -> None:
        self._monotonic_s = self._clock.monotonic_s()
        self._boot_s = self._clock.boot_s()
        self._wall = self._clock.now()


class MinuteTicker:
    """The Ticker port on a thread of its own."""

    def __init__(
        self, clock: Clock, *, every_s: float = EVERY_S, look_every_s: float = LOOK_EVERY_S
    ) -> None:
        self._clock = clock
        self._every_s = every_s
        self._look_every_s = look_every_s
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, tick: Callable[[], None]) -> None:
        """Begin; tick comes on the ticker's thread. InternalError when it runs already."""
        if self._thread is not None:
            raise InternalError("the ticker runs already")
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, args=(tick,), name="ticker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End and wait for it; no error when it never started. A tick may call this, too."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self, tick: Callable[[], None]) -> None:
        rhythm = Rhythm(self._clock, self._every_s)
        # Event.wait and not sleep: it ends at once with stop.
        while not self._stopping.wait(self._look_every_s):
            if not rhythm.is_due():
                continue
            try:
                tick()
            except InternalError:
                # The tick must outlive whatever one of them meets.
                _log.exception("a tick failed")
