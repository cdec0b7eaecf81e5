"""“Check it”: a test document goes the whole road, then every place is searched for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from mayfly.domain.errors import UserError
from mayfly.domain.ports import Lane
from mayfly.domain.proof import ProofReport, ProofStep
from mayfly.services.proof import Proof
from mayfly.ui.clipboard_reader import ClipboardReader
from mayfly.ui.courier import Courier
from mayfly.ui.file_dialogs import FileDialogs, Wanted
from mayfly.ui.icons import Icons
from mayfly.ui.paragraph import WrappedLabel
from mayfly.ui.place_table import PlaceModel, PlaceTable
from mayfly.ui.proof_texts import (
    ROAD,
    SELF_TEST,
    report_text,
    step_text,
    totals_text,
    verdict_of,
)
from mayfly.ui.saving import save_files
from mayfly.ui.step_list import StepList
from mayfly.ui.theme import Theme
from mayfly.ui.verdict_line import VerdictLine
from mayfly.ui.wording import Tr, error_text

Ask = Callable[[Callable[[ProofStep], None]], "Future[ProofReport]"]


class ProofView(QWidget):
    """One page: what is done, step by step, and then what was searched and found."""

    _stepped = Signal(object)

    def __init__(
        self,
        proof: Proof,
        *,
        lane: Lane,
        courier: Courier,
        tr: Tr,
        theme: Theme,
        icons: Icons,
        parent: QWidget,
    ) -> None:
        """lane: where a saved report is written."""
        super().__init__(parent)
        self._proof = proof
        self._lane = lane
        self._courier = courier
        self._tr = tr
        self._steps: tuple[ProofStep, ...] = ROAD
        self._self_test = False
        self._report: ProofReport | None = None
        self._dialogs = FileDialogs(self, tr=tr)
        self._clipboard = ClipboardReader(self)
        self.run_button = QPushButton(tr("Check it"), self)
        self.test_button = QPushButton(tr("Test the search itself"), self)
        self.copy_button = QPushButton(tr("Copy as text"), self)
        self.save_button = QPushButton(tr("Save report…"), self)
        self.steps = StepList(tr=tr, theme=theme, icons=icons, parent=self)
        self.verdict = VerdictLine(
            name=tr("Result of the check"), tr=tr, theme=theme, icons=icons, parent=self
        )
        self.model = PlaceModel(tr=tr, theme=theme, parent=self)
        self.table = PlaceTable(self.model, tr=tr, parent=self)
        self._totals = QLabel(self)
        self._hint = QLabel(tr("The result stands here: each place, and what was found."), self)
        self._stack = QStackedWidget(self)
        self._lay_out()
        self._stepped.connect(self._show_step, Qt.ConnectionType.QueuedConnection)
        self.run_button.clicked.connect(self.run)
        self.test_button.clicked.connect(self.test)
        self.copy_button.clicked.connect(self._copy)
        self.save_button.clicked.connect(self._save)

    @property
    def busy(self) -> bool:
        """Whether a check goes on."""
        return not self.run_button.isEnabled()

    def run(self) -> None:
        """Take a test document along the whole road and search for it."""
        clipboard = self._clipboard
        self._begin(ROAD, lambda tell: self._proof.run(tell, clipboard), self_test=False)

    def test(self) -> None:
        """Show that the search finds what is planted for it."""
        self._begin(SELF_TEST, self._proof.test_itself, self_test=True)

    # --- answers ---------------------------------------------------------------------

    def _begin(self, steps: tuple[ProofStep, ...], ask: Ask, *, self_test: bool) -> None:
        self._steps = steps
        self._self_test = self_test
        self._report = None
        self.steps.begin([step_text(self._tr, step) for step in steps])
        self._enable(busy=True)
        self._stack.setCurrentIndex(_RUNNING)
        self._courier.ask(self, ask(self._stepped.emit), then=self._take, failed=self._fail)

    def _show_step(self, step: ProofStep) -> None:
        if self.busy and step in self._steps:
            self.steps.show_at(self._steps.index(step))

    def _take(self, report: ProofReport) -> None:
        self._report = report
        good, text = verdict_of(self._tr, report, self_test=self._self_test)
        (self.verdict.show_good if good else self.verdict.show_bad)(text)
        self._totals.setText(totals_text(self._tr, report))
        self.model.show_report(report, self_test=self._self_test)
        self._enable(busy=False)
        self._stack.setCurrentIndex(_RESULT)

    def _fail(self, error: UserError) -> None:
        self._enable(busy=False)
        self._hint.setText(error_text(self._tr, error))
        self._stack.setCurrentIndex(_IDLE)

    def _enable(self, *, busy: bool) -> None:
        self.run_button.setEnabled(not busy)
        self.test_button.setEnabled(not busy)
        for button in (self.copy_button, self.save_button):
            button.setEnabled(self._report is not None)

    def _text(self) -> str:
        report = self._report
        return report_text(self._tr, report, self_test=self._self_test) if report else ""

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text())

    def _save(self) -> None:
        if self._report is not None:
            self._dialogs.ask(Wanted.SAVE, lambda paths: self.save_in(paths[0]))

    def save_in(self, folder: Path) -> None:
        """Write the report as a text file into the folder."""
        report = self._report
        if report is None:
            return
        name = f"mayfly-check-{report.started_at.astimezone():%Y%m%d-%H%M%S}.txt"
        data = self._text().encode()
        self._courier.ask(
            self,
            self._lane.submit(lambda: save_files(folder, {name: data})),
            then=lambda names: self._totals.setText(
                self._tr("Saved: {names}").format(names=", ".join(names))
            ),
            failed=self.verdict.show_error,
        )

    # --- putting together ------------------------------------------------------------

    def _lay_out(self) -> None:
        tr = self._tr
        text = WrappedLabel(
            tr(
                "A test document with words that exist nowhere else goes the whole road: it is "
                "added, read, shown, exported and deleted. Then every place where a trace could "
                "lie is searched. The test of the search plants such words and must find them."
            ),
            self,
        )
        self.run_button.setObjectName("primary")
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(text, 1)
        top.addSpacing(10)
        top.addWidget(self.test_button, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.run_button, 0, Qt.AlignmentFlag.AlignTop)
        for page in (self._idle_page(), self._running_page(), self._result_page()):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 12)
        column.setSpacing(16)
        column.addLayout(top)
        column.addWidget(self._stack, 1)
        self._enable(busy=False)

    def _idle_page(self) -> QWidget:
        self._hint.setObjectName("quiet")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        self._hint.setAccessibleName(self._tr("Result of the check"))
        return self._hint

    def _running_page(self) -> QWidget:
        page = QWidget(self)
        bar = QProgressBar(page)
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName(self._tr("The check goes on"))
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(bar)
        column.addWidget(self.steps)
        column.addStretch(1)
        return page

    def _result_page(self) -> QWidget:
        page = QWidget(self)
        self._totals.setObjectName("quiet")
        self._totals.setAccessibleName(self._tr("What was searched"))
        foot = QHBoxLayout()
        foot.addWidget(self._totals, 1)
        foot.addWidget(self.copy_button)
        foot.addWidget(self.save_button)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.verdict)
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        return page


_IDLE, _RUNNING, _RESULT = range(3)
