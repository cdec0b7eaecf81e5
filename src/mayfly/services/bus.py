"""Who wants to know what happened. Events carry ids and counts, never content."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from mayfly.domain.events import Event

_log = logging.getLogger(__name__)


class EventBus:
    """Hands every event to every listener, on the thread that publishes it.

    A listener must only hand work on. One that raises is logged and harms no other.
    """

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._listeners: list[Callable[[Event], None]] = []

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Start to listen; call the answer to stop."""
        with self._gate:
            self._listeners.append(listener)

        def stop() -> None:
            with self._gate:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    def publish(self, event: Event) -> None:
        """Tell everybody."""
        with self._gate:
            listeners = list(self._listeners)
        for listener in listeners:
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - one listener's bug is not another's
                _log.exception("a listener failed")
