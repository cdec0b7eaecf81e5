"""What tells a window whose documents are in memory only from one that keeps a vault."""

from __future__ import annotations

import sys

from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QLabel

from mayfly.ui.main_window import MainWindow
from mayfly.ui.wording import Tr


def mark_memory_window(window: MainWindow, tr: Tr) -> None:
    """Say it in the title and, for good, at the foot of the window."""
    window.setWindowTitle(tr("Mayfly – in memory only"))
    mark = QLabel(tr("In memory only"), window.status)
    mark.setObjectName("memoryMark")
    mark.setToolTip(
        tr(
            "Nothing of this window is written to a disk: not the documents, not their text, not"
            " the key, not a setting. Closing it is the deletion."
        )
    )
    mark.setAccessibleDescription(mark.toolTip())
    window.status.add_chip(mark)


def offer_memory_window(window: MainWindow, *, possible: bool) -> None:
    """Have the menu open a window in memory only: a process of its own, which outlives this one."""
    action = window.actions_.memory_window
    action.setEnabled(possible)
    action.triggered.connect(
        lambda: QProcess.startDetached(sys.executable, ["-m", "mayfly", "--memory"])
    )
