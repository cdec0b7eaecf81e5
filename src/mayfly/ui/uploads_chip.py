"""In the foot of the window: that something is on its way, failed, or is still to be deleted."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from mayfly.domain.destinations import UploadState
from mayfly.ui.foot_chip import FootChip
from mayfly.ui.icons import Icons
from mayfly.ui.storage_watch import StorageWatch
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr, number_text

_WIDE_PX = 1_000
"""With three chips in it, German words of all kinds need so much."""


class UploadsChip(FootChip):
    """Only there while there is something to say."""

    def __init__(
        self, watch: StorageWatch, *, tr: Tr, theme: Theme, icons: Icons, parent: QWidget
    ) -> None:
        super().__init__(theme=theme, icons=icons, parent=parent)
        self._watch = watch
        self._tr = tr
        parent.installEventFilter(self)
        watch.changed.connect(self._show)
        theme.changed.connect(self._show)
        self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say less when the foot of the window gets narrow, and more when it has room."""
        if event.type() is QEvent.Type.Resize:
            self._show()
        return super().eventFilter(watched, event)

    def _show(self) -> None:
        text, tone = self._text(), "dim"
        if self._watch.total(UploadState.FAILED):
            tone = "bad"
        elif self._watch.total(UploadState.OWED):
            tone = "warn"
        strip = self.parentWidget()
        is_narrow = strip is not None and strip.width() < _WIDE_PX
        spoken = self._tr("Own storage: {what}").format(what=text)
        hint = self._tr("Show what is on its way to your own storage")
        self._say("upload", tone, spoken, hint, short=self._short() if is_narrow else text)
        self.setToolTip(f"{spoken}\n{hint}")
        self.setVisible(bool(text))

    def _short(self) -> str:
        n = self._watch.total(UploadState.WAITING, UploadState.FAILED, UploadState.OWED)
        return self._tr("{n} open").format(n=number_text(n))

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
