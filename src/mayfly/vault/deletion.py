"""Ends: what is due, and destroying it. The rows are the truth; whoever rings only asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TypeVar

from mayfly.domain.errors import DiskFull, VaultError
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Deadline, DeleteOutcome, Deletion, Due, Part, Retained
from mayfly.domain.states import DeleteReason
from mayfly.vault.audit_writer import AuditWriter
from mayfly.vault.buckets import owe_new_keys
from mayfly.vault.connection import Database, as_list
from mayfly.vault.lateness import Pulse
from mayfly.vault.ledger import Gone, Ledger
from mayfly.vault.moments import micros_of, moment_of
from mayfly.vault.pictures import destroy_pictures
from mayfly.vault.purging import carry_out, plan_purge
from mayfly.vault.reserve import Reserve
from mayfly.vault.rollback import Rollback
from mayfly.vault.rotation import Rotation
from mayfly.vault.rows import BACKSTOP_MICROS, SELECT_JOBS, JobRow, find_row, find_rows
from mayfly.vault.streams import SealedStreams
from mayfly.vault.telling import tell_deletion, tell_pictures
from mayfly.vault.upload_telling import tell_written
from mayfly.vault.upload_turns import turn_page

T = TypeVar("T")

EVERYTHING = frozenset(Part)
_WORDS = frozenset({Part.RESULT})
_PICTURES = frozenset({Part.SOURCE})
"""Where pictures of a page are back that were destroyed, the whole source goes."""

_REASONS = {
    Part.SOURCE: DeleteReason.SOURCE_DEADLINE,
    Part.RESULT: DeleteReason.RESULT_DEADLINE,
}

_WORTH_GIVING_BACK_PAGES = 4_096
_GIVEN_BACK_AT_ONCE_PAGES = 4_096
"""16 MiB for each sweep: some tenths of a second, so that the vault lane is not held up."""


class Ends:
    """Finds and destroys what is due; see domain.ports.Vault for each method's promise."""

    def __init__(
        self,
        database: Database,
        streams: SealedStreams,
        *,
        rotation: Rotation,
        reserve: Reserve,
        audit: AuditWriter,
        ledger: Ledger,
        rollback: Rollback,
    ) -> None:
        self._database = database
        self._streams = streams
        self._rotation = rotation
        self._reserve = reserve
        self._audit = audit
        self._ledger = ledger
        self._rollback = rollback
        self._pulse = Pulse()
        # A process that died after a purge may have left a WAL with deleted rows in it.
        self._owes_wal = True
        self._is_shared = False

    def note_moved(self, answers: Sequence[Retained], now: datetime) -> None:
        """Note which ends were moved into the past: what goes for that is not late."""
        self._pulse.note_moved(answers, now)

    def due(self, now: datetime, *, doubtful: bool = False) -> tuple[Due, ...]:
        """Return what is past its end; a job that is marked comes whole.

        What was destroyed before an older copy of the vault was put back is due, too.
        doubtful: time is in doubt, and what goes later by a claimed time is late for that.
        """
        if self._database.is_gone():
            return ()
        self._pulse.beat(now, doubtful=doubtful)
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
            found[raw_id] = Due(JobId(raw_id.hex()), EVERYTHING, _reason_of(reason))
        for (raw_id,) in stopped:
            whole = Due(JobId(raw_id.hex()), EVERYTHING, DeleteReason.BACKSTOP)
            found.setdefault(raw_id, whole)
        for due_again in self._rollback.due(now):
            found.setdefault(bytes.fromhex(due_again.job_id), due_again)
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
        self.even_when_full(lambda: self._mark(job_ids, reason, micros_of(now)))

    def purge(
        self, job_ids: Sequence[JobId], parts: frozenset[Part], reason: DeleteReason, now: datetime
    ) -> tuple[Deletion, ...]:
        """Destroy keys and rows of those parts in one transaction, then truncate the WAL.

        Then the vault key is changed, once for all of them, so that no old copy of what was
        destroyed opens; when that cannot be done now, tidy does it.

        A job that loses a part before it was read is CANCELLED, for it cannot be read any more.
        """
        answers = self.even_when_full(lambda: self._purge(job_ids, parts, reason, now))
        self._finish(answers)
        return answers

    def keep_end_of_result(self, job_id: JobId, now: datetime) -> None:
        """Destroy a result that is past its end while the document is not."""
        for due in self.due(now):
            if due.job_id == job_id and due.parts == _WORDS:
                self.purge([job_id], due.parts, due.reason, now)

    def purge_page_images(self, job_id: JobId, page: int, now: datetime) -> Deletion:
        """Destroy the pictures of one page, then truncate the WAL and change the vault key."""
        answer = self.even_when_full(lambda: self._purge_page_images(job_id, page, now))
        self._finish([answer])
        return answer

    def destroy_torn(self) -> None:
        """Have what was sealed in part and rolled back open with nothing; never raises VaultError.

        SQLite writes a large transaction into its log before the end: the wrapped keys and the
        chunks lie there and, when the log is cut, in old blocks of the disk.
        """
        with suppress(VaultError):
            self.even_when_full(self._owe_newest)
            self._owes_wal = True
            self._pay()

    def destroying(self, work: Callable[[], T]) -> T:
        """Do what destroys something sealed and owes a key, then pay as after a purge."""
        done = self.even_when_full(work)
        self._owes_wal = True
        self._pay()
        return done

    def note_gone(self, gone: Sequence[Gone]) -> None:
        """Remember outside the database what was destroyed; after the commit."""
        self._ledger.note_gone(gone)

    def even_when_full(self, work: Callable[[], T]) -> T:
        """Do it; on a full disk once more, with the reserve's room and fewer writes."""
        try:
            return work()
        except DiskFull:
            self._reserve.give_up()
            self._empty_wal()
            with self._database.sparing_deletes():
                return work()

    @contextmanager
    def one_key_change(self) -> Iterator[None]:
        """Let purges share what follows each: the WAL emptied and the vault key changed."""
        self._is_shared = True
        try:
            yield
        finally:
            self._is_shared = False
        if self._owes_wal:
            self._pay()

    def tidy(self) -> None:
        """Empty the WAL and change the vault key if that is owed, and mind the file's size.

        The reserve is taken again last: on a full disk its room is what the key needs.
        """
        if self._database.is_gone():
            # Destroyed whole: not even the reserve is to be made again.
            return
        if self._owes_wal:
            self._empty_wal()
        self._change_key()
        self._rollback.settle()
        self._reserve.fill()
        if not self._owes_wal and self._database.free_pages() > _WORTH_GIVING_BACK_PAGES:
            self._database.give_back_pages(_GIVEN_BACK_AT_ONCE_PAGES)
            self._owes_wal = True
            self._empty_wal()

    def _mark(self, job_ids: Sequence[JobId], reason: DeleteReason, now: int) -> None:
        with self._database.write() as tx:
            rows = find_rows(tx, job_ids).values()
            wanted = [row.seq for row in rows if row.deleted_at is None and row.purging_at is None]
            if wanted:
                tx.run(
                    "UPDATE job SET purging_at = ?, purging_reason = ?, changed = ?"
                    " WHERE seq IN (SELECT value FROM json_each(?))",
                    now,
                    reason.value,
                    tx.stamp(),
                    as_list(wanted),
                )

    def _purge(
        self, job_ids: Sequence[JobId], parts: frozenset[Part], reason: DeleteReason, now: datetime
    ) -> tuple[Deletion, ...]:
        with self._database.write() as tx:
            purge = plan_purge(tx, job_ids, parts, now)
            written = carry_out(tx, self._streams, purge, reason=reason, now=now)
            at = micros_of(now)
            gone = [Gone(one.row.id, at, one.parts, reason) for one in purge.going]
            tx.afterwards(lambda: self._ledger.note_gone(gone))
            for one in purge.going:
                late = self._pulse.lateness(one, reason, now)
                there = written.get(one.row.seq, ())
                tell_deletion(
                    self._audit, tx, one, reason=reason, late=late, written=there, now=now
                )
            staying = as_list(one.row.seq for one in purge.going if not one.is_whole)
            tell_written(self._audit, tx, staying, now)
            return purge.answers

    def _owe_newest(self) -> None:
        with self._database.write() as tx:
            # New keys go into the newest bucket, or into one that was rolled back with them.
            owe_new_keys(tx, tx.only_row("SELECT max(id) FROM key_bucket")[0])

    def _purge_page_images(self, job_id: JobId, page: int, now: datetime) -> Deletion:
        with self._streams.writing() as tx:
            answer = destroy_pictures(tx, self._streams, job_id, page, now)
            if answer.outcome is DeleteOutcome.DELETED:
                seq = find_row(tx, job_id).seq
                there = turn_page(tx, seq, page).get(seq, ())
                tell_pictures(self._audit, tx, job_id, page=page, written=there, now=now)
                tell_written(self._audit, tx, as_list([seq]), now)
                gone = Gone(
                    bytes.fromhex(job_id), micros_of(now), _PICTURES, DeleteReason.USER, page
                )
                tx.afterwards(lambda: self._ledger.note_gone([gone]))
            return answer

    def _finish(self, answers: Sequence[Deletion]) -> None:
        if any(one.outcome is DeleteOutcome.DELETED for one in answers):
            self._owes_wal = True
            if not self._is_shared:
                self._pay()

    def _pay(self) -> None:
        self._empty_wal()
        self._change_key()

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


def _reason_of(word: object) -> DeleteReason:
    """Return the reason of a mark; a damaged one must not keep anything past its end."""
    try:
        return DeleteReason(str(word))
    except ValueError:
        return DeleteReason.USER


def _overdue(row: JobRow, now: int) -> Due | None:
    ends = {part: row.end_of(part) for part in Part if row.has(part) and row.end_of(part) <= now}
    if not ends:
        return None
    # Where both are due, the later end is the one that made the whole job go.
    last = max((Part.SOURCE, Part.RESULT), key=lambda part: ends.get(part, -1))
    reason = _REASONS[last] if row.hours_of(last) else DeleteReason.ZERO_RETENTION
    return Due(JobId(row.id.hex()), frozenset(ends), reason)
