"""Asking before documents that are still coming in are left out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from mayfly.ui.wording import Tr


class Leaving(QObject):
    """Decides whether a window may close; a question never stops the window behind it."""

    def __init__(self, window: QWidget, *, is_busy: Callable[[], bool], tr: Tr) -> None:
        super().__init__(window)
        self._window = window
        self._is_busy = is_busy
        self._tr = tr
        self._sure = False
        self._question: QMessageBox | None = None

    def may_close(self) -> bool:
        """Whether the window may close now; if not, the user is asked, once at a time."""
        if self._sure or not self._is_busy():
            return True
        if self._question is None:
            self._question = self._ask()
        return False

    def leave(self) -> None:
        """Close the window without asking anything."""
        self._sure = True
        self._window.close()

    def _ask(self) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Mayfly")
        box.setText(self._tr("Documents are still being added. Close anyway?"))
        keep = box.addButton(self._tr("Keep open"), QMessageBox.ButtonRole.RejectRole)
        close = box.addButton(self._tr("Close"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        close.clicked.connect(self.leave)
        box.finished.connect(self._forget)
        box.open()
        return box

    def _forget(self) -> None:
        self._question = None
