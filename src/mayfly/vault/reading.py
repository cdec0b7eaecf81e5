"""What the reading of a document asks of its job: claim it, open it, end it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mayfly.domain.document_errors import EveryPageFailed
from mayfly.domain.errors import InternalError
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part, ReaderProcess, ReadOptions
from mayfly.domain.states import JobState
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.moments import micros_of
from mayfly.vault.names import read_options
from mayfly.vault.rows import (
    BACKSTOP_MICROS,
    SELECT_JOBS,
    JobRow,
    end_reading,
    find_row,
    move,
)
from mayfly.vault.sealing import Kind
from mayfly.vault.streams import SealedStreams

_WAITS = """
    WHERE job.state = 'queued' AND job.purging_at IS NULL AND job.added_at > ?
        AND EXISTS (SELECT 1 FROM meta WHERE paused = 0 AND locked_at IS NULL)
    ORDER BY job.seq LIMIT 1
"""
_NEXT_WAITING = SELECT_JOBS + _WAITS


class Reading:
    """The reading side of jobs; see domain.ports.Vault for each method's promise.

    Methods that open the source take the latest moment that the vault was told, so that an
    overdue source stays shut even where the port passes no time.
    """

    def __init__(self, database: Database, streams: SealedStreams) -> None:
        self._database = database
        self._streams = streams

    def claim_next(self, now: datetime) -> JobId | None:
        """Move the oldest queued job to READING; None when none waits, when paused or when locked.

        Two processes never get the same job: the choice and the move are one transaction.
        """
        alive_since = micros_of(now) - BACKSTOP_MICROS
        if self._database.ask(_NEXT_WAITING, alive_since) is None:
            # Asked twice a second: an empty queue must not take the writer's place.
            return None
        with self._database.write() as tx:
            found = tx.row(_NEXT_WAITING, alive_since)
            if found is None:
                return None
            row = JobRow(*found)
            move(tx, row, JobState.READING)
        return JobId(row.id.hex())

    def options(self, job_id: JobId, latest: datetime) -> ReadOptions:
        """Open how the job is to be read."""
        with self._streams.reading() as tx:
            row = _with_source(tx, job_id, latest)
            return read_options(tx, self._streams, row.ref)

    def source_size(self, job_id: JobId, latest: datetime) -> int:
        """Return the document's size in bytes."""
        with self._database.read() as tx:
            row = _with_source(tx, job_id, latest)
            return self._streams.size(tx, row.ref, Kind.DOCUMENT)

    def source_chunk_count(self, job_id: JobId, latest: datetime) -> int:
        """Return in how many chunks the document is sealed."""
        with self._database.read() as tx:
            row = _with_source(tx, job_id, latest)
            return self._streams.chunk_count(tx, row.ref, Kind.DOCUMENT)

    def source_chunk(self, job_id: JobId, index: int, latest: datetime) -> bytes:
        """Open one chunk of the document, counted from 0."""
        with self._streams.reading() as tx:
            row = _with_source(tx, job_id, latest)
            return self._streams.read_chunk(tx, row.ref, Kind.DOCUMENT, index)

    def password(self, job_id: JobId, latest: datetime) -> str | None:
        """Open the password the user gave for this document, if any."""
        with self._streams.reading() as tx:
            row = _with_source(tx, job_id, latest)
            data = self._streams.read(tx, row.ref, Kind.PASSWORD)
        return None if data is None else data.decode("utf-8", "surrogatepass")

    # --- who reads -------------------------------------------------------------------

    def set_reader(self, process: ReaderProcess, latest: datetime) -> None:
        """Note which process holds the document; AlreadyDeleted or SourceGone otherwise."""
        with self._database.write() as tx:
            row = _with_source(tx, process.job_id, latest)
            tx.run(
                "INSERT OR REPLACE INTO reader (job, pid, started) VALUES (?, ?, ?)",
                row.seq,
                process.pid,
                process.started,
            )

    def clear_reader(self, process: ReaderProcess) -> None:
        """Forget that process; no error when it is not noted."""
        with self._database.write() as tx:
            tx.run(
                "DELETE FROM reader WHERE pid = ? AND job = (SELECT seq FROM job WHERE id = ?)",
                process.pid,
                bytes.fromhex(process.job_id),
            )

    def readers(self, job_ids: Sequence[JobId]) -> tuple[ReaderProcess, ...]:
        """Return the processes that hold these jobs' documents."""
        wanted = set(job_ids)
        with self._database.read() as tx:
            noted = _readers(tx)
        return tuple(one for one in noted if one.job_id in wanted)

    def requeue(self) -> tuple[ReaderProcess, ...]:
        """Every READING job back to QUEUED; return their readers, which are then forgotten.

        Readers of other jobs stay noted: another process may be exporting with them.
        """
        with self._database.write() as tx:
            found = tx.rows(SELECT_JOBS + "WHERE job.state = 'reading'")
            rows = [JobRow(*one) for one in found]
            ids = {JobId(row.id.hex()) for row in rows}
            noted = tuple(one for one in _readers(tx) if one.job_id in ids)
            for row in rows:
                tx.run("DELETE FROM reader WHERE job = ?", row.seq)
                move(tx, row, JobState.QUEUED)
        return noted

    # --- how reading ends ------------------------------------------------------------

    def finish(self, job_id: JobId, now: datetime) -> None:
        """READING to DONE, or to FAILED when no page could be read."""
        with self._database.write() as tx:
            row = find_row(tx, job_id)
            row.require_state(JobState.READING)
            if row.pages is None or row.pages_read + row.pages_failed != row.pages:
                raise InternalError("a job cannot be finished before all its pages are settled")
            if row.pages_read:
                end_reading(tx, row, JobState.DONE, now)
            else:
                end_reading(tx, row, JobState.FAILED, now, error_code=_common_fault(tx, row))

    def fail(self, job_id: JobId, error_code: str, now: datetime) -> None:
        """READING or QUEUED to FAILED."""
        with self._database.write() as tx:
            row = find_row(tx, job_id)
            row.require_state(JobState.READING, JobState.QUEUED)
            end_reading(tx, row, JobState.FAILED, now, error_code=error_code)

    def need_password(self, job_id: JobId, error_code: str) -> bool:
        """READING to NEEDS_PASSWORD; tell whether one that did not open it was destroyed.

        With its key: it may be the password of something else.
        """
        with self._streams.writing() as tx:
            row = find_row(tx, job_id)
            row.require_state(JobState.READING)
            was_wrong = self._streams.destroy(tx, row.ref, Kind.PASSWORD)
            move(tx, row, JobState.NEEDS_PASSWORD, error_code=error_code)
        return was_wrong


def _common_fault(tx: Transaction, row: JobRow) -> str:
    """Return the code that every page failed with, whose remedy then fits, or the general one."""
    codes = tx.rows("SELECT DISTINCT error_code FROM page WHERE job = ?", row.seq)
    if len(codes) == 1 and codes[0][0] is not None:
        return str(codes[0][0])
    return EveryPageFailed.code


def _with_source(tx: Transaction, job_id: JobId, latest: datetime) -> JobRow:
    row = find_row(tx, job_id)
    row.require_part(Part.SOURCE, micros_of(latest))
    return row


def _readers(tx: Transaction) -> tuple[ReaderProcess, ...]:
    rows = tx.rows(
        "SELECT job.id, reader.pid, reader.started FROM reader"
        " JOIN job ON job.seq = reader.job ORDER BY job.seq, reader.pid"
    )
    return tuple(ReaderProcess(JobId(raw.hex()), pid, started) for raw, pid, started in rows)
