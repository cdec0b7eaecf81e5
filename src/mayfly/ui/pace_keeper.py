"""Watches the batches that run and keeps their pace, once a second."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal

from mayfly.domain.ids import BatchId
from mayfly.services.progress import Pace, PaceMeter, Standing, standing_of
from mayfly.ui.job_model import JobModel
from mayfly.ui.job_rows import NO_PACE, BatchRow

_EVERY_MS = 1_000


class PaceKeeper(QObject):
    """Sleeps while nothing runs."""

    pace_changed = Signal(object)
    """The Pace of all batches together."""

    def __init__(self, model: JobModel, *, clock_s: Callable[[], float] = monotonic) -> None:
        super().__init__(model)
        self._model = model
        self._clock_s = clock_s
        self._meters: dict[BatchId, PaceMeter] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.look)
        model.applied.connect(self._wake)

    def look(self) -> None:
        """Measure every batch that runs, and settle those that ended."""
        running = [batch for batch in self._model.batches if batch.running]
        for batch in self._model.batches:
            if not batch.running and batch.batch_id in self._meters:
                del self._meters[batch.batch_id]
                batch.pace, batch.standing = NO_PACE, None
                self._model.touch(batch)
        at_s = self._clock_s()
        paces = [self._measure(batch, at_s) for batch in running]
        if not running:
            self._timer.stop()
        self.pace_changed.emit(_together(paces, running))

    def _measure(self, batch: BatchRow, at_s: float) -> Pace:
        standing = standing_of([row.job for row in batch.everything.values()])
        meter = self._meters.setdefault(batch.batch_id, PaceMeter())
        batch.standing = standing
        batch.pace = meter.feed(at_s, standing)
        self._model.touch(batch)
        return batch.pace

    def _wake(self) -> None:
        if not self._timer.isActive() and any(batch.running for batch in self._model.batches):
            self._timer.start()
            self.look()


def _together(paces: list[Pace], batches: list[BatchRow]) -> Pace:
    known = [pace.pages_per_minute for pace in paces if pace.pages_per_minute is not None]
    if not known:
        return NO_PACE
    per_minute = sum(known)
    standings: list[Standing] = [batch.standing for batch in batches if batch.standing is not None]
    to_come = sum(standing.to_come for standing in standings)
    return Pace(per_minute, to_come / per_minute * 60.0)
