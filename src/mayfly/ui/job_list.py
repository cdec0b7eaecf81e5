"""The list of batches and jobs: everything in it reachable by keyboard and by mouse."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QWidget,
)

from mayfly.domain.states import JobState
from mayfly.ui.copies import copy_text
from mayfly.ui.countdown import Countdown
from mayfly.ui.icons import Icons
from mayfly.ui.job_delegate import JobDelegate
from mayfly.ui.job_model import Index, JobModel
from mayfly.ui.job_rows import BatchRow, Column, JobRow
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr


class JobList(QTableView):
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
        self._hover = QPersistentModelIndex()
        self._pressed = QPersistentModelIndex()
        self._delegate = JobDelegate(
            model, tr=tr, theme=theme, icons=icons, attention=self, parent=self
        )
        self.password_given = self._delegate.password_given
        self.setAccessibleName(tr("Batches and documents"))
        self._dress()
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self._set_sizes()
        model.applied.connect(self._close_stale_field)
        theme.changed.connect(self.viewport().update)
        self.countdown = Countdown(self, model)

    # --- what is chosen --------------------------------------------------------------

    def chosen_rows(self) -> list[BatchRow | JobRow]:
        """Return the selected rows, top down."""
        # By ranges: selectedRows() makes an index for each of 10,000 rows, which takes 0.4 s.
        selection = self.selectionModel().selection()
        numbers: set[int] = set()
        for place in range(selection.count()):
            span = selection.at(place)
            numbers.update(range(span.top(), span.bottom() + 1))
        rows = (self._jobs.row_number(number) for number in sorted(numbers))
        return [row for row in rows if row is not None]

    def chosen_jobs(self) -> list[JobRow]:
        """Return the selected jobs; a selected batch counts for all its jobs."""
        jobs: dict[str, JobRow] = {}
        for row in self.chosen_rows():
            for one in row.shown if isinstance(row, BatchRow) else [row]:
                jobs[one.job.job_id] = one
        return list(jobs.values())

    def choose(self, row: BatchRow | JobRow) -> None:
        """Make a row the current one and bring it into view."""
        if isinstance(row, JobRow):
            self._jobs.set_open(row.batch, True)
        index = self._jobs.index_of(row)
        if index.isValid():
            # Not the view's own setCurrentIndex: with a modifier held down it selects nothing.
            self.selectionModel().setCurrentIndex(index, _SELECT_ROW)
            self.scrollTo(index)

    def choose_all(self, rows: Sequence[JobRow]) -> None:
        """Select these and nothing else, and bring the first of them into view."""
        for batch in {row.batch for row in rows}:
            self._jobs.set_open(batch, True)
        numbers = sorted(number for row in rows if (number := self._jobs.number_of(row)) >= 0)
        if not numbers:
            return
        selection = QItemSelection()
        first = before = numbers[0]
        # By ranges: one for each of 10,000 rows takes seconds.
        for number in [*numbers[1:], -1]:
            if number != before + 1:
                selection.select(self._jobs.index(first, 0), self._jobs.index(before, 0))
                first = number
            before = number
        model, top = self.selectionModel(), self._jobs.index(numbers[0], 0)
        model.setCurrentIndex(top, QItemSelectionModel.SelectionFlag.NoUpdate)
        model.select(selection, _SELECT_ROW)
        self.scrollTo(top)

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

    # --- what the delegate asks ------------------------------------------------------

    def is_hovered(self, index: Index) -> bool:
        """Whether the mouse is over the index's row."""
        return self._hover.isValid() and self._hover.row() == index.row()

    def is_bin_hot(self, index: Index) -> bool:
        """Whether the mouse is over the bin of the index's row."""
        return self.is_hovered(index) and self._hover.column() == Column.DELETE

    def is_current(self, index: Index) -> bool:
        """Whether the keyboard acts on the index's row."""
        return self.hasFocus() and self.currentIndex().row() == index.row()

    def first_cell(self, index: Index) -> QRect:
        """Return where the first cell of the index's row is."""
        return QRect(
            self.columnViewportPosition(Column.DOCUMENT),
            self.rowViewportPosition(index.row()),
            self.columnWidth(Column.DOCUMENT),
            self.rowHeight(index.row()),
        )

    # --- Qt's calls ------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete deletes, Enter opens a password field or a batch, arrows open and close.

        A copy is of the name alone, and is taken back like copied text.
        """
        index = self.currentIndex()
        row = self._jobs.row_at(index)
        if event.matches(QKeySequence.StandardKey.Copy):
            # Qt's own would put the name there bare, to stay for ever.
            if isinstance(row, JobRow):
                copy_text(str(index.data()), row.job.job_id)
            return
        match event.key():
            case Qt.Key.Key_Delete:
                self._want_delete(self.chosen_rows())
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_F2:
                if not self.edit_password(index) and isinstance(row, BatchRow):
                    self._jobs.set_open(row, not row.is_open)
            case Qt.Key.Key_Right if isinstance(row, BatchRow):
                self._jobs.set_open(row, True)
            case Qt.Key.Key_Left if isinstance(row, BatchRow):
                self._jobs.set_open(row, False)
            case Qt.Key.Key_Left if isinstance(row, JobRow):
                self.choose(row.batch)
            case Qt.Key.Key_Right:
                pass
            case Qt.Key.Key_Home | Qt.Key.Key_End if self._jobs.rowCount():
                last = self._jobs.rowCount() - 1 if event.key() == Qt.Key.Key_End else 0
                self.setCurrentIndex(self._jobs.index(last, 0))
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on a bin or an arrow is no selection."""
        point = event.position().toPoint()
        index = self.indexAt(point)
        self._pressed = QPersistentModelIndex()
        left = event.button() is Qt.MouseButton.LeftButton
        if left and index.isValid():
            if index.column() == Column.DELETE and self._can_delete(self._jobs.row_at(index)):
                self._pressed = QPersistentModelIndex(index)
                return
            if self._is_on_arrow(index, point):
                self._toggle(index)
                return
        super().mousePressEvent(event)
        if left and index.isValid() and self._is_on_field(index, point):
            self.edit_password(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A bin that was pressed and released deletes its row: one click, no question."""
        if not self._pressed.isValid():
            super().mouseReleaseEvent(event)
            return
        index = self.indexAt(event.position().toPoint())
        row = self._jobs.row_at(index)
        hit = self._pressed == index
        self._pressed = QPersistentModelIndex()
        if hit and row is not None:
            self._want_delete([row])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open or close a batch; on a bin the second click is nothing more."""
        index = self.indexAt(event.position().toPoint())
        if index.column() == Column.DELETE:
            return
        self._toggle(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up the row and the bin below the mouse."""
        self._set_hover(self.indexAt(event.position().toPoint()))
        super().mouseMoveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Nothing stays lit when the mouse is gone."""
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
        self.viewport().update()
        self.chosen_changed.emit()

    # --- within ----------------------------------------------------------------------

    def _dress(self) -> None:
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setAcceptDrops(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(
            lambda point: self.menu_wanted.emit(self.viewport().mapToGlobal(point))
        )

    def _set_sizes(self) -> None:
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self._delegate.layout.height)
        columns = self.horizontalHeader()
        columns.setMinimumSectionSize(24)
        columns.setSectionResizeMode(Column.DOCUMENT, QHeaderView.ResizeMode.Stretch)
        for column, width in (
            (Column.LEFT, self._delegate.layout.left_width),
            (Column.DELETE, self._delegate.layout.delete_width),
        ):
            columns.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            columns.resizeSection(column, width)

    def _toggle(self, index: Index) -> None:
        row = self._jobs.row_at(index)
        if isinstance(row, BatchRow):
            self._jobs.set_open(row, not row.is_open)

    def _is_on_arrow(self, index: QModelIndex, point: QPoint) -> bool:
        if index.column() != Column.DOCUMENT or self._jobs.job_at(index) is not None:
            return False
        arrow = self._delegate.layout.icon(self.visualRect(index))
        return arrow.adjusted(-8, -12, 6, 12).contains(point)

    def _is_on_field(self, index: QModelIndex, point: QPoint) -> bool:
        layout = self._delegate.layout
        return layout.field(layout.wide(self.first_cell(index))).contains(point)

    def _set_hover(self, index: QModelIndex) -> None:
        if self._hover != index:
            self._hover = QPersistentModelIndex(index)
            self.viewport().update()

    def _can_delete(self, row: BatchRow | JobRow | None) -> bool:
        return bool(row is not None and row.alive)

    def _want_delete(self, rows: Sequence[BatchRow | JobRow]) -> None:
        wanted = [row for row in rows if self._can_delete(row)]
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


_SELECT_ROW = (
    QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
)
_EDITING = QAbstractItemView.State.EditingState
_DISCARD = QAbstractItemDelegate.EndEditHint.RevertModelCache
