"""The promise in one sentence, how far it holds on this machine, and what was looked at."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from mayfly.domain.errors import UserError
from mayfly.domain.inspection import Finding, Grade, Inspection
from mayfly.ui.icons import Icons
from mayfly.ui.machine_watch import MachineWatch
from mayfly.ui.paragraph import WrappedLabel
from mayfly.ui.promise_texts import (
    GRADE_LOOKS,
    PROMISE_LOOKS,
    Look,
    finding_title,
    grade_word,
    inspection_text,
    promise_heading,
)
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr, error_text

_SHIELD_PX = 40
_ICON_PX = 18
_SERIOUS = (Grade.PROBLEM, Grade.NOTICE)


class PromiseView(QWidget):
    """What wants attention first, with its remedy; what is as it should be after it."""

    def __init__(
        self, machine: MachineWatch, *, tr: Tr, theme: Theme, icons: Icons, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._machine = machine
        self._tr = tr
        self._theme = theme
        self._icons = icons
        self._inner: QWidget | None = None
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName(tr("What this machine can promise"))
        self._scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.again = QPushButton(tr("Look again"), self)
        self.again.clicked.connect(machine.look)
        self.copy = QPushButton(tr("Copy as text"), self)
        self.copy.clicked.connect(self._copy)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(20, 8, 20, 12)
        buttons.setSpacing(10)
        buttons.addStretch(1)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.again)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll, 1)
        column.addLayout(buttons)
        machine.changed.connect(self._show)
        theme.changed.connect(self._show)
        self._show()

    @property
    def text(self) -> str:
        """All that it says, for a screen reader and for tests."""
        return self._scroll.accessibleDescription()

    def _show(self) -> None:
        machine = self._machine
        self.again.setEnabled(not machine.busy)
        self.copy.setEnabled(machine.inspection is not None)
        inner = QWidget()
        inner.setObjectName("sheet")
        column = QVBoxLayout(inner)
        column.setContentsMargins(24, 20, 24, 12)
        column.setSpacing(10)
        if machine.inspection is not None:
            self._add_inspection(column, machine.inspection)
        elif machine.error is not None:
            self._add_error(column, machine.error)
        else:
            self._add_waiting(column)
        column.addStretch(1)
        kept = self._scroll.verticalScrollBar().value()
        self._scroll.setWidget(inner)
        self._scroll.verticalScrollBar().setValue(kept)

    # --- what is shown ---------------------------------------------------------------

    def _add_inspection(self, column: QVBoxLayout, found: Inspection) -> None:
        tr = self._tr
        look = PROMISE_LOOKS[found.promise]
        column.addLayout(self._banner(look, promise_heading(tr, found.promise), tr(found.sentence)))
        serious = [one for grade in _SERIOUS for one in found.findings if one.grade is grade]
        if serious:
            column.addSpacing(6)
            column.addWidget(self._section(tr("What limits it, and what helps")))
            for one in serious:
                column.addWidget(self._card(one))
        good = [one for one in found.findings if one.grade is Grade.GOOD]
        if good:
            column.addSpacing(6)
            column.addWidget(self._section(tr("As it should be")))
            for one in good:
                column.addLayout(self._line(one))
        self._scroll.setAccessibleDescription(inspection_text(tr, found))

    def _add_error(self, column: QVBoxLayout, error: UserError) -> None:
        text = error_text(self._tr, error)
        look = Look("shield-unknown", "warn")
        heading = self._tr("This machine could not be looked at")
        column.addLayout(self._banner(look, heading, text))
        self._scroll.setAccessibleDescription(text)

    def _add_waiting(self, column: QVBoxLayout) -> None:
        text = self._tr("Looking at this machine…")
        label = QLabel(text)
        label.setObjectName("quiet")
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName(text)
        column.addWidget(label)
        column.addWidget(bar)
        self._scroll.setAccessibleDescription(text)

    # --- pieces ----------------------------------------------------------------------

    def _banner(self, look: Look, heading: str, sentence: str) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addWidget(self._picture(look, _SHIELD_PX), 0, Qt.AlignmentFlag.AlignTop)
        title = WrappedLabel(heading, style="sentence")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        title.setFont(font)
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(title)
        words.addWidget(WrappedLabel(sentence))
        line.addLayout(words, 1)
        return line

    def _card(self, finding: Finding) -> QFrame:
        tr = self._tr
        card = QFrame()
        card.setObjectName("card")
        line = QHBoxLayout(card)
        line.setContentsMargins(14, 12, 14, 12)
        line.setSpacing(12)
        picture = self._picture(GRADE_LOOKS[finding.grade], _ICON_PX)
        picture.setAccessibleName(grade_word(tr, finding.grade))
        line.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(WrappedLabel(finding_title(tr, finding), style="sentence"))
        if finding.meaning:
            words.addWidget(WrappedLabel(tr(finding.meaning)))
        if finding.remedy:
            words.addWidget(WrappedLabel(tr(finding.remedy), style="remedy"))
        line.addLayout(words, 1)
        return card

    def _line(self, finding: Finding) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(14, 0, 14, 0)
        line.setSpacing(12)
        line.addWidget(self._picture(GRADE_LOOKS[finding.grade], _ICON_PX))
        line.addWidget(WrappedLabel(finding_title(self._tr, finding)), 1)
        return line

    def _section(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setObjectName("section")
        return label

    def _picture(self, look: Look, side_px: int) -> QLabel:
        label = QLabel()
        tone = str(getattr(self._theme.tones, look.tone))
        label.setPixmap(self._icons.pixmap(look.icon, tone, side_px, self.devicePixelRatioF()))
        return label

    def _copy(self) -> None:
        if self._machine.inspection is not None:
            text = inspection_text(self._tr, self._machine.inspection)
            QGuiApplication.clipboard().setText(text)
