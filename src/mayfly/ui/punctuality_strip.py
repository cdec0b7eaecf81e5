"""How punctually ends were kept, in four numbers from the audit log."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from mayfly.domain.errors import UserError
from mayfly.services.audit_trail import AuditTrail
from mayfly.services.punctuality import Punctuality
from mayfly.ui.courier import Courier
from mayfly.ui.times import span_text
from mayfly.ui.wording import Tr, error_text, number_text, seconds_text

_LARGER = 1.35
_NONE = "–"


class PunctualityStrip(QWidget):
    """Counts what a deadline asked for; what the user deleted had none."""

    def __init__(
        self, audit: AuditTrail, *, courier: Courier, tr: Tr, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._audit = audit
        self._courier = courier
        self._tr = tr
        self.setAccessibleName(tr("How punctually ends were kept"))
        line = QHBoxLayout(self)
        line.setContentsMargins(20, 0, 20, 12)
        line.setSpacing(10)
        self.due, self.done, self.overdue, self.latest = (
            self._add_tile(line, name)
            for name in (
                tr("Deletions due"),
                tr("in time"),
                tr("late"),
                tr("latest by"),
            )
        )

    @property
    def text(self) -> str:
        """All that it says, for a screen reader and for tests."""
        return self.accessibleDescription()

    def look(self) -> None:
        """Count anew."""
        self._courier.ask(
            self, self._audit.punctuality(), then=self.show_numbers, failed=self._fail
        )

    def show_numbers(self, found: Punctuality) -> None:
        """Show these."""
        tr = self._tr
        self.due.setText(number_text(found.due))
        self.done.setText(number_text(found.on_time))
        self.overdue.setText(number_text(found.overdue))
        self.latest.setText(_late_text(tr, found.latest_s) if found.overdue else _NONE)
        text = tr(
            "{due} deletions were due by a deadline: {done} done in time, {overdue} late, "
            "the latest by {latest}."
        ).format(
            due=self.due.text(),
            done=self.done.text(),
            overdue=self.overdue.text(),
            latest=self.latest.text(),
        )
        self._describe(text)

    def _fail(self, error: UserError) -> None:
        for number in (self.due, self.done, self.overdue, self.latest):
            number.setText(_NONE)
        self._describe(error_text(self._tr, error))

    def _describe(self, text: str) -> None:
        self.setAccessibleDescription(text)
        self.setToolTip(text)

    def _add_tile(self, line: QHBoxLayout, name: str) -> QLabel:
        tile = QFrame(self)
        tile.setObjectName("card")
        number, label = QLabel(_NONE, tile), QLabel(name, tile)
        number.setObjectName("sentence")
        font = number.font()
        font.setPointSizeF(font.pointSizeF() * _LARGER)
        number.setFont(font)
        number.setAccessibleName(name)
        label.setObjectName("quiet")
        column = QVBoxLayout(tile)
        column.setContentsMargins(12, 7, 12, 8)
        column.setSpacing(1)
        for widget in (number, label):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
        line.addWidget(tile, 1)
        return number


def _late_text(tr: Tr, seconds: int) -> str:
    return seconds_text(tr, float(seconds)) if seconds < 60 else span_text(tr, seconds)
