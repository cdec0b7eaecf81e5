"""Texts that go to the clipboard instead of being kept: put there once they are read."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from mayfly.composition import Mayfly
from mayfly.domain.errors import UserError
from mayfly.domain.ids import JobId
from mayfly.domain.ports import Lane
from mayfly.domain.states import JobState
from mayfly.services.intake import Taken
from mayfly.ui.copies import copy_text
from mayfly.ui.courier import Courier
from mayfly.ui.job_model import JobModel

_COMING = (JobState.QUEUED, JobState.READING)


class ClipboardHandover(QObject):
    """What one drop brings goes there together, when all of it is read.

    What cannot be put there says so in its row and goes an hour after it was read.
    """

    handed = Signal(int)
    """The texts of so many documents are on the clipboard."""

    def __init__(
        self, mayfly: Mayfly, model: JobModel, *, lane: Lane, courier: Courier, parent: QObject
    ) -> None:
        """lane: where texts are put together."""
        super().__init__(parent)
        self._mayfly = mayfly
        self._model = model
        self._lane = lane
        self._courier = courier
        self._drops: list[set[JobId]] = []
        model.applied.connect(lambda _: self._look())

    def expect(self, taken: Taken) -> None:
        """Wait until these are read."""
        if taken.jobs:
            self._drops.append(set(taken.jobs))
            self._look()

    def _look(self) -> None:
        for drop in self._drops:
            rows = [row for row in map(self._model.find, drop) if row is not None]
            if len(rows) < len(drop) or any(row.job.state in _COMING for row in rows):
                continue
            rows.sort(key=lambda row: row.job.position)
            ready = [row.job.job_id for row in rows if row.alive and row.job.state is JobState.DONE]
            # One that waits for its password may still come.
            locked = {row.job.job_id for row in rows if row.job.state is JobState.NEEDS_PASSWORD}
            drop.intersection_update(locked)
            if ready:
                self._fetch(ready)
        self._drops = [drop for drop in self._drops if drop]

    def _fetch(self, job_ids: Sequence[JobId]) -> None:
        library = self._mayfly.library

        def texts() -> str:
            pages = (text for job_id in job_ids for text in library.text(job_id))
            return "\n\n".join(filter(None, pages))

        self._courier.ask(
            self,
            self._lane.submit(texts),
            then=lambda text: self._put(job_ids, text),
            failed=lambda error: self._fail(job_ids, error),
        )

    def _put(self, job_ids: Sequence[JobId], text: str) -> None:
        # Of no job: it is to outlive them, and is taken back by time, by locking and at the end.
        copy_text(text, None)
        if QGuiApplication.clipboard().text() != text:
            for job_id in job_ids:
                self._mayfly.handover.not_delivered(job_id)
            return
        for job_id in job_ids:
            self._mayfly.audit.note_copied(job_id)
        self._mayfly.handover.delivered(job_ids)
        self.handed.emit(len(job_ids))

    def _fail(self, job_ids: Sequence[JobId], error: UserError) -> None:
        for job_id in job_ids:
            self._mayfly.handover.not_delivered(job_id, error.code)
