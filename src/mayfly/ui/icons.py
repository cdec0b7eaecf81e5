"""Mayfly's own icons: SVG line drawings, tinted to the theme and crisp at any scale."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton
from shiboken6 import isValid

from mayfly.ui.theme import Theme

_ACTION_PX = (16, 20)
"""In menus and on the toolbar. Few and exact: a drawing costs half a millisecond, and a
window with every icon at seven sizes came up 0.15 s later."""
_APP_PX = (16, 32, 64, 128)
_INK = b"currentColor"


class Icons(QObject):
    """Draws icons of one folder in the tones of the theme, and again when the theme changes."""

    def __init__(self, folder: Path, theme: Theme) -> None:
        super().__init__(theme)
        self._app = theme.app
        self._folder = folder
        self._theme = theme
        self._drawings: dict[str, bytes] = {}
        self._renderers: dict[tuple[str, str], QSvgRenderer] = {}
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
        self._dressed: list[tuple[QAction | QAbstractButton, str, tuple[int, ...]]] = []
        theme.changed.connect(self._dress_all)

    def pixmap(self, name: str, colour: str, side_px: int, ratio: float) -> QPixmap:
        """Return a square drawing of side_px logical pixels for a screen of that ratio."""
        key = (name, colour, side_px, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = self._draw(name, colour, side_px, ratio)
        return self._pixmaps[key]

    def icon(self, name: str, sides_px: tuple[int, ...] = _ACTION_PX) -> QIcon:
        """Return an icon in the text's tone, paler when it is disabled."""
        tones = self._theme.tones
        ratio = self._app.devicePixelRatio()
        icon = QIcon()
        for side_px in sides_px:
            icon.addPixmap(self.pixmap(name, tones.text, side_px, ratio))
            icon.addPixmap(self.pixmap(name, tones.faint, side_px, ratio), QIcon.Mode.Disabled)
        return icon

    def dress(
        self,
        wearer: QAction | QAbstractButton,
        name: str,
        sides_px: tuple[int, ...] = _ACTION_PX,
    ) -> None:
        """Give an action or button this icon now and after each change of the theme."""
        self._dressed = [one for one in self._dressed if one[0] is not wearer]
        self._dressed.append((wearer, name, sides_px))
        wearer.setIcon(self.icon(name, sides_px))

    def app_icon(self) -> QIcon:
        """Return the application's own icon, which keeps its colours."""
        icon = QIcon()
        for side_px in _APP_PX:
            icon.addPixmap(self.pixmap("mayfly", "", side_px, 1.0))
        return icon

    def _dress_all(self) -> None:
        self._dressed = [one for one in self._dressed if isValid(one[0])]
        for wearer, name, sides_px in self._dressed:
            wearer.setIcon(self.icon(name, sides_px))

    def _draw(self, name: str, colour: str, side_px: int, ratio: float) -> QPixmap:
        side = round(side_px * ratio)
        pixmap = QPixmap(QSize(side, side))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self._renderer(name, colour).render(painter, QRectF(0, 0, side, side))
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def _renderer(self, name: str, colour: str) -> QSvgRenderer:
        renderer = self._renderers.get((name, colour))
        if renderer is None:
            if name not in self._drawings:
                self._drawings[name] = (self._folder / f"{name}.svg").read_bytes()
            drawing = self._drawings[name]
            if colour:
                drawing = drawing.replace(_INK, QColor(colour).name().encode())
            renderer = self._renderers[name, colour] = QSvgRenderer(QByteArray(drawing))
        return renderer
