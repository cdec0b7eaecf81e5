"""A window that takes what is dropped on it, anywhere; what becomes of it is for others."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from mayfly.ui.drop_overlay import DropOverlay
from mayfly.ui.icons import Icons
from mayfly.ui.offer import may_offer, offer_of
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr


class DropWindow(QWidget):
    """Shows that dropping works while something is dragged across it."""

    offered = Signal(object)
    """The Offer that was dropped."""
    once_offered = Signal(object)
    """The Offer that was dropped with Shift held: to be viewed once."""
    drop_refused = Signal()
    """Something was dragged over the window while it takes nothing."""

    def __init__(self, *, tr: Tr, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self._refuses = False
        self.overlay = DropOverlay(tr=tr, theme=theme, icons=icons, parent=self)

    def come_forward(self) -> None:
        """Show the window in front of others."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def refuse_drops(self, refused: bool) -> None:
        """Take nothing, or take drops again."""
        self._refuses = refused
        self.overlay.hide()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome what may be a document; always as a copy, so that no source deletes its file."""
        if self._refuses:
            self.drop_refused.emit()
            event.ignore()
        elif may_offer(event.mimeData()):
            self.overlay.appear()
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Stay a copy."""
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """The drag went elsewhere."""
        self.overlay.hide()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped, unless the window closed itself to it while it was dragged."""
        self.overlay.hide()
        if self._refuses:
            self.drop_refused.emit()
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        once = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        (self.once_offered if once else self.offered).emit(offer_of(event.mimeData()))
