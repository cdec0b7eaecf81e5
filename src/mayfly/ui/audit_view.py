"""The audit log in the window: what happened when, whether the log is whole, and receipts."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QItemSelection, Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from mayfly.domain.audit import AuditKind, AuditVerdict, ReceiptVerdict
from mayfly.domain.errors import UserError
from mayfly.domain.ids import JobId
from mayfly.domain.ports import Lane
from mayfly.services.audit_trail import AuditTrail
from mayfly.ui.audit_model import AuditColumn, AuditModel, Kinds
from mayfly.ui.audit_texts import receipt_text, verdict_text
from mayfly.ui.courier import Courier
from mayfly.ui.file_dialogs import FileDialogs, Wanted
from mayfly.ui.icons import Icons
from mayfly.ui.log_table import dress_log_table
from mayfly.ui.punctuality_strip import PunctualityStrip
from mayfly.ui.saving import read_receipt, save_files
from mayfly.ui.theme import Theme
from mayfly.ui.verdict_line import VerdictLine
from mayfly.ui.wording import Tr, error_text

_TYPING_MS = 200
_TIME_TEXT = "88.88.8888 88:88:88  "


class AuditView(QWidget):
    """Newest first. Nothing in it names a document: the log does not know names."""

    def __init__(
        self,
        audit: AuditTrail,
        *,
        lane: Lane,
        courier: Courier,
        language: str,
        tr: Tr,
        theme: Theme,
        icons: Icons,
        parent: QWidget,
    ) -> None:
        """lane: where files are written and read; language: of the receipts' pages."""
        super().__init__(parent)
        self._audit = audit
        self._lane = lane
        self._courier = courier
        self._language = language
        self._tr = tr
        self._began = False
        self._dialogs = FileDialogs(self, tr=tr)
        self.model = AuditModel(audit.entries, courier=courier, tr=tr, parent=self)
        self.punctuality = PunctualityStrip(audit, courier=courier, tr=tr, parent=self)
        self.kinds = QComboBox(self)
        self.search = QLineEdit(self)
        self.table = QTableView(self)
        self._message = QLabel(self)
        self.again = QPushButton(tr("Try again"), self)
        self._stack = QStackedWidget(self)
        self.verdict = VerdictLine(
            name=tr("Result of the check"), tr=tr, theme=theme, icons=icons, parent=self
        )
        self.verify = QPushButton(tr("Verify"), self)
        self.save = QPushButton(tr("Save receipt…"), self)
        self.check = QPushButton(tr("Check a receipt…"), self)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._dress()
        self._lay_out()
        self._connect()

    def begin(self) -> None:
        """Fetch the newest entries; again each time the page is opened."""
        self._began = True
        self.model.restart()
        self.punctuality.look()

    # --- wishes ----------------------------------------------------------------------

    def verify_log(self) -> None:
        """Check the whole log."""
        self.verify.setEnabled(False)
        self.verdict.show_note(self._tr("Checking…"))
        self._courier.ask(
            self, self._audit.verify(), then=self._show_verdict, failed=self._show_failure
        )

    def save_receipt(self) -> None:
        """Save the receipt of the chosen deletion: one file to verify, one to read."""
        job_id = self._chosen_deletion()
        if job_id is None:
            return
        future = self._audit.receipt_files(job_id, translate=self._tr, language=self._language)
        self._courier.ask(
            self,
            future,
            then=self._ask_where,
            failed=self._show_failure,
        )

    def check_receipt(self) -> None:
        """Let the user choose a receipt and say whether it is genuine."""
        self._dialogs.ask(Wanted.RECEIPT, lambda paths: self.check_file(paths[0]))

    def check_file(self, path: Path) -> None:
        """Say whether the receipt in this file is genuine."""
        self._courier.ask(
            self,
            self._lane.submit(lambda: read_receipt(path)),
            then=self._check_bytes,
            failed=self._show_failure,
        )

    # --- answers ---------------------------------------------------------------------

    def _check_bytes(self, data: bytes) -> None:
        self._courier.ask(
            self,
            self._audit.verify_receipt(data),
            then=self._show_receipt,
            failed=self._show_failure,
        )

    def _ask_where(self, files: dict[str, bytes]) -> None:
        self._dialogs.ask(Wanted.SAVE, lambda paths: self.write(paths[0], files))

    def write(self, folder: Path, files: dict[str, bytes]) -> None:
        """Write a receipt's files into the folder."""
        self._courier.ask(
            self,
            self._lane.submit(lambda: save_files(folder, files)),
            then=lambda names: self.verdict.show_good(
                self._tr("Saved: {names}").format(names=", ".join(names))
            ),
            failed=self._show_failure,
        )

    def _show_verdict(self, verdict: AuditVerdict) -> None:
        self.verify.setEnabled(True)
        text = verdict_text(self._tr, verdict)
        (self.verdict.show_good if verdict.intact else self.verdict.show_bad)(text)

    def _show_receipt(self, verdict: ReceiptVerdict) -> None:
        text = receipt_text(self._tr, verdict)
        good = verdict in (ReceiptVerdict.GENUINE, ReceiptVerdict.SIGNED)
        (self.verdict.show_good if good else self.verdict.show_bad)(text)

    def _show_failure(self, error: UserError) -> None:
        self.verify.setEnabled(True)
        self.verdict.show_error(error)

    def _show_state(self) -> None:
        tr, model = self._tr, self.model
        self.again.hide()
        if model.rowCount():
            self._stack.setCurrentWidget(self.table)
            return
        if model.loading or not self._began:
            text = tr("Reading the log…")
        elif self.kinds.currentData() is not Kinds.ALL or self.search.text().strip():
            text = tr("No entry fits.")
        else:
            text = tr("Nothing has happened yet. Each deletion will stand here, without a name.")
        self._show_message(text)

    def _show_load_failure(self, error: UserError) -> None:
        if self.model.rowCount():
            self.verdict.show_error(error)
            return
        self._show_message(error_text(self._tr, error))
        self.again.show()

    def _show_message(self, text: str) -> None:
        self._message.setText(text)
        self._stack.setCurrentIndex(1)

    def _show_chosen(self) -> None:
        self.save.setEnabled(self._chosen_deletion() is not None)

    def _chosen_deletion(self) -> JobId | None:
        entry = self.model.entry_at(self.table.currentIndex())
        chosen = self.table.selectionModel().hasSelection()
        if not chosen or entry is None or entry.kind is not AuditKind.DELETED:
            return None
        return entry.job_id

    # --- putting together ------------------------------------------------------------

    def _dress(self) -> None:
        tr = self._tr
        for kinds, text in (
            (Kinds.ALL, tr("Everything")),
            (Kinds.DELETIONS, tr("Deletions")),
            (Kinds.DOCUMENTS, tr("Added, kept, exported")),
            (Kinds.KEYS, tr("Keys and locking")),
        ):
            self.kinds.addItem(text, kinds)
        for part in (self.kinds, self.kinds.view()):
            part.setAccessibleName(tr("Show"))
        self.search.setPlaceholderText(tr("Beginning of a document's number"))
        self.search.setAccessibleName(tr("Beginning of a document's number"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(270)
        self._message.setObjectName("quiet")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self.save.setEnabled(False)
        self.save.setToolTip(tr("For the deletion that is chosen in the list"))
        self._dress_table()

    def _dress_table(self) -> None:
        table = self.table
        dress_log_table(table, self.model, name=self._tr("Audit log"), row_space_px=12)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        metrics, columns = table.fontMetrics(), table.horizontalHeader()
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setSectionResizeMode(AuditColumn.WHAT, QHeaderView.ResizeMode.Stretch)
        columns.resizeSection(AuditColumn.TIME, metrics.horizontalAdvance(_TIME_TEXT) + 24)
        columns.resizeSection(AuditColumn.JOB, metrics.horizontalAdvance("8" * 10) + 24)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(20, 12, 20, 12)
        top.setSpacing(10)
        top.addWidget(self.kinds)
        top.addWidget(self.search)
        top.addStretch(1)
        top.addWidget(self.check)
        empty = QWidget(self)
        middle = QVBoxLayout(empty)
        middle.addStretch(1)
        middle.addWidget(self._message)
        middle.addWidget(self.again, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(1)
        self._stack.addWidget(self.table)
        self._stack.addWidget(empty)
        foot = QHBoxLayout()
        foot.setContentsMargins(20, 8, 20, 12)
        foot.setSpacing(10)
        foot.addWidget(self.verdict, 1)
        foot.addWidget(self.save)
        foot.addWidget(self.verify)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.punctuality)
        column.addWidget(self._stack, 1)
        column.addLayout(foot)
        self._show_state()

    def _connect(self) -> None:
        model = self.model
        model.state_changed.connect(self._show_state)
        model.failed.connect(self._show_load_failure)
        self.again.clicked.connect(model.restart)
        self.kinds.currentIndexChanged.connect(self._filter)
        self.search.textChanged.connect(self._typing.start)
        self._typing.timeout.connect(self._filter)
        self.table.selectionModel().selectionChanged.connect(self._note_selection)
        model.modelReset.connect(self._show_chosen)
        self.verify.clicked.connect(self.verify_log)
        self.save.clicked.connect(self.save_receipt)
        self.check.clicked.connect(self.check_receipt)

    def _note_selection(self, _selected: QItemSelection, _deselected: QItemSelection) -> None:
        self._show_chosen()

    def _filter(self) -> None:
        self.model.set_filter(self.kinds.currentData(), self.search.text())
