"""Steps of verifying one below the other, each with its own tick and, if it failed, a remedy."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from mayfly.domain.destinations import StepNews, StepState, VerifyStep
from mayfly.domain.error_codes import error_of
from mayfly.ui.icons import Icons
from mayfly.ui.paragraph import WrappedLabel
from mayfly.ui.storage_texts import step_name
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr

_ICON_PX = 18
_TOP = Qt.AlignmentFlag.AlignTop
_LOOKS = {
    None: ("queued", "faint", "quiet"),
    StepState.RUNNING: ("reading", "accent", "sentence"),
    StepState.DONE: ("done", "good", ""),
    StepState.SKIPPED: ("cancelled", "faint", "quiet"),
    StepState.FAILED: ("failed", "bad", "sentence"),
}


class TickList(QWidget):
    """All steps are there from the first moment; each says how far it is, to a reader, too."""

    def __init__(self, *, tr: Tr, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._tr = tr
        self._theme = theme
        self._icons = icons
        self._news: dict[VerifyStep, StepNews] = {}
        self._icon = {step: QLabel(self) for step in VerifyStep}
        self._name = {step: QLabel(step_name(tr, step), self) for step in VerifyStep}
        self._state = {step: QLabel(self) for step in VerifyStep}
        self._why = {step: WrappedLabel("", self) for step in VerifyStep}
        self.setAccessibleName(tr("Steps of verifying"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # From the first: the column must not grow while the steps go on.
        longest = max(_state_texts(tr).values(), key=len)
        width = self.fontMetrics().horizontalAdvance(f"{longest}  ")
        for label in self._state.values():
            label.setMinimumWidth(width)
        self._lay_out()
        theme.changed.connect(self._paint)
        self.begin()

    def begin(self) -> None:
        """Show every step as still to come."""
        self._news = {}
        self._paint()
        self._speak()

    def take(self, news: StepNews) -> None:
        """Show how far one step is."""
        self._news[news.step] = news
        self._paint()
        self._speak(news.step)

    def state_of(self, step: VerifyStep) -> StepState | None:
        """Return how far a step is; None: still to come."""
        return self._news[step].state if step in self._news else None

    def text_of(self, step: VerifyStep) -> str:
        """Return everything that is said of a step."""
        labels = (self._name[step], self._state[step], self._why[step])
        return ", ".join(label.text() for label in labels if label.text())

    def _paint(self) -> None:
        ratio, tones = self.devicePixelRatioF(), self._theme.tones
        for step in VerifyStep:
            icon, tone, style = _LOOKS[self.state_of(step)]
            colour = str(getattr(tones, tone))
            self._icon[step].setPixmap(self._icons.pixmap(icon, colour, _ICON_PX, ratio))
            name = self._name[step]
            name.setObjectName(style)
            name.style().unpolish(name)
            name.style().polish(name)
            self._state[step].setText(self._state_text(step))
            why = self._why_text(step)
            self._why[step].setText(why)
            self._why[step].setVisible(bool(why))

    def _state_text(self, step: VerifyStep) -> str:
        state = self.state_of(step)
        return _state_texts(self._tr)[state] if state is not None else ""

    def _why_text(self, step: VerifyStep) -> str:
        news, tr = self._news.get(step), self._tr
        if news is None:
            return ""
        if news.state is StepState.FAILED:
            error = error_of(news.error_code or "")
            return f"{tr(error.text)} {tr(error.remedy)}"
        if news.state is StepState.SKIPPED and step is VerifyStep.TLS:
            return tr("There is none: the address begins with http://.")
        return ""

    def _speak(self, step: VerifyStep | None = None) -> None:
        lines = [self.text_of(one) for one in VerifyStep]
        self.setAccessibleDescription("\n".join(lines))
        if step is not None:
            event = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            QAccessible.updateAccessibility(event)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for place, step in enumerate(VerifyStep):
            self._icon[step].setFixedSize(_ICON_PX, _ICON_PX)
            self._state[step].setObjectName("quiet")
            grid.addWidget(self._icon[step], 2 * place, 0, _TOP)
            grid.addWidget(self._name[step], 2 * place, 1)
            grid.addWidget(self._state[step], 2 * place, 2)
            grid.addWidget(self._why[step], 2 * place + 1, 1, 1, 2)


def _state_texts(tr: Tr) -> dict[StepState, str]:
    return {
        StepState.RUNNING: tr("running…"),
        StepState.DONE: tr("done"),
        StepState.SKIPPED: tr("skipped"),
        StepState.FAILED: tr("failed"),
    }
