"""Job rows: what each holds, who may see it at a moment, and how its state moves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mayfly.domain.errors import AlreadyDeleted, NoSuchJob, NotNow, VaultDamaged
from mayfly.domain.handover import LONGEST_WAIT
from mayfly.domain.ids import BatchId, JobId, is_id
from mayfly.domain.jobs import Job, Part
from mayfly.domain.retention import BACKSTOP_DAYS, RetentionRule, deadlines_of
from mayfly.domain.states import DeleteReason, JobState, check_move
from mayfly.vault.connection import Transaction
from mayfly.vault.moments import micros_of, moment_of, optional_moment_of
from mayfly.vault.sealing import Kind
from mayfly.vault.streams import GONE, JobRef

BACKSTOP_MICROS = timedelta(days=BACKSTOP_DAYS) // timedelta(microseconds=1)

_AT_ONCE = 500
"""Ids in one statement; SQLite builds allow 999 bound values and more."""

UNREAD = frozenset({JobState.QUEUED, JobState.READING, JobState.NEEDS_PASSWORD})
"""States of a job whose reading has not ended; both its deadlines are the backstop."""


@dataclass(frozen=True, slots=True)
class JobRow:
    """One row of the job table, times in microseconds, and whether its data keys exist."""

    seq: int
    id: bytes
    batch: bytes
    state: str
    error_code: str | None
    pages: int | None
    pages_read: int
    pages_failed: int
    added_at: int
    finished_at: int | None
    source_hours: int
    result_hours: int
    linked: int
    source_delete_at: int
    result_delete_at: int
    backstop_at: int
    source_gone_at: int | None
    result_gone_at: int | None
    purging_at: int | None
    purging_reason: str | None
    deleted_at: int | None
    delete_reason: str | None
    has_source: int
    has_result: int

    @property
    def ref(self) -> JobRef:
        """The job as the streams name it."""
        return JobRef(self.seq, self.id)

    @property
    def rule(self) -> RetentionRule:
        """How long its parts are kept after reading; VaultDamaged when nobody may wish that."""
        try:
            return RetentionRule(self.source_hours, self.result_hours, linked=bool(self.linked))
        except ValueError as error:
            raise VaultDamaged from error

    def has(self, part: Part) -> bool:
        """Tell whether the data key of the part exists."""
        return bool(self.has_source if part is Part.SOURCE else self.has_result)

    def end_of(self, part: Part) -> int:
        """Return when the part ends: its deadline, and never past 30 days after it was added."""
        end = self.source_delete_at if part is Part.SOURCE else self.result_delete_at
        return min(end, self.added_at + BACKSTOP_MICROS)

    def hours_of(self, part: Part) -> int:
        """Return for how many hours the rule keeps the part after reading."""
        return self.source_hours if part is Part.SOURCE else self.result_hours

    def shows(self, part: Part, now: int) -> bool:
        """Tell whether the part may be opened: its key exists and its end has not come."""
        return self.purging_at is None and self.has(part) and now < self.end_of(part)

    def require_alive(self) -> None:
        """Raise AlreadyDeleted for a tombstone or a job that is being destroyed."""
        if self.deleted_at is not None or self.purging_at is not None:
            raise AlreadyDeleted

    def require_part(self, part: Part, now: int) -> None:
        """Raise AlreadyDeleted, SourceGone or ResultGone unless the part may be opened."""
        self.require_alive()
        if not self.shows(part, now):
            raise GONE[part]

    def require_state(self, *states: JobState) -> None:
        """Raise AlreadyDeleted, or NotNow when the job is in none of the states."""
        self.require_alive()
        if self.state not in states:
            raise NotNow

    def as_job(self, name: str | None) -> Job:
        """Return the job as every layer sees it; VaultDamaged when the row makes no sense.

        Deadlines are shown as they are kept: never past 30 days after the job was added.
        """
        try:
            return self._as_job(name)
        except ValueError as error:
            raise VaultDamaged from error

    def _as_job(self, name: str | None) -> Job:
        return Job(
            job_id=JobId(self.id.hex()),
            batch_id=BatchId(self.batch.hex()),
            position=self.seq,
            state=JobState(self.state),
            name=name,
            pages=self.pages,
            pages_read=self.pages_read,
            pages_failed=self.pages_failed,
            added_at=moment_of(self.added_at),
            finished_at=optional_moment_of(self.finished_at),
            source_delete_at=moment_of(self._shown_end(Part.SOURCE)),
            result_delete_at=moment_of(self._shown_end(Part.RESULT)),
            backstop_at=moment_of(self.added_at + BACKSTOP_MICROS),
            deleted_at=optional_moment_of(self.deleted_at),
            delete_reason=None if self.delete_reason is None else DeleteReason(self.delete_reason),
            error_code=self.error_code,
            rule=self.rule,
            source_present=self.has(Part.SOURCE),
            result_present=self.has(Part.RESULT),
        )

    def _shown_end(self, part: Part) -> int:
        """Return when the part ends; of a tombstone, which knows no rule any more, when it went."""
        return self.end_of(part) if self.deleted_at is None else self.deleted_at


SELECT_JOBS = """
    SELECT seq, id, batch, state, error_code, pages, pages_read, pages_failed,
        added_at, finished_at, source_hours, result_hours, linked,
        source_delete_at, result_delete_at, backstop_at, source_gone_at, result_gone_at,
        purging_at, purging_reason, deleted_at, delete_reason,
        EXISTS (SELECT 1 FROM data_key WHERE job = job.seq AND part = 'source'),
        EXISTS (SELECT 1 FROM data_key WHERE job = job.seq AND part = 'result')
    FROM job
"""
"""Begins a query whose rows JobRow takes as they are."""


def id_bytes(job_id: str) -> bytes:
    """Return the id as it is stored; NoSuchJob when it is no id at all."""
    if not is_id(job_id):
        raise NoSuchJob
    return bytes.fromhex(job_id)


def find_row(tx: Transaction, job_id: str) -> JobRow:
    """Return the job's row; NoSuchJob when unknown."""
    row = tx.row(SELECT_JOBS + "WHERE job.id = ?", id_bytes(job_id))
    if row is None:
        raise NoSuchJob
    return JobRow(*row)


def find_rows(tx: Transaction, job_ids: Iterable[JobId]) -> dict[JobId, JobRow]:
    """Return the rows of the jobs there are; what is no id or unknown is left out."""
    wanted = [bytes.fromhex(one) for one in dict.fromkeys(job_ids) if is_id(one)]
    found: dict[JobId, JobRow] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        places = ", ".join("?" * len(some))
        for values in tx.rows(f"{SELECT_JOBS} WHERE job.id IN ({places})", *some):
            row = JobRow(*values)
            found[JobId(row.id.hex())] = row
    return found


def touch(tx: Transaction, row: JobRow) -> None:
    """Mark the job as changed, for whoever watches."""
    tx.run("UPDATE job SET changed = ? WHERE seq = ?", tx.stamp(), row.seq)


def move(tx: Transaction, row: JobRow, after: JobState, *, error_code: str | None = None) -> None:
    """Move an unread job to another unread state; its deadlines stay the backstop."""
    check_move(JobState(row.state), after)
    tx.run(
        "UPDATE job SET state = ?, error_code = ?, changed = ? WHERE seq = ?",
        after.value,
        error_code,
        tx.stamp(),
        row.seq,
    )


def queue_again(tx: Transaction, row: JobRow) -> None:
    """Move a job whose reading had ended back to QUEUED; both deadlines are the backstop again."""
    check_move(JobState(row.state), JobState.QUEUED)
    tx.run(
        "UPDATE job SET state = ?, error_code = NULL, finished_at = NULL,"
        " source_delete_at = backstop_at, result_delete_at = backstop_at, changed = ?"
        " WHERE seq = ?",
        JobState.QUEUED.value,
        tx.stamp(),
        row.seq,
    )


def end_reading(
    tx: Transaction, row: JobRow, after: JobState, now: datetime, *, error_code: str | None = None
) -> None:
    """Move the job to a state in which reading has ended; both deadlines count from now."""
    check_move(JobState(row.state), after)
    ends = ends_of(tx, row, row.rule, now)
    tx.run(
        "UPDATE job SET state = ?, error_code = ?, finished_at = ?,"
        " source_delete_at = ?, result_delete_at = ?, changed = ? WHERE seq = ?",
        after.value,
        error_code,
        micros_of(now),
        ends[Part.SOURCE],
        ends[Part.RESULT],
        tx.stamp(),
        row.seq,
    )


def ends_of(
    tx: Transaction, row: JobRow, rule: RetentionRule, finished_at: datetime
) -> dict[Part, int]:
    """Return when each part of a job ends that was read until then, under a rule.

    A result of 0 hours that is to be handed over first waits for that, and not for long.
    """
    ends = deadlines_of(rule, added_at=moment_of(row.added_at), finished_at=finished_at)
    result = micros_of(ends.result_delete_at)
    if not rule.result_hours and has_target(tx, row.seq):
        longest = micros_of(finished_at + LONGEST_WAIT)
        result = min(longest, row.added_at + BACKSTOP_MICROS)
    return {Part.SOURCE: micros_of(ends.source_delete_at), Part.RESULT: result}


def has_target(tx: Transaction, seq: int) -> bool:
    """Tell whether a job's result is to be handed over; needs no key."""
    found = tx.row(
        "SELECT 1 FROM stream WHERE job = ? AND part = 'result' AND kind = ?",
        seq,
        Kind.TARGET.value,
    )
    return found is not None


def count_pages(tx: Transaction, row: JobRow) -> None:
    """Bring the job's page counts in line with its pages, and mark it as changed."""
    tx.run(
        "UPDATE job SET changed = ?,"
        " pages_read = (SELECT count(*) FROM page WHERE job = seq AND page.state = 'read'),"
        " pages_failed = (SELECT count(*) FROM page WHERE job = seq AND page.state = 'failed')"
        " WHERE seq = ?",
        tx.stamp(),
        row.seq,
    )
