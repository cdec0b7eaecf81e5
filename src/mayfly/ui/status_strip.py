"""The line at the foot of the window: how many documents are where, and how fast it goes."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from mayfly.domain.events import IntakeProgress
from mayfly.domain.states import JobState
from mayfly.ui.wording import Tr, count_text, number_text

_MESSAGE_MS = 12_000


class StatusStrip(QWidget):
    """Counts on the left; what is going on, or what just happened, on the right."""

    def __init__(self, *, tr: Tr, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("statusStrip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._tr = tr
        self._counts = QLabel(self)
        self._counts.setAccessibleName(tr("Documents by state"))
        self._message = QLabel(self)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setAccessibleName(tr("What just happened"))
        self._pace = QLabel(self)
        self._pace.setAccessibleName(tr("Pace"))
        line = self._line = QHBoxLayout(self)
        line.setContentsMargins(14, 3, 8, 4)
        line.setSpacing(18)
        line.addWidget(self._counts)
        line.addWidget(self._message, 1, Qt.AlignmentFlag.AlignRight)
        line.addWidget(self._pace)
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.timeout.connect(self._message.clear)

    def add_chip(self, chip: QWidget) -> None:
        """Put this at the far end."""
        self._line.addWidget(chip)

    @property
    def text(self) -> str:
        """All that it says, for tests."""
        return " | ".join(
            filter(None, (self._counts.text(), self._message.text(), self._pace.text()))
        )

    def show_counts(self, counts: Counter[JobState], *, paused: bool) -> None:
        """Show how many documents are queued, being read and done."""
        tr = self._tr
        parts = [
            text.format(n=number_text(counts[state]))
            for state, text in (
                (JobState.QUEUED, tr("{n} queued")),
                (JobState.READING, tr("{n} reading")),
                (JobState.DONE, tr("{n} done")),
                (JobState.FAILED, tr("{n} failed")),
                (JobState.NEEDS_PASSWORD, tr("{n} locked")),
            )
            if counts[state] or state in (JobState.QUEUED, JobState.READING, JobState.DONE)
        ]
        if paused:
            parts.insert(0, tr("Paused"))
        anything = any(counts[state] for state in JobState if state is not JobState.DELETED)
        self._counts.setText(" · ".join(parts) if anything or paused else "")

    def clear(self) -> None:
        """Say nothing: not how many documents there are, nor what happened to them."""
        self._silence.stop()
        for label in (self._counts, self._message, self._pace):
            label.clear()

    def show_pace(self, parts: list[str]) -> None:
        """Show pages per minute and the time left, as far as they are known."""
        self._pace.setText(" · ".join(parts))

    def show_message(self, text: str) -> None:
        """Show what just happened, for a while."""
        self._message.setText(text)
        self._silence.start(_MESSAGE_MS)

    def show_intake(self, progress: IntakeProgress) -> None:
        """Show how a drop comes in, and at its end what came of it."""
        tr = self._tr
        if not progress.finished:
            self._silence.stop()
            self._message.setText(tr("Adding… {n} so far").format(n=number_text(progress.taken)))
            return
        added = progress.taken - progress.refused
        parts = [count_text(tr, added, "{n} document added", "{n} documents added")]
        if progress.refused:
            parts.append(
                count_text(tr, progress.refused, "{n} could not be added", "{n} could not be added")
            )
        if progress.skipped:
            parts.append(
                count_text(
                    tr,
                    progress.skipped,
                    "{n} file skipped: not a kind Mayfly reads",
                    "{n} files skipped: not a kind Mayfly reads",
                )
            )
        self.show_message(" · ".join(parts))
