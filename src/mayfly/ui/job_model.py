"""Batches and their jobs as a Qt model. Only rows that changed are touched.

A flat table in which a batch's jobs follow it, not a tree: QTreeView asks the model about
every open row whenever one comes in (10,000 jobs: 0.2 s each time), QTableView about none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import Job
from mayfly.domain.states import JobState
from mayfly.ui.cell_texts import TEXT_ROLES, CellTexts
from mayfly.ui.job_rows import BatchRow, Column, JobRow, what_is_left
from mayfly.ui.row_texts import Counts, RowTexts
from mayfly.ui.wording import Tr

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_MANY = 64
"""With more changes than this in one batch a single signal for all is cheaper."""


class JobModel(QAbstractTableModel):
    """Newest batch first, jobs in the order they came. Lives on the GUI thread."""

    applied = Signal(object)
    """The set of job ids that came or changed."""

    def __init__(
        self, tr: Tr, *, now: Callable[[], datetime], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.texts = RowTexts(tr)
        self._cells = CellTexts(tr, self.texts)
        self._now = now
        self._shown: list[BatchRow] = []
        self._starts: list[int] = []
        self._height = 0
        self._batches: dict[BatchId, BatchRow] = {}
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

    def everything(self) -> list[JobRow]:
        """Return every job's row, hidden or not."""
        return list(self._rows.values())

    def find(self, job_id: JobId) -> JobRow | None:
        """Return a job's row, hidden or not."""
        return self._rows.get(job_id)

    def row_at(self, index: Index) -> BatchRow | JobRow | None:
        """Return what the index stands for."""
        return self.row_number(index.row()) if index.isValid() else None

    def row_number(self, number: int) -> BatchRow | JobRow | None:
        """Return what stands in that row of the list, counted from 0."""
        if not 0 <= number < self._height:
            return None
        batch = self._shown[bisect_right(self._starts, number) - 1]
        within = number - batch.start
        return batch.shown[within - 1] if within else batch

    def job_at(self, index: Index) -> JobRow | None:
        """Return the job's row, or None for a batch or nothing."""
        row = self.row_at(index)
        return row if isinstance(row, JobRow) else None

    def number_of(self, row: BatchRow | JobRow) -> int:
        """Return in which row of the list it stands; -1 when it is hidden."""
        if isinstance(row, BatchRow):
            return row.start
        if row.place < 0 or row.batch.start < 0 or not row.batch.is_open:
            return -1
        return row.batch.start + 1 + row.place

    def index_of(self, row: BatchRow | JobRow, column: int = 0) -> QModelIndex:
        """Return where a row is; invalid when it is hidden."""
        number = self.number_of(row)
        return self.createIndex(number, column) if number >= 0 else QModelIndex()

    # --- Qt's questions --------------------------------------------------------------

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of batches and of jobs in open ones."""
        return 0 if parent.isValid() else self._height

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the same number for both kinds of rows."""
        return 0 if parent.isValid() else len(Column)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return what a row can do; only a locked document can be edited: its password."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        row = self.job_at(index)
        locked = row is not None and row.job.state is JobState.NEEDS_PASSWORD
        if locked and index.column() == Column.DOCUMENT:
            return _ROW_FLAGS | Qt.ItemFlag.ItemIsEditable
        return _ROW_FLAGS

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401 - Qt's own shape
        """Return the columns' names, which a screen reader says."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._cells.header(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """Return texts; the delegate asks row_at for all else."""
        row = self.row_at(index) if role in TEXT_ROLES else None
        return None if row is None else self._cells.of(row, index.column(), role, self._now())

    # --- changing --------------------------------------------------------------------

    def apply(self, jobs: Sequence[Job]) -> None:
        """Take in what changed: new jobs, new states, tombstones."""
        if not jobs:
            return
        if self._rows:
            self._change(jobs)
        else:
            self.beginResetModel()
            for job in jobs:
                self._add(job)
            self._arrange()
            self.endResetModel()
        self.applied.emit(frozenset(job.job_id for job in jobs))

    def clear(self) -> None:
        """Forget every job: the vault is locked, or gone."""
        self.beginResetModel()
        for batch in self._batches.values():
            # Rows and batches know each other: names would stay until the collector comes by.
            batch.everything.clear()
            batch.shown.clear()
        self._batches.clear()
        self._rows.clear()
        self.texts.sent = {}
        self.counts.clear()
        self._arrange()
        self.endResetModel()
        self.applied.emit(frozenset())

    def set_show_deleted(self, shown: bool) -> None:
        """Show or hide tombstones."""
        if shown != self._show_deleted:
            self.beginResetModel()
            self._show_deleted = shown
            self._arrange()
            self.endResetModel()

    def set_open(self, batch: BatchRow, is_open: bool) -> None:
        """Show or hide the jobs of a batch."""
        if batch.is_open == is_open:
            return
        first, last = batch.start + 1, batch.start + len(batch.shown)
        if is_open:
            self.beginInsertRows(QModelIndex(), first, last)
            batch.is_open = True
            self._number()
            self.endInsertRows()
        else:
            self.beginRemoveRows(QModelIndex(), first, last)
            batch.is_open = False
            self._number()
            self.endRemoveRows()
        self.touch(batch)

    def mark_leaving(self, rows: Iterable[JobRow], leaving: bool = True) -> None:
        """Show at once that these are being deleted, before the vault has answered."""
        touched: dict[BatchRow, list[int]] = {}
        for row in rows:
            row.leaving = leaving
            if row.place >= 0:
                touched.setdefault(row.batch, []).append(row.place)
        for batch, places in touched.items():
            self._tell(batch, places)

    def show_sent(self, sent: Mapping[JobId, Counts]) -> None:
        """Say in the rows how many pictures of each document are sent."""
        before, self.texts.sent = self.texts.sent, sent
        touched: dict[BatchRow, list[int]] = {}
        for job_id in before.keys() | sent.keys():
            row = self._rows.get(job_id)
            if row is not None and row.place >= 0 and before.get(job_id) != sent.get(job_id):
                touched.setdefault(row.batch, []).append(row.place)
        for batch, places in touched.items():
            self._tell(batch, places)

    def touch(self, batch: BatchRow) -> None:
        """Have a batch's own row painted anew (its pace changed)."""
        if batch.start >= 0:
            self._tell_rows(batch.start, batch.start)

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
                if self._is_shown(row):
                    changed.setdefault(row.batch, []).append(row.place)
                elif row.place >= 0:
                    gone.append(row)
        # Before rows move: the places noted are still right.
        for batch, places in changed.items():
            self._tell(batch, places)
        self._drop(gone)
        for batch, rows in came.items():
            self._insert(batch, rows)
        for batch in {*changed, *came}:
            self.touch(batch)

    def _add(self, job: Job) -> JobRow:
        batch = self._batches.get(job.batch_id)
        if batch is None:
            batch = BatchRow(job.batch_id, len(self._batches), job.added_at)
            self._batches[job.batch_id] = batch
        row = JobRow(job, batch)
        batch.everything[job.job_id] = self._rows[job.job_id] = row
        batch.counts[job.state] += 1
        self.counts[job.state] += 1
        return row

    def _replace(self, row: JobRow, job: Job) -> None:
        before, after = row.job.state, job.state
        if before is not after:
            for counts in (row.batch.counts, self.counts):
                counts[before] -= 1
                counts[after] += 1
        if after is JobState.DELETED or what_is_left(row.job) != what_is_left(job):
            row.leaving = False
        row.job = job

    def _is_shown(self, row: JobRow) -> bool:
        return self._show_deleted or row.job.state is not JobState.DELETED

    def _arrange(self) -> None:
        """Work out anew what is shown and where; only within a reset."""
        for batch in self._batches.values():
            for row in batch.everything.values():
                row.place = -1
            batch.start = -1
            batch.shown = [row for row in batch.everything.values() if self._is_shown(row)]
            batch.shown.sort(key=lambda row: row.job.position)
            batch.number_from(0)
        self._shown = [batch for batch in self._batches.values() if batch.shown]
        self._shown.sort(key=_age, reverse=True)
        self._number()

    def _number(self) -> None:
        start = 0
        for batch in self._shown:
            batch.start = start
            start += batch.height
        self._starts = [batch.start for batch in self._shown]
        self._height = start

    def _tell(self, batch: BatchRow, places: list[int]) -> None:
        if batch.start < 0 or not batch.is_open:
            return
        places.sort()
        spans = [(places[0], places[-1])] if len(places) > _MANY else _spans(places)
        for first, last in spans:
            self._tell_rows(batch.start + 1 + first, batch.start + 1 + last)

    def _tell_rows(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.createIndex(first, 0), self.createIndex(last, len(Column) - 1))

    def _insert(self, batch: BatchRow, rows: list[JobRow]) -> None:
        rows.sort(key=lambda row: row.job.position)
        if batch.start < 0:
            self._insert_batch(batch, rows)
            return
        place = batch.place_of(rows[0].job.position)
        if place < len(batch.shown) and len(rows) > 1:
            for row in rows:
                self._insert(batch, [row])
            return
        first = batch.start + 1 + place
        if batch.is_open:
            self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        batch.shown[place:place] = rows
        batch.number_from(place)
        self._number()
        if batch.is_open:
            self.endInsertRows()

    def _insert_batch(self, batch: BatchRow, rows: list[JobRow]) -> None:
        above = sum(_age(other) > _age(batch) for other in self._shown)
        first = self._shown[above].start if above < len(self._shown) else self._height
        batch.shown = rows
        batch.number_from(0)
        self.beginInsertRows(QModelIndex(), first, first + batch.height - 1)
        self._shown.insert(above, batch)
        self._number()
        self.endInsertRows()

    def _drop(self, rows: Sequence[JobRow]) -> None:
        if len(rows) > _MANY:
            self.beginResetModel()
            self._arrange()
            self.endResetModel()
            return
        for row in rows:
            self._remove(row)

    def _remove(self, row: JobRow) -> None:
        batch, place = row.batch, row.place
        last_one = len(batch.shown) == 1
        first = batch.start if last_one else batch.start + 1 + place
        last = batch.start + batch.height - 1 if last_one else first
        announced = batch.is_open or last_one
        if announced:
            self.beginRemoveRows(QModelIndex(), first, last)
        del batch.shown[place]
        batch.number_from(place)
        row.place = -1
        if last_one:
            self._shown.remove(batch)
            batch.start = -1
        self._number()
        if announced:
            self.endRemoveRows()


_ROW_FLAGS = (
    Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
)


def _age(batch: BatchRow) -> tuple[datetime, int]:
    return (batch.added_at, batch.serial)


def _spans(places: list[int]) -> list[tuple[int, int]]:
    """Return neighbouring places as pairs of first and last; places are in order."""
    spans: list[tuple[int, int]] = []
    for place in places:
        if spans and place == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], place)
        else:
            spans.append((place, place))
    return spans
