"""The pictures of one document as rows: what is known of them, not the pictures themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from mayfly.domain.images import ImageId
from mayfly.services.picture_list import PictureView
from mayfly.ui.picture_texts import size_text, title_text
from mayfly.ui.wording import Tr

Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_ROOT = QModelIndex()


class PictureModel(QAbstractListModel):
    """Grows while a document is read: rows that were there stay where they are."""

    def __init__(self, *, tr: Tr, parent: QObject) -> None:
        super().__init__(parent)
        self._tr = tr
        self._views: tuple[PictureView, ...] = ()
        self.stored_text: Callable[[ImageId], str] = lambda _: ""
        """Says where a picture lies besides; nothing without own storage."""

    @property
    def views(self) -> tuple[PictureView, ...]:
        """What is listed, in order."""
        return self._views

    def show_views(self, views: Sequence[PictureView]) -> bool:
        """List these; return whether rows were taken away or moved, so that no choice holds."""
        new, old = tuple(views), self._views
        if new[: len(old)] == old:
            if len(new) > len(old):
                self.beginInsertRows(QModelIndex(), len(old), len(new) - 1)
                self._views = new
                self.endInsertRows()
            return False
        self.beginResetModel()
        self._views = new
        self.endResetModel()
        return True

    def row_of(self, image_id: ImageId) -> int:
        """Return a picture's row, or -1."""
        found = (n for n, view in enumerate(self._views) if view.block.image_id == image_id)
        return next(found, -1)

    def at(self, page: int, x: int, y: int) -> int:
        """Return the row of the smallest picture at a place on a page, in its pixels; or -1."""
        found = [
            (box.width * box.height, row)
            for row, view in enumerate(self._views)
            if view.block.image_id.page == page
            for box in [view.block.box]
            if 0 <= x - box.left < box.width and 0 <= y - box.top < box.height
        ]
        return min(found, default=(0, -1))[1]

    def show_stored(self) -> None:
        """Where pictures lie has changed."""
        if self._views:
            self.dataChanged.emit(self.index(0), self.index(len(self._views) - 1))

    # --- Qt's calls ------------------------------------------------------------------

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return how many there are."""
        return 0 if parent.isValid() else len(self._views)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> str | None:
        """Return a picture's texts; the picture itself is painted by the delegate."""
        if not index.isValid() or index.row() >= len(self._views):
            return None
        view = self._views[index.row()]
        title, size = title_text(self._tr, view.block), size_text(self._tr, view.block)
        match role:
            case _Role.DisplayRole:
                return title
            case _Role.AccessibleTextRole:
                return f"{title}: {view.alternative}" if view.alternative else title
            case _Role.AccessibleDescriptionRole:
                stored = self.stored_text(view.block.image_id)
                return f"{size} · {stored}" if stored else size
            case _Role.ToolTipRole:
                stored = self.stored_text(view.block.image_id)
                # As plain text: a caption may look like markup.
                lines = [_plain(text) for text in (view.alternative, stored) if text]
                return "".join(f"<p>{line}</p>" for line in lines) or None
            case _:
                return None


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
