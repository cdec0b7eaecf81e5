"""What each cell of the job list answers when Qt asks for its text."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt

from mayfly.ui.job_rows import BatchRow, Column, JobRow
from mayfly.ui.row_texts import RowTexts
from mayfly.ui.wording import Tr

_Role = Qt.ItemDataRole
TEXT_ROLES = frozenset((_Role.DisplayRole, _Role.ToolTipRole, _Role.AccessibleTextRole))


class CellTexts:
    """Texts to show, to explain and to speak, for both kinds of rows."""

    def __init__(self, tr: Tr, rows: RowTexts) -> None:
        self._tr = tr
        self._rows = rows

    def header(self, column: int) -> str:
        """Return a column's name, which only a screen reader says."""
        return (self._tr("Document"), self._tr("Time left"), self._tr("Delete"))[column]

    def of(self, row: BatchRow | JobRow, column: int, role: int, now: datetime) -> str | None:
        """Return the text of a cell for one of TEXT_ROLES; None when it has none."""
        if column == Column.DELETE:
            if role == _Role.DisplayRole or not row.alive:
                return None
            whole = isinstance(row, BatchRow)
            return self._tr("Delete all of these") if whole else self._tr("Delete now")
        if isinstance(row, BatchRow):
            return self._batch(row, column, role, now)
        if role == _Role.ToolTipRole:
            return self._rows.tooltip(row, now)
        if column == Column.LEFT:
            return self._rows.left(row.job, now)
        if role == _Role.AccessibleTextRole:
            return self._rows.spoken(row, now)
        return self._rows.title(row.job)

    def _batch(self, batch: BatchRow, column: int, role: int, now: datetime) -> str | None:
        if column != Column.DOCUMENT:
            return None
        title = self._rows.batch_title(batch, now)
        if role == _Role.AccessibleTextRole:
            return f"{title}, {self._rows.batch_state(batch)}"
        return title
