"""The ledger of uploads: what is to be written to destinations or deleted there, row by row."""

# ruff: noqa: S608 - conditions are constants of these modules; values are always bound

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from mayfly.domain.destination_port import Settlement
from mayfly.domain.destinations import DestinationId, Upload, UploadState
from mayfly.domain.errors import InternalError
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageRef
from mayfly.vault.audit_writer import AuditWriter
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.deletion import Ends
from mayfly.vault.moments import micros_of, optional_moment_of
from mayfly.vault.rows import BACKSTOP_MICROS
from mayfly.vault.streams import SealedStreams
from mayfly.vault.upload_rows import (
    SELECT_UPLOADS,
    THIS_UPLOAD,
    seqs_of,
    uploads_of,
    values_of,
)
from mayfly.vault.upload_telling import tell_gone, tell_run, tell_written
from mayfly.vault.upload_turns import cancel_uploads, of_jobs
from mayfly.vault.upload_wishes import ListImages, UploadWishes

_LIVING = (
    "job.purging_at IS NULL AND job.deleted_at IS NULL"
    " AND EXISTS (SELECT 1 FROM data_key WHERE job = job.seq AND part = 'source')"
    " AND ? < min(job.source_delete_at, job.added_at + ?)"
)
"""The picture may still be shown: as rows.JobRow.shows says it of the source."""

_MAY_BECOME = {
    UploadState.WAITING: frozenset(
        {UploadState.WAITING, UploadState.STORED, UploadState.FAILED, UploadState.STOPPED}
    ),
    UploadState.OWED: frozenset({UploadState.OWED, UploadState.DELETED}),
}
"""What may become of a row in the hands of whoever took it."""

_TRIED = frozenset({UploadState.WAITING, UploadState.FAILED, UploadState.OWED})


class SqliteUploadLedger:
    """Implements domain.destination_port.UploadLedger, which says what each method promises."""

    def __init__(
        self,
        database: Database,
        streams: SealedStreams,
        audit: AuditWriter,
        ends: Ends,
        *,
        images: ListImages,
    ) -> None:
        self._database = database
        self._audit = audit
        self._ends = ends
        self._wishes = UploadWishes(streams, images)

    # --- what is wanted ----------------------------------------------------------------

    def add(self, images: Sequence[ImageRef], destination_id: DestinationId, now: datetime) -> int:
        """Have these pictures written; return how many wait because of this call."""
        return self._wishes.add(images, destination_id, now)

    def wish(
        self, job_ids: Sequence[JobId], destination_id: DestinationId, now: datetime
    ) -> tuple[JobId, ...]:
        """Have all pictures of these jobs written, now or as soon as each is read."""
        return self._wishes.wish(job_ids, destination_id, now)

    def fulfil(self, job_id: JobId, now: datetime) -> int:
        """Turn the wishes of a job that was just read into rows."""
        return self._wishes.fulfil(job_id, now)

    def ripe(self) -> tuple[JobId, ...]:
        """Return the jobs that were read and whose wishes nobody turned into rows yet."""
        with self._database.read() as tx:
            rows = tx.rows(
                "SELECT DISTINCT job.id FROM upload_wish JOIN job ON job.seq = upload_wish.job"
                " WHERE job.state = 'done' AND job.purging_at IS NULL ORDER BY job.seq"
            )
        return tuple(JobId(raw.hex()) for (raw,) in rows)

    # --- what is to be done ------------------------------------------------------------

    def take(
        self,
        now: datetime,
        most: int,
        *,
        held: Collection[DestinationId] = (),
        stopped: Collection[DestinationId] = (),
    ) -> tuple[Upload, ...]:
        """Return what is to be done now, OWED first, then WAITING, oldest first."""
        moment = micros_of(now)
        due = "(not_before IS NULL OR not_before <= ?) AND hex(upload.destination) NOT IN"
        due += " (SELECT value FROM json_each(?))"
        order = " ORDER BY upload.seq LIMIT ?"
        with self._database.read() as tx:
            sql = f"{SELECT_UPLOADS} WHERE upload.state = 'owed' AND {due}{order}"
            rows = tx.rows(sql, moment, _as_hex(held), most)
            if len(rows) < most and not _is_paused(tx):
                sql = f"{SELECT_UPLOADS} WHERE upload.state = 'waiting' AND {due} AND {_LIVING}"
                away, room = _as_hex({*held, *stopped}), most - len(rows)
                rows += tx.rows(sql + order, moment, away, moment, BACKSTOP_MICROS, room)
        return uploads_of(rows)

    def next_moment(self) -> datetime | None:
        """When the next not_before comes; None when nothing waits for one."""
        with self._database.read() as tx:
            states = "('owed')" if _is_paused(tx) else "('owed', 'waiting')"
            (first,) = tx.only_row(f"SELECT min(not_before) FROM upload WHERE state IN {states}")
        return optional_moment_of(first)

    def begin(self, upload: Upload, now: datetime) -> bool:
        """Note, durably, that bytes may reach the bucket from here. False: not any more."""
        return self.note([upload], [], now)[0][0]

    def settle(
        self,
        upload: Upload,
        state: UploadState,
        now: datetime,
        *,
        error_code: str | None = None,
        not_before: datetime | None = None,
    ) -> bool:
        """Note what became of it. False when the row was turned meanwhile (purge, cancel)."""
        return self.note([], [Settlement(upload, state, error_code, not_before)], now)[1][0]

    def note(
        self, begun: Sequence[Upload], settled: Sequence[Settlement], now: datetime
    ) -> tuple[tuple[bool, ...], tuple[bool, ...]]:
        """Note several in one commit: each costs the disk some milliseconds."""
        if any(one.state not in _MAY_BECOME.get(one.upload.state, ()) for one in settled):
            raise InternalError("an upload was to be settled as what it cannot become")
        with self._database.write() as tx:
            are_begun = tuple(_begin(tx, one, now) for one in begun)
            are_settled = tuple(self._settle(tx, one, now) for one in settled)
            return are_begun, are_settled

    def _settle(self, tx: Transaction, settled: Settlement, now: datetime) -> bool:
        upload, state = settled.upload, settled.state
        sql = f"SELECT seq, job, destination, begun, again FROM upload WHERE {THIS_UPLOAD}"
        row = tx.row(sql, *values_of(upload))
        if row is None:
            return False
        seq, job, destination, begun, again = row
        if state is UploadState.DELETED and again:
            _wait_again(tx, seq)
        elif state is UploadState.STOPPED and begun:
            _owe(tx, seq)
        else:
            failed = settled.error_code is not None and state in _TRIED
            later = None if settled.not_before is None else micros_of(settled.not_before)
            tx.run(
                "UPDATE upload SET state = ?, error_code = ?, not_before = ?,"
                " attempts = attempts + ?, begun = begun OR ? WHERE seq = ?",
                state.value,
                settled.error_code,
                later,
                int(failed),
                int(state is UploadState.STORED),
                seq,
            )
        tell = tell_gone if upload.state is UploadState.OWED else tell_run
        tell(self._audit, tx, job, destination, now)
        tx.stamp()
        return True

    # --- looking -----------------------------------------------------------------------

    def of_job(self, job_id: JobId) -> tuple[Upload, ...]:
        """Return a job's uploads, by page and number, to every destination."""
        with self._database.read() as tx:
            sql = f"{SELECT_UPLOADS} WHERE job.id = ? ORDER BY page, number, destination"
            return uploads_of(tx.rows(sql, bytes.fromhex(job_id)))

    def in_state(self, state: UploadState, most: int) -> tuple[Upload, ...]:
        """Return the oldest of a state."""
        with self._database.read() as tx:
            sql = f"{SELECT_UPLOADS} WHERE upload.state = ? ORDER BY upload.seq LIMIT ?"
            return uploads_of(tx.rows(sql, state.value, most))

    def counts(self) -> Mapping[tuple[DestinationId, UploadState], int]:
        """Return how many there are of each."""
        with self._database.read() as tx:
            rows = tx.rows("SELECT destination, state, count(*) FROM upload GROUP BY 1, 2")
        return {
            (DestinationId(raw.hex()), UploadState(state)): number for raw, state, number in rows
        }

    def by_job(self) -> Mapping[JobId, Mapping[tuple[DestinationId, UploadState], int]]:
        """Return how many of each job there are of each."""
        found: dict[JobId, dict[tuple[DestinationId, UploadState], int]] = {}
        with self._database.read() as tx:
            for raw, destination, state, number in tx.rows(
                "SELECT job.id, upload.destination, upload.state, count(*) FROM upload"
                " JOIN job ON job.seq = upload.job GROUP BY upload.job, 2, 3"
            ):
                where = (DestinationId(destination.hex()), UploadState(state))
                found.setdefault(JobId(raw.hex()), {})[where] = number
        return found

    # --- the user's say ----------------------------------------------------------------

    def cancel(self, job_ids: Sequence[JobId] | None, now: datetime) -> int:
        """Stop what waits or failed, of these jobs or of all; wishes are forgotten, too."""
        return self._ends.even_when_full(lambda: self._cancel(job_ids, now))

    def retry(self, job_ids: Sequence[JobId] | None, now: datetime) -> int:
        """Have what failed wait again, of these jobs or of all; OWED is tried at once."""
        with self._database.write() as tx:
            where, values = of_jobs(seqs_of(tx, job_ids))
            tx.stamp()
            at_once = tx.run(
                "UPDATE upload SET not_before = NULL, attempts = 0"
                f" WHERE state = 'owed' AND {where}",
                *values,
            )
            tx.run(
                f"UPDATE upload SET not_before = NULL WHERE state = 'waiting' AND {where}", *values
            )
            return at_once + tx.run(
                "UPDATE upload SET state = 'waiting', turn = ?, attempts = 0,"
                f" error_code = NULL, not_before = NULL WHERE state = 'failed' AND {where}"
                f" AND EXISTS (SELECT 1 FROM job WHERE job.seq = upload.job AND {_LIVING})",
                tx.stamp(),
                *values,
                micros_of(now),
                BACKSTOP_MICROS,
            )

    def dismiss(self, job_ids: Sequence[JobId] | None) -> int:
        """Forget what was left at destinations by these deleted jobs or by all; return how many."""
        return self._ends.even_when_full(lambda: self._dismiss(job_ids))

    def set_paused(self, paused: bool) -> None:
        """Hold or go on, for every process of this vault."""
        with self._database.write() as tx:
            tx.stamp()
            tx.run("UPDATE meta SET uploads_paused = ?", int(paused))

    def is_paused(self) -> bool:
        """Tell whether uploads are held."""
        with self._database.read() as tx:
            return _is_paused(tx)

    def _cancel(self, job_ids: Sequence[JobId] | None, now: datetime) -> int:
        with self._database.write() as tx:
            jobs = seqs_of(tx, job_ids)
            stopped = cancel_uploads(tx, jobs)
            tell_written(self._audit, tx, jobs, now)
            tx.stamp()
            return stopped

    def _dismiss(self, job_ids: Sequence[JobId] | None) -> int:
        with self._database.write() as tx:
            where, values = of_jobs(seqs_of(tx, job_ids))
            tx.stamp()
            return tx.run(f"DELETE FROM upload WHERE state = 'left' AND {where}", *values)


def _begin(tx: Transaction, upload: Upload, now: datetime) -> bool:
    if upload.state is UploadState.OWED:
        sql = f"SELECT 1 FROM upload WHERE {THIS_UPLOAD}"
        return tx.row(sql, *values_of(upload)) is not None
    return bool(
        tx.run(
            f"UPDATE upload SET begun = 1 WHERE {THIS_UPLOAD} AND EXISTS"
            f" (SELECT 1 FROM job WHERE job.seq = upload.job AND {_LIVING})",
            *values_of(upload),
            micros_of(now),
            BACKSTOP_MICROS,
        )
    )


def _wait_again(tx: Transaction, seq: int) -> None:
    """Have a picture written anew that was seen to be gone."""
    tx.run(
        "UPDATE upload SET state = 'waiting', turn = ?, attempts = 0, begun = 0, again = 0,"
        " told = 0, error_code = NULL, not_before = NULL WHERE seq = ?",
        tx.stamp(),
        seq,
    )


def _owe(tx: Transaction, seq: int) -> None:
    """Have what is given up deleted, for a part of it may be there."""
    tx.run(
        "UPDATE upload SET state = 'owed', turn = ?, attempts = 0, error_code = NULL,"
        " not_before = NULL WHERE seq = ?",
        tx.stamp(),
        seq,
    )


def _as_hex(destinations: Collection[DestinationId]) -> str:
    return json.dumps([one.upper() for one in destinations])


def _is_paused(tx: Transaction) -> bool:
    return bool(tx.only_row("SELECT uploads_paused FROM meta")[0])
