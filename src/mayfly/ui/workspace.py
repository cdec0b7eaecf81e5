"""How the panes of the window lie beside each other, and what lies below what."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

SIZE_PX = (1280, 800)
"""What the window is at first."""
_LIST_PX = 356
_LEAST_LIST_PX = 260


class Workspace(QSplitter):
    """The list on the left, the document on the right; only the right one grows."""

    def __init__(self, side: QWidget, pages: QWidget, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.addWidget(side)
        self.addWidget(pages)
        self.setStretchFactor(0, 0)
        self.setStretchFactor(1, 1)
        self.setSizes([_LIST_PX, SIZE_PX[0] - _LIST_PX])
        side.setMinimumWidth(_LEAST_LIST_PX)


def tight_column(widget: QWidget) -> QVBoxLayout:
    """Lay a widget's parts one below the other without any space."""
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column
