"""Looks which documents go soon although their texts, which stay, have doubtful words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QTimer, Signal

from mayfly.domain.errors import UserError
from mayfly.domain.ids import JobId
from mayfly.domain.states import JobState
from mayfly.services.doubts import Doubting, Doubts
from mayfly.ui.courier import Courier
from mayfly.ui.job_model import JobModel
from mayfly.ui.job_rows import JobRow

AHEAD = timedelta(hours=1)
"""How long before a document goes there is a warning."""
_LOOK_EVERY_MS = 20_000
_SETTLE_MS = 300


@dataclass(frozen=True, slots=True)
class Doomed:
    """A document that goes soon, and the doubtful words of its text."""

    row: JobRow
    doubts: Doubts


class DoubtWatch(QObject):
    """Asks about one document at a time, and about each only once. Nothing can be edited yet, so
    every doubtful word is as it was read.
    """

    found = Signal(object)
    """A tuple of Doomed, the first to go first; empty when there is nothing to warn of."""

    def __init__(
        self, doubting: Doubting, model: JobModel, *, courier: Courier, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._doubting = doubting
        self._model = model
        self._courier = courier
        self._known: dict[tuple[JobId, datetime], Doubts] = {}
        self._asked: tuple[JobId, datetime] | None = None
        self._dismissed: set[JobId] = set()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self.look)
        model.applied.connect(self._hear)

    def dismiss(self, rows: Sequence[JobRow]) -> None:
        """Warn of these no more."""
        self._dismissed.update(row.job.job_id for row in rows)
        self.look()

    def look(self) -> None:
        """Ask what is not known yet of what goes soon, and tell what is."""
        rows = self._doomed()
        wanted = {_key(row) for row in rows}
        self._known = {key: doubts for key, doubts in self._known.items() if key in wanted}
        known = [Doomed(row, self._known[_key(row)]) for row in rows if _key(row) in self._known]
        self.found.emit(tuple(one for one in known if one.doubts.words))
        unknown = next((row for row in rows if _key(row) not in self._known), None)
        if unknown is not None and self._asked is None:
            self._ask(_key(unknown))

    def _doomed(self) -> list[JobRow]:
        now = self._model.now()
        rows = [
            row
            for row in self._model.everything()
            if row.job.state is JobState.DONE and self._is_doomed(row, now)
        ]
        return sorted(rows, key=lambda row: row.job.source_delete_at)

    def _is_doomed(self, row: JobRow, now: datetime) -> bool:
        """Whether its document goes soon, and its text stays without anything to compare."""
        job = row.job
        return (
            now < job.source_delete_at <= now + AHEAD
            and job.result_delete_at > job.source_delete_at
            and job.source_present
            and job.result_present
            and row.alive
            and job.name is not None
            and job.job_id not in self._dismissed
        )

    def _ask(self, key: tuple[JobId, datetime]) -> None:
        self._asked = key
        self._courier.ask(
            self,
            self._doubting.count(key[0]),
            then=lambda doubts: self._take(key, doubts),
            failed=self._fail,
        )

    def _take(self, key: tuple[JobId, datetime], doubts: Doubts) -> None:
        self._asked = None
        self._known[key] = doubts
        self.look()

    def _fail(self, _error: UserError) -> None:
        """It went meanwhile, or the vault is locked: the next look shows."""
        self._asked = None

    def _hear(self, _job_ids: object) -> None:
        if not self._model.alive:
            # Locked or gone: what was known goes now, not at the next look.
            self._known.clear()
            self.found.emit(())
        elif not self._settle.isActive():
            self._settle.start()


def _key(row: JobRow) -> tuple[JobId, datetime]:
    """Read again, a document has another text."""
    return (row.job.job_id, row.job.finished_at or row.job.added_at)
