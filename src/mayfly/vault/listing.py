"""Looking at jobs: names are opened, and only as long as their ends have not come."""

from __future__ import annotations

from datetime import datetime

from mayfly.domain.errors import NoSuchJob, VaultDamaged
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Job, Part
from mayfly.domain.states import JobState
from mayfly.domain.vault_port import Changes
from mayfly.vault.buckets import find_bucket
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.moments import micros_of
from mayfly.vault.names import decode_name
from mayfly.vault.rows import SELECT_JOBS, JobRow, id_bytes
from mayfly.vault.sealing import Kind
from mayfly.vault.streams import SealedStreams, ShortStream
from mayfly.vault.wrapping import WrappedBucket, WrappedKey

_NAME_KIND = {Part.RESULT: Kind.RESULT_NAME, Part.SOURCE: Kind.SOURCE_NAME}

# One query for all names: three for each of 10,000 jobs would take longer than opening them.
# CROSS JOIN keeps SQLite to this order; left to itself it reads every chunk of the vault.
_SELECT_NAMES = """
    SELECT job.seq, data_key.part, stream.salt, stream.wrapped,
        data_key.epoch, data_key.wrapped, data_key.bucket, chunk.data
    FROM job
    CROSS JOIN data_key ON data_key.job = job.seq
    CROSS JOIN stream ON stream.job = job.seq AND stream.part = data_key.part AND stream.page = 0
        AND stream.kind = CASE data_key.part WHEN 'source' THEN ? ELSE ? END
    CROSS JOIN chunk ON chunk.stream = stream.id AND chunk.number = 0
"""


_Names = dict[tuple[int, str], ShortStream]
"""By row of the job and part's value."""


class Listing:
    """Answers what jobs there are; see domain.ports.Vault for each method's promise."""

    def __init__(self, database: Database, streams: SealedStreams) -> None:
        self._database = database
        self._streams = streams

    def job(self, job_id: JobId, now: datetime) -> Job:
        """Return one job; NoSuchJob when unknown."""
        with self._streams.reading() as tx:
            found = self._select(tx, "WHERE job.id = ?", id_bytes(job_id), now)
        if not found:
            raise NoSuchJob
        return found[0]

    def jobs(self, now: datetime) -> tuple[Job, ...]:
        """Return every job, oldest first."""
        return self.changes_since(0, now).jobs

    def change_seq(self) -> int:
        """Return the number of the last change by any process."""
        row = self._database.ask("SELECT change_seq FROM meta")
        return 0 if row is None else int(row[0])

    def changes_since(self, seq: int, now: datetime) -> Changes:
        """Return the rows that changed after seq, oldest job first; no other is opened."""
        with self._streams.reading() as tx:
            (last,) = tx.only_row("SELECT change_seq FROM meta")
            return Changes(last, self._select(tx, "WHERE job.changed > ?", seq, now))

    def counts(self) -> dict[JobState, int]:
        """Return how many jobs are in each state; every state is there."""
        counts = dict.fromkeys(JobState, 0)
        with self._database.read() as tx:
            for state, count in tx.rows("SELECT state, count(*) FROM job GROUP BY state"):
                counts[JobState(state)] = count
        return counts

    def _select(
        self, tx: Transaction, condition: str, value: object, now: datetime
    ) -> tuple[Job, ...]:
        names = _sealed_names(tx, condition, value)
        # The plus keeps the order from being taken for a reason to read all rows.
        rows = tx.rows(SELECT_JOBS + condition + " ORDER BY +job.seq", value)
        micros = micros_of(now)
        jobs = [JobRow(*row) for row in rows]
        return tuple(job.as_job(self._name(job, names, micros)) for job in jobs)

    def _name(self, row: JobRow, names: _Names, now: int) -> str | None:
        for part, kind in _NAME_KIND.items():
            sealed = names.get((row.seq, part.value))
            if sealed is None or not row.shows(part, now):
                continue
            try:
                return decode_name(self._streams.open_short(row.ref, kind, sealed))
            except VaultDamaged:
                # One damaged row must not hide the others: it is shown without a name, can
                # be deleted, and its pages say that they are damaged.
                continue
        return None


def _sealed_names(tx: Transaction, condition: str, value: object) -> _Names:
    names: _Names = {}
    buckets: dict[int | None, WrappedBucket | None] = {}
    kinds = (Kind.SOURCE_NAME.value, Kind.RESULT_NAME.value)
    for seq, part, salt, own_key, epoch, wrapped, bucket_id, data in tx.rows(
        _SELECT_NAMES + condition, *kinds, value
    ):
        if bucket_id not in buckets:
            buckets[bucket_id] = find_bucket(tx, bucket_id)
        key = WrappedKey(epoch, wrapped, buckets[bucket_id])
        names[seq, part] = ShortStream(salt, own_key, key, data)
    return names
