"""One page of settings: headings, rows of a name and a control, and a quiet line that explains."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from mayfly.ui.paragraph import Paragraph

_SIDE_PX = 24
_NAME_PX = 290
_CONTROL_PX = (120, 30)
_TEXT_PX = 540


class SettingsForm(QWidget):
    """Lays out what is added, top down. The names are what a screen reader says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(_SIDE_PX, 20, _SIDE_PX, 20)
        self._column.setSpacing(6)
        self._column.addStretch(1)

    def add_heading(self, text: str) -> None:
        """Begin a group."""
        label = QLabel(text, self)
        label.setObjectName("sentence")
        if self._column.count() > 1:
            self._add_space(16)
        self._add(label)

    def add_row(self, name: str, control: QWidget) -> None:
        """Add a control with its name before it."""
        label = QLabel(name, self)
        label.setBuddy(control)
        label.setMinimumWidth(_NAME_PX)
        label.setWordWrap(True)
        control.setAccessibleName(name)
        if isinstance(control, QComboBox):
            control.view().setAccessibleName(name)
        control.setMinimumSize(*_CONTROL_PX)
        line = QHBoxLayout()
        line.addWidget(label)
        line.addWidget(control)
        line.addStretch(1)
        self._column.insertLayout(self._column.count() - 1, line)

    def add_widget(self, widget: QWidget) -> None:
        """Add a control that names itself."""
        line = QHBoxLayout()
        line.addWidget(widget)
        line.addStretch(1)
        self._column.insertLayout(self._column.count() - 1, line)

    def add_text(self, text: str = "") -> Paragraph:
        """Add a quiet line; say gives it another text later."""
        paragraph = Paragraph(text, _TEXT_PX, self, style="quiet")
        paragraph.setVisible(bool(text))
        self._add(paragraph)
        return paragraph

    def _add(self, widget: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, widget)

    def _add_space(self, pixels: int) -> None:
        self._column.insertSpacing(self._column.count() - 1, pixels)


def say(paragraph: Paragraph, text: str) -> None:
    """Show another text; nothing takes no room."""
    paragraph.show_text(text)
    paragraph.setVisible(bool(text))


def choice(entries: Sequence[tuple[str, str]], chosen: str, parent: QWidget) -> QComboBox:
    """Return a list to choose one of: pairs of value and text; the chosen value is on show."""
    box = QComboBox(parent)
    for value, text in entries:
        box.addItem(text, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    return box


def number(
    value: int, least: int, most: int, *, suffix: str, special: str, parent: QWidget
) -> QSpinBox:
    """Return a field for a number; special is what the least one is called, if anything."""
    box = QSpinBox(parent)
    box.setRange(least, most)
    box.setSuffix(suffix)
    box.setSpecialValueText(special)
    # A number counts when it is complete: 120 is not first 1, then 12.
    box.setKeyboardTracking(False)
    box.setValue(value)
    return box


def tick(text: str, ticked: bool, parent: QWidget) -> QCheckBox:
    """Return a box to tick."""
    box = QCheckBox(text, parent)
    box.setChecked(ticked)
    return box
