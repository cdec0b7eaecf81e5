"""The list of pictures on the screen: several can be chosen, what is in view is told."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from mayfly.domain.images import ImageId
from mayfly.ui.picture_delegate import THUMB, PictureDelegate
from mayfly.ui.picture_model import PictureModel
from mayfly.ui.theme import Theme
from mayfly.ui.thumbnails import Thumbnails
from mayfly.ui.wording import Tr

_MORE_ROWS = 2
"""Above and below what is seen, so that a small step finds them there."""


class PictureRows(QListView):
    """Asks for thumbnails of the rows that are seen."""

    chosen_changed = Signal()
    open_wanted = Signal(int)
    """The row that was double-clicked, or on which Enter was pressed."""

    def __init__(
        self,
        model: PictureModel,
        thumbnails: Thumbnails,
        *,
        tr: Tr,
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._pictures = model
        self._thumbnails = thumbnails
        self.setModel(model)
        self._delegate = PictureDelegate(model, thumbnails, tr=tr, theme=theme, parent=self)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setAcceptDrops(False)
        self.setDragEnabled(False)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(tr("Pictures of the document"))
        self.setAccessibleDescription(tr("Enter shows a picture large"))
        self.doubleClicked.connect(lambda index: self.open_wanted.emit(index.row()))
        self.verticalScrollBar().valueChanged.connect(self.look)
        model.rowsInserted.connect(self.look)
        model.modelReset.connect(self.look)
        theme.changed.connect(self.viewport().update)
        thumbnails.came.connect(self._show_one)

    def chosen_rows(self) -> list[int]:
        """Return the rows that are chosen, in order."""
        return sorted(index.row() for index in self.selectionModel().selectedIndexes())

    def current_row(self) -> int:
        """Return the row on which the keyboard acts, or -1."""
        index = self.currentIndex()
        return index.row() if index.isValid() else -1

    def look(self) -> None:
        """Ask for what is in view now, and let go what is not."""
        views = self._pictures.views
        if not self.isVisible() or not views:
            self._thumbnails.want([], self._thumb_size())
            return
        height = self._delegate.row_height
        top = self.verticalScrollBar().value() // height
        bottom = (self.verticalScrollBar().value() + self.viewport().height()) // height + 1
        seen = [view.block for view in views[top:bottom]]
        near = views[max(0, top - _MORE_ROWS) : top] + views[bottom : bottom + _MORE_ROWS]
        self._thumbnails.want([*seen, *(view.block for view in near)], self._thumb_size())

    # --- Qt's calls ------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More may have come into view."""
        super().resizeEvent(event)
        self.look()

    def showEvent(self, event: QShowEvent) -> None:
        """Fetch what is in view."""
        super().showEvent(event)
        self.look()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is in view."""
        super().hideEvent(event)
        self._thumbnails.want([], self._thumb_size())

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell what is chosen."""
        super().selectionChanged(selected, deselected)
        self.chosen_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter shows the picture large."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.open_wanted.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    # --- within ----------------------------------------------------------------------

    def _thumb_size(self) -> QSize:
        return THUMB * self.devicePixelRatioF()

    def _show_one(self, image_id: ImageId) -> None:
        row = self._pictures.row_of(image_id)
        if row >= 0:
            self.update(self._pictures.index(row))
