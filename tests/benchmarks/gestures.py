"""What a hand does: clicks, turns of the wheel, a drop."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QWidget

_NOTCH = 120


def click_row(tree: QAbstractItemView, chance: random.Random) -> None:
    """Click on some row that is in view; on the name, left of what buttons a row may have."""
    view = tree.viewport()
    place = QPoint(view.width() // 3, chance.randrange(max(1, view.height())))
    if tree.indexAt(place).isValid():
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)


def click_index(tree: QAbstractItemView, index: QModelIndex) -> None:
    """Bring a row into view and click its name."""
    tree.scrollTo(index)
    place = QPoint(tree.viewport().width() // 3, tree.visualRect(index).center().y())
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)


def press(button: QAbstractButton) -> None:
    """Click a button, if it can be."""
    if button.isEnabled() and button.isVisible():
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def wheel(tree: QAbstractItemView, notches: int) -> None:
    """Turn the wheel over a list; negative is down."""
    view = tree.viewport()
    place = QPointF(view.width() / 2, view.height() / 2)
    event = QWheelEvent(
        place,
        QPointF(view.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, notches * _NOTCH),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def drop(widget: QWidget, paths: Sequence[Path]) -> None:
    """Drop files on a widget, as the window system delivers it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    middle = widget.rect().center()
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(widget, QDragEnterEvent(middle, copy, data, buttons, keys))
    QApplication.sendEvent(widget, QDropEvent(QPointF(middle), copy, data, buttons, keys))
