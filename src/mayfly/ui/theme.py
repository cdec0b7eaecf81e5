"""Light and dark: which tones are in use, and the palette made of them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from mayfly.ui.stylesheet import stylesheet
from mayfly.ui.tones import DARK_TONES, LIGHT_TONES, Tones

AUTO, LIGHT, DARK = "auto", "light", "dark"


class Theme(QObject):
    """The tones in use. Follows the system unless the user chose light or dark."""

    changed = Signal()

    def __init__(self, app: QApplication, choice: str = AUTO) -> None:
        super().__init__(app)
        self._app = app
        self._choice = choice
        self._tones = LIGHT_TONES
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._follow)
        self._apply()

    @property
    def tones(self) -> Tones:
        """The tones to paint with now."""
        return self._tones

    @property
    def app(self) -> QApplication:
        """The application that wears this theme."""
        return self._app

    @property
    def choice(self) -> str:
        """auto, light or dark: what the user chose."""
        return self._choice

    def choose(self, choice: str) -> None:
        """Switch to auto, light or dark now; anything else counts as auto."""
        self._choice = choice if choice in (LIGHT, DARK) else AUTO
        self._apply()

    def _follow(self) -> None:
        if self._choice == AUTO:
            self._apply()

    def _apply(self) -> None:
        system_dark = self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        dark = self._choice == DARK or (self._choice != LIGHT and system_dark)
        self._tones = DARK_TONES if dark else LIGHT_TONES
        self._app.setPalette(_palette(self._tones))
        self._app.setStyleSheet(stylesheet(self._tones))
        self.changed.emit()


def _palette(tones: Tones) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, tone in (
        (roles.Window, tones.window),
        (roles.WindowText, tones.text),
        (roles.Base, tones.ground),
        (roles.AlternateBase, tones.hover),
        (roles.Text, tones.text),
        (roles.Button, tones.raised),
        (roles.ButtonText, tones.text),
        (roles.BrightText, tones.bad),
        (roles.ToolTipBase, tones.raised),
        (roles.ToolTipText, tones.text),
        (roles.PlaceholderText, tones.faint),
        (roles.Highlight, tones.chosen),
        (roles.HighlightedText, tones.text),
        (roles.Link, tones.accent),
        (roles.Accent, tones.accent),
        (roles.Light, tones.raised),
        (roles.Midlight, tones.hover),
        (roles.Mid, tones.line),
        (roles.Dark, tones.line),
        (roles.Shadow, tones.line),
    ):
        palette.setColor(role, QColor(tone))
    for role in (roles.Text, roles.ButtonText, roles.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tones.faint))
    return palette
