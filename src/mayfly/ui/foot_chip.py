"""A small button in the foot of the window: an icon in a tone, a few words, and what they mean."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QToolButton, QWidget

from mayfly.ui.icons import Icons
from mayfly.ui.theme import Theme

_ICON_PX = 16


class FootChip(QToolButton):
    """What it shows is a subclass's to say, and to say again when the theme changes."""

    def __init__(self, *, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self.setObjectName("chip")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _say(self, icon: str, tone: str, text: str, tip: str, *, short: str | None = None) -> None:
        """tone: a name of Tones. short: what is written where there is no room for the text."""
        colour = str(getattr(self._theme.tones, tone))
        pixmap = self._icons.pixmap(icon, colour, _ICON_PX, self.devicePixelRatioF())
        self.setIcon(QIcon(pixmap))
        self.setText(text if short is None else short)
        self.setToolTip(tip)
        self.setAccessibleName(text)
        self.setAccessibleDescription(tip)
