"""Taking documents in: sealed under fresh keys before anything reaches the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain

from mayfly.domain.audit import AuditKind
from mayfly.domain.errors import AlreadyDeleted
from mayfly.domain.handover import ResultTarget
from mayfly.domain.ids import BatchId, JobId, new_batch_id, new_job_id
from mayfly.domain.jobs import Part, ReadOptions
from mayfly.domain.ports import SourceFile
from mayfly.domain.retention import Deadlines, RetentionRule, backstop_of, deadlines_of
from mayfly.domain.states import JobState
from mayfly.vault.audit_writer import AuditWriter
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.moments import micros_of
from mayfly.vault.names import encode_name, put_options
from mayfly.vault.sealing import Kind
from mayfly.vault.streams import JobRef, SealedStreams
from mayfly.vault.targets import put_target

_READ_AHEAD_BYTES = 16 << 20


class Intake:
    """Adds batches and jobs; see domain.ports.Vault for each method's promise."""

    def __init__(
        self,
        database: Database,
        streams: SealedStreams,
        audit: AuditWriter,
        *,
        on_torn: Callable[[], None],
    ) -> None:
        """on_torn: called when a document was sealed in part and taken back."""
        self._database = database
        self._streams = streams
        self._audit = audit
        self._on_torn = on_torn

    def add_batch(self, now: datetime) -> BatchId:
        """Begin a batch."""
        batch_id = new_batch_id()
        with self._database.write() as tx:
            tx.run(
                "INSERT INTO batch (id, added_at) VALUES (?, ?)",
                bytes.fromhex(batch_id),
                micros_of(now),
            )
        return batch_id

    def close_batch(self, batch_id: BatchId, now: datetime) -> None:
        """Take nothing more into this batch."""
        with self._database.write() as tx:
            tx.run(
                "UPDATE batch SET closed_at = ? WHERE id = ? AND closed_at IS NULL",
                micros_of(now),
                bytes.fromhex(batch_id),
            )

    def close_batches(self, now: datetime) -> None:
        """Take nothing more into any batch that there is; one that begins later is not meant."""
        with self._database.write() as tx:
            tx.run("UPDATE batch SET closed_at = ? WHERE closed_at IS NULL", micros_of(now))

    def admit(
        self,
        batch_id: BatchId,
        source: SourceFile,
        options: ReadOptions,
        rule: RetentionRule,
        now: datetime,
        *,
        target: ResultTarget | None = None,
    ) -> JobId:
        """Seal a document and queue it; IntakeError from the source leaves no trace."""
        chunks = source.chunks()
        # A document of common size is in memory before the only writer's place is taken, so
        # that a slow disk of the user's does not hold up other processes of this vault.
        ahead = _read_ahead(chunks)
        end = backstop_of(now)
        job_id = new_job_id()
        with self._all_or_nothing() as begun, self._streams.writing() as tx:
            job = _insert(
                tx, job_id, batch_id, rule, now=now, state=JobState.QUEUED, ends=Deadlines(end, end)
            )
            begun.append(job)
            for part in Part:
                self._streams.add_key(tx, job, part)
            self._streams.put(tx, job, Kind.DOCUMENT, chain(ahead, chunks))
            name = encode_name(source.name, source.path)
            self._streams.put(tx, job, Kind.SOURCE_NAME, [name])
            self._streams.put(tx, job, Kind.RESULT_NAME, [encode_name(source.name)])
            put_options(tx, self._streams, job, options)
            if target is not None:
                put_target(tx, self._streams, job, target)
            self._tell(tx, job_id, batch_id, rule, now)
        return job_id

    def admit_refused(
        self, batch_id: BatchId, name: str, error_code: str, rule: RetentionRule, now: datetime
    ) -> JobId:
        """Add a FAILED row; it has a result key for its name, and no source."""
        ends = deadlines_of(rule, added_at=now, finished_at=now)
        job_id = new_job_id()
        with self._streams.writing() as tx:
            job = _insert(tx, job_id, batch_id, rule, now=now, state=JobState.FAILED, ends=ends)
            tx.run(
                "UPDATE job SET error_code = ?, finished_at = ? WHERE seq = ?",
                error_code,
                micros_of(now),
                job.seq,
            )
            self._streams.add_key(tx, job, Part.RESULT)
            self._streams.put(tx, job, Kind.RESULT_NAME, [encode_name(name)])
            self._tell(tx, job_id, batch_id, rule, now)
        return job_id

    @contextmanager
    def _all_or_nothing(self) -> Iterator[list[JobRef]]:
        """Give a list to put a job in when its keys are made; on_torn if it is then rolled back."""
        begun: list[JobRef] = []
        try:
            yield begun
        except BaseException:
            if begun:
                self._on_torn()
            raise

    def _tell(
        self, tx: Transaction, job_id: JobId, batch_id: BatchId, rule: RetentionRule, now: datetime
    ) -> None:
        detail = {"source_hours": rule.source_hours, "result_hours": rule.result_hours}
        self._audit.append_in(
            tx, AuditKind.ADDED, now, job_id=job_id, batch_id=batch_id, detail=detail
        )


def _insert(
    tx: Transaction,
    job_id: JobId,
    batch_id: BatchId,
    rule: RetentionRule,
    *,
    now: datetime,
    state: JobState,
    ends: Deadlines,
) -> JobRef:
    raw_id, batch = bytes.fromhex(job_id), bytes.fromhex(batch_id)
    if tx.row("SELECT 1 FROM batch WHERE id = ? AND closed_at IS NOT NULL", batch):
        raise AlreadyDeleted
    seq = tx.insert(
        "INSERT INTO job (id, batch, changed, state, added_at, source_hours,"
        " result_hours, linked, source_delete_at, result_delete_at, backstop_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        raw_id,
        batch,
        tx.stamp(),
        state.value,
        micros_of(now),
        rule.source_hours,
        rule.result_hours,
        int(rule.linked),
        micros_of(ends.source_delete_at),
        micros_of(ends.result_delete_at),
        micros_of(backstop_of(now)),
    )
    return JobRef(seq, raw_id)


def _read_ahead(chunks: Iterator[bytes]) -> list[bytes]:
    found: list[bytes] = []
    size = 0
    for chunk in chunks:
        found.append(chunk)
        size += len(chunk)
        if size >= _READ_AHEAD_BYTES:
            break
    return found
