"""The left pane: a heading with its one filter, and the list of batches and documents."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from mayfly.domain.states import JobState
from mayfly.ui.actions import Actions
from mayfly.ui.calendar_strip import CalendarStrip
from mayfly.ui.job_list import JobList
from mayfly.ui.job_model import JobModel
from mayfly.ui.wording import Tr, number_text


class ListPane(QWidget):
    """Offers the filter only when there is something to filter."""

    def __init__(
        self, jobs: JobList, model: JobModel, *, actions: Actions, tr: Tr, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._tr = tr
        self._model = model
        header = QWidget(self)
        header.setObjectName("listHeader")
        header.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = QLabel(tr("Documents"), header)
        title.setObjectName("listTitle")
        title.setBuddy(jobs)
        self.filter = QToolButton(header)
        self.filter.setObjectName("small")
        self.filter.setCheckable(True)
        self.filter.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.filter.setAccessibleName(tr("Show deleted documents"))
        self.filter.setToolTip(actions.show_deleted.toolTip())
        self.filter.setChecked(actions.show_deleted.isChecked())
        self.filter.clicked.connect(actions.show_deleted.setChecked)
        actions.show_deleted.toggled.connect(self.filter.setChecked)
        line = QHBoxLayout(header)
        line.setContentsMargins(14, 0, 8, 0)
        line.addWidget(title, 1)
        line.addWidget(self.filter)
        header.setFixedHeight(40)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header)
        column.addWidget(jobs, 1)
        self.calendar = CalendarStrip(model, tr=tr, parent=self)
        self.calendar.day_chosen.connect(jobs.choose_all)
        column.addWidget(self.calendar)
        model.applied.connect(self._count)
        self._count()

    def _count(self) -> None:
        deleted = self._model.counts[JobState.DELETED]
        self.filter.setVisible(deleted > 0)
        self.filter.setText(self._tr("Show deleted ({n})").format(n=number_text(deleted)))
