"""Asks the user whether the date is right while time is in doubt, and does as they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from PySide6.QtCore import QObject, QTimer

from mayfly.domain.errors import LaneClosed, UserError
from mayfly.domain.events import Event, TimeDoubted
from mayfly.domain.jobs import DeleteOutcome, Deletion
from mayfly.domain.timekeeping import TimeState
from mayfly.services.timekeeping import Timekeeping
from mayfly.ui.courier import Courier
from mayfly.ui.time_bar import TimeBar
from mayfly.ui.wording import Tr, count_text

_ASK_AGAIN_MS = 30_000


class TimeQuestion(QObject):
    """Follows the service: whoever answers first, here or on the command line, answers for all."""

    def __init__(
        self,
        timekeeping: Timekeeping,
        bar: TimeBar,
        *,
        tell: Callable[[str], None],
        complain: Callable[[UserError], None],
        courier: Courier,
        tr: Tr,
    ) -> None:
        super().__init__(bar)
        self._timekeeping = timekeeping
        self._bar = bar
        self._tell = tell
        self._complain = complain
        self._courier = courier
        self._tr = tr
        self._clock = QTimer(self)
        self._clock.setInterval(_ASK_AGAIN_MS)
        self._clock.timeout.connect(self.look)
        bar.confirmed.connect(self._confirm)
        bar.refused.connect(self._refuse)
        courier.event_arrived.connect(self._hear)

    def look(self) -> None:
        """Ask where time stands: it may have come into doubt before anybody listened."""
        with suppress(LaneClosed):
            # Mayfly is closing: nobody is asked any more.
            self._courier.ask(self, self._timekeeping.state(), then=self._show)

    def _hear(self, event: Event) -> None:
        if isinstance(event, TimeDoubted):
            self.look()

    def _show(self, state: TimeState) -> None:
        self._bar.show_state(state)
        if state.doubtful:
            self._clock.start()
        else:
            self._clock.stop()

    def _confirm(self) -> None:
        self._bar.set_waiting(True)
        answer = self._timekeeping.confirm()
        self._courier.ask(self, answer, then=self._told, failed=self._fail)

    def _refuse(self) -> None:
        self._bar.set_waiting(True)
        answer = self._timekeeping.refuse()
        self._courier.ask(self, answer, then=lambda _: self._end(""), failed=self._fail)

    def _told(self, deletions: Sequence[Deletion]) -> None:
        n = sum(one.outcome is DeleteOutcome.DELETED for one in deletions)
        text = count_text(self._tr, n, "{n} document deleted", "{n} documents deleted")
        self._end(text if n else "")

    def _end(self, told: str) -> None:
        if told:
            self._tell(told)
        self.look()

    def _fail(self, error: UserError) -> None:
        """It could not be written down; in this process the answer holds all the same."""
        self._complain(error)
        self.look()
