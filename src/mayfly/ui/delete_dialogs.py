"""Before much is deleted: how old it must be, or that it is really everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import timedelta
from typing import Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QWidget,
)

from mayfly.domain.errors import UserError
from mayfly.domain.ids import JobId
from mayfly.domain.states import JobState
from mayfly.ui.courier import Courier
from mayfly.ui.question import Question
from mayfly.ui.wording import Tr, count_text, error_text

Find = Callable[[timedelta, frozenset[JobState]], "Future[tuple[JobId, ...]]"]
"""Finds the jobs in these states that were added longer ago than that."""


class Fates(Protocol):
    """Says what becomes of pictures at destinations when these jobs go; None: all jobs."""

    def __call__(self, job_ids: Sequence[JobId] | None = None) -> list[str]:
        """Return a line for each destination at which something lies."""
        ...


_PAUSE_MS = 120
_MOST_DAYS = 30
"""Nothing lives longer than that."""
_DEFAULT_DAYS = 7


class EverythingQuestion(Question):
    """Asks once before everything is destroyed."""

    def __init__(
        self,
        documents: int,
        pages: int,
        fates: Sequence[str] = (),
        *,
        tr: Tr,
        parent: QWidget | None,
    ) -> None:
        """fates: what becomes of pictures that were sent to own storage."""
        super().__init__(
            tr("Delete everything?"), accept=tr("Destroy everything"), tr=tr, parent=parent
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        what = count_text(tr, documents, "{n} document", "{n} documents")
        if pages:
            what = f"{what} · {count_text(tr, pages, '{n} page', '{n} pages')}"
        self.add_section(
            tr("What is destroyed"),
            [
                what,
                tr("The documents as they were added, their page images, texts and names"),
                tr("What is waiting or being read, too"),
            ],
        )
        self.add_section(
            tr("What stays"),
            [
                tr("A list of what was deleted when, without names or contents"),
                tr("Your own files, what you exported, and the settings"),
            ],
        )
        if fates:
            self.add_section(tr("At your own storage"), fates)
        self.column.addSpacing(4)
        self.add_text(tr("There is no way to bring anything back."), style="quiet")
        self.add_buttons()


class OlderQuestion(Question):
    """Asks how old, and shows all the while how many documents that would be."""

    chosen = Signal(object)
    """The ids that were counted: what is deleted is what was shown."""

    def __init__(
        self,
        find: Find,
        *,
        fates: Fates | None = None,
        courier: Courier,
        tr: Tr,
        parent: QWidget | None,
    ) -> None:
        """fates: says what becomes of pictures that were sent to own storage."""
        super().__init__(tr("Delete finished documents"), accept=tr("Delete"), tr=tr, parent=parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._find = find
        self._fates = fates
        self._courier = courier
        self._tr = tr
        self._order = 0
        self._found: tuple[JobId, ...] = ()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._count)
        self.number = QSpinBox(self)
        self.unit = QComboBox(self)
        self.ticks = {
            state: QCheckBox(text, self)
            for state, text in (
                (JobState.DONE, tr("Done")),
                (JobState.FAILED, tr("Failed")),
                (JobState.CANCELLED, tr("Cancelled")),
                (JobState.NEEDS_PASSWORD, tr("Waiting for a password")),
            )
        }
        self._add_age()
        self._add_states()
        self.column.addSpacing(8)
        self.count = self.add_text(tr("Counting…"), style="sentence")
        self.count.setAccessibleName(tr("What would be deleted"))
        self.elsewhere = self.add_text("")
        self.elsewhere.setAccessibleName(tr("At your own storage"))
        self.elsewhere.hide()
        self.add_text(tr("There is no way to bring anything back."), style="quiet")
        self.add_buttons()
        self.accepted.connect(lambda: self.chosen.emit(self._found))
        self._count()

    def look_again(self) -> None:
        """Count anew: a choice or the documents changed."""
        self._order += 1
        self.accept_button.setEnabled(False)
        self._pause.start()

    @property
    def age(self) -> timedelta:
        """How old a document must be."""
        number = self.number.value()
        return timedelta(days=number) if self.unit.currentData() else timedelta(hours=number)

    def _add_age(self) -> None:
        tr = self._tr
        self.unit.addItem(tr("hours ago"), False)
        self.unit.addItem(tr("days ago"), True)
        self.unit.setCurrentIndex(1)
        for named in (self.unit, self.unit.view()):
            named.setAccessibleName(tr("Unit of the age"))
        self.number.setAccessibleName(tr("Age"))
        self.number.setRange(1, _MOST_DAYS)
        self.number.setValue(_DEFAULT_DAYS)
        self.number.setMinimumSize(72, self.unit.sizeHint().height())
        line = QHBoxLayout()
        line.setSpacing(8)
        # One text with two gaps, so that a language can put the number where it belongs.
        before, _, rest = tr("Added more than {number} {unit}").partition("{number}")
        between, _, after = rest.partition("{unit}")
        for part, widget in ((before, self.number), (between, self.unit)):
            if part.strip():
                line.addWidget(QLabel(part.strip(), self))
            line.addWidget(widget)
        if after.strip():
            line.addWidget(QLabel(after.strip(), self))
        line.addStretch(1)
        self.column.addSpacing(6)
        self.column.addLayout(line)
        self.unit.currentIndexChanged.connect(self._change_unit)
        self.number.valueChanged.connect(self.look_again)

    def _add_states(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        for place, (state, tick) in enumerate(self.ticks.items()):
            tick.setChecked(state is not JobState.NEEDS_PASSWORD)
            tick.toggled.connect(self.look_again)
            grid.addWidget(tick, place // 2, place % 2)
        self.column.addSpacing(4)
        self.column.addLayout(grid)

    def _change_unit(self) -> None:
        days = bool(self.unit.currentData())
        self.number.setMaximum(_MOST_DAYS if days else _MOST_DAYS * 24)
        self.look_again()

    def _count(self) -> None:
        self._order += 1
        order = self._order
        states = frozenset(state for state, tick in self.ticks.items() if tick.isChecked())
        if not states:
            self._show((), self._tr("Choose at least one kind."))
            return
        self._courier.ask(
            self,
            self._find(self.age, states),
            then=lambda ids: self._take(order, ids),
            failed=lambda error: self._fail(order, error),
        )

    def _take(self, order: int, ids: tuple[JobId, ...]) -> None:
        if order != self._order:
            return
        tr, n = self._tr, len(ids)
        text = count_text(
            tr,
            n,
            "{n} document with its text and images would go.",
            "{n} documents with their texts and images would go.",
        )
        self._show(ids, text if n else tr("No document is that old."))

    def _fail(self, order: int, error: UserError) -> None:
        if order == self._order:
            self._show((), error_text(self._tr, error))

    def _show(self, ids: tuple[JobId, ...], text: str) -> None:
        self._found = ids
        self.count.show_text(text)
        self.count.setAccessibleDescription(text)
        fates = self._fates(ids) if self._fates is not None and ids else []
        self.elsewhere.show_text("\n".join(fates))
        self.elsewhere.setVisible(bool(fates))
        n = len(ids)
        self.accept_button.setEnabled(n > 0)
        self.accept_button.setText(
            count_text(self._tr, n, "Delete {n} document", "Delete {n} documents")
            if n
            else self._tr("Delete")
        )
