"""Watches the sweeps of this process from outside: what went, and when all of it was done."""

from __future__ import annotations

import time
from collections import defaultdict

from mayfly.domain.jobs import DeleteOutcome, Deletion
from mayfly.services.retention import Retention


class Sweeps:
    """Notes, for each job, the moments at which a sweep that destroyed something of it ended.

    Then keys and rows are gone, the log is empty and the vault key is changed.
    """

    def __init__(self) -> None:
        self.gone_at_s: dict[str, list[float]] = defaultdict(list)
        self.lengths_ms: list[float] = []

    def watch(self) -> None:
        """Begin; for the rest of this process."""
        sweep = Retention.sweep

        def watched(retention: Retention) -> tuple[Deletion, ...]:
            begun_s = time.perf_counter()
            outcomes = sweep(retention)
            self._note(outcomes, (time.perf_counter() - begun_s) * 1e3)
            return outcomes

        Retention.sweep = watched

    def _note(self, outcomes: tuple[Deletion, ...], length_ms: float) -> None:
        gone = [one.job_id for one in outcomes if one.outcome is DeleteOutcome.DELETED]
        now_s = time.time()
        for job_id in gone:
            self.gone_at_s[job_id].append(now_s)
        if gone:
            self.lengths_ms.append(length_ms)
