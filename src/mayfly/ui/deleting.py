"""Deleting what the user chose, whole or in part, and telling what came of each document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal

from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import UserError
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import DeleteOutcome, Deletion
from mayfly.domain.states import FINISHED, JobState
from mayfly.services.deletion import Deletions
from mayfly.ui.courier import Courier
from mayfly.ui.job_feed import JobFeed
from mayfly.ui.job_model import JobModel
from mayfly.ui.job_rows import BatchRow, JobRow
from mayfly.ui.wording import Tr, count_text

Answer = Future[tuple[Deletion, ...]]


class Level(Enum):
    """How much of a document is to go."""

    WHOLE = auto()
    SOURCE = auto()
    """The document and its page images; the text stays."""
    RESULT = auto()
    """The text; the document stays."""
    PICTURE = auto()
    """The picture of one page; its text and the document stay."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One document that could not be deleted, and why."""

    row: JobRow
    name: str
    """As it was when the user wished it gone: a job that is marked has none any more."""
    error: UserError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one wish to delete."""

    level: Level
    deleted: int
    refused: tuple[Refusal, ...]
    gone_before: int = 0
    """How many had been deleted before."""

    @property
    def wanted(self) -> int:
        """How many documents it was about."""
        return self.deleted + len(self.refused) + self.gone_before


@dataclass(slots=True, eq=False)
class _Round:
    """One wish on its way: answers that are still to come, and what they brought so far."""

    level: Level
    awaited: int
    names: dict[JobId, str] = field(repr=False)
    deleted: int = 0
    gone_before: int = 0
    refused: list[Refusal] = field(default_factory=list)

    def refuse(self, row: JobRow, error: UserError) -> None:
        name = self.names.get(row.job.job_id, "")
        self.refused.append(Refusal(row, name, error))


class Deleting(QObject):
    """Asks the services and lets the model follow the vault. No trash, no undo, no question."""

    leaving = Signal(object)
    """JobRows of which something is being deleted from this moment on."""
    settled = Signal(object)
    """An Outcome: everything that one wish asked for was answered."""
    picture_gone = Signal()
    failed = Signal(object)
    """A UserError about a single picture."""

    def __init__(
        self,
        deletions: Deletions,
        *,
        model: JobModel,
        feed: JobFeed,
        courier: Courier,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._deletions = deletions
        self._model = model
        self._feed = feed
        self._courier = courier

    # --- whole documents -------------------------------------------------------------

    def delete(self, rows: Sequence[BatchRow | JobRow]) -> None:
        """Destroy these batches and jobs now, whatever they are doing."""
        batches = [row for row in rows if isinstance(row, BatchRow)]
        whole = {batch.batch_id for batch in batches}
        jobs = [row for row in rows if isinstance(row, JobRow) and row.batch.batch_id not in whole]
        deletions = self._deletions
        asked: list[tuple[list[JobRow], Callable[[], Answer]]] = [
            (list(batch.everything.values()), _bound(deletions.delete_batch, batch.batch_id))
            for batch in batches
        ]
        if jobs:
            ids = [row.job.job_id for row in jobs]
            asked.append((jobs, lambda: deletions.delete(ids)))
        self._begin(Level.WHOLE, asked)

    def delete_jobs(self, job_ids: Sequence[JobId]) -> None:
        """Destroy these jobs now."""
        rows = [row for row in map(self._model.find, job_ids) if row is not None]
        self.delete(rows)

    def delete_everything(self) -> None:
        """Destroy every job now."""
        self._begin(Level.WHOLE, [(self._model.everything(), self._deletions.delete_everything)])

    # --- parts -----------------------------------------------------------------------

    def may_split(self, rows: Sequence[JobRow]) -> list[JobRow]:
        """Return those that have both a document and a text, so that one of them can stay."""
        return [row for row in rows if row.alive and _has_both(row)]

    def delete_source(self, rows: Sequence[JobRow]) -> None:
        """Destroy the documents and page images of these now; keep the texts."""
        self._delete_part(Level.SOURCE, rows, self._deletions.delete_source)

    def delete_result(self, rows: Sequence[JobRow]) -> None:
        """Destroy the texts of these now; keep the documents."""
        self._delete_part(Level.RESULT, rows, self._deletions.delete_result)

    def delete_picture(self, row: JobRow, page: int) -> None:
        """Destroy the picture of one page now; its text and the document stay."""
        self._courier.ask(
            self,
            self._deletions.delete_page_images(row.job.job_id, page),
            then=self._take_picture_answer,
            failed=self._refuse_picture,
        )

    # --- answers ---------------------------------------------------------------------

    def _delete_part(
        self,
        level: Level,
        rows: Sequence[JobRow],
        ask: Callable[[Sequence[JobId]], Answer],
    ) -> None:
        going = self.may_split(rows)
        if going:
            ids = [row.job.job_id for row in going]
            self._begin(level, [(going, lambda: ask(ids))])

    def _begin(
        self, level: Level, asked: Sequence[tuple[Sequence[JobRow], Callable[[], Answer]]]
    ) -> None:
        groups = [[row for row in rows if row.alive] for rows, _ in asked]
        going = [row for group in groups for row in group]
        this = _Round(level, len(asked), {row.job.job_id: row.job.name or "" for row in going})
        # The screen first: what is on its way out is not looked at any more.
        self._model.mark_leaving(going)
        self.leaving.emit(going)
        for group, (_, ask) in zip(groups, asked, strict=True):
            self._follow(this, group, ask())

    def _follow(self, this: _Round, rows: list[JobRow], future: Answer) -> None:
        self._courier.ask(
            self,
            future,
            then=lambda deletions: self._take(this, deletions),
            failed=lambda error: self._refuse(this, rows, error),
        )

    def _take(self, this: _Round, deletions: Sequence[Deletion]) -> None:
        stayed = []
        for one in deletions:
            row = self._model.find(JobId(one.job_id))
            if one.outcome is DeleteOutcome.FAILED and row is not None:
                this.refuse(row, error_of(one.error_code or ""))
            elif one.outcome is DeleteOutcome.DELETED:
                this.deleted += 1
            else:
                this.gone_before += 1
            if one.outcome is not DeleteOutcome.DELETED and row is not None:
                # No change of the row will come to say that it is over.
                stayed.append(row)
        self._model.mark_leaving(stayed, leaving=False)
        self._close(this)

    def _refuse(self, this: _Round, rows: Sequence[JobRow], error: UserError) -> None:
        self._model.mark_leaving(rows, leaving=False)
        for row in rows:
            this.refuse(row, error)
        self._close(this)

    def _close(self, this: _Round) -> None:
        this.awaited -= 1
        self._feed.ask()
        if this.awaited == 0:
            self.settled.emit(
                Outcome(this.level, this.deleted, tuple(this.refused), this.gone_before)
            )

    def _take_picture_answer(self, deletion: Deletion) -> None:
        self.picture_gone.emit()
        if deletion.outcome is DeleteOutcome.FAILED:
            self.failed.emit(error_of(deletion.error_code or ""))
            return
        is_new = deletion.outcome is DeleteOutcome.DELETED
        self.settled.emit(Outcome(Level.PICTURE, int(is_new), (), int(not is_new)))

    def _refuse_picture(self, error: UserError) -> None:
        self.picture_gone.emit()
        self.failed.emit(error)


def told_text(tr: Tr, outcome: Outcome) -> str:
    """Say what was deleted; "" when nothing was."""
    n = outcome.deleted
    if not n:
        return tr("That was deleted before.") if outcome.gone_before else ""
    if outcome.level is Level.SOURCE:
        return count_text(
            tr, n, "{n} document deleted, its text kept", "{n} documents deleted, their texts kept"
        )
    if outcome.level is Level.RESULT:
        return count_text(tr, n, "Text of {n} document deleted", "Texts of {n} documents deleted")
    if outcome.level is Level.PICTURE:
        return tr("Picture of the page deleted")
    return count_text(tr, n, "{n} document deleted", "{n} documents deleted")


def _has_both(row: JobRow) -> bool:
    job = row.job
    readable = job.state in FINISHED and job.state is not JobState.DELETED
    return readable and job.source_present and job.result_present and job.pages_read > 0


def _bound(ask: Callable[..., Answer], *values: object) -> Callable[[], Answer]:
    return lambda: ask(*values)
