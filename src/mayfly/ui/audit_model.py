"""The audit log as a Qt model: newest first, fetched in pieces, off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from enum import Enum, IntEnum, auto
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from mayfly.domain.audit import AuditEntry, AuditKind
from mayfly.domain.errors import UserError
from mayfly.ui.audit_texts import entry_text, short_id
from mayfly.ui.courier import Courier
from mayfly.ui.times import exact_text
from mayfly.ui.wording import Tr

AskEntries = Callable[..., "Future[tuple[AuditEntry, ...]]"]
"""AuditTrail.entries: takes before_seq and most."""

AT_ONCE = 500
_ENOUGH_SHOWN = 60
"""A filter that leaves fewer rows than fill a screen goes on through older entries."""
_NOWHERE = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class AuditColumn(IntEnum):
    """The columns."""

    TIME = 0
    WHAT = 1
    JOB = 2


class Kinds(Enum):
    """What the filter offers."""

    ALL = auto()
    DELETIONS = auto()
    DOCUMENTS = auto()
    KEYS = auto()


_KINDS = {
    Kinds.ALL: frozenset(AuditKind),
    Kinds.DELETIONS: frozenset(
        {AuditKind.DELETED, AuditKind.OBJECTS_DELETED, AuditKind.ROLLBACK_FOUND}
    ),
    Kinds.DOCUMENTS: frozenset({AuditKind.ADDED, AuditKind.DEADLINE_CHANGED, AuditKind.EXPORTED}),
    Kinds.KEYS: frozenset(AuditKind)
    - {
        AuditKind.DELETED,
        AuditKind.OBJECTS_DELETED,
        AuditKind.ADDED,
        AuditKind.DEADLINE_CHANGED,
        AuditKind.EXPORTED,
    },
}


class AuditModel(QAbstractTableModel):
    """Holds what was fetched so far and shows what the filter lets through."""

    state_changed = Signal()
    """Loading began or ended."""
    failed = Signal(object)
    """A UserError: the next entries could not be fetched."""

    def __init__(self, ask: AskEntries, *, courier: Courier, tr: Tr, parent: QObject) -> None:
        super().__init__(parent)
        self._ask = ask
        self._courier = courier
        self._tr = tr
        self._all: list[AuditEntry] = []
        self._shown: list[AuditEntry] = []
        self._kinds = Kinds.ALL
        self._prefix = ""
        self._order = 0
        self.loading = False
        self.complete = False
        """Whether the oldest entry was fetched."""

    # --- fetching --------------------------------------------------------------------

    def restart(self) -> None:
        """Forget what was fetched and begin with the newest entries."""
        self.beginResetModel()
        self._all, self._shown = [], []
        self.endResetModel()
        self.complete = False
        self._fetch()

    def canFetchMore(self, parent: Index = _NOWHERE) -> bool:
        """Whether there are older entries that were not asked for."""
        return not parent.isValid() and bool(self._all) and not (self.loading or self.complete)

    def fetchMore(self, parent: Index = _NOWHERE) -> None:
        """Ask for the next older entries."""
        if self.canFetchMore(parent):
            self._fetch()

    def _fetch(self) -> None:
        self._order += 1
        order = self._order
        self.loading = True
        self.state_changed.emit()
        before = self._all[-1].seq if self._all else None
        self._courier.ask(
            self,
            self._ask(before_seq=before, most=AT_ONCE),
            then=lambda entries: self._take(order, entries),
            failed=lambda error: self._fail(order, error),
        )

    def _take(self, order: int, entries: tuple[AuditEntry, ...]) -> None:
        if order != self._order:
            return
        self.loading = False
        self.complete = len(entries) < AT_ONCE
        self._all.extend(entries)
        fitting = [one for one in entries if self._fits(one)]
        if fitting:
            first = len(self._shown)
            self.beginInsertRows(QModelIndex(), first, first + len(fitting) - 1)
            self._shown.extend(fitting)
            self.endInsertRows()
        self.state_changed.emit()
        self._go_on()

    def _fail(self, order: int, error: UserError) -> None:
        if order != self._order:
            return
        self.loading = False
        self.state_changed.emit()
        self.failed.emit(error)

    def _go_on(self) -> None:
        if len(self._shown) < _ENOUGH_SHOWN and self.canFetchMore():
            self._fetch()

    # --- the filter ------------------------------------------------------------------

    def set_filter(self, kinds: Kinds, prefix: str) -> None:
        """Show only entries of these kinds, about jobs whose id begins so."""
        self._kinds, self._prefix = kinds, prefix.strip().lower()
        self.beginResetModel()
        self._shown = [one for one in self._all if self._fits(one)]
        self.endResetModel()
        self.state_changed.emit()
        self._go_on()

    def _fits(self, entry: AuditEntry) -> bool:
        if entry.kind not in _KINDS[self._kinds]:
            return False
        return not self._prefix or (entry.job_id or "").startswith(self._prefix)

    # --- Qt's questions --------------------------------------------------------------

    def entry_at(self, index: Index) -> AuditEntry | None:
        """Return the entry in the index's row."""
        inside = index.isValid() and index.row() < len(self._shown)
        return self._shown[index.row()] if inside else None

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many entries are shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(AuditColumn)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401 - Qt's own shape
        """Return the columns' names."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            tr = self._tr
            return (tr("Time"), tr("What happened"), tr("Document"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """Return texts; a row says all of itself in each tooltip."""
        entry = self.entry_at(index)
        if entry is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(entry, AuditColumn(index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == AuditColumn.TIME:
            return ", ".join(filter(None, (self._cell(entry, one) for one in AuditColumn)))
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == AuditColumn.WHAT:
            number = self._tr("Entry {n}").format(n=entry.seq)
            return "\n".join(filter(None, (number, entry_text(self._tr, entry), entry.job_id)))
        return None

    def _cell(self, entry: AuditEntry, column: AuditColumn) -> str:
        if column is AuditColumn.TIME:
            return exact_text(entry.at)
        return entry_text(self._tr, entry) if column is AuditColumn.WHAT else short_id(entry)
