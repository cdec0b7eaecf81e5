"""Finding jobs by what stands unsealed in their rows: works without any key, so while locked."""

from __future__ import annotations

from datetime import datetime

from mayfly.domain.ids import BatchId, JobId, is_id
from mayfly.domain.states import JobState
from mayfly.vault.connection import Database
from mayfly.vault.moments import micros_of

_ID_DIGITS = 32


class Finding:
    """Answers with ids only; see domain.vault_port.Vault for each method's promise."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_jobs(self, prefix: str) -> tuple[JobId, ...]:
        """Return the ids of jobs that begin so, at most two of them."""
        return tuple(JobId(one) for one in self._begin_so("job", prefix))

    def find_batches(self, prefix: str) -> tuple[BatchId, ...]:
        """Return the ids of batches that begin so, at most two of them."""
        return tuple(BatchId(one) for one in self._begin_so("batch", prefix))

    def jobs_of(self, batch_id: BatchId) -> tuple[JobId, ...]:
        """Return the ids of a batch's jobs, tombstones included, oldest first."""
        if not is_id(batch_id):
            return ()
        with self._database.read() as tx:
            rows = tx.rows(
                "SELECT id FROM job WHERE batch = ? ORDER BY seq", bytes.fromhex(batch_id)
            )
        return tuple(JobId(row[0].hex()) for row in rows)

    def older_than(self, moment: datetime, states: frozenset[JobState]) -> tuple[JobId, ...]:
        """Return the living jobs in these states that were added before the moment."""
        with self._database.read() as tx:
            rows = tx.rows(
                "SELECT id, state FROM job WHERE deleted_at IS NULL AND added_at < ?"
                " ORDER BY added_at, seq",
                micros_of(moment),
            )
        return tuple(JobId(raw.hex()) for raw, state in rows if state in states)

    def _begin_so(self, table: str, prefix: str) -> list[str]:
        first, last = prefix.ljust(_ID_DIGITS, "0"), prefix.ljust(_ID_DIGITS, "f")
        if not is_id(first):
            return []
        with self._database.read() as tx:
            rows = tx.rows(
                f"SELECT id FROM {table}"  # noqa: S608 - our own two names
                " WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 2",
                bytes.fromhex(first),
                bytes.fromhex(last),
            )
        return [row[0].hex() for row in rows]
