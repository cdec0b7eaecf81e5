"""Shows the first document of a drop by itself when nothing else is being looked at."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject

from mayfly.domain.states import JobState
from mayfly.ui.job_list import JobList
from mayfly.ui.job_model import JobModel
from mayfly.ui.page_pane import PagePane


class FirstChoice(QObject):
    """What was there before this window is opened only when the user chooses it."""

    def __init__(self, model: JobModel, jobs: JobList, pages: PagePane, *, since: datetime) -> None:
        """since: when this window was made."""
        super().__init__(jobs)
        self._model = model
        self._jobs = jobs
        self._pages = pages
        self._since = since
        model.applied.connect(self._look)

    def _look(self, job_ids: frozenset[str]) -> None:
        if self._pages.row is not None or self._jobs.chosen_rows():
            return
        for batch in self._model.batches:
            row = batch.shown[0]
            new = batch.added_at >= self._since and row.job.job_id in job_ids
            if new and row.job.state is not JobState.DELETED:
                self._jobs.choose(row)
                return
