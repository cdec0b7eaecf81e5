"""A length of time to choose: one of the usual ones, or any number of hours or days."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QWidget

from mayfly.domain.retention import MOST_HOURS
from mayfly.ui.keep_texts import PRESETS, hours_text
from mayfly.ui.wording import Tr

_AS_IT_IS, _OTHER = "as it is", "other"
_DAY_H = 24


class HoursField(QWidget):
    """Hours, or None for “as they are”, which is offered only when it is asked for."""

    changed = Signal()

    def __init__(
        self, hours: int | None, *, least: int, name: str, tr: Tr, parent: QWidget | None
    ) -> None:
        """hours: what is chosen at first. name is what a screen reader calls it."""
        super().__init__(parent)
        self._tr = tr
        self._least = least
        self.presets = QComboBox(self)
        if hours is None:
            self.presets.addItem(tr("As they are"), _AS_IT_IS)
        for one in PRESETS:
            if one >= least:
                self.presets.addItem(hours_text(tr, one), one)
        self.presets.addItem(tr("Other…"), _OTHER)
        self.number = QSpinBox(self)
        self.unit = QComboBox(self)
        for text, factor in ((tr("hours"), 1), (tr("days"), _DAY_H)):
            self.unit.addItem(text, factor)
        self._name(name)
        # Room for “Unverändert”, so that nothing jumps when it is chosen.
        self.presets.setMinimumContentsLength(12)
        self.number.setMinimumSize(72, self.presets.sizeHint().height())
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        for widget in self._widgets():
            line.addWidget(widget)
        line.addStretch(1)
        self.set_hours(hours)
        self.presets.currentIndexChanged.connect(self._choose)
        self.number.valueChanged.connect(self.changed)
        self.unit.currentIndexChanged.connect(self._choose_unit)
        self.setFocusProxy(self.presets)

    @property
    def hours(self) -> int | None:
        """What is chosen; None: as they are."""
        chosen = self.presets.currentData()
        if chosen == _AS_IT_IS:
            return None
        if chosen == _OTHER:
            return min(MOST_HOURS, self.number.value() * int(self.unit.currentData()))
        return int(chosen)

    def set_hours(self, hours: int | None) -> None:
        """Show this as chosen; nobody is told."""
        for widget in self._widgets():
            widget.blockSignals(True)
        place = self.presets.findData(_AS_IT_IS if hours is None else hours)
        self.presets.setCurrentIndex(place if place >= 0 else self.presets.findData(_OTHER))
        if hours is not None:
            in_days = hours > _DAY_H and hours % _DAY_H == 0
            self.unit.setCurrentIndex(int(in_days))
            self._set_range()
            self.number.setValue(hours // (_DAY_H if in_days else 1))
        else:
            self._set_range()
        for widget in self._widgets():
            widget.blockSignals(False)
        self._show_other()

    def _widgets(self) -> Sequence[QWidget]:
        return (self.presets, self.number, self.unit)

    def _name(self, name: str) -> None:
        tr = self._tr
        for box, text in (
            (self.presets, name),
            (self.unit, tr("{name}: hours or days").format(name=name)),
        ):
            for named in (box, box.view()):
                named.setAccessibleName(text)
        self.number.setAccessibleName(tr("{name}: number").format(name=name))
        # A number counts when it is complete: 120 is not first 1, then 12.
        self.number.setKeyboardTracking(False)

    def _set_range(self) -> None:
        factor = int(self.unit.currentData())
        self.number.setRange(max(1, self._least), MOST_HOURS // factor)

    def _choose(self) -> None:
        self._show_other()
        if self.number.isVisible():
            self.number.setFocus()
            self.number.selectAll()
        self.changed.emit()

    def _choose_unit(self) -> None:
        self._set_range()
        self.changed.emit()

    def _show_other(self) -> None:
        is_other = self.presets.currentData() == _OTHER
        self.number.setVisible(is_other)
        self.unit.setVisible(is_other)
