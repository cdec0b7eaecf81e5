"""Ends: what is due, and destroying it. The rows are the truth; whoever rings only asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from mayfly.domain.errors import DiskFull, NoSuchJob, VaultError
from mayfly.domain.ids import JobId, is_id
from mayfly.domain.jobs import Deadline, DeleteOutcome, Deletion, Due, Part
from mayfly.domain.states import DeleteReason, JobState, check_move
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.moments import micros_of, moment_of, optional_moment_of
from mayfly.vault.reserve import Reserve
from mayfly.vault.rotation import Rotation
from mayfly.vault.rows import (
    BACKSTOP_MICROS,
    SELECT_JOBS,
    UNREAD,
    JobRow,
    end_reading,
    find_row,
    touch,
)
from mayfly.vault.streams import SealedStreams

T = TypeVar("T")

EVERYTHING = frozenset(Part)

_WORTH_GIVING_BACK_PAGES = 4_096
_GIVEN_BACK_AT_ONCE_PAGES = 4_096
"""16 MiB for each sweep: some tenths of a second, so that the vault lane is not held up."""


class Ends:
    """Finds and destroys what is due; see domain.ports.Vault for each method's promise."""

    def __init__(
        self, database: Database, streams: SealedStreams, *, rotation: Rotation, reserve: Reserve
    ) -> None:
        self._database = database
        self._streams = streams
        self._rotation = rotation
        self._reserve = reserve
        # A process that died after a purge may have left a WAL with deleted rows in it.
        self._owes_wal = True

    def due(self, now: datetime) -> tuple[Due, ...]:
        """Return what is past its end; a job that is marked comes whole."""
        micros = micros_of(now)
        found: dict[bytes, Due] = {}
        with self._database.read() as tx:
            marked = tx.rows(
                "SELECT id, purging_reason FROM job"
                " WHERE purging_at IS NOT NULL AND deleted_at IS NULL"
            )
            # A query of its own that reads added_at alone: no setting, column or bug of a
            # deadline can keep anything for longer than 30 days.
            stopped = tx.rows(
                "SELECT id FROM job WHERE deleted_at IS NULL AND added_at <= ?",
                micros - BACKSTOP_MICROS,
            )
            overdue = tx.rows(
                SELECT_JOBS + "WHERE job.deleted_at IS NULL"
                " AND (job.source_delete_at <= ? OR job.result_delete_at <= ?)",
                micros,
                micros,
            )
        for raw_id, reason in marked:
            found[raw_id] = Due(JobId(raw_id.hex()), EVERYTHING, DeleteReason(reason))
        for (raw_id,) in stopped:
            whole = Due(JobId(raw_id.hex()), EVERYTHING, DeleteReason.BACKSTOP)
            found.setdefault(raw_id, whole)
        for row in (JobRow(*one) for one in overdue):
            due = _overdue(row, micros)
            if due is not None:
                found.setdefault(row.id, due)
        return tuple(found.values())

    def next_deadlines(self, most: int) -> tuple[Deadline, ...]:
        """Return the nearest ends of parts that still exist, nearest first."""
        with self._database.read() as tx:
            # CROSS JOIN: living jobs first, by their index; SQLite would begin with the keys.
            rows = tx.rows(
                "SELECT job.id, data_key.part, min(CASE data_key.part WHEN 'source'"
                " THEN job.source_delete_at ELSE job.result_delete_at END, job.added_at + ?) AS end"
                " FROM job CROSS JOIN data_key ON data_key.job = job.seq"
                " WHERE job.deleted_at IS NULL ORDER BY end, job.seq LIMIT ?",
                BACKSTOP_MICROS,
                most,
            )
        return tuple(
            Deadline(JobId(raw_id.hex()), Part(part), moment_of(end)) for raw_id, part, end in rows
        )

    def mark_purging(self, job_ids: Sequence[JobId], reason: DeleteReason, now: datetime) -> None:
        """Commit the intent to destroy whole jobs; unknown and deleted ones are passed over."""
        self._even_when_full(lambda: self._mark(job_ids, reason, micros_of(now)))

    def purge(
        self, job_ids: Sequence[JobId], parts: frozenset[Part], reason: DeleteReason, now: datetime
    ) -> tuple[Deletion, ...]:
        """Destroy keys and rows of those parts in one transaction, then truncate the WAL.

        Then the vault key is changed, once for all of them, so that no old copy of what was
        destroyed opens; when that cannot be done now, tidy does it.

        A job that loses a part before it was read is CANCELLED, for it cannot be read any more.
        """
        answers = self._even_when_full(lambda: self._purge(job_ids, parts, reason, now))
        if any(one.outcome is DeleteOutcome.DELETED for one in answers):
            self._owes_wal = True
            self._empty_wal()
            self._change_key()
        return answers

    def tidy(self) -> None:
        """Empty the WAL and change the vault key if that is owed, and mind the file's size.

        The reserve is taken again last: on a full disk its room is what the key needs.
        """
        if self._owes_wal:
            self._empty_wal()
        self._change_key()
        self._reserve.fill()
        if not self._owes_wal and self._database.free_pages() > _WORTH_GIVING_BACK_PAGES:
            self._database.give_back_pages(_GIVEN_BACK_AT_ONCE_PAGES)
            self._owes_wal = True
            self._empty_wal()

    def _mark(self, job_ids: Sequence[JobId], reason: DeleteReason, now: int) -> None:
        with self._database.write() as tx:
            for raw_id in (bytes.fromhex(one) for one in job_ids if is_id(one)):
                tx.run(
                    "UPDATE job SET purging_at = ?, purging_reason = ?, changed = ?"
                    " WHERE id = ? AND deleted_at IS NULL AND purging_at IS NULL",
                    now,
                    reason.value,
                    tx.stamp(),
                    raw_id,
                )

    def _purge(
        self, job_ids: Sequence[JobId], parts: frozenset[Part], reason: DeleteReason, now: datetime
    ) -> tuple[Deletion, ...]:
        with self._database.write() as tx:
            return tuple(self._purge_one(tx, one, parts, reason, now=now) for one in job_ids)

    def _purge_one(
        self,
        tx: Transaction,
        job_id: JobId,
        parts: frozenset[Part],
        reason: DeleteReason,
        *,
        now: datetime,
    ) -> Deletion:
        try:
            row = find_row(tx, job_id)
        except NoSuchJob:
            return Deletion(job_id, DeleteOutcome.NO_SUCH_JOB)
        living = frozenset(part for part in Part if row.has(part))
        going = living & parts
        if row.deleted_at is not None or (living and not going):
            gone_at = optional_moment_of(_gone_at(row, parts))
            return Deletion(job_id, DeleteOutcome.ALREADY_DELETED, gone_at)
        for part in going:
            self._destroy_part(tx, row, part, now)
        tx.run("DELETE FROM reader WHERE job = ?", row.seq)
        if living == going:
            _bury(tx, row, reason, now)
        elif JobState(row.state) in UNREAD:
            end_reading(tx, row, JobState.CANCELLED, now)
        else:
            touch(tx, row)
        return Deletion(job_id, DeleteOutcome.DELETED, now)

    def _destroy_part(self, tx: Transaction, row: JobRow, part: Part, now: datetime) -> None:
        self._streams.drop_part(tx, row.ref, part)
        if part is Part.SOURCE:
            tx.run("UPDATE job SET source_gone_at = ? WHERE seq = ?", micros_of(now), row.seq)
        else:
            tx.run("DELETE FROM page WHERE job = ?", row.seq)
            tx.run("UPDATE job SET result_gone_at = ? WHERE seq = ?", micros_of(now), row.seq)

    def _even_when_full(self, work: Callable[[], T]) -> T:
        """Do it; on a full disk once more, with the reserve's room and fewer writes."""
        try:
            return work()
        except DiskFull:
            self._reserve.give_up()
            self._empty_wal()
            with self._database.sparing_deletes():
                return work()

    def _change_key(self) -> None:
        if self._rotation.settle():
            self._owes_wal = True
            self._empty_wal()

    def _empty_wal(self) -> None:
        """Truncate the WAL or stay in debt: what was asked for is already committed."""
        try:
            self._owes_wal = not self._database.truncate_wal()
        except VaultError:
            self._owes_wal = True


def _overdue(row: JobRow, now: int) -> Due | None:
    ends = {part: row.end_of(part) for part in Part if row.has(part) and row.end_of(part) <= now}
    if not ends:
        return None
    # Where both are due, the later end is the one that made the whole job go.
    last = max((Part.SOURCE, Part.RESULT), key=lambda part: ends.get(part, -1))
    reasons = {
        Part.SOURCE: DeleteReason.SOURCE_DEADLINE,
        Part.RESULT: DeleteReason.RESULT_DEADLINE,
    }
    return Due(JobId(row.id.hex()), frozenset(ends), reasons[last])


def _gone_at(row: JobRow, parts: frozenset[Part]) -> int | None:
    if row.deleted_at is not None:
        return row.deleted_at
    times = {Part.SOURCE: row.source_gone_at, Part.RESULT: row.result_gone_at}
    known = [at for part, at in times.items() if part in parts and at is not None]
    return max(known, default=None)


def _bury(tx: Transaction, row: JobRow, reason: DeleteReason, now: datetime) -> None:
    """Turn the row into a tombstone: id, times, page count and reason; nothing of a document."""
    check_move(JobState(row.state), JobState.DELETED)
    tx.run(
        "UPDATE job SET state = ?, error_code = NULL, pages_read = 0, pages_failed = 0,"
        " purging_at = NULL, purging_reason = NULL, deleted_at = ?, delete_reason = ?,"
        " changed = ? WHERE seq = ?",
        JobState.DELETED.value,
        micros_of(now),
        reason.value,
        tx.stamp(),
        row.seq,
    )
