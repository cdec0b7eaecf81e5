"""The line above the page: where its words come from, or why there are none."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from mayfly.ui.icons import Icons
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr

_ICON_PX = 16


class NoteBar(QWidget):
    """One sentence and at most one button; never empty while a document is chosen."""

    recognise_wanted = Signal()

    def __init__(self, *, tr: Tr, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("noteBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._icons = icons
        self._look = ("", "dim")
        self._icon = QLabel(self)
        self._text = QLabel(self)
        self._text.setObjectName("noteText")
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self._text.setAccessibleName(tr("About this page"))
        self._button = QPushButton(tr("Recognise anyway"), self)
        self._button.setAccessibleDescription(
            tr("Read the document again and recognise the pages that bring their own text")
        )
        self._button.setToolTip(self._button.accessibleDescription())
        self._button.clicked.connect(self.recognise_wanted)
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 7, 10, 7)
        line.setSpacing(9)
        line.addWidget(self._icon)
        line.addWidget(self._text, 1)
        line.addWidget(self._button)
        self.setMinimumHeight(self._button.sizeHint().height() + 14)
        theme.changed.connect(self._paint_icon)
        self.clear()

    @property
    def text(self) -> str:
        """The sentence on show."""
        return self._text.text()

    @property
    def button(self) -> QPushButton:
        """The button that reads the document again."""
        return self._button

    def show_note(self, text: str, *, icon: str, tone: str = "dim", offer: str = "") -> None:
        """Show a sentence with an icon in one of the theme's tones; offer names the button."""
        self._text.setText(text)
        self._text.setAccessibleDescription(text)
        self._look = (icon, tone)
        if offer:
            self._button.setText(offer)
        self._button.setVisible(bool(offer))
        self._paint_icon()
        self.setVisible(True)

    def clear(self) -> None:
        """Show nothing: no document is chosen."""
        self._text.clear()
        self._look = ("", "dim")
        self._button.setVisible(False)
        self.setVisible(False)

    def _paint_icon(self) -> None:
        name, tone = self._look
        self._icon.setVisible(bool(name))
        if name:
            colour = str(getattr(self._theme.tones, tone))
            ratio = self.devicePixelRatioF()
            self._icon.setPixmap(self._icons.pixmap(name, colour, _ICON_PX, ratio))
