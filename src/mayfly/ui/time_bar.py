"""The question when the clock jumped far ahead: is it really that late?"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from mayfly.domain.timekeeping import TimeState
from mayfly.ui.icons import Icons
from mayfly.ui.paragraph import WrappedLabel
from mayfly.ui.theme import Theme
from mayfly.ui.times import full_moment_text, span_text
from mayfly.ui.wording import Tr, count_text

_ICON_PX = 18


class TimeBar(QWidget):
    """Stays until time is in doubt no more; it cannot be put away unanswered."""

    confirmed = Signal()
    """The claimed time is right."""
    refused = Signal()
    """The clock is wrong."""

    def __init__(self, *, tr: Tr, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("troubleBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._tr = tr
        self._theme = theme
        self._icons = icons
        self._icon = QLabel(self)
        self._heading = WrappedLabel("", self, style="sentence")
        self._text = WrappedLabel("", self)
        self.yes = QPushButton(tr("Yes, that is right"), self)
        self.no = QPushButton(tr("No, the clock is wrong"), self)
        self.no.setToolTip(tr("Show everything again; time goes on from before"))
        self.yes.clicked.connect(self.confirmed)
        self.no.clicked.connect(self.refused)
        self._lay_out()
        theme.changed.connect(self._paint_icon)
        self._paint_icon()
        self.hide()

    @property
    def text(self) -> str:
        """All that it says, for a screen reader and for tests."""
        return self.accessibleDescription()

    def show_state(self, state: TimeState) -> None:
        """Ask about this, or go away when there is nothing to ask."""
        if state.claimed is None:
            self.hide()
            return
        tr = self._tr
        heading = tr("Is it really {moment}?").format(moment=full_moment_text(state.claimed))
        parts = [
            tr("The clock jumped there; by Mayfly's count it is {moment}.").format(
                moment=full_moment_text(state.now)
            ),
            self._what_is_hidden(state.hidden),
            tr(
                "Until you answer nothing is added or read. Without an answer the date is taken "
                "for right when this computer has run for {span} more."
            ).format(span=span_text(tr, state.decided_in.total_seconds())),
        ]
        text = " ".join(parts)
        self._heading.setText(heading)
        self._text.setText(text)
        self.setAccessibleName(heading)
        self.setAccessibleDescription(f"{heading} {text}")
        self.yes.setText(
            count_text(tr, state.hidden, "Yes: destroy {n} document", "Yes: destroy {n} documents")
            if state.hidden
            else tr("Yes, that is right")
        )
        self._dress_yes("danger" if state.hidden else "primary")
        for button in (self.yes, self.no):
            button.setAccessibleDescription(heading)
        self.set_waiting(False)
        self.show()

    def set_waiting(self, waiting: bool) -> None:
        """Take no second answer while the first is on its way."""
        self.yes.setEnabled(not waiting)
        self.no.setEnabled(not waiting)

    def _what_is_hidden(self, hidden: int) -> str:
        if not hidden:
            return self._tr("No document would be past its end by that.")
        return count_text(
            self._tr,
            hidden,
            "{n} document would be past its end by that: what would go is hidden, and not "
            "destroyed yet.",
            "{n} documents would be past their ends by that: what would go is hidden, and not "
            "destroyed yet.",
        )

    def _dress_yes(self, style: str) -> None:
        if self.yes.objectName() != style:
            self.yes.setObjectName(style)
            self.yes.style().unpolish(self.yes)
            self.yes.style().polish(self.yes)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(self._heading)
        words.addWidget(self._text)
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 10, 12, 10)
        line.setSpacing(10)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        for button in (self.no, self.yes):
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def _paint_icon(self) -> None:
        tone = self._theme.tones.warn
        self._icon.setPixmap(self._icons.pixmap("queued", tone, _ICON_PX, self.devicePixelRatioF()))
