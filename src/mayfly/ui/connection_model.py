"""Connections since the start, as a Qt model."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from mayfly.domain.network_port import Connection
from mayfly.ui.connection_watch import ConnectionWatch
from mayfly.ui.theme import Theme
from mayfly.ui.times import clock_text
from mayfly.ui.wording import Tr, number_text

_NOWHERE = QModelIndex()
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """The columns."""

    HOST = 0
    PORT = 1
    WHAT = 2
    COUNT = 3
    LAST = 4


class ConnectionModel(QAbstractTableModel):
    """One row for each host and port, refused ones for themselves; latest first."""

    def __init__(self, watch: ConnectionWatch, *, tr: Tr, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._watch = watch
        self._tr = tr
        self._theme = theme
        self._rows = watch.all
        watch.changed.connect(self._show)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many hosts and ports there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401 - Qt's own shape
        """Return the headings."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            tr = self._tr
            head = (tr("Host"), tr("Port"), tr("What became of it"), tr("Times"), tr("Last at"))
            return head[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """Return texts; what was refused has a tone of its own."""
        if not index.isValid():
            return None
        one = self._rows[index.row()]
        cells = self._cells(one)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return cells[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(cells) if index.column() == Column.HOST else cells[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(index.column())
        if role == Qt.ItemDataRole.ForegroundRole and one.is_refused:
            return QColor(self._theme.tones.bad)
        return None

    def _cells(self, one: Connection) -> tuple[str, ...]:
        tr = self._tr
        return (
            one.host,
            str(one.port) if one.port else "",
            tr("Refused by Mayfly") if one.is_refused else tr("Connected"),
            number_text(one.count),
            clock_text(one.last_at),
        )

    def _show(self) -> None:
        self.beginResetModel()
        self._rows = self._watch.all
        self.endResetModel()


def _side(column: int) -> int:
    if column in (Column.PORT, Column.COUNT):
        return _RIGHT
    return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
