"""One purge, within the caller's transaction: what goes of which job, and every row of it.

Statements take all jobs at once: 10,000 jobs by a dozen statements each took two seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mayfly.domain.ids import JobId
from mayfly.domain.jobs import DeleteOutcome, Deletion, Part
from mayfly.domain.states import DeleteReason, JobState
from mayfly.vault.connection import Transaction, as_list
from mayfly.vault.moments import micros_of, optional_moment_of
from mayfly.vault.rows import UNREAD, JobRow, end_reading, find_rows
from mayfly.vault.streams import SealedStreams
from mayfly.vault.upload_turns import Written, joined, turn_whole, turn_without_source

_NOTE_GONE = {
    Part.SOURCE: "UPDATE job SET source_gone_at = ? WHERE seq IN (SELECT value FROM json_each(?))",
    Part.RESULT: "UPDATE job SET result_gone_at = ? WHERE seq IN (SELECT value FROM json_each(?))",
}


@dataclass(frozen=True, slots=True)
class Going:
    """A job of which something goes; is_whole: and then nothing of it is left."""

    row: JobRow
    parts: frozenset[Part]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Purge:
    """What is to be destroyed, and the answer for each id that was asked for, in order."""

    going: tuple[Going, ...]
    answers: tuple[Deletion, ...]


def plan_purge(
    tx: Transaction, job_ids: Sequence[JobId], parts: frozenset[Part], now: datetime
) -> Purge:
    """Look at the jobs as they are now. An id that comes twice goes once."""
    rows = find_rows(tx, job_ids)
    going: dict[JobId, Going] = {}
    answers: list[Deletion] = []
    for job_id in job_ids:
        row = rows.get(job_id)
        if row is None:
            answers.append(Deletion(job_id, DeleteOutcome.NO_SUCH_JOB))
            continue
        living = frozenset(part for part in Part if row.has(part))
        wanted = living & parts
        if job_id in going:
            answers.append(Deletion(job_id, DeleteOutcome.ALREADY_DELETED, now))
        elif row.deleted_at is not None or (living and not wanted):
            gone_at = optional_moment_of(_gone_at(row, parts))
            answers.append(Deletion(job_id, DeleteOutcome.ALREADY_DELETED, gone_at))
        else:
            going[job_id] = Going(row, wanted, is_whole=living == wanted)
            answers.append(Deletion(job_id, DeleteOutcome.DELETED, now))
    return Purge(tuple(going.values()), tuple(answers))


def carry_out(
    tx: Transaction, streams: SealedStreams, purge: Purge, *, reason: DeleteReason, now: datetime
) -> Written:
    """Destroy keys and rows; what has nothing left becomes a tombstone.

    Return what lies at destinations of what goes, and what becomes of it there.

    A job that loses a part before it was read is CANCELLED, for it cannot be read any more.
    """
    for part in Part:
        _destroy_part(tx, streams, [one.row for one in purge.going if part in one.parts], part, now)
    staying = [one.row for one in purge.going if not one.is_whole]
    for row in staying:
        if row.state in UNREAD:
            end_reading(tx, row, JobState.CANCELLED, now)
    if staying:
        tx.run(
            "UPDATE job SET changed = ? WHERE seq IN (SELECT value FROM json_each(?))",
            tx.stamp(),
            _seqs(staying),
        )
    _bury(tx, [one.row for one in purge.going if one.is_whole], reason, now)
    without_source = [
        one.row.seq for one in purge.going if Part.SOURCE in one.parts and not one.is_whole
    ]
    return joined(
        turn_whole(tx, [one.row.seq for one in purge.going if one.is_whole]),
        turn_without_source(tx, without_source),
    )


def _destroy_part(
    tx: Transaction, streams: SealedStreams, rows: Sequence[JobRow], part: Part, now: datetime
) -> None:
    if not rows:
        return
    seqs = _seqs(rows)
    streams.drop_parts(tx, [row.ref for row in rows], part)
    if part is Part.RESULT:
        tx.run("DELETE FROM page WHERE job IN (SELECT value FROM json_each(?))", seqs)
    tx.run(_NOTE_GONE[part], micros_of(now), seqs)


def _bury(tx: Transaction, rows: Sequence[JobRow], reason: DeleteReason, now: datetime) -> None:
    """Turn rows into tombstones: ids, times, page count, reason. All else is NULL or 0.

    Whatever the state was, even one that makes no sense: a damaged row must be able to go.
    """
    if not rows:
        return
    tx.run("DELETE FROM reader WHERE job IN (SELECT value FROM json_each(?))", _seqs(rows))
    tx.run(
        "UPDATE job SET state = ?, deleted_at = ?, delete_reason = ?, changed = ?,"
        " error_code = NULL, pages_read = 0, pages_failed = 0, source_hours = 0, linked = 0,"
        " result_hours = 0, source_delete_at = 0, result_delete_at = 0, backstop_at = 0,"
        " source_gone_at = NULL, result_gone_at = NULL, purging_at = NULL,"
        " purging_reason = NULL WHERE seq IN (SELECT value FROM json_each(?))",
        JobState.DELETED.value,
        micros_of(now),
        reason.value,
        tx.stamp(),
        _seqs(rows),
    )


def _seqs(rows: Iterable[JobRow]) -> str:
    return as_list(row.seq for row in rows)


def _gone_at(row: JobRow, parts: frozenset[Part]) -> int | None:
    if row.deleted_at is not None:
        return row.deleted_at
    times = {Part.SOURCE: row.source_gone_at, Part.RESULT: row.result_gone_at}
    known = [at for part, at in times.items() if part in parts and at is not None]
    return max(known, default=None)
