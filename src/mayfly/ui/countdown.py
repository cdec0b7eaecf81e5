"""Keeps the times left true on the screen: only rows on show that say something else now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from PySide6.QtCore import QObject, QRect, QTimer
from PySide6.QtWidgets import QTableView

from mayfly.ui.fading import fade_of
from mayfly.ui.job_model import JobModel
from mayfly.ui.job_rows import BatchRow, JobRow
from mayfly.ui.times import next_end

_SOON_MS, _LATER_MS = 1_000, 5_000
_SECONDS_COUNT_S = 75
"""Under this the seconds are told, so a second late would be seen."""

_Said = tuple[object, ...]


class Countdown(QObject):
    """Compares what rows say with what they said; rows that are not on show cost nothing."""

    def __init__(self, view: QTableView, model: JobModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._said: dict[int, _Said] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(_LATER_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Paint anew what has changed by itself since the last look."""
        if not self._view.isVisible():
            return
        now, said, soon = self._model.now(), {}, False
        for number, row in self._on_show():
            said[id(row)] = says = self._says(row, now)
            soon = soon or (isinstance(row, JobRow) and _is_soon(row, now))
            if self._said.get(id(row), says) != says:
                self._view.viewport().update(self._place(number))
        self._said = said
        self._timer.setInterval(_SOON_MS if soon else _LATER_MS)

    def _says(self, row: BatchRow | JobRow, now: datetime) -> _Said:
        texts = self._model.texts
        if isinstance(row, BatchRow):
            return (texts.batch_title(row, now),)
        return (texts.left(row.job, now), texts.second(row, now), fade_of(row.job, now))

    def _on_show(self) -> Iterator[tuple[int, BatchRow | JobRow]]:
        first = max(0, self._view.rowAt(0))
        last = self._view.rowAt(self._view.viewport().height() - 1)
        if last < 0:
            last = self._model.rowCount() - 1
        for number in range(first, last + 1):
            row = self._model.row_number(number)
            if row is not None:
                yield number, row

    def _place(self, number: int) -> QRect:
        view = self._view
        top, height = view.rowViewportPosition(number), view.rowHeight(number)
        return QRect(0, top, view.viewport().width(), height)


def _is_soon(row: JobRow, now: datetime) -> bool:
    end = next_end(row.job)
    return end is not None and (end - now).total_seconds() < _SECONDS_COUNT_S
