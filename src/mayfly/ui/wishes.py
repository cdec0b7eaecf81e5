"""What the user wants of jobs that are there: delete, cancel, retry, unlock, pause, export."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from mayfly.composition import Mayfly
from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import UserError
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import DeleteOutcome, Deletion
from mayfly.domain.states import JobState
from mayfly.ui.courier import Courier
from mayfly.ui.job_feed import JobFeed
from mayfly.ui.job_model import JobModel
from mayfly.ui.job_rows import BatchRow, JobRow
from mayfly.ui.wording import Tr, count_text

_STOPPABLE = (JobState.QUEUED, JobState.READING, JobState.NEEDS_PASSWORD)
_RETRYABLE = (JobState.FAILED, JobState.CANCELLED)


class Wishes(QObject):
    """Asks the services and lets the model follow the vault; changes no row by itself."""

    failed = Signal(object)
    """A UserError."""
    told = Signal(str)
    """A sentence about what was done."""
    leaving = Signal(object)
    """JobRows that are being deleted from this moment on."""

    def __init__(
        self,
        mayfly: Mayfly,
        *,
        model: JobModel,
        feed: JobFeed,
        courier: Courier,
        tr: Tr,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._mayfly = mayfly
        self._model = model
        self._feed = feed
        self._courier = courier
        self._tr = tr

    # --- ends ------------------------------------------------------------------------

    def delete(self, rows: Sequence[BatchRow | JobRow]) -> None:
        """Destroy these batches and jobs now, whatever they are doing."""
        batches = [row for row in rows if isinstance(row, BatchRow)]
        whole = {batch.batch_id for batch in batches}
        jobs = [row for row in rows if isinstance(row, JobRow) and row.batch.batch_id not in whole]
        going = [*jobs, *(row for batch in batches for row in batch.everything.values())]
        going = [row for row in going if row.job.state is not JobState.DELETED]
        self._model.mark_leaving(going)
        self.leaving.emit(going)
        deletions = self._mayfly.deletions
        for batch in batches:
            self._follow(deletions.delete_batch(batch.batch_id), going)
        if jobs:
            self._follow(deletions.delete([row.job.job_id for row in jobs]), going)

    def _follow(self, future: Future[tuple[Deletion, ...]], going: Sequence[JobRow]) -> None:
        self._courier.ask(
            self, future, then=self._deleted, failed=lambda error: self._stayed(going, error)
        )

    def _deleted(self, deletions: Sequence[Deletion]) -> None:
        self._feed.ask()
        for one in deletions:
            if one.outcome is DeleteOutcome.FAILED:
                row = self._model.find(JobId(one.job_id))
                self._stayed([row] if row else [], error_of(one.error_code or ""))

    def _stayed(self, rows: Sequence[JobRow], error: UserError) -> None:
        self._model.mark_leaving(rows, leaving=False)
        self.failed.emit(error)

    # --- reading ---------------------------------------------------------------------

    def may_cancel(self, rows: Sequence[JobRow]) -> list[JobRow]:
        """Return those that can be cancelled now."""
        return [row for row in rows if row.job.state in _STOPPABLE and not row.leaving]

    def cancel(self, rows: Sequence[JobRow]) -> None:
        """Stop reading these."""
        for row in self.may_cancel(rows):
            self._ask(self._mayfly.queue.cancel(row.job.job_id))

    def may_retry(self, rows: Sequence[JobRow]) -> list[JobRow]:
        """Return those that can be read again now."""
        return [
            row
            for row in rows
            if row.job.state in _RETRYABLE and row.job.source_present and not row.leaving
        ]

    def retry(self, rows: Sequence[JobRow]) -> None:
        """Read these again."""
        for row in self.may_retry(rows):
            self._ask(self._mayfly.queue.retry(row.job.job_id))

    def may_recognise(self, rows: Sequence[JobRow]) -> list[JobRow]:
        """Return those whose pages can be recognised anyway."""
        return [
            row
            for row in rows
            if row.job.state is JobState.DONE and row.job.source_present and not row.leaving
        ]

    def recognise_anyway(self, rows: Sequence[JobRow]) -> None:
        """Read these anew and recognise the pages that bring their own text."""
        for row in self.may_recognise(rows):
            self._ask(self._mayfly.queue.recognise_anyway(row.job.job_id))

    def give_password(self, job_id: str, password: str) -> None:
        """Hand a password to the vault; it is not kept here."""
        self._ask(self._mayfly.queue.give_password(JobId(job_id), password))

    def set_paused(self, paused: bool) -> None:
        """Pause or resume the queue."""
        self._ask(self._mayfly.queue.set_paused(paused))

    # --- export ----------------------------------------------------------------------

    def may_export(self, rows: Sequence[JobRow]) -> list[JobRow]:
        """Return those that have a result to export."""
        return [
            row
            for row in rows
            if row.job.state is JobState.DONE and row.job.result_present and not row.leaving
        ]

    def export(self, rows: Sequence[JobRow], file_format: str, folder: Path) -> None:
        """Write one file for each job that has a result into the folder."""
        jobs = self.may_export(rows)
        tally = _Tally(len(jobs))
        for row in jobs:
            future = self._mayfly.exporting.export(row.job.job_id, file_format, folder)
            self._courier.ask(
                self,
                future,
                then=lambda _: self._exported(tally),
                failed=lambda error: self._not_exported(tally, error),
            )

    def _exported(self, tally: _Tally) -> None:
        tally.written += 1
        if tally.over:
            self._tell_exported(tally)

    def _not_exported(self, tally: _Tally, error: UserError) -> None:
        tally.failed += 1
        self.failed.emit(error)
        if tally.over and tally.written:
            self._tell_exported(tally)

    def _tell_exported(self, tally: _Tally) -> None:
        self.told.emit(
            count_text(self._tr, tally.written, "{n} file exported", "{n} files exported")
        )

    def _ask(self, future: Future[Any]) -> None:
        self._courier.ask(self, future, then=lambda _: self._feed.ask(), failed=self.failed.emit)


class _Tally:
    """Counts the files of one export."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self.written = 0
        self.failed = 0

    @property
    def over(self) -> bool:
        return self.written + self.failed >= self._wanted
