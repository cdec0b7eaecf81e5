"""A strip of the next seven days: how many documents end on each. A click chooses them."""

from __future__ import annotations

from PySide6.QtCore import QDate, QLocale, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QToolButton, QWidget

from mayfly.ui.calendar_days import DAYS, Day, days_of
from mayfly.ui.job_model import JobModel
from mayfly.ui.wording import Tr, count_text, number_text

_SETTLE_MS = 400
_LOOK_AGAIN_MS = 60_000
_MOST_SHOWN = 9_999


class DayButton(QToolButton):
    """One day. Arrows go to its neighbours; only one of the strip is reached by Tab."""

    step_wanted = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go along the strip; all else as every button."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()), 0)
        if step:
            self.step_wanted.emit(step)
        else:
            super().keyPressEvent(event)


class CalendarStrip(QWidget):
    """Takes no room while nothing ends within a week."""

    day_chosen = Signal(object)
    """The JobRows that lose something on that day."""

    def __init__(self, model: JobModel, *, tr: Tr, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("calendar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("What ends in the next seven days"))
        self._model = model
        self._tr = tr
        self._days: tuple[Day, ...] = ()
        self.buttons = [self._make_button(number) for number in range(DAYS)]
        title = QLabel(tr("Ends in the next 7 days"), self)
        title.setObjectName("quiet")
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 6, 10, 8)
        grid.setHorizontalSpacing(2)
        grid.setVerticalSpacing(3)
        grid.addWidget(title, 0, 0, 1, DAYS)
        for number, button in enumerate(self.buttons):
            grid.addWidget(button, 1, number)
            grid.setColumnStretch(number, 1)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self.look)
        self._clock = QTimer(self)
        self._clock.setInterval(_LOOK_AGAIN_MS)
        self._clock.timeout.connect(self.look)
        self._clock.start()
        model.applied.connect(self._hear)
        self._go_to(0)
        self.look()

    def look(self) -> None:
        """Count anew."""
        self._days = days_of(self._model.everything(), self._model.now())
        for button, day in zip(self.buttons, self._days, strict=True):
            self._show_day(button, day)
        self.setVisible(any(day.documents for day in self._days))

    # --- within ----------------------------------------------------------------------

    def _make_button(self, number: int) -> DayButton:
        button = DayButton(self)
        button.setObjectName("day")
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        button.clicked.connect(lambda: self._choose(number))
        button.step_wanted.connect(lambda step: self._step(number, step))
        return button

    def _show_day(self, button: DayButton, day: Day) -> None:
        tr, n = self._tr, day.documents
        date = QDate(day.date.year, day.date.month, day.date.day)
        locale = QLocale()
        name = locale.standaloneDayName(date.dayOfWeek(), QLocale.FormatType.ShortFormat)
        short = tr("Today") if day is self._days[0] else name.rstrip(".")
        count = number_text(n) if n <= _MOST_SHOWN else "9999+"
        button.setText(f"{short}\n{count if n else '–'}")
        said = locale.toString(date, QLocale.FormatType.LongFormat)
        what = (
            count_text(tr, n, "{n} document ends", "{n} documents end") if n else tr("nothing ends")
        )
        text = tr("{day}: {what}").format(day=said, what=what)
        button.setAccessibleName(text)
        if n:
            sources = count_text(
                tr, day.sources, "{n} document with its images", "{n} documents with their images"
            )
            results = count_text(tr, day.results, "{n} text", "{n} texts")
            text = f"{text}\n{sources} · {results}"
        button.setToolTip(text)
        button.setAccessibleDescription(text)
        if button.property("busy") != bool(n):
            button.setProperty("busy", bool(n))
            button.style().unpolish(button)
            button.style().polish(button)

    def _choose(self, number: int) -> None:
        self._go_to(number)
        if self._days[number].rows:
            self.day_chosen.emit(list(self._days[number].rows))

    def _step(self, number: int, step: int) -> None:
        wanted = min(DAYS - 1, max(0, number + step))
        self._go_to(wanted)
        self.buttons[wanted].setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_to(self, number: int) -> None:
        for place, button in enumerate(self.buttons):
            is_it = place == number
            button.setFocusPolicy(
                Qt.FocusPolicy.StrongFocus if is_it else Qt.FocusPolicy.ClickFocus
            )

    def _hear(self, _job_ids: object) -> None:
        if not self._model.alive:
            # Locked or gone: what was counted goes now.
            self.look()
        elif not self._settle.isActive():
            self._settle.start()
