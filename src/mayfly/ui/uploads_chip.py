"""In the foot of the window: that something is on its way, failed, or is still to be deleted."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QToolButton, QWidget

from mayfly.domain.destinations import UploadState
from mayfly.ui.icons import Icons
from mayfly.ui.storage_watch import StorageWatch
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr, number_text

_ICON_PX = 16


class UploadsChip(QToolButton):
    """Only there while there is something to say."""

    def __init__(
        self, watch: StorageWatch, *, tr: Tr, theme: Theme, icons: Icons, parent: QWidget
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
        self.setToolTip(tr("Show what is on its way to your own storage"))
        watch.changed.connect(self._show)
        theme.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        text, tone = self._text(), "dim"
        if self._watch.total(UploadState.FAILED):
            tone = "bad"
        elif self._watch.total(UploadState.OWED):
            tone = "warn"
        colour = str(getattr(self._theme.tones, tone))
        ratio = self.devicePixelRatioF()
        self.setIcon(QIcon(self._icons.pixmap("upload", colour, _ICON_PX, ratio)))
        self.setText(text)
        self.setAccessibleName(self._tr("Own storage: {what}").format(what=text))
        self.setAccessibleDescription(self.toolTip())
        self.setVisible(bool(text))

    def _text(self) -> str:
        tr, watch = self._tr, self._watch
        parts = []
        for state, text in (
            (UploadState.WAITING, tr("{n} to send")),
            (UploadState.FAILED, tr("{n} not sent")),
            (UploadState.OWED, tr("{n} to delete there")),
        ):
            n = watch.total(state)
            if n:
                parts.append(text.format(n=number_text(n)))
        if parts and watch.is_paused:
            parts.insert(0, tr("Paused"))
        return " · ".join(parts)
