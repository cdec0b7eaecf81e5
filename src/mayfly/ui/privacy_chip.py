"""The grade of this machine in the foot of the window; a click tells more."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QToolButton, QWidget

from mayfly.ui.icons import Icons
from mayfly.ui.machine_watch import MachineWatch
from mayfly.ui.promise_texts import PROMISE_LOOKS, Look, promise_word
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr, error_text

_ICON_PX = 16


class PrivacyChip(QToolButton):
    """Never empty: looking, a grade, or that the look failed."""

    def __init__(
        self, machine: MachineWatch, *, tr: Tr, theme: Theme, icons: Icons, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._machine = machine
        self._tr = tr
        self._theme = theme
        self._icons = icons
        self.setObjectName("chip")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        machine.changed.connect(self._show)
        theme.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        tr, machine = self._tr, self._machine
        found = machine.inspection
        if found is not None:
            look, text, tip = (
                PROMISE_LOOKS[found.promise],
                promise_word(tr, found.promise),
                tr(found.sentence),
            )
        elif machine.error is not None:
            look, text, tip = (
                Look("shield-unknown", "warn"),
                tr("Promise: not known"),
                error_text(tr, machine.error),
            )
        else:
            look, text, tip = (
                Look("shield-unknown", "dim"),
                tr("Privacy"),
                tr("Looking at this machine…"),
            )
        tone = str(getattr(self._theme.tones, look.tone))
        ratio = self.devicePixelRatioF()
        self.setIcon(QIcon(self._icons.pixmap(look.icon, tone, _ICON_PX, ratio)))
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(text)
        self.setAccessibleDescription(tip)
