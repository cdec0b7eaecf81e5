"""Everything that the window could tell of a document: the texts of all widgets and models."""

from __future__ import annotations

import gc
from collections.abc import Iterator

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAccessible, QAction, QClipboard, QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QWidget

from mayfly.domain.images import FoundImage
from mayfly.services.picture_list import PictureView
from mayfly.ui.copies import CopiedPicture
from mayfly.ui.job_rows import JobRow
from mayfly.ui.page_picture import PagePicture

_GETTERS = (
    "text",
    "toPlainText",
    "title",
    "toolTip",
    "statusTip",
    "whatsThis",
    "placeholderText",
    "accessibleName",
    "accessibleDescription",
    "windowTitle",
    "currentText",
    "labelText",
    "specialValueText",
)
_MODES = (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection)
_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.EditRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)


def all_texts() -> str:
    """Return every text of every widget, action and model of this process, and the clipboard's."""
    found: list[str] = []
    for widget in QApplication.allWidgets():
        found.extend(_of_object(widget))
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is not None:
            found.extend(interface.text(kind) for kind in QAccessible.Text if kind.value < 4)
        for action in widget.actions():
            found.extend(_of_object(action))
        if isinstance(widget, QAbstractItemView | QComboBox):
            found.extend(_of_model(widget.model()))
        # Also models that no view shows, and what a class of ours keeps beside Qt.
        for model in widget.findChildren(QAbstractItemModel):
            found.extend(_of_model(model))
    clipboard = QGuiApplication.clipboard()
    found.extend(clipboard.text(mode) for mode in _MODES)
    return "\n".join(found)


def kept_in_memory(job_ids: set[str]) -> list[object]:
    """Return these documents' pages and rows that Python still holds, uncollected or not."""
    everything = gc.get_objects()
    rows = [row for row in everything if isinstance(row, JobRow) and row.job.job_id in job_ids]
    pages = [page for page in everything if isinstance(page, PagePicture)]
    return [*rows, *(page for page in pages if page.job_id in job_ids)]


def pictures_in_memory() -> list[object]:
    """Return what Python still holds of the pictures of documents, uncollected or not."""
    kinds = FoundImage | PictureView | CopiedPicture
    return [one for one in gc.get_objects() if isinstance(one, kinds)]


def _of_object(one: QWidget | QAction) -> Iterator[str]:
    for name in _GETTERS:
        getter = getattr(one, name, None)
        if callable(getter):
            try:
                value = getter()
            except TypeError:
                continue
            if isinstance(value, str):
                yield value


def _of_model(model: QAbstractItemModel | None) -> Iterator[str]:
    if model is None:
        return
    for row in range(model.rowCount(QModelIndex())):
        # PySide keeps columnCount of a list model from being called.
        is_list = isinstance(model, QAbstractListModel)
        for column in range(1 if is_list else model.columnCount(QModelIndex())):
            for role in _ROLES:
                value = model.index(row, column).data(role)
                if isinstance(value, str):
                    yield value
