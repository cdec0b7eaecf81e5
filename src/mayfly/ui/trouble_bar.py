"""Trouble that nobody asked about: said above the list, never in a box that stops the user."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from mayfly.domain.errors import UserError
from mayfly.ui.icons import Icons
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr, error_text

_ICON_PX = 18


class TroubleBar(QWidget):
    """Shows the latest message until it is closed or replaced."""

    def __init__(self, *, tr: Tr, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("troubleBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._tr = tr
        self._theme = theme
        self._icons = icons
        self._icon = QLabel(self)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setObjectName("troubleText")
        self._text.setWordWrap(True)
        self._text.setAccessibleName(tr("Message"))
        self.offer_button = QPushButton(self)
        self.offer_button.setAccessibleName(tr("What to do"))
        self.offer_button.hide()
        self.offer_button.clicked.connect(self._take_offer)
        self._then: Callable[[], object] = lambda: None
        self.close_button = QToolButton(self)
        self.close_button.setObjectName("small")
        self.close_button.setAccessibleName(tr("Close this message"))
        self.close_button.setToolTip(tr("Close this message"))
        icons.dress(self.close_button, "close")
        self.close_button.clicked.connect(self.hide)
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 8, 8, 8)
        line.setSpacing(10)
        line.addWidget(self._icon)
        line.addWidget(self._text, 1)
        line.addWidget(self.offer_button)
        line.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        theme.changed.connect(self._paint_icon)
        self.hide()

    @property
    def text(self) -> str:
        """The message on show, or the last one."""
        return self._text.text()

    def show_error(self, error: UserError) -> None:
        """Show what happened and what to do now."""
        self.show_message(error_text(self._tr, error))

    def show_message(
        self, text: str, *, offer: str = "", then: Callable[[], object] | None = None
    ) -> None:
        """Show a message in words of its own; offer is a button that closes it and calls then."""
        self._text.setText(text)
        self._text.setAccessibleDescription(text)
        self.offer_button.setText(offer)
        self.offer_button.setAccessibleName(offer or self._tr("What to do"))
        self.offer_button.setVisible(bool(offer))
        self._then = then or (lambda: None)
        self._paint_icon()
        self.show()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of what an offer held: it may know documents."""
        if not event.spontaneous():
            self._then = lambda: None
        super().hideEvent(event)

    def _take_offer(self) -> None:
        then = self._then
        self.hide()
        then()

    def _paint_icon(self) -> None:
        ratio = self.devicePixelRatioF()
        tone = self._theme.tones.warn
        self._icon.setPixmap(self._icons.pixmap("failed", tone, _ICON_PX, ratio))
