"""Which documents could not be deleted, and why: one line for each."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mayfly.ui.deleting import Refusal
from mayfly.ui.wording import Tr, error_text, number_text


class Refused(Protocol):
    """What came of a wish about several documents."""

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """Those to which it was not done."""
        ...

    @property
    def wanted(self) -> int:
        """How many documents it was about."""
        ...


def refusal_text(tr: Tr, outcome: Refused, sentence: str = "") -> str:
    """Say how many of how many were not deleted, and why if there is one reason for all.

    sentence says what else was not done, with {n} and {all} in it.
    """
    errors = {refusal.error.code: refusal.error for refusal in outcome.refused}
    why = error_text(tr, next(iter(errors.values()))) if len(errors) == 1 else ""
    if outcome.wanted == 1:
        return why
    return f"{_sentence(tr, outcome, sentence)} {why}".rstrip()


def _sentence(tr: Tr, outcome: Refused, sentence: str) -> str:
    return (sentence or tr("{n} of {all} documents could not be deleted.")).format(
        n=number_text(len(outcome.refused)), all=number_text(outcome.wanted)
    )


class RefusalDialog(QDialog):
    """Names what is still there. The names stay in the list, never in a title."""

    again_wanted = Signal(object)
    """The rows to try once more."""

    def __init__(self, outcome: Refused, *, tr: Tr, parent: QWidget, sentence: str = "") -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Mayfly")
        self.resize(520, 360)
        title = QLabel(_sentence(tr, outcome, sentence), self)
        title.setObjectName("sentence")
        self.lines = QListView(self)
        self.lines.setAccessibleName(
            title.text() if sentence else tr("Documents that could not be deleted")
        )
        self.lines.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.lines.setWordWrap(True)
        self.lines.setObjectName("refusals")
        self.lines.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.lines.setModel(
            QStringListModel(
                [
                    f"{one.name or tr('Document')}\n{error_text(tr, one.error)}"
                    for one in outcome.refused
                ],
                self,
            )
        )
        rows = [one.row for one in outcome.refused]
        self.again = QPushButton(tr("Try again"), self)
        self.again.setObjectName("primary")
        self.again.setDefault(True)
        self.again.clicked.connect(self.accept)
        self.accepted.connect(lambda: self.again_wanted.emit(rows))
        close = QPushButton(tr("Close"), self)
        close.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.again)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 18)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(self.lines, 1)
        column.addLayout(buttons)
