"""The number of connections since the start, in the foot of the window; a click lists them."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from mayfly.ui.connection_watch import ConnectionWatch
from mayfly.ui.foot_chip import FootChip
from mayfly.ui.icons import Icons
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr, count_text


class ConnectionChip(FootChip):
    """Never empty: no connection is what most people want to read there."""

    def __init__(
        self, watch: ConnectionWatch, *, tr: Tr, theme: Theme, icons: Icons, parent: QWidget
    ) -> None:
        super().__init__(theme=theme, icons=icons, parent=parent)
        self._watch = watch
        self._tr = tr
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
        self._say("network", tone, text, tip)
