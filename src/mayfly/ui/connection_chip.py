"""The number of connections since the start, in the foot of the window; a click lists them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QToolButton, QWidget

from mayfly.ui.connection_watch import ConnectionWatch
from mayfly.ui.icons import Icons
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr, count_text

_ICON_PX = 16


class ConnectionChip(QToolButton):
    """Never empty: no connection is what most people want to read there."""

    def __init__(
        self, watch: ConnectionWatch, *, tr: Tr, theme: Theme, icons: Icons, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._watch = watch
        self._tr = tr
        self._theme = theme
        self._icons = icons
        self.setObjectName("chip")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        watch.changed.connect(self._show)
        theme.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        tr, made, refused = self._tr, self._watch.made, self._watch.refused
        if refused:
            tone = "bad"
            text = count_text(tr, refused, "{n} connection refused", "{n} connections refused")
            tip = tr("Something tried to connect to what you have not registered.")
        elif made:
            tone = "dim"
            text = count_text(tr, made, "{n} connection", "{n} connections")
            tip = tr("Connections to your own storage since Mayfly was started.")
        else:
            tone = "dim"
            text = tr("No connections")
            tip = tr("Mayfly has connected to nothing since it was started.")
        colour = str(getattr(self._theme.tones, tone))
        pixmap = self._icons.pixmap("network", colour, _ICON_PX, self.devicePixelRatioF())
        self.setIcon(QIcon(pixmap))
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(text)
        self.setAccessibleDescription(tip)
