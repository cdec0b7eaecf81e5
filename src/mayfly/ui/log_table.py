"""The look of tables that are only read and walked by keyboard."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView


def dress_log_table(
    table: QTableView, model: QAbstractItemModel, *, name: str, row_space_px: int
) -> None:
    """Show the model; name is what a screen reader calls it. The columns are for the caller."""
    table.setAccessibleName(name)
    table.setObjectName("log")
    table.setModel(model)
    table.setFrameShape(QFrame.Shape.NoFrame)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    rows = table.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(table.fontMetrics().height() + row_space_px)
    table.horizontalHeader().setHighlightSections(False)
