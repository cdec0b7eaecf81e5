"""Changing how long jobs are kept, whatever they are doing. An end in the past is kept at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future

from mayfly.domain.events import JobsChanged
from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import Retained, RetainOutcome
from mayfly.domain.ports import Clock, Lane
from mayfly.domain.retention import RuleChange
from mayfly.domain.vault_port import Vault
from mayfly.services.bus import EventBus


class Deadlines:
    """Shortens and extends; never past 168 hours after reading nor past the backstop."""

    def __init__(
        self,
        vault: Vault,
        vault_lane: Lane,
        *,
        on_changed: Callable[[], None],
        bus: EventBus,
        clock: Clock,
    ) -> None:
        """on_changed: what sweeps and sets the timers anew."""
        self._vault = vault
        self._lane = vault_lane
        self._on_changed = on_changed
        self._bus = bus
        self._clock = clock

    def change(self, job_ids: Sequence[JobId], change: RuleChange) -> Future[tuple[Retained, ...]]:
        """Change these jobs; one answer for each, in order."""
        return self._lane.submit(lambda: self._change(job_ids, change), urgent=True)

    def change_batch(self, batch_id: BatchId, change: RuleChange) -> Future[tuple[Retained, ...]]:
        """Change every job of a batch that lives; ALREADY_DELETED for each when none does."""
        return self._lane.submit(lambda: self._change_batch(batch_id, change), urgent=True)

    def _change_batch(self, batch_id: BatchId, change: RuleChange) -> tuple[Retained, ...]:
        answers = self._change(self._vault.jobs_of(batch_id), change)
        lived = [one for one in answers if one.outcome is not RetainOutcome.ALREADY_DELETED]
        return tuple(lived) or answers

    def _change(self, job_ids: Sequence[JobId], change: RuleChange) -> tuple[Retained, ...]:
        answers = self._vault.change_rule(job_ids, change, self._clock.now())
        if any(one.outcome is RetainOutcome.CHANGED for one in answers):
            self._on_changed()
            self._bus.publish(JobsChanged())
        return answers
