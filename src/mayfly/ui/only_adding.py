"""Adding documents for the window of another process, and telling what did not work."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from mayfly.domain.document_errors import IntakeError
from mayfly.domain.errors import UserError
from mayfly.services.intake import Intake, Taken, Wish
from mayfly.ui.courier import Courier
from mayfly.ui.unlock_windows import TroubleWindow
from mayfly.ui.wording import Tr, count_text


class OnlyAdding(QObject):
    """One batch, without a window of its own unless there is something to tell and no terminal."""

    finished = Signal(int)
    """The exit status, once the user has seen what there was to tell."""

    def __init__(self, intake: Intake, *, courier: Courier, tr: Tr, parent: QObject) -> None:
        super().__init__(parent)
        self._intake = intake
        self._courier = courier
        self._tr = tr
        self.shown: TroubleWindow | None = None

    def start(self, paths: Sequence[Path], wish: Wish) -> None:
        """Add the paths; finished follows."""
        future = self._intake.add_paths(tuple(paths), wish)
        self._courier.ask(self, future, then=self._look_at, failed=self._fail)

    def _look_at(self, taken: Taken) -> None:
        tr = self._tr
        parts = []
        if taken.refused:
            parts.append(
                count_text(tr, taken.refused, "{n} could not be added", "{n} could not be added")
            )
        if taken.skipped:
            parts.append(
                count_text(
                    tr,
                    taken.skipped,
                    "{n} file skipped: not a kind Mayfly reads",
                    "{n} files skipped: not a kind Mayfly reads",
                )
            )
        if not parts:
            self.finished.emit(0)
            return
        why = tr("The list in the window says why.") if taken.refused else ""
        status = IntakeError.exit_status if taken.refused else 0
        self._tell(" · ".join(parts), why, status)

    def _fail(self, error: UserError) -> None:
        self._tell(self._tr(error.text), self._tr(error.remedy), error.exit_status)

    def _tell(self, sentence: str, remedy: str, status: int) -> None:
        if sys.stderr is not None:
            sys.stderr.write(f"{sentence} {remedy}".rstrip() + "\n")
            if sys.stderr.isatty():
                self.finished.emit(status)
                return
        window = self.shown = TroubleWindow(sentence, remedy, tr=self._tr, again=False)
        window.given_up.connect(lambda: self.finished.emit(status))
        window.show()
        window.raise_()

    def clean_up(self) -> None:
        """Drop the small window."""
        if self.shown is not None:
            self.shown.deleteLater()
            self.shown = None
