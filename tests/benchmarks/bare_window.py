"""The reference window: nothing but Qt's own list, shown by the same Python.

python -m benchmarks.bare_window start BEGUN_NS | stall SECONDS
"""

from __future__ import annotations

import random
import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QMainWindow, QTreeView

from benchmarks.paints import Paints
from benchmarks.parts import tell

_ROWS = 1_000
_ACT_EVERY_MS = 100


def make_window() -> tuple[QMainWindow, QTreeView]:
    """Return a window with a list of 1,000 rows, not yet shown."""
    model = QStandardItemModel()
    for number in range(_ROWS):
        model.appendRow(QStandardItem(f"Letter of the garden club, number {number:04}.jpg"))
    window = QMainWindow()
    tree = QTreeView(window)
    model.setParent(tree)
    tree.setModel(model)
    tree.setUniformRowHeights(True)
    window.setCentralWidget(tree)
    window.resize(1280, 800)
    return window, tree


def start(begun_ns: int) -> None:
    """Measure as start_run does."""
    app = QApplication([])
    window, tree = make_window()
    paints = Paints(tree.viewport())
    window.show()

    def look() -> None:
        handle = window.windowHandle()
        if paints.count and handle is not None and handle.isExposed():
            tell({"usable": round((time.monotonic_ns() - begun_ns) / 1e9, 3)})
            app.quit()
        else:
            QTimer.singleShot(0, look)

    QTimer.singleShot(0, look)
    app.exec()


def stall(seconds: float) -> None:
    """Scroll and click for some seconds and tell how late the event loop was."""
    # Here, so that the start is that of Qt alone.
    from benchmarks.gestures import click_row, wheel
    from benchmarks.ticks import Ticks
    from mayfly.ui.stall import StallMeter

    app = QApplication([])
    window, tree = make_window()
    window.show()
    meter, ticks, chance = StallMeter(), Ticks(), random.Random(7)

    def act() -> None:
        if chance.random() < 0.5:
            wheel(tree, -1 if chance.random() < 0.6 else 1)
        else:
            click_row(tree, chance)

    def end() -> None:
        tell({"stall_ms": round(meter.stop() * 1e3, 1), **ticks.stop()})
        app.quit()

    timer = QTimer()
    timer.timeout.connect(act)
    # The start itself is not measured, here or there.
    QTimer.singleShot(1_000, lambda: (timer.start(_ACT_EVERY_MS), meter.start(), ticks.start()))
    QTimer.singleShot(round(1_000 + seconds * 1e3), end)
    app.exec()


if __name__ == "__main__":
    if sys.argv[1] == "start":
        start(int(sys.argv[2]))
    else:
        stall(float(sys.argv[2]))
