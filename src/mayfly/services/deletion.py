"""Deleting jobs: whoever holds them dies first, then keys and rows go, and a tombstone stays."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from mayfly.domain.errors import (
    DiskFull,
    InternalError,
    UserError,
    VaultDamaged,
    VaultError,
    VaultLocked,
)
from mayfly.domain.events import JobsChanged
from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import DeleteOutcome, Deletion, Part
from mayfly.domain.ports import Clock, Lane, ProcessKiller
from mayfly.domain.states import DeleteReason, JobState
from mayfly.domain.vault_port import Vault
from mayfly.services.bus import EventBus

_log = logging.getLogger(__name__)

EVERYTHING = frozenset({Part.SOURCE, Part.RESULT})
SOURCE = frozenset({Part.SOURCE})
RESULT = frozenset({Part.RESULT})

Wanted = defaultdict[tuple[frozenset[Part], DeleteReason], dict[JobId, None]]
"""What is to be destroyed and why, and of which jobs, each once."""

_AT_ANY_TIME = datetime.max.replace(tzinfo=UTC)
_ANY_STATE = frozenset(JobState)


class Deletions:
    """One click or one deadline: gone, and said so for each job. Safe to ask again.

    A job that cannot be destroyed is FAILED with its error's code and holds up no other.
    While this process lives it is tried again by every sweep.
    """

    def __init__(
        self, vault: Vault, vault_lane: Lane, *, killer: ProcessKiller, bus: EventBus, clock: Clock
    ) -> None:
        self._vault = vault
        self._lane = vault_lane
        self._killer = killer
        self._bus = bus
        self._clock = clock
        self._owed: dict[tuple[JobId, frozenset[Part]], DeleteReason] = {}
        self._owed_pictures: dict[tuple[JobId, int], None] = {}

    # --- levels ----------------------------------------------------------------------

    def delete(self, job_ids: Sequence[JobId]) -> Future[tuple[Deletion, ...]]:
        """Destroy these jobs now, whatever they are doing. One answer for each, in order."""
        return self._ask(job_ids, EVERYTHING)

    def delete_source(self, job_ids: Sequence[JobId]) -> Future[tuple[Deletion, ...]]:
        """Destroy these documents and their page images now; what was read of them stays.

        A job that was not read yet is cancelled, for it cannot be read any more.
        """
        return self._ask(job_ids, SOURCE)

    def delete_result(self, job_ids: Sequence[JobId]) -> Future[tuple[Deletion, ...]]:
        """Destroy what was read of these documents now; the documents stay."""
        return self._ask(job_ids, RESULT)

    def delete_page_images(self, job_id: JobId, page: int) -> Future[Deletion]:
        """Destroy the pictures of one page now; its words and the document stay."""
        return self._lane.submit(lambda: self._delete_page_images(job_id, page), urgent=True)

    def delete_batch(self, batch_id: BatchId) -> Future[tuple[Deletion, ...]]:
        """Destroy every job of a batch, and take nothing more in that is still on its way.

        One answer for each job that lived; when none did, ALREADY_DELETED for each there was.
        """
        return self._lane.submit(lambda: self._delete_batch(batch_id), urgent=True)

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

    def find_everything(self) -> Future[tuple[JobId, ...]]:
        """Return every job that is not deleted, oldest first."""
        return self._lane.submit(self._everything, urgent=True)

    def find_batch(self, batch_id: BatchId) -> Future[tuple[JobId, ...]]:
        """Return every job of a batch, deleted ones included, oldest first."""
        return self._lane.submit(lambda: self._vault.jobs_of(batch_id), urgent=True)

    def delete_everything(self) -> Future[tuple[Deletion, ...]]:
        """Destroy every job there is now, and take nothing more in that is on its way."""
        return self._lane.submit(self._delete_everything, urgent=True)

    # --- on the vault lane -----------------------------------------------------------

    def destroy(
        self, job_ids: Sequence[JobId], parts: frozenset[Part], reason: DeleteReason
    ) -> tuple[Deletion, ...]:
        """Destroy parts of jobs. Only on the vault lane.

        The order matters: the committed mark hides the jobs and refuses late answers; then
        the readers die, so that nobody holds the document; then keys and rows go. A crash
        after the mark is finished by the next sweep.
        """
        if not job_ids:
            return ()
        outcomes = tuple(self._destroy_in_parts(job_ids, parts, reason))
        for one in outcomes:
            key = (JobId(one.job_id), parts)
            if one.outcome is DeleteOutcome.FAILED:
                self._owed[key] = reason
            else:
                self._owed.pop(key, None)
        if any(one.outcome is DeleteOutcome.DELETED for one in outcomes):
            self._bus.publish(JobsChanged())
        return outcomes

    def owed(self) -> Wanted:
        """Return what was asked for and failed, for the sweep to try again. Vault lane only."""
        wanted: Wanted = defaultdict(dict)
        for (job_id, parts), reason in self._owed.items():
            wanted[parts, reason][job_id] = None
        return wanted

    def retry_pictures(self) -> list[Deletion]:
        """Try again what delete_page_images could not do. Vault lane only."""
        return [self._delete_page_images(*one) for one in list(self._owed_pictures)]

    def _destroy_in_parts(
        self, job_ids: Sequence[JobId], parts: frozenset[Part], reason: DeleteReason
    ) -> list[Deletion]:
        """Destroy together; by halves where one job stands in the way of the others.

        A damaged row, a full disk or a bug may stop one and not the rest. Halves and not one by
        one: each call that succeeds is followed by a new vault key.
        """
        try:
            return list(self._destroy_at_once(job_ids, parts, reason))
        except (VaultDamaged, DiskFull) as error:
            if len(job_ids) == 1:
                return [_failed(job_ids[0], error)]
        except InternalError:
            if len(job_ids) == 1:
                _log.exception("a job could not be destroyed")
                return [_failed(job_ids[0], UserError())]
        except VaultError as error:
            return [_failed(job_id, error) for job_id in job_ids]
        middle = len(job_ids) // 2
        return [
            *self._destroy_in_parts(job_ids[:middle], parts, reason),
            *self._destroy_in_parts(job_ids[middle:], parts, reason),
        ]

    def _destroy_at_once(
        self, job_ids: Sequence[JobId], parts: frozenset[Part], reason: DeleteReason
    ) -> tuple[Deletion, ...]:
        now = self._clock.now()
        if parts == EVERYTHING:
            self._vault.mark_purging(job_ids, reason, now)
        self._kill_readers(job_ids)
        outcomes = self._vault.purge(job_ids, parts, reason, now)
        if parts == SOURCE:
            # No mark kept another process from handing the document to a reader in between;
            # now the vault refuses that.
            self._kill_readers(job_ids)
        return outcomes

    def _kill_readers(self, job_ids: Sequence[JobId]) -> None:
        for process in self._vault.readers(job_ids):
            self._killer.kill_group(process)
            # A full disk must not stop the deletion for a row that tells nothing any more.
            with suppress(VaultError):
                self._vault.clear_reader(process)

    def _ask(
        self, job_ids: Sequence[JobId], parts: frozenset[Part]
    ) -> Future[tuple[Deletion, ...]]:
        return self._lane.submit(
            lambda: self.destroy(job_ids, parts, DeleteReason.USER), urgent=True
        )

    def _delete_page_images(self, job_id: JobId, page: int) -> Deletion:
        try:
            deletion = self._vault.purge_page_images(job_id, page, self._clock.now())
        except VaultError as error:
            if not isinstance(error, VaultLocked):
                self._owed_pictures[job_id, page] = None
            return _failed(job_id, error)
        self._owed_pictures.pop((job_id, page), None)
        if deletion.outcome is DeleteOutcome.DELETED:
            self._bus.publish(JobsChanged())
        return deletion

    def _delete_batch(self, batch_id: BatchId) -> tuple[Deletion, ...]:
        outcomes = self._close_and_destroy(
            lambda: self._vault.close_batch(batch_id, self._clock.now()),
            lambda: self._vault.jobs_of(batch_id),
            DeleteReason.USER,
        )
        lived = [one for one in outcomes if one.outcome is not DeleteOutcome.ALREADY_DELETED]
        return tuple(lived) or outcomes

    def _close_and_destroy(
        self, close: Callable[[], None], find: Callable[[], Sequence[JobId]], reason: DeleteReason
    ) -> tuple[Deletion, ...]:
        """Take nothing more in, then destroy. What cannot be closed is not left unsaid."""
        is_closed = True
        try:
            close()
        except VaultError:
            # Most likely the jobs cannot be destroyed either, and each says why.
            is_closed = False
        outcomes = self.destroy(find(), EVERYTHING, reason)
        if not is_closed and not any(one.outcome is DeleteOutcome.FAILED for one in outcomes):
            close()
        return outcomes

    def _older(self, age: timedelta, states: frozenset[JobState]) -> tuple[JobId, ...]:
        return self._vault.older_than(self._clock.now() - age, states)

    def _delete_everything(self) -> tuple[Deletion, ...]:
        return self._close_and_destroy(
            lambda: self._vault.close_batches(self._clock.now()),
            self._everything,
            DeleteReason.EVERYTHING,
        )

    def _everything(self) -> tuple[JobId, ...]:
        return self._vault.older_than(_AT_ANY_TIME, _ANY_STATE)


def _failed(job_id: JobId, error: UserError) -> Deletion:
    return Deletion(job_id, DeleteOutcome.FAILED, error_code=error.code)
