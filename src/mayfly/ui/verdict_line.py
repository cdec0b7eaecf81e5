"""One line with an icon: what a check found."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from mayfly.domain.errors import UserError
from mayfly.ui.icons import Icons
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr, error_text

_ICON_PX = 18


class VerdictLine(QWidget):
    """Empty until something was found; keeps its icon in the tones of the theme."""

    def __init__(self, *, name: str, tr: Tr, theme: Theme, icons: Icons, parent: QWidget) -> None:
        """name: what a screen reader calls it."""
        super().__init__(parent)
        self._tr = tr
        self._theme = theme
        self._icons = icons
        self._look = ("", "dim")
        self._icon = QLabel(self)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setAccessibleName(name)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(9)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self._text, 1)
        theme.changed.connect(self._paint)

    @property
    def text(self) -> str:
        """What it says now."""
        return self._text.text()

    def show_good(self, text: str) -> None:
        """Say that all is well."""
        self._show(text, "done", "good")

    def show_bad(self, text: str) -> None:
        """Say that something is wrong."""
        self._show(text, "failed", "bad")

    def show_note(self, text: str) -> None:
        """Say something that is neither."""
        self._show(text, "", "dim")

    def show_error(self, error: UserError) -> None:
        """Say what did not work, and what to do."""
        self._show(error_text(self._tr, error), "notice", "warn")

    def _show(self, text: str, icon: str, tone: str) -> None:
        self._look = (icon, tone)
        self._text.setText(text)
        self._text.setAccessibleDescription(text)
        self._paint()

    def _paint(self) -> None:
        icon, tone = self._look
        self._icon.setVisible(bool(icon))
        if icon:
            colour = str(getattr(self._theme.tones, tone))
            ratio = self.devicePixelRatioF()
            self._icon.setPixmap(self._icons.pixmap(icon, colour, _ICON_PX, ratio))
