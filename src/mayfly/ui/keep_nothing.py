"""Documents that are read and not kept: their text goes into a folder or onto the clipboard."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from PySide6.QtCore import QObject

from mayfly.composition import Mayfly
from mayfly.domain.errors import UserError
from mayfly.domain.handover import ResultTarget
from mayfly.domain.ids import JobId
from mayfly.domain.ports import Lane
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import JobState
from mayfly.services.intake import Taken, Wish
from mayfly.ui.copies import copy_text
from mayfly.ui.courier import Courier
from mayfly.ui.file_dialogs import FileDialogs, Wanted
from mayfly.ui.main_window import MainWindow
from mayfly.ui.preference_keeper import PreferenceKeeper
from mayfly.ui.wording import Tr

_NOTHING = RetentionRule(source_hours=0, result_hours=0, linked=True)


class KeepNothing(QObject):
    """Adds documents with 0 hours for both parts, and a place where the text goes.

    A folder is written to by whoever reads. The clipboard is this window's: it takes the text
    when the document was read, and then has it destroyed.
    """

    def __init__(
        self,
        window: MainWindow,
        mayfly: Mayfly,
        *,
        preferences: PreferenceKeeper,
        lane: Lane,
        courier: Courier,
        tr: Tr,
        suffixes: Sequence[str],
    ) -> None:
        """lane: where a text is put together; not the vault's."""
        super().__init__(window)
        self._window = window
        self._mayfly = mayfly
        self._preferences = preferences
        self._lane = lane
        self._courier = courier
        self._tr = tr
        self._dialogs = FileDialogs(window, tr=tr, suffixes=suffixes)
        self._to_copy: set[JobId] = set()
        actions = window.actions_
        actions.hand_over.triggered.connect(
            lambda: self._dialogs.ask(Wanted.FILES, self._ask_folder)
        )
        actions.copy_over.triggered.connect(
            lambda: self._dialogs.ask(Wanted.ONE_FILE, lambda paths: self.copy(paths[0]))
        )
        window.model.applied.connect(lambda _: self._look())

    def export(self, paths: Sequence[Path], folder: Path) -> None:
        """Read these, write the texts into the folder, and keep nothing."""
        self._add(paths, ResultTarget(("txt",), folder))

    def copy(self, path: Path) -> None:
        """Read this, put its text on the clipboard, and keep nothing."""
        added = self._add([path], ResultTarget(("txt",)))
        self._courier.ask(self, added, then=self._await, failed=lambda _: None)

    # --- within ----------------------------------------------------------------------

    def _ask_folder(self, paths: list[Path]) -> None:
        self._dialogs.ask(Wanted.TARGET, lambda folders: self.export(paths, folders[0]))

    def _add(self, paths: Sequence[Path], target: ResultTarget) -> Future[Taken]:
        wish = Wish(self._preferences.wish().options, _NOTHING, target)
        added = self._mayfly.intake.add_paths(tuple(paths), wish)
        self._courier.ask(self, added)
        return added

    def _await(self, taken: Taken) -> None:
        self._to_copy.update(taken.jobs)
        self._look()

    def _look(self) -> None:
        """Take what was read meanwhile."""
        for job_id in tuple(self._to_copy):
            row = self._window.model.find(job_id)
            if row is None or row.job.state in (JobState.QUEUED, JobState.READING):
                continue
            if row.job.state is JobState.NEEDS_PASSWORD:
                continue
            self._to_copy.discard(job_id)
            if row.job.state is JobState.DONE:
                self._take(job_id)

    def _take(self, job_id: JobId) -> None:
        render = self._mayfly.exporting.render
        text = self._lane.submit(lambda: b"".join(render(job_id, "txt")).decode())
        self._courier.ask(
            self,
            text,
            then=lambda whole: self._put(job_id, whole),
            failed=lambda error: self._say_failed(job_id, error),
        )

    def _put(self, job_id: JobId, text: str) -> None:
        # Without its job: a copy of a document that goes is taken back with it, and this one
        # is to outlive it, for as long as any copy.
        copy_text(text, None)
        self._courier.ask(self, self._mayfly.handover.delivered([job_id]))
        self._window.status.show_message(
            self._tr("The text is on the clipboard, and nothing of the document is kept.")
        )

    def _say_failed(self, job_id: JobId, error: UserError) -> None:
        self._courier.ask(self, self._mayfly.handover.not_delivered(job_id, error.code))
