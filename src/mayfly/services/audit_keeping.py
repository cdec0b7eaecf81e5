"""The audit log's own retention: entries go when they are older than the user wants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from mayfly.domain.audit_port import AuditLog
from mayfly.domain.ports import Clock

_EVERY_S = 24 * 3600.0


class AuditKeeping:
    """Trims the log once a day. Whole days only, so that many starts a day trim once."""

    def __init__(self, log: AuditLog, *, days: Callable[[], int], clock: Clock) -> None:
        """days: how long an entry is kept, asked each time; 0 keeps all for ever."""
        self._log = log
        self._days = days
        self._clock = clock
        self._done_at_s = float("-inf")

    def keep(self) -> None:
        """Remove what is older, unless that was done today. Only on the vault lane."""
        now_s = self._clock.monotonic_s()
        if now_s - self._done_at_s < _EVERY_S:
            return
        days = self._days()
        if days:
            now = self._clock.now()
            today = now.replace(hour=0, minute=0, second=0, microsecond=0)
            self._log.trim(today - timedelta(days=days), now)
        self._done_at_s = now_s
