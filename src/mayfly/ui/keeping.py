"""Changing how long what the user chose is kept, and telling what came of each document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import AlreadyDeleted, UserError
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Retained, RetainOutcome
from mayfly.domain.retention import RuleChange
from mayfly.services.deadlines import Deadlines
from mayfly.ui.courier import Courier
from mayfly.ui.deleting import Refusal
from mayfly.ui.job_feed import JobFeed
from mayfly.ui.job_model import JobModel
from mayfly.ui.job_rows import BatchRow, JobRow

Answer = Future[tuple[Retained, ...]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of one wish: the ends as they are now, and what could not be changed."""

    changed: tuple[Retained, ...]
    refused: tuple[Refusal, ...]

    @property
    def wanted(self) -> int:
        """How many documents it was about."""
        return len(self.changed) + len(self.refused)


@dataclass(slots=True, eq=False)
class _Round:
    """One wish on its way: answers that are still to come, and what they brought so far."""

    awaited: int
    names: dict[JobId, str] = field(repr=False)
    changed: list[Retained] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def refuse(self, row: JobRow, error: UserError) -> None:
        name = self.names.get(row.job.job_id, "")
        self.refused.append(Refusal(row, name, error))


class Keeping(QObject):
    """Asks the service; the rows follow the vault."""

    settled = Signal(object)
    """A Kept: everything that one wish asked for was answered."""

    def __init__(
        self,
        deadlines: Deadlines,
        *,
        model: JobModel,
        feed: JobFeed,
        courier: Courier,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._deadlines = deadlines
        self._model = model
        self._feed = feed
        self._courier = courier

    def change(self, rows: Sequence[BatchRow | JobRow], change: RuleChange) -> None:
        """Change these batches and jobs, whatever they are doing."""
        batches = [row for row in rows if isinstance(row, BatchRow)]
        whole = {batch.batch_id for batch in batches}
        jobs = [
            row
            for row in rows
            if isinstance(row, JobRow) and row.alive and row.batch.batch_id not in whole
        ]
        asked: list[tuple[list[JobRow], Callable[[], Answer]]] = [
            (_living(batch), _of_batch(self._deadlines, batch, change)) for batch in batches
        ]
        if jobs:
            ids = [row.job.job_id for row in jobs]
            asked.append((jobs, lambda: self._deadlines.change(ids, change)))
        if not asked:
            return
        names = {row.job.job_id: row.job.name or "" for group, _ in asked for row in group}
        this = _Round(len(asked), names)
        for group, ask in asked:
            self._follow(this, group, ask())

    def _follow(self, this: _Round, rows: list[JobRow], future: Answer) -> None:
        self._courier.ask(
            self,
            future,
            then=lambda answers: self._take(this, answers),
            failed=lambda error: self._refuse(this, rows, error),
        )

    def _take(self, this: _Round, answers: Sequence[Retained]) -> None:
        for one in answers:
            row = self._model.find(JobId(one.job_id))
            if one.outcome is RetainOutcome.CHANGED:
                this.changed.append(one)
            elif row is not None:
                gone = one.outcome is not RetainOutcome.FAILED
                error = AlreadyDeleted() if gone else error_of(one.error_code or "")
                this.refuse(row, error)
        self._close(this)

    def _refuse(self, this: _Round, rows: Sequence[JobRow], error: UserError) -> None:
        for row in rows:
            this.refuse(row, error)
        self._close(this)

    def _close(self, this: _Round) -> None:
        this.awaited -= 1
        self._feed.ask()
        if this.awaited == 0:
            self.settled.emit(Kept(tuple(this.changed), tuple(this.refused)))


def _living(batch: BatchRow) -> list[JobRow]:
    return [row for row in batch.everything.values() if row.alive]


def _of_batch(deadlines: Deadlines, batch: BatchRow, change: RuleChange) -> Callable[[], Answer]:
    return lambda: deadlines.change_batch(batch.batch_id, change)
