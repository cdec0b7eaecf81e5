"""Brings answers and events to the GUI thread; the only bridge between lanes and widgets.

Lives as long as the application. Nothing here waits: a future that is not finished is
listened to, never asked for its result.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from mayfly.domain.errors import UserError
from mayfly.domain.events import Event

_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class _Wish:
    """For whom an answer is, and what to do with it.

    Does not know the future, which knows it: a page in an answer would otherwise stay in
    memory until Python's collector comes by.
    """

    receiver: QObject
    then: Callable[[Any], None] | None
    failed: Callable[[UserError], None] | None


class Courier(QObject):
    """Calls back on the GUI thread, and only while the receiver's widget still lives."""

    event_arrived = Signal(object)
    """An Event of the bus, on the GUI thread."""
    trouble_arrived = Signal(object)
    """A UserError that nobody who asked wanted to hear about."""

    _answered = Signal(object)
    _heard = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        queued = Qt.ConnectionType.QueuedConnection
        self._answered.connect(self._deliver, queued)
        self._heard.connect(self.event_arrived, queued)

    def ask(
        self,
        receiver: QObject,
        future: Future[T],
        *,
        then: Callable[[T], None] | None = None,
        failed: Callable[[UserError], None] | None = None,
    ) -> None:
        """Call then with the answer, or failed with the error, once the future is finished.

        Never calls back before it returns. A receiver that was destroyed meanwhile gets
        nothing. Without failed the error goes to trouble_arrived.
        """
        wish = _Wish(receiver, then, failed)
        future.add_done_callback(lambda answer: self._post(wish, answer))

    def hear(self, event: Event) -> None:
        """Take an event on any thread; it arrives on the GUI thread. Give this to the bus."""
        if isValid(self):
            self._heard.emit(event)

    def _post(self, wish: _Wish, answer: Future[Any]) -> None:
        try:
            self._answered.emit((wish, answer))
        except RuntimeError:
            # The application ended while a lane was still at work: nobody is left to tell.
            _log.info("an answer came after the end")

    def _deliver(self, letter: tuple[_Wish, Future[Any]]) -> None:
        wish, answer = letter
        if not isValid(wish.receiver) or answer.cancelled():
            return
        error = answer.exception()
        if error is None:
            if wish.then is not None:
                wish.then(answer.result())
            return
        if not isinstance(error, UserError):
            _log.error("unexpected failure behind the window", exc_info=error)
            error = UserError()
        if wish.failed is not None:
            wish.failed(error)
        else:
            self.trouble_arrived.emit(error)
