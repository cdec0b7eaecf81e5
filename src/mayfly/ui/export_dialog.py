"""Asks how documents are to be exported, and shows the names that their files will have."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from mayfly.domain.errors import LaneClosed, UserError
from mayfly.domain.exports import ExportFormat, ExportOrder
from mayfly.domain.ids import JobId
from mayfly.services.exporting import Exporting
from mayfly.ui.courier import Courier
from mayfly.ui.export_form import ExportForm
from mayfly.ui.file_dialogs import FileDialogs, Wanted
from mayfly.ui.question import Question
from mayfly.ui.wording import Tr, count_text, error_text, number_text

_SETTLE_MS = 150
_NAMES_SHOWN = 2
_WIDTH_PX = 580


class ExportDialog(Question):
    """Chooses; whoever opens it listens to wanted and carries it out."""

    wanted = Signal(object)
    """An ExportOrder."""

    def __init__(
        self,
        job_ids: Sequence[JobId],
        exporting: Exporting,
        *,
        has_sources: bool,
        last: ExportOrder | None,
        offers_links: bool,
        dialogs: FileDialogs,
        courier: Courier,
        tr: Tr,
        parent: QWidget,
    ) -> None:
        """has_sources: whether a document itself is there, for what needs one.

        offers_links: whether something lies in the user's own storage that links could lead to.
        """
        title = count_text(tr, len(job_ids), "Export {n} document", "Export {n} documents")
        super().__init__(title, accept=tr("Export"), tr=tr, parent=parent)
        # Two columns of forms with their suffixes need more room than a question.
        self.setFixedWidth(_WIDTH_PX)
        # It shows names of documents: nothing of them may stay with a dialog that is closed.
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._job_ids = tuple(job_ids)
        self._exporting = exporting
        self._dialogs = dialogs
        self._courier = courier
        self._tr = tr
        self._asked = 0
        self.form = ExportForm(exporting.formats, tr=tr, parent=self)
        self._allow_sources(has_sources)
        if last is not None:
            self.form.take(last)
        else:
            self.form.formats[ExportFormat.TEXT].setChecked(True)
        self.form.offer_links(offers_links)
        self.column.addSpacing(6)
        self.column.addWidget(self.form)
        self.column.addSpacing(4)
        self.names = self.add_text("", style="quiet")
        self.names.setAccessibleName(tr("What will be written"))
        self.accept_button.setObjectName("primary")
        self.add_buttons()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._preview)
        self.form.changed.connect(self._change)
        self.form.folder_wanted.connect(self._ask_folder)
        self.form.formats[ExportFormat.TEXT].setFocus()
        self._change()

    def accept(self) -> None:
        """Say what is wished, and close."""
        order = self.form.order()
        if order is not None and self.accept_button.isEnabled():
            self.wanted.emit(order)
            super().accept()

    def _allow_sources(self, has_sources: bool) -> None:
        if has_sources:
            return
        tip = self._tr("The documents themselves are deleted; this cannot be made any more.")
        for box in (self.form.formats[ExportFormat.PDF], self.form.images):
            box.setEnabled(False)
            box.setToolTip(tip)

    def _ask_folder(self) -> None:
        self._dialogs.ask(Wanted.TARGET, lambda paths: self.form.show_folder(paths[0]))

    def _change(self) -> None:
        self._asked += 1
        lacks = self.form.lacks()
        self.accept_button.setEnabled(not lacks)
        self.accept_button.setDefault(not lacks)
        self._say(lacks)
        if not lacks:
            self._settle.start()

    def _preview(self) -> None:
        order = self.form.order()
        if order is None:
            return
        asked = self._asked
        with suppress(LaneClosed):
            # Mayfly is closing: nobody will read the names.
            self._courier.ask(
                self,
                self._exporting.preview_names(self._job_ids, order),
                then=lambda names: self._show_names(asked, names),
                failed=lambda error: self._refuse(asked, error),
            )

    def _show_names(self, asked: int, names: tuple[str, ...]) -> None:
        if asked != self._asked:
            return
        shown, more = ", ".join(names[:_NAMES_SHOWN]), len(names) - _NAMES_SHOWN
        if more > 0:
            shown = self._tr("{names} and {n} more").format(names=shown, n=number_text(more))
        self._say(shown)

    def _refuse(self, asked: int, error: UserError) -> None:
        if asked == self._asked:
            self.accept_button.setEnabled(False)
            self._say(error_text(self._tr, error))

    def _say(self, text: str) -> None:
        self.names.show_text(text)
        self.names.setAccessibleDescription(text)
