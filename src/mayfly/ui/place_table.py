"""The places that a check searched, as a table."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from mayfly.domain.proof import PlaceScan, ProofReport
from mayfly.ui.log_table import dress_log_table
from mayfly.ui.proof_texts import place_cells, table_head
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr

_NOWHERE = QModelIndex()
_NUMBERS = (1, 2)
_FOUND = 3
Index = QModelIndex | QPersistentModelIndex


class PlaceModel(QAbstractTableModel):
    """One row for each place."""

    def __init__(self, *, tr: Tr, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._tr = tr
        self._theme = theme
        self._places: tuple[PlaceScan, ...] = ()
        self._self_test = False

    def show_report(self, report: ProofReport, *, self_test: bool) -> None:
        """Show what was searched."""
        self.beginResetModel()
        self._places, self._self_test = report.places, self_test
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of places."""
        return 0 if parent.isValid() else len(self._places)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(table_head(self._tr))

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401 - Qt's own shape
        """Return the headings."""
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return table_head(self._tr)[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _side(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """Return texts, and a tone where something is wrong."""
        if not index.isValid():
            return None
        scan = self._places[index.row()]
        cells = place_cells(self._tr, scan, self_test=self._self_test)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return cells[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(cells) if index.column() == 0 else cells[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._tone(scan, index.column())
        return None

    def _tone(self, scan: PlaceScan, column: int) -> QColor | None:
        tones = self._theme.tones
        if not scan.searched:
            return QColor(tones.faint)
        bad = bool(scan.hits) != self._self_test
        return QColor(tones.bad) if bad and column == _FOUND else None


class PlaceTable(QTableView):
    """Read-only, walked by keyboard."""

    def __init__(self, model: PlaceModel, *, tr: Tr, parent: QWidget) -> None:
        super().__init__(parent)
        name = tr("Places that were searched")
        dress_log_table(self, model, name=name, row_space_px=10)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        metrics, columns = self.fontMetrics(), self.horizontalHeader()
        columns.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        columns.setStretchLastSection(False)
        for column, sample in ((1, "888,888"), (2, "8,888.8 MB"), (_FOUND, "8" * 22)):
            columns.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            columns.resizeSection(column, metrics.horizontalAdvance(sample) + 34)


def _side(column: int) -> int:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)
