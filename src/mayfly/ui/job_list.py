"""The list of batches and jobs: a tree with everything reachable by keyboard and by mouse."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from mayfly.domain.ids import BatchId
from mayfly.domain.states import JobState
from mayfly.ui.icons import Icons
from mayfly.ui.job_delegate import JobDelegate
from mayfly.ui.job_model import Column, Index, JobModel
from mayfly.ui.job_rows import BatchRow, JobRow
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr

_REPAINT_EVERY_MS = 30_000
"""How often the times left are painted anew; only rows on show are."""


class JobList(QTreeView):
    """Shows a JobModel. Emits what the user wants; decides nothing."""

    delete_wanted = Signal(object)
    """A list of BatchRow and JobRow."""
    job_chosen = Signal(object)
    """The JobRow that became current, or None."""
    chosen_changed = Signal()
    menu_wanted = Signal(QPoint)
    """Where on the screen the context menu is wanted; the selection says for what."""

    def __init__(
        self,
        model: JobModel,
        *,
        tr: Tr,
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs = model
        self._theme = theme
        self._closed: set[BatchId] = set()
        self._hover = QPersistentModelIndex()
        self._pressed = QPersistentModelIndex()
        self._delegate = JobDelegate(model, tr=tr, theme=theme, icons=icons, parent=self)
        self._delegate.is_open = lambda batch: self.isExpanded(model.index_of(batch))
        self._delegate.is_bin_hot = self._is_bin_hot
        self._delegate.is_bin_shown = self._is_bin_shown
        self.password_given = self._delegate.password_given
        self.setAccessibleName(tr("Batches and documents"))
        self._dress()
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self._set_columns()
        self._listen(model)
        self._open_new()

    # --- what is chosen --------------------------------------------------------------

    def chosen_rows(self) -> list[BatchRow | JobRow]:
        """Return the selected rows, top down."""
        rows = (self._jobs.row_at(index) for index in self.selectionModel().selectedRows())
        return [row for row in rows if row is not None]

    def chosen_jobs(self) -> list[JobRow]:
        """Return the selected jobs; a selected batch counts for all its jobs."""
        jobs: dict[str, JobRow] = {}
        for row in self.chosen_rows():
            for one in row.shown if isinstance(row, BatchRow) else [row]:
                jobs[one.job.job_id] = one
        return list(jobs.values())

    def choose(self, row: JobRow) -> None:
        """Make a job the current one and bring it into view."""
        index = self._jobs.index_of(row)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def edit_password(self, index: Index) -> bool:
        """Open the password field of a locked row; False when the row has none."""
        row = self._jobs.job_at(index)
        if row is None or row.job.state is not JobState.NEEDS_PASSWORD or row.leaving:
            return False
        place = self._jobs.index_of(row)
        self.setCurrentIndex(place)
        if self.indexWidget(place) is None and self.state() is not _EDITING:
            self.edit(place)
        return True

    # --- Qt's calls ------------------------------------------------------------------

    def drawRow(self, painter: QPainter, options: QStyleOptionViewItem, index: Index) -> None:
        """Draw the ground of a whole row, then its cells."""
        tones = self._theme.tones
        place = self.visualRect(self._jobs.index(index.row(), 0, index.parent()))
        place.setLeft(0)
        place.setRight(self.viewport().width())
        chosen = self.selectionModel().isSelected(index)
        if chosen:
            painter.fillRect(place, QColor(tones.chosen))
        elif self._is_hovered(index):
            painter.fillRect(place, QColor(tones.hover))
        super().drawRow(painter, options, index)
        if chosen and self.hasFocus() and index.row() == self.currentIndex().row():
            place.setWidth(3)
            painter.fillRect(place, QColor(tones.accent))

    def drawBranches(self, painter: QPainter, rect: object, index: Index) -> None:
        """Draw none: a batch has its own arrow."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete deletes, Enter opens the password field or a batch; the rest is the tree's."""
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_Delete:
            self._want_delete(self.chosen_rows())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            if not self.edit_password(index):
                self._toggle(index)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on a bin or an arrow is no selection."""
        index = self.indexAt(event.position().toPoint())
        self._pressed = QPersistentModelIndex()
        if event.button() is Qt.MouseButton.LeftButton and index.isValid():
            if index.column() == Column.DELETE and self._can_delete(index):
                self._pressed = QPersistentModelIndex(index)
                return
            if self._is_on_arrow(index, event.position().toPoint()):
                self._toggle(index)
                return
        super().mousePressEvent(event)
        if event.button() is Qt.MouseButton.LeftButton and index.column() != Column.DELETE:
            first = self.visualRect(index.siblingAtColumn(Column.DOCUMENT))
            field = self._delegate.layout.field(self._delegate.layout.wide(first))
            if field.contains(event.position().toPoint()):
                self.edit_password(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A bin that was pressed and released deletes its row: one click, no question."""
        index = self.indexAt(event.position().toPoint())
        if self._pressed.isValid():
            hit = self._pressed == index
            self._pressed = QPersistentModelIndex()
            row = self._jobs.row_at(index)
            if hit and row is not None:
                self._want_delete([row])
            return
        super().mouseReleaseEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up the bin below the mouse."""
        self._set_hover(self.indexAt(event.position().toPoint()))
        super().mouseMoveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """No bin stays lit when the mouse is gone."""
        if event.type() is QEvent.Type.Leave:
            self._set_hover(QModelIndex())
        return super().viewportEvent(event)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell which job is to be shown."""
        super().currentChanged(current, previous)
        self.job_chosen.emit(self._jobs.job_at(current))

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell that what the actions refer to is another."""
        super().selectionChanged(selected, deselected)
        self.chosen_changed.emit()

    # --- within ----------------------------------------------------------------------

    def _dress(self) -> None:
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setAcceptDrops(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(
            lambda point: self.menu_wanted.emit(self.viewport().mapToGlobal(point))
        )

    def _set_columns(self) -> None:
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(Column.DOCUMENT, QHeaderView.ResizeMode.Stretch)
        for column, width in (
            (Column.LEFT, self._delegate.layout.left_width),
            (Column.DELETE, self._delegate.layout.delete_width),
        ):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)

    def _listen(self, model: JobModel) -> None:
        model.rowsInserted.connect(self._open_batches)
        model.modelReset.connect(self._open_new)
        model.applied.connect(self._close_stale_field)
        self.expanded.connect(lambda index: self._note_open(index, is_open=True))
        self.collapsed.connect(lambda index: self._note_open(index, is_open=False))
        self._theme.changed.connect(self.viewport().update)
        self._clock = QTimer(self)
        self._clock.setInterval(_REPAINT_EVERY_MS)
        self._clock.timeout.connect(self.viewport().update)
        self._clock.start()

    def _open_new(self) -> None:
        for batch in self._jobs.batches:
            if batch.batch_id not in self._closed:
                self.expand(self._jobs.index_of(batch))

    def _open_batches(self, parent: QModelIndex, first: int, last: int) -> None:
        if parent.isValid():
            return
        for place in range(first, last + 1):
            if self._jobs.batches[place].batch_id not in self._closed:
                self.expand(self._jobs.index(place, 0))

    def _note_open(self, index: QModelIndex, *, is_open: bool) -> None:
        row = self._jobs.row_at(index)
        if isinstance(row, BatchRow):
            (self._closed.discard if is_open else self._closed.add)(row.batch_id)

    def _toggle(self, index: Index) -> None:
        if isinstance(self._jobs.row_at(index), BatchRow):
            place = self._jobs.index(index.row(), 0)
            self.setExpanded(place, not self.isExpanded(place))

    def _is_on_arrow(self, index: QModelIndex, point: QPoint) -> bool:
        if index.column() != Column.DOCUMENT or self._jobs.job_at(index) is not None:
            return False
        arrow = self._delegate.layout.chevron(self.visualRect(index))
        return arrow.adjusted(-8, -12, 6, 12).contains(point)

    def _set_hover(self, index: QModelIndex) -> None:
        if self._hover != index:
            self._hover = QPersistentModelIndex(index)
            self.viewport().update()

    def _is_hovered(self, index: Index) -> bool:
        hover = self._hover
        return (
            hover.isValid()
            and hover.row() == index.row()
            and hover.internalId() == index.internalId()
        )

    def _is_bin_hot(self, index: Index) -> bool:
        return self._is_hovered(index) and self._hover.column() == Column.DELETE

    def _is_bin_shown(self, index: Index) -> bool:
        return self._is_hovered(index) or self.selectionModel().isSelected(
            self._jobs.index(index.row(), 0, index.parent())
        )

    def _can_delete(self, index: Index) -> bool:
        row = self._jobs.row_at(index)
        if isinstance(row, BatchRow):
            return row.alive > 0
        return row is not None and not row.leaving and row.job.state is not JobState.DELETED

    def _want_delete(self, rows: Sequence[BatchRow | JobRow]) -> None:
        wanted = [row for row in rows if self._can_delete(self._jobs.index_of(row))]
        if wanted:
            self.delete_wanted.emit(wanted)

    def _close_stale_field(self) -> None:
        index = self.currentIndex()
        if self.state() is not _EDITING:
            return
        row = self._jobs.job_at(index)
        field = self.indexWidget(index)
        if field is not None and (row is None or row.job.state is not JobState.NEEDS_PASSWORD):
            self.closeEditor(field, _DISCARD)


_EDITING = QAbstractItemView.State.EditingState
_DISCARD = QAbstractItemDelegate.EndEditHint.RevertModelCache
