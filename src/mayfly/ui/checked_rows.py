"""Fields of a form with a name before each and, below, what is wrong with what is typed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QLayout, QVBoxLayout, QWidget

from mayfly.ui.paragraph import WrappedLabel

_NAME_PX = 150
_TOP = Qt.AlignmentFlag.AlignTop


class CheckedRow:
    """One field. What is wrong with it is also what a screen reader says of it."""

    def __init__(self, name: QLabel, control: QWidget, body: QWidget, fault: QLabel) -> None:
        self._name = name
        self._control = control
        self._body = body
        self._fault = fault

    @property
    def fault(self) -> str:
        """What is said below it."""
        return self._fault.text()

    def show_row(self, shown: bool) -> None:
        """Ask for it, or do not."""
        self._name.setVisible(shown)
        self._body.setVisible(shown)

    def say(self, text: str, *, warns: bool = False) -> None:
        """Say this below the field; warns: it is no mistake, but has to be known."""
        if text == self._fault.text():
            return
        self._fault.setText(text)
        self._fault.setVisible(bool(text))
        self._fault.setObjectName("lockTrouble" if warns else "fault")
        self._fault.style().unpolish(self._fault)
        self._fault.style().polish(self._fault)
        self._control.setAccessibleDescription(text)


class CheckedRows(QWidget):
    """A column of them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnMinimumWidth(0, _NAME_PX)
        self._grid.setColumnStretch(1, 1)

    def add(
        self, name: str, control: QWidget, around: QWidget | QLayout | None = None
    ) -> CheckedRow:
        """Add a field; around is what it stands in if there is something beside it."""
        label = QLabel(name, self)
        label.setBuddy(control)
        label.setWordWrap(True)
        label.setMinimumHeight(control.sizeHint().height())
        control.setAccessibleName(name)
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        if isinstance(around, QLayout):
            column.addLayout(around)
        else:
            column.addWidget(around or control)
        fault = WrappedLabel("", body, style="fault")
        fault.hide()
        column.addWidget(fault)
        place = self._grid.rowCount()
        self._grid.addWidget(label, place, 0, _TOP)
        self._grid.addWidget(body, place, 1)
        return CheckedRow(label, control, body, fault)

    @property
    def height_needed(self) -> int:
        """How high it is with what is said now; a size hint knows nothing of lines that wrap."""
        self._grid.activate()
        return self._grid.totalHeightForWidth(self.width())

    def add_wide(self, widget: QWidget) -> None:
        """Add something below the fields that names itself."""
        self._grid.addWidget(widget, self._grid.rowCount(), 1)
