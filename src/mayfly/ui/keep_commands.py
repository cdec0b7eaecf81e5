"""Everything that sets how long documents are kept: those to come, and those that are here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from mayfly.domain.handover import ResultTarget
from mayfly.domain.jobs import Job, Part
from mayfly.domain.retention import DEFAULT_HOURS, RetentionRule, RuleChange, hours_until
from mayfly.services.deadlines import Deadlines
from mayfly.ui.actions import Actions
from mayfly.ui.courier import Courier
from mayfly.ui.curtain import Documents
from mayfly.ui.file_dialogs import FileDialogs, Wanted
from mayfly.ui.job_rows import BatchRow, JobRow
from mayfly.ui.keep_button import KeepButton
from mayfly.ui.keep_dialog import KeepDialog
from mayfly.ui.keep_texts import Told, choice_told, next_text
from mayfly.ui.keeping import Keeping, Kept
from mayfly.ui.preference_keeper import PreferenceKeeper
from mayfly.ui.refusals import RefusalDialog, refusal_text
from mayfly.ui.times import end_text
from mayfly.ui.wording import Tr, count_text

_LONGER = timedelta(hours=24)


class KeepCommands(QObject):
    """Opens the question for the rows that are chosen, and tells what came of it."""

    def __init__(
        self,
        actions: Actions,
        deadlines: Deadlines,
        documents: Documents,
        *,
        button: KeepButton,
        preferences: PreferenceKeeper,
        courier: Courier,
        tr: Tr,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._actions = actions
        self._documents = documents
        self._preferences = preferences
        self._tr = tr
        self._window = window
        self._dialogs = FileDialogs(window, tr=tr)
        self.keeping = Keeping(
            deadlines,
            model=documents.model,
            feed=documents.feed,
            courier=courier,
            parent=self,
        )
        self.keeping.settled.connect(self._settle)
        actions.keep.triggered.connect(self.ask_chosen)
        button.rule_chosen.connect(preferences.keep)
        button.other_wanted.connect(self.ask_next)
        button.clipboard_wanted.connect(
            lambda rule: preferences.hand_over(rule, ResultTarget(("txt",)))
        )
        button.folder_wanted.connect(self._ask_folder)
        preferences.changed.connect(lambda: button.choose(preferences.rule, preferences.target))

    def show_chosen(self) -> None:
        """Enable what makes sense for the rows that are chosen."""
        rows = self._documents.jobs.chosen_rows()
        self._actions.keep.setEnabled(any(row.alive for row in rows))

    def ask_chosen(self) -> KeepDialog | None:
        """Ask how long the rows that are chosen are kept; None when there is none."""
        rows = [row for row in self._documents.jobs.chosen_rows() if row.alive]
        return self.ask(rows) if rows else None

    def ask(self, rows: Sequence[BatchRow | JobRow]) -> KeepDialog:
        """Ask how long these batches and jobs are kept."""
        tr, model = self._tr, self._documents.model
        jobs = _jobs_of(rows)

        def describe(part: Part, hours: int | None) -> Told:
            return choice_told(tr, jobs, part, hours, model.now())

        n = len(jobs)
        title = count_text(tr, n, "Keep the document until…", "Keep {n} documents until…")
        dialog = KeepDialog(title, _common(jobs), describe, tr=tr, parent=self._window)
        dialog.chosen.connect(lambda change: self.keeping.change(rows, change))
        dialog.open()
        return dialog

    def keep_longer(self, rows: Sequence[JobRow]) -> None:
        """Keep the documents of these for a day from now; their texts stay as they are."""
        until = self._documents.model.now() + _LONGER
        by_hours: dict[int, list[JobRow]] = {}
        for row in rows:
            if row.job.finished_at is not None:
                hours = hours_until(until, finished_at=row.job.finished_at)
                by_hours.setdefault(hours, []).append(row)
        for hours, group in by_hours.items():
            self.keeping.change(group, RuleChange(source_hours=hours, linked=False))

    def ask_next(self) -> KeepDialog:
        """Ask how long what is added next is kept."""
        tr, model, rule = self._tr, self._documents.model, self._preferences.rule

        def describe(_part: Part, hours: int | None) -> Told:
            text = next_text(tr, hours or 0, model.now())
            read_now = tr("If it were read now: {end}").format(end=text)
            return Told(read_now if hours else tr("As soon as it was read"))

        if not rule.result_hours:
            rule = RetentionRule(rule.source_hours, DEFAULT_HOURS)
        start = RuleChange(rule.source_hours, rule.result_hours, rule.linked)
        title = tr("Keep what is added next")
        # Texts that go into a folder now may be kept as before, too.
        always = self._preferences.target is not None
        dialog = KeepDialog(title, start, describe, tr=tr, parent=self._window, always=always)
        dialog.chosen.connect(lambda change: self._preferences.keep(change.of(rule)))
        dialog.open()
        return dialog

    def _ask_folder(self, rule: RetentionRule, file_format: str) -> None:
        def take(paths: list[Path]) -> None:
            target = ResultTarget((file_format,), paths[0].absolute())
            self._preferences.hand_over(rule, target)

        self._dialogs.ask(Wanted.HAND_OVER, take)

    # --- answers ---------------------------------------------------------------------

    def _settle(self, kept: Kept) -> None:
        if kept.changed:
            self._documents.status.show_message(self._told(kept))
        if not kept.refused:
            return
        tr, trouble = self._tr, self._documents.trouble
        sentence = tr("{n} of {all} documents could not be changed.")
        text = refusal_text(tr, kept, sentence)
        if kept.wanted == 1:
            trouble.show_message(text)
            return
        trouble.show_message(
            text, offer=tr("Show which"), then=lambda: self._show_refusals(kept, sentence)
        )

    def _show_refusals(self, kept: Kept, sentence: str) -> None:
        dialog = RefusalDialog(kept, sentence=sentence, tr=self._tr, parent=self._window)
        dialog.again_wanted.connect(self.ask)
        dialog.open()

    def _told(self, kept: Kept) -> str:
        tr, now, n = self._tr, self._documents.model.now(), len(kept.changed)
        if n > 1:
            return count_text(tr, n, "{n} document is kept so", "{n} documents are kept so")
        one = kept.changed[0]
        row = next(
            (row for row in self._documents.model.everything() if row.job.job_id == one.job_id),
            None,
        )
        if row is None or row.job.finished_at is None or one.source_delete_at is None:
            return tr("Kept so, counted from when it has been read")
        ends = {
            tr("Document: {end}").format(end=end_text(tr, one.source_delete_at, now)),
            tr("Text: {end}").format(end=end_text(tr, one.result_delete_at or now, now)),
        }
        return " · ".join(sorted(ends))


def _jobs_of(rows: Sequence[BatchRow | JobRow]) -> list[Job]:
    jobs = {}
    for row in rows:
        for one in row.everything.values() if isinstance(row, BatchRow) else [row]:
            if one.alive:
                jobs[one.job.job_id] = one.job
    return list(jobs.values())


def _common(jobs: Sequence[Job]) -> RuleChange:
    """Return what these jobs have in common; None for what differs."""
    rules = {job.rule for job in jobs}
    sources = {rule.source_hours for rule in rules}
    results = {rule.result_hours for rule in rules}
    return RuleChange(_only(sources), _only(results), linked=all(rule.linked for rule in rules))


def _only(hours: set[int]) -> int | None:
    return next(iter(hours)) if len(hours) == 1 else None
