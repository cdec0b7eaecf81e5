"""What the user wants of a job or of the queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mayfly.domain.errors import NotNow
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part
from mayfly.domain.pages import PageState
from mayfly.domain.states import JobState, may_move
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.moments import micros_of
from mayfly.vault.names import put_options, read_options, renew_result_name
from mayfly.vault.rows import JobRow, count_pages, end_reading, find_row, move, queue_again
from mayfly.vault.sealing import Kind
from mayfly.vault.streams import SealedStreams


class Wishes:
    """Password, cancel, retry, pause; see domain.ports.Vault for each method's promise."""

    def __init__(self, database: Database, streams: SealedStreams) -> None:
        self._database = database
        self._streams = streams

    def give_password(self, job_id: JobId, password: str) -> None:
        """Seal the password with the source; NEEDS_PASSWORD to QUEUED."""
        with self._streams.writing() as tx:
            row = find_row(tx, job_id)
            row.require_state(JobState.NEEDS_PASSWORD)
            data = password.encode("utf-8", "surrogatepass")
            self._streams.put(tx, row.ref, Kind.PASSWORD, [data])
            move(tx, row, JobState.QUEUED)

    def cancel(self, job_id: JobId, now: datetime) -> None:
        """QUEUED, READING or NEEDS_PASSWORD to CANCELLED; pages that were read stay."""
        with self._database.write() as tx:
            row = find_row(tx, job_id)
            row.require_alive()
            if not may_move(JobState(row.state), JobState.CANCELLED):
                raise NotNow
            end_reading(tx, row, JobState.CANCELLED, now)

    def retry(self, job_id: JobId, latest: datetime) -> None:
        """FAILED or CANCELLED back to QUEUED; pages that failed are to be read again."""
        with self._streams.writing() as tx:
            row = find_row(tx, job_id)
            row.require_state(JobState.FAILED, JobState.CANCELLED)
            row.require_part(Part.SOURCE, micros_of(latest))
            if row.shows(Part.RESULT, micros_of(latest)):
                tx.run(
                    "UPDATE page SET state = ?, error_code = NULL WHERE job = ? AND state = ?",
                    PageState.PENDING.value,
                    row.seq,
                    PageState.FAILED.value,
                )
                count_pages(tx, row)
            else:
                # The result was destroyed and is now asked for anew: under another key.
                self._renew_result(tx, row)
            queue_again(tx, row)

    def recognise_anyway(self, job_id: JobId, latest: datetime) -> None:
        """DONE back to QUEUED; the old words are destroyed with their key."""
        with self._streams.writing() as tx:
            row = find_row(tx, job_id)
            row.require_state(JobState.DONE)
            row.require_part(Part.SOURCE, micros_of(latest))
            options = read_options(tx, self._streams, row.ref)
            wished = replace(options, recognise_anyway=True)
            put_options(tx, self._streams, row.ref, wished)
            self._renew_result(tx, row)
            queue_again(tx, row)

    def set_paused(self, paused: bool) -> None:
        """Pause or resume the queue for every process of this vault."""
        with self._database.write() as tx:
            tx.stamp()
            tx.run("UPDATE meta SET paused = ?", int(paused))

    def is_paused(self) -> bool:
        """Tell whether the queue is paused."""
        row = self._database.ask("SELECT paused FROM meta")
        return row is not None and bool(row[0])

    def _renew_result(self, tx: Transaction, row: JobRow) -> None:
        target = self._streams.read(tx, row.ref, Kind.TARGET) if row.has(Part.RESULT) else None
        self._streams.drop_parts(tx, [row.ref], Part.RESULT)
        self._streams.add_key(tx, row.ref, Part.RESULT)
        renew_result_name(tx, self._streams, row.ref)
        if target is not None:
            self._streams.put(tx, row.ref, Kind.TARGET, [target])
        tx.run("DELETE FROM page WHERE job = ?", row.seq)
        tx.run("UPDATE job SET result_gone_at = NULL WHERE seq = ?", row.seq)
        count_pages(tx, row)
