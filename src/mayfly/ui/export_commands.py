"""Opens the export dialog, carries out what it asks for, and tells what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import UserError
from mayfly.domain.export_errors import ExportCancelled
from mayfly.domain.exports import Exported, ExportOrder, ExportProgress
from mayfly.domain.ids import JobId
from mayfly.services.export_run import ExportRun
from mayfly.services.exporting import Exporting
from mayfly.ui.courier import Courier
from mayfly.ui.export_bar import ExportBar
from mayfly.ui.export_dialog import ExportDialog
from mayfly.ui.file_dialogs import FileDialogs
from mayfly.ui.job_rows import JobRow
from mayfly.ui.status_strip import StatusStrip
from mayfly.ui.trouble_bar import TroubleBar
from mayfly.ui.wording import Tr, count_text, error_text

_SHOW_EVERY_MS = 100


class _Track:
    """How far a run is, as it was last heard of on the export lane."""

    def __init__(self, progress: ExportProgress) -> None:
        self.progress = progress

    def hear(self, progress: ExportProgress) -> None:
        self.progress = progress


class ExportCommands(QObject):
    """One export after the other; what was chosen is remembered for this run only.

    The settings know no path of the user's.
    """

    def __init__(
        self,
        exporting: Exporting,
        *,
        dialogs: FileDialogs,
        status: StatusStrip,
        trouble: TroubleBar,
        courier: Courier,
        tr: Tr,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._exporting = exporting
        self._dialogs = dialogs
        self._status = status
        self._trouble = trouble
        self._courier = courier
        self._tr = tr
        self._window = window
        self._last: ExportOrder | None = None
        self._may_link: Callable[[], bool] = lambda: False
        self._runs: dict[ExportRun, _Track] = {}
        self.bar = ExportBar(tr=tr, parent=window)
        self.bar.cancel_wanted.connect(self.cancel)
        self._clock = QTimer(self)
        self._clock.setInterval(_SHOW_EVERY_MS)
        self._clock.timeout.connect(self._show)

    @property
    def busy(self) -> bool:
        """Whether something is being exported."""
        return bool(self._runs)

    def open(self, rows: Sequence[JobRow]) -> ExportDialog | None:
        """Ask how these documents are to be exported; those with a result."""
        if not rows:
            return None
        dialog = ExportDialog(
            [row.job.job_id for row in rows],
            self._exporting,
            has_sources=any(row.job.source_present for row in rows),
            last=self._last,
            offers_links=self._may_link(),
            dialogs=self._dialogs,
            courier=self._courier,
            tr=self._tr,
            parent=self._window,
        )
        job_ids = [row.job.job_id for row in rows]
        dialog.wanted.connect(lambda order: self._begin(job_ids, order))
        dialog.open()
        return dialog

    def offer_links(self, may: Callable[[], bool]) -> None:
        """Offer links to pictures whenever may says that some were sent."""
        self._may_link = may

    def cancel(self) -> None:
        """Stop all that is being exported; what is written stays."""
        for run in self._runs:
            run.cancel()

    def _begin(self, job_ids: Sequence[JobId], order: ExportOrder) -> None:
        self._last = order
        track = _Track(ExportProgress(0, len(job_ids) * len(order.formats), 0))
        run = self._exporting.run(job_ids, order, track.hear)
        self._runs[run] = track
        self._clock.start()
        self._show()
        self._courier.ask(
            self,
            run.future,
            then=lambda answers: self._end(run, answers),
            failed=lambda error: self._fail(run, error),
        )

    def _show(self) -> None:
        if not self._runs:
            self._clock.stop()
            self.bar.hide()
            return
        now = [track.progress for track in self._runs.values()]
        self.bar.show_progress(
            ExportProgress(
                sum(one.done for one in now),
                sum(one.total for one in now),
                sum(one.pages_done for one in now),
            )
        )

    def _fail(self, run: ExportRun, error: UserError) -> None:
        self._forget(run)
        self._trouble.show_error(error)

    def _end(self, run: ExportRun, answers: Sequence[Exported]) -> None:
        self._forget(run)
        written = sum(one.error_code is None for one in answers)
        codes = Counter(one.error_code for one in answers if one.error_code is not None)
        stopped = codes.pop(ExportCancelled.code, 0)
        self._tell(written, codes, stopped)

    def _forget(self, run: ExportRun) -> None:
        del self._runs[run]
        self._show()

    def _tell(self, written: int, codes: Counter[str], stopped: int) -> None:
        tr = self._tr
        done = count_text(tr, written, "{n} file exported", "{n} files exported")
        if stopped:
            rest = count_text(tr, stopped, "{n} was not written", "{n} were not written")
            done = f"{done}, {rest}"
        if not codes:
            self._status.show_message(done)
            return
        refused = count_text(
            tr, codes.total(), "{n} file could not be written.", "{n} files could not be written."
        )
        reasons = " ".join(error_text(tr, error_of(code)) for code in codes)
        self._trouble.show_message(f"{refused} {reasons}" + (f" {done}." if written else ""))
