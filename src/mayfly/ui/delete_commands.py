"""Everything that deletes, as actions: whole, in part, by age, and all there is."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from mayfly.domain.states import JobState
from mayfly.services.deletion import Deletions
from mayfly.ui.actions import Actions
from mayfly.ui.courier import Courier
from mayfly.ui.curtain import Documents
from mayfly.ui.delete_dialogs import EverythingQuestion, Fates, OlderQuestion
from mayfly.ui.deleting import Deleting, Level, Outcome, told_text
from mayfly.ui.refusals import RefusalDialog, refusal_text
from mayfly.ui.wording import Tr


class DeleteCommands(QObject):
    """One click each; only what takes several by a rule opens a dialog first."""

    def __init__(
        self,
        actions: Actions,
        deletions: Deletions,
        documents: Documents,
        *,
        deleting: Deleting,
        courier: Courier,
        tr: Tr,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._actions = actions
        self._deletions = deletions
        self._deleting = deleting
        self._jobs = documents.jobs
        self._model = documents.model
        self._pages = documents.pages
        self._trouble = documents.trouble
        self._tell = documents.status.show_message
        self._courier = courier
        self._tr = tr
        self._window = window
        self._fates: Fates = lambda _=None: []
        self._connect()

    def tell_fates(self, fates: Fates) -> None:
        """Have the questions say what becomes of pictures that were sent somewhere."""
        self._fates = fates

    def show_chosen(self) -> None:
        """Enable what makes sense for the rows that are chosen and the page on show."""
        rows, actions = self._jobs.chosen_jobs(), self._actions
        actions.delete.setEnabled(any(row.alive for row in rows))
        both = bool(self._deleting.may_split(rows))
        actions.delete_source.setEnabled(both)
        actions.delete_result.setEnabled(both)
        actions.delete_picture.setEnabled(self._pages.has_picture)
        actions.delete_everything.setEnabled(self._model.alive > 0)
        actions.delete_older.setEnabled(any(self._model.counts[state] for state in _AGED))

    def ask_everything(self) -> EverythingQuestion:
        """Ask whether it is really everything."""
        alive = [row.job for row in self._model.everything() if row.alive]
        question = EverythingQuestion(
            len(alive),
            sum(job.pages or 0 for job in alive),
            self._fates(),
            tr=self._tr,
            parent=self._window,
        )
        question.accepted.connect(self._deleting.delete_everything)
        question.open()
        return question

    def ask_older(self) -> OlderQuestion:
        """Ask how old documents must be to go."""
        question = OlderQuestion(
            self._deletions.find_older,
            fates=self._fates,
            courier=self._courier,
            tr=self._tr,
            parent=self._window,
        )
        question.chosen.connect(self._deleting.delete_jobs)
        self._model.applied.connect(question.look_again)
        question.open()
        return question

    def show_refusals(self, outcome: Outcome) -> RefusalDialog:
        """Show which documents were not deleted."""
        dialog = RefusalDialog(outcome, tr=self._tr, parent=self._window)
        dialog.again_wanted.connect(self._again[outcome.level])
        dialog.open()
        return dialog

    # --- within ----------------------------------------------------------------------

    def _connect(self) -> None:
        actions, deleting, jobs = self._actions, self._deleting, self._jobs
        self._again = {
            Level.WHOLE: deleting.delete,
            Level.SOURCE: deleting.delete_source,
            Level.RESULT: deleting.delete_result,
        }
        jobs.delete_wanted.connect(deleting.delete)
        actions.delete.triggered.connect(lambda: deleting.delete(jobs.chosen_rows()))
        actions.delete_source.triggered.connect(lambda: deleting.delete_source(jobs.chosen_jobs()))
        actions.delete_result.triggered.connect(lambda: deleting.delete_result(jobs.chosen_jobs()))
        actions.delete_picture.triggered.connect(self._delete_picture)
        actions.delete_older.triggered.connect(self.ask_older)
        actions.delete_everything.triggered.connect(self.ask_everything)
        self._pages.bar.delete_picture_wanted.connect(self._delete_picture)
        self._pages.page_shown.connect(self.show_chosen)
        deleting.leaving.connect(self._pages.refresh)
        deleting.picture_gone.connect(self._pages.fetch_again)
        deleting.failed.connect(self._trouble.show_error)
        deleting.settled.connect(self._settle)

    def _delete_picture(self) -> None:
        row = self._pages.row
        if row is None or not self._pages.has_picture:
            return
        self._pages.hide_picture()
        self._deleting.delete_picture(row, self._pages.number)

    def _settle(self, outcome: Outcome) -> None:
        told = told_text(self._tr, outcome)
        if told:
            self._tell(told)
        if not outcome.refused:
            return
        text = refusal_text(self._tr, outcome)
        if outcome.wanted == 1:
            self._trouble.show_message(text)
            return
        self._trouble.show_message(
            text, offer=self._tr("Show which"), then=lambda: self.show_refusals(outcome)
        )


_AGED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.NEEDS_PASSWORD)
