"""What the user wants of jobs that stay: cancel, retry, unlock, pause, export."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from mayfly.composition import Mayfly
from mayfly.domain.errors import UserError
from mayfly.domain.ids import JobId
from mayfly.domain.states import JobState
from mayfly.ui.courier import Courier
from mayfly.ui.job_feed import JobFeed
from mayfly.ui.job_rows import JobRow
from mayfly.ui.wording import Tr, count_text

_STOPPABLE = (JobState.QUEUED, JobState.READING, JobState.NEEDS_PASSWORD)
_RETRYABLE = (JobState.FAILED, JobState.CANCELLED)


class Wishes(QObject):
    """Asks the services and lets the model follow the vault; changes no row by itself."""

    failed = Signal(object)
    """A UserError."""
    told = Signal(str)
    """A sentence about what was done."""

    def __init__(
        self,
        mayfly: Mayfly,
        *,
        feed: JobFeed,
        courier: Courier,
        tr: Tr,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._mayfly = mayfly
        self._feed = feed
        self._courier = courier
        self._tr = tr

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
