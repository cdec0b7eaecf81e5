"""Batches and their jobs as a Qt model. Only rows that changed are touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import Job
from mayfly.domain.states import JobState
from mayfly.ui.job_rows import BatchRow, JobRow
from mayfly.ui.row_texts import RowTexts
from mayfly.ui.wording import Tr

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_WHOLE_RANGE_FROM = 64
"""With more changes than this in one batch a single signal for the range is cheaper."""


class Column(IntEnum):
    """The columns of both kinds of rows."""

    DOCUMENT = 0
    LEFT = 1
    DELETE = 2


class JobModel(QAbstractItemModel):
    """Newest batch first, jobs in the order they came. Lives on the GUI thread."""

    applied = Signal(object)
    """The set of job ids that came or changed."""

    def __init__(
        self, tr: Tr, *, now: Callable[[], datetime], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.texts = RowTexts(tr)
        self._tr = tr
        self._now = now
        self._shown: list[BatchRow] = []
        self._batches: dict[BatchId, BatchRow] = {}
        self._by_serial: dict[int, BatchRow] = {}
        self._rows: dict[JobId, JobRow] = {}
        self._show_deleted = True
        self.counts: Counter[JobState] = Counter()

    # --- asking ----------------------------------------------------------------------

    @property
    def batches(self) -> Sequence[BatchRow]:
        """The batches that are shown, newest first."""
        return self._shown

    @property
    def alive(self) -> int:
        """How many jobs are not deleted."""
        return len(self._rows) - self.counts[JobState.DELETED]

    def now(self) -> datetime:
        """Return the moment that texts refer to."""
        return self._now()

    def find(self, job_id: JobId) -> JobRow | None:
        """Return a job's row, hidden or not."""
        return self._rows.get(job_id)

    def row_at(self, index: Index) -> BatchRow | JobRow | None:
        """Return what the index stands for."""
        if not index.isValid():
            return None
        serial = index.internalId()
        if not serial:
            return self._shown[index.row()]
        return self._by_serial[serial].shown[index.row()]

    def job_at(self, index: Index) -> JobRow | None:
        """Return the job's row, or None for a batch or nothing."""
        row = self.row_at(index)
        return row if isinstance(row, JobRow) else None

    def index_of(self, row: BatchRow | JobRow, column: int = 0) -> QModelIndex:
        """Return where a row is; invalid when it is hidden."""
        if row.row < 0:
            return QModelIndex()
        serial = row.batch.serial if isinstance(row, JobRow) else 0
        return self.createIndex(row.row, column, serial)

    # --- Qt's questions --------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        """Return the index of a batch, or of a job within its batch."""
        if not parent.isValid():
            if 0 <= row < len(self._shown) and 0 <= column < _COLUMNS:
                return self.createIndex(row, column, 0)
        elif not (parent.internalId() or parent.column()):
            batch = self._shown[parent.row()]
            if 0 <= row < len(batch.shown) and 0 <= column < _COLUMNS:
                return self.createIndex(row, column, batch.serial)
        return QModelIndex()

    def parent(self, index: Index = _NOWHERE) -> QModelIndex:  # type: ignore[override]
        """Return the batch of a job; batches have none."""
        serial = index.internalId() if index.isValid() else 0
        if not serial:
            return QModelIndex()
        return self.createIndex(self._by_serial[serial].row, 0, 0)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of batches, or of jobs shown in a batch."""
        if not parent.isValid():
            return len(self._shown)
        if parent.internalId() or parent.column():
            return 0
        return len(self._shown[parent.row()].shown)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the same number for both kinds of rows."""
        del parent
        return _COLUMNS

    def hasChildren(self, parent: Index = _NOWHERE) -> bool:
        """Tell without counting: jobs never have children."""
        return not (parent.isValid() and (parent.internalId() or parent.column()))

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return what a row can do; only a locked document can be edited: its password."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        row = self.job_at(index)
        if row is None:
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        flags = _JOB_FLAGS
        if row.job.state is JobState.NEEDS_PASSWORD and index.column() == Column.DOCUMENT:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401 - Qt's own shape
        """Return the columns' names, which a screen reader says."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self._tr("Document"), self._tr("Time left"), self._tr("Delete"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """Return texts; the delegate asks row_at for all else."""
        if role not in _TEXT_ROLES:
            return None
        row = self.row_at(index)
        if row is None:
            return None
        if isinstance(row, BatchRow):
            return self._batch_data(row, index.column(), role)
        return self._job_data(row, index.column(), role)

    def _batch_data(self, batch: BatchRow, column: int, role: int) -> str | None:
        if column == Column.DELETE:
            return self._tr("Delete all of these") if role != Qt.ItemDataRole.DisplayRole else None
        if column != Column.DOCUMENT:
            return None
        title = self.texts.batch_title(batch, self._now())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{title}, {self.texts.batch_state(batch)}"
        return title

    def _job_data(self, row: JobRow, column: int, role: int) -> str | None:
        now = self._now()
        if column == Column.DELETE:
            if role == Qt.ItemDataRole.DisplayRole or row.job.state is JobState.DELETED:
                return None
            return self._tr("Delete now")
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.texts.tooltip(row, now)
        if column == Column.LEFT:
            return self.texts.left(row.job, now)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.texts.spoken(row, now)
        return self.texts.title(row.job)

    # --- changing --------------------------------------------------------------------

    def apply(self, jobs: Sequence[Job]) -> None:
        """Take in what changed: new jobs, new states, tombstones."""
        if not jobs:
            return
        if not self._rows:
            self._fill(jobs)
        else:
            self._change(jobs)
        self.applied.emit(frozenset(job.job_id for job in jobs))

    def set_show_deleted(self, shown: bool) -> None:
        """Show or hide tombstones."""
        if shown == self._show_deleted:
            return
        self.beginResetModel()
        self._show_deleted = shown
        self._arrange()
        self.endResetModel()

    def mark_leaving(self, rows: Iterable[JobRow], leaving: bool = True) -> None:
        """Show at once that these are being deleted, before the vault has answered."""
        touched: dict[BatchRow, list[int]] = {}
        for row in rows:
            row.leaving = leaving
            if row.row >= 0:
                touched.setdefault(row.batch, []).append(row.row)
        for batch, places in touched.items():
            self._tell(batch, places)

    def touch(self, batch: BatchRow) -> None:
        """Have a batch's own row painted anew (its pace changed)."""
        place = self.index_of(batch)
        if place.isValid():
            self.dataChanged.emit(place, self.index_of(batch, Column.DELETE))

    def _fill(self, jobs: Sequence[Job]) -> None:
        self.beginResetModel()
        for job in jobs:
            self._add(job)
        self._arrange()
        self.endResetModel()

    def _arrange(self) -> None:
        """Work out anew what is shown and where; only within a reset."""
        for batch in self._batches.values():
            for row in batch.everything.values():
                row.row = -1
            batch.row = -1
            batch.shown = [row for row in batch.everything.values() if self._is_shown(row)]
            batch.shown.sort(key=lambda row: row.job.position)
            batch.number_from(0)
        self._shown = [batch for batch in self._batches.values() if batch.shown]
        self._shown.sort(key=lambda batch: (batch.added_at, batch.serial), reverse=True)
        self._number_batches()

    def _number_batches(self) -> None:
        for place, batch in enumerate(self._shown):
            batch.row = place

    def _add(self, job: Job) -> JobRow:
        batch = self._batches.get(job.batch_id)
        if batch is None:
            serial = len(self._batches) + 1
            batch = BatchRow(job.batch_id, serial, job.added_at)
            self._batches[job.batch_id] = self._by_serial[serial] = batch
        row = JobRow(job, batch)
        batch.everything[job.job_id] = self._rows[job.job_id] = row
        batch.note(None, job)
        self.counts[job.state] += 1
        return row

    def _change(self, jobs: Sequence[Job]) -> None:
        changed: dict[BatchRow, list[int]] = {}
        came: dict[BatchRow, list[JobRow]] = {}
        gone: list[JobRow] = []
        for job in jobs:
            row = self._rows.get(job.job_id)
            if row is None:
                row = self._add(job)
                if self._is_shown(row):
                    came.setdefault(row.batch, []).append(row)
            elif row.job != job:
                self._replace(row, job)
                if row.row < 0:
                    continue
                if self._is_shown(row):
                    changed.setdefault(row.batch, []).append(row.row)
                else:
                    gone.append(row)
        # Before rows move: the places noted are still right.
        for batch, places in changed.items():
            self._tell(batch, places)
        self._drop(gone)
        for batch, rows in came.items():
            self._insert(batch, rows)
        for batch in {*changed, *came}:
            self.touch(batch)

    def _replace(self, row: JobRow, job: Job) -> None:
        row.batch.note(row.job, job)
        self.counts[row.job.state] -= 1
        self.counts[job.state] += 1
        row.job = job
        if job.state is JobState.DELETED:
            row.leaving = False

    def _is_shown(self, row: JobRow) -> bool:
        return self._show_deleted or row.job.state is not JobState.DELETED

    def _tell(self, batch: BatchRow, places: list[int]) -> None:
        if batch.row < 0:
            return
        if len(places) > _WHOLE_RANGE_FROM:
            spans = [(min(places), max(places))]
        else:
            spans = _spans(sorted(places))
        for first, last in spans:
            top = self.createIndex(first, 0, batch.serial)
            self.dataChanged.emit(top, self.createIndex(last, Column.DELETE, batch.serial))

    def _insert(self, batch: BatchRow, rows: list[JobRow]) -> None:
        rows.sort(key=lambda row: row.job.position)
        if batch.row < 0:
            batch.shown = rows
            batch.number_from(0)
            self._insert_batch(batch)
            return
        parent = self.index_of(batch)
        first = batch.place_of(rows[0].job.position)
        if first == len(batch.shown):
            self.beginInsertRows(parent, first, first + len(rows) - 1)
            batch.shown.extend(rows)
            batch.number_from(first)
            self.endInsertRows()
            return
        for row in rows:
            place = batch.place_of(row.job.position)
            self.beginInsertRows(parent, place, place)
            batch.shown.insert(place, row)
            batch.number_from(place)
            self.endInsertRows()

    def _insert_batch(self, batch: BatchRow) -> None:
        key = (batch.added_at, batch.serial)
        place = sum((other.added_at, other.serial) > key for other in self._shown)
        self.beginInsertRows(QModelIndex(), place, place)
        self._shown.insert(place, batch)
        self._number_batches()
        self.endInsertRows()

    def _drop(self, rows: Sequence[JobRow]) -> None:
        if len(rows) > _WHOLE_RANGE_FROM:
            self.beginResetModel()
            self._arrange()
            self.endResetModel()
            return
        for row in rows:
            self._remove(row)

    def _remove(self, row: JobRow) -> None:
        batch = row.batch
        if len(batch.shown) == 1:
            self.beginRemoveRows(QModelIndex(), batch.row, batch.row)
            del self._shown[batch.row]
            batch.shown, batch.row, row.row = [], -1, -1
            self._number_batches()
            self.endRemoveRows()
            return
        self.beginRemoveRows(self.index_of(batch), row.row, row.row)
        del batch.shown[row.row]
        batch.number_from(row.row)
        row.row = -1
        self.endRemoveRows()


_COLUMNS = len(Column)
_JOB_FLAGS = (
    Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
)
_TEXT_ROLES = frozenset(
    (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
    )
)


def _spans(places: list[int]) -> list[tuple[int, int]]:
    """Return neighbouring places as pairs of first and last."""
    spans: list[tuple[int, int]] = []
    for place in places:
        if spans and place == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], place)
        else:
            spans.append((place, place))
    return spans
