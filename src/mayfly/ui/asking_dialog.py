"""A dialog that asks a service and stays until it has its answer; trouble is told inline."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QWidget

from mayfly.domain.errors import UserError
from mayfly.ui.courier import Courier
from mayfly.ui.question import Question
from mayfly.ui.wording import Tr, error_text

T = TypeVar("T")


class AskingDialog(Question):
    """A Question whose accept button begins something, and which closes when that is done."""

    def __init__(
        self, title: str, *, accept: str, courier: Courier, tr: Tr, parent: QWidget | None
    ) -> None:
        super().__init__(title, accept=accept, tr=tr, parent=parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._tr = tr
        self._courier = courier
        self._waiting = False
        self.accept_button.setObjectName("primary")
        self.accept_button.setDefault(True)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Please wait"))
        self.bar.hide()

    def add_end(self) -> None:
        """Add what every such dialog ends with: the trouble there was, progress, buttons."""
        self.trouble = self.add_text("", style="lockTrouble")
        self.trouble.setAccessibleName(self._tr("Message"))
        self.column.addWidget(self.bar)
        self.add_buttons()

    def ask(self, future: Future[T], done: Callable[[T], None]) -> None:
        """Wait for the answer; meanwhile the dialog can neither be accepted nor closed."""
        self._set_waiting(True)
        self.trouble.show_text("")
        self._courier.ask(
            self, future, then=lambda answer: self._take(answer, done), failed=self.show_error
        )

    def show_error(self, error: UserError) -> None:
        """Say what happened and what to do now."""
        self._set_waiting(False)
        text = error_text(self._tr, error)
        self.trouble.show_text(text)
        self.trouble.setAccessibleDescription(text)

    def accept(self) -> None:
        """Begin what the dialog is for; it closes itself when that is done."""
        if not self._waiting:
            self.begin()

    def begin(self) -> None:
        """Ask the service; to be overridden."""
        raise NotImplementedError

    def finish(self) -> None:
        """Close: it is done."""
        super().accept()

    def reject(self) -> None:
        """Close without having done anything, unless something is under way."""
        if not self._waiting:
            super().reject()

    def _take(self, answer: T, done: Callable[[T], None]) -> None:
        self._set_waiting(False)
        done(answer)

    def _set_waiting(self, waiting: bool) -> None:
        self._waiting = waiting
        self.bar.setVisible(waiting)
        self.accept_button.setEnabled(not waiting)
        self.cancel_button.setEnabled(not waiting)
