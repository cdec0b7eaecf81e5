"""How long document and text are kept: two choices that go together until they are parted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from mayfly.domain.jobs import Part
from mayfly.domain.retention import DEFAULT_HOURS, RuleChange
from mayfly.ui.hours_field import HoursField
from mayfly.ui.keep_texts import Told
from mayfly.ui.paragraph import Paragraph
from mayfly.ui.question import TEXT_PX
from mayfly.ui.settings_form import say
from mayfly.ui.wording import Tr

Describe = Callable[[Part, int | None], Told]
"""Says when a part would go with so many hours; None: as it is."""


class KeepPicker(QWidget):
    """Says of each choice both how long it is until then, and when that is."""

    changed = Signal()

    def __init__(
        self,
        start: RuleChange,
        describe: Describe,
        *,
        tr: Tr,
        parent: QWidget,
    ) -> None:
        """start: what is chosen at first; None in it: several documents, not all alike."""
        super().__init__(parent)
        self._describe = describe
        self._start = start
        self.linked = QCheckBox(tr("The text goes together with its document"), self)
        self.linked.setChecked(bool(start.linked))
        self.source = HoursField(
            start.source_hours, least=0, name=tr("Keep document and images"), tr=tr, parent=self
        )
        self.result = HoursField(
            start.result_hours, least=1, name=tr("Keep the text"), tr=tr, parent=self
        )
        self.source_end = Paragraph("", TEXT_PX, self, style="quiet")
        self.result_end = Paragraph("", TEXT_PX, self, style="quiet")
        self._lay_out(tr)
        self.source.changed.connect(self._follow)
        self.result.changed.connect(self._show)
        self.linked.toggled.connect(self._follow)
        self._follow()

    @property
    def change(self) -> RuleChange:
        """What is chosen, as a change of what is there."""
        source = self.source.hours
        if self.linked.isChecked():
            return RuleChange(source_hours=source, linked=True)
        return RuleChange(source, self.result.hours, linked=False)

    @property
    def is_changed(self) -> bool:
        """Whether anything else is chosen than at first."""
        start = self._start
        if self.linked.isChecked() is not bool(start.linked):
            return True
        before = (start.source_hours, None if start.linked else start.result_hours)
        return before != (self.change.source_hours, self.change.result_hours)

    @property
    def going(self) -> int:
        """How many parts of documents the choice would destroy at once."""
        return self._told(Part.SOURCE).going + self._told(Part.RESULT).going

    def show_ends(self) -> None:
        """Say the ends anew: time goes on."""
        for part, line in ((Part.SOURCE, self.source_end), (Part.RESULT, self.result_end)):
            text = self._told(part).text
            if text != line.text():
                say(line, text)
            field = self.source if part is Part.SOURCE else self.result
            field.presets.setAccessibleDescription(text)

    def _told(self, part: Part) -> Told:
        if part is Part.RESULT and not self.linked.isChecked():
            return self._describe(part, self.result.hours)
        return self._describe(part, self.source.hours)

    def _lay_out(self, tr: Tr) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for title, field, line in (
            (tr("Document and page images"), self.source, self.source_end),
            (tr("Text"), self.result, self.result_end),
        ):
            heading = QLabel(title, self)
            heading.setObjectName("section")
            heading.setBuddy(field.presets)
            column.addWidget(heading)
            column.addWidget(field)
            column.addWidget(line)
            column.addSpacing(8)
        column.addWidget(self.linked)

    def _follow(self) -> None:
        """Let the text follow, or part them: a text cannot go before anybody has seen it."""
        at_once = self.source.hours == 0
        if at_once and self.linked.isChecked():
            self.linked.blockSignals(True)
            self.linked.setChecked(False)
            self.linked.blockSignals(False)
            if self.result.hours == 0:
                self.result.set_hours(DEFAULT_HOURS)
        self.linked.setEnabled(not at_once)
        if self.linked.isChecked():
            self.result.set_hours(self.source.hours)
        self.result.setEnabled(not self.linked.isChecked())
        self._show()

    def _show(self) -> None:
        self.show_ends()
        self.changed.emit()
