"""Deleting jobs: whoever holds them dies first, then keys and rows go, and a tombstone stays."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import timedelta

from mayfly.domain.events import JobsChanged
from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import DeleteOutcome, Deletion, Part
from mayfly.domain.ports import Clock, Lane, ProcessKiller
from mayfly.domain.states import DeleteReason, JobState
from mayfly.domain.vault_port import Vault
from mayfly.services.bus import EventBus

EVERYTHING = frozenset({Part.SOURCE, Part.RESULT})


class Deletions:
    """One click or one deadline: gone, and said so for each job. Safe to ask again."""

    def __init__(
        self, vault: Vault, vault_lane: Lane, *, killer: ProcessKiller, bus: EventBus, clock: Clock
    ) -> None:
        self._vault = vault
        self._lane = vault_lane
        self._killer = killer
        self._bus = bus
        self._clock = clock

    def delete(self, job_ids: Sequence[JobId]) -> Future[tuple[Deletion, ...]]:
        """Destroy these jobs now, whatever they are doing. One answer for each, in order."""
        return self._lane.submit(
            lambda: self.destroy(job_ids, EVERYTHING, DeleteReason.USER), urgent=True
        )

    def delete_batch(self, batch_id: BatchId) -> Future[tuple[Deletion, ...]]:
        """Destroy every job of a batch, and take nothing more in that is still on its way."""
        return self._lane.submit(lambda: self._delete_batch(batch_id), urgent=True)

    def delete_source(self, job_ids: Sequence[JobId]) -> Future[tuple[Deletion, ...]]:
        """Destroy these documents and their page images now; what was read of them stays."""
        parts = frozenset({Part.SOURCE})
        return self._lane.submit(
            lambda: self.destroy(job_ids, parts, DeleteReason.USER), urgent=True
        )

    def delete_result(self, job_ids: Sequence[JobId]) -> Future[tuple[Deletion, ...]]:
        """Destroy what was read of these documents now; the documents stay."""
        parts = frozenset({Part.RESULT})
        return self._lane.submit(
            lambda: self.destroy(job_ids, parts, DeleteReason.USER), urgent=True
        )

    def delete_page_images(self, job_id: JobId, page: int) -> Future[Deletion]:
        """Destroy the pictures of one page now; its words and the document stay."""
        return self._lane.submit(
            lambda: self._vault.purge_page_images(job_id, page, self._clock.now()), urgent=True
        )

    def find_older(self, age: timedelta, states: frozenset[JobState]) -> Future[tuple[JobId, ...]]:
        """Return the jobs in these states that were added longer ago than age, oldest first."""
        return self._lane.submit(lambda: self._older(age, states), urgent=True)

    def delete_older(
        self, age: timedelta, states: frozenset[JobState]
    ) -> Future[tuple[Deletion, ...]]:
        """Destroy what find_older returns now."""
        return self._lane.submit(
            lambda: self.destroy(self._older(age, states), EVERYTHING, DeleteReason.USER),
            urgent=True,
        )

    def delete_everything(self) -> Future[tuple[Deletion, ...]]:
        """Destroy every job there is now, whatever it is doing."""
        return self._lane.submit(self._delete_everything, urgent=True)

    def destroy(
        self, job_ids: Sequence[JobId], parts: frozenset[Part], reason: DeleteReason
    ) -> tuple[Deletion, ...]:
        """Destroy parts of jobs. Only on the vault lane.

        The order matters: the committed mark hides the jobs and refuses late answers; then
        the readers die, so that nobody holds the document; then keys and rows go. A crash
        after the mark is finished by the next sweep.
        """
        now = self._clock.now()
        if parts == EVERYTHING:
            self._vault.mark_purging(job_ids, reason, now)
        for process in self._vault.readers(job_ids):
            self._killer.kill_group(process)
        outcomes = self._vault.purge(job_ids, parts, reason, now)
        if any(one.outcome is DeleteOutcome.DELETED for one in outcomes):
            self._bus.publish(JobsChanged())
        return outcomes

    def _delete_batch(self, batch_id: BatchId) -> tuple[Deletion, ...]:
        self._vault.close_batch(batch_id, self._clock.now())
        jobs = self._vault.jobs(self._clock.now())
        ids = [
            job.job_id
            for job in jobs
            if job.batch_id == batch_id and job.state is not JobState.DELETED
        ]
        return self.destroy(ids, EVERYTHING, DeleteReason.USER) if ids else ()

    def _older(self, age: timedelta, states: frozenset[JobState]) -> tuple[JobId, ...]:
        now = self._clock.now()
        return self._vault.older_than(now - age, states, now)

    def _delete_everything(self) -> tuple[Deletion, ...]:
        jobs = self._vault.jobs(self._clock.now())
        ids = [job.job_id for job in jobs if job.state is not JobState.DELETED]
        return self.destroy(ids, EVERYTHING, DeleteReason.EVERYTHING) if ids else ()
