"""Takes everything of the documents out of the window while it is locked, and brings it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QMenu, QStackedWidget, QToolTip, QWidget

from mayfly.domain.ids import JobId
from mayfly.ui.copies import take_back_copies
from mayfly.ui.drop_window import DropWindow
from mayfly.ui.job_feed import JobFeed
from mayfly.ui.job_list import JobList
from mayfly.ui.job_model import JobModel
from mayfly.ui.page_pane import PagePane
from mayfly.ui.status_strip import StatusStrip
from mayfly.ui.trouble_bar import TroubleBar


@dataclass(frozen=True, slots=True)
class Documents:
    """The parts of the window that hold something of documents."""

    model: JobModel
    feed: JobFeed
    jobs: JobList
    pages: PagePane
    status: StatusStrip
    trouble: TroubleBar


@dataclass(frozen=True, slots=True)
class _Place:
    """What was looked at: an id and a number, no content."""

    job_id: JobId
    number: int


class Curtain(QObject):
    """Empties first and hides then, so that what is hidden holds nothing either."""

    drawing = Signal()
    """Whoever else holds something sealed is to let it go now."""
    lifted = Signal()

    def __init__(
        self,
        window: DropWindow,
        documents: Documents,
        *,
        front: QStackedWidget,
        body: QWidget,
        allowed: Sequence[QAction],
    ) -> None:
        """front shows body, or what covers it; allowed actions work behind the curtain, too."""
        super().__init__(window)
        self._window = window
        self._documents = documents
        self._front = front
        self._body = body
        self._allowed = frozenset(allowed)
        self._disabled: list[QAction] = []
        self._drawn = False
        self._for_good = False
        self._place: _Place | None = None
        documents.feed.filled.connect(self._go_back)

    @property
    def drawn(self) -> bool:
        """Whether the documents are out of the window."""
        return self._drawn

    def draw(self, cover: QWidget, *, for_good: bool = False) -> None:
        """Let everything of the documents go, and show the cover; it is painted before return.

        for_good: nothing lifts it any more and no other cover takes its place.
        """
        if self._for_good and not for_good:
            return
        self._for_good = for_good
        if not self._drawn:
            self._drawn = True
            self._place = self._here()
            self._close_others()
            self._empty()
            self._disable_actions()
            self._window.refuse_drops(True)
        self._front.setCurrentWidget(cover)
        # Not at the next turn of the event loop: the machine may be about to sleep.
        self._window.repaint()

    def lift(self) -> None:
        """Show the documents again, and the one that was looked at if it is still there."""
        if not self._drawn or self._for_good:
            return
        self._drawn = False
        for action in self._disabled:
            action.setEnabled(True)
        self._disabled = []
        self._window.refuse_drops(False)
        self._documents.pages.refresh()
        self._documents.feed.start_over()
        self._front.setCurrentWidget(self._body)
        self.lifted.emit()

    # --- within ----------------------------------------------------------------------

    def _here(self) -> _Place | None:
        pages = self._documents.pages
        return _Place(pages.row.job.job_id, pages.number) if pages.row is not None else None

    def _empty(self) -> None:
        documents = self._documents
        documents.feed.stop()
        documents.pages.forget()
        documents.model.clear()
        documents.status.clear()
        documents.trouble.hide()
        self.drawing.emit()
        take_back_copies()
        QToolTip.hideText()

    def _close_others(self) -> None:
        """Close what lies over the window: dialogs, questions, menus."""
        for popup in self._window.findChildren(QMenu):
            popup.close()
        for dialog in self._window.findChildren(QDialog):
            dialog.close()
            # One that waits for an answer refuses to close; it need not be seen meanwhile.
            dialog.hide()

    def _disable_actions(self) -> None:
        self._disabled = [
            action
            for action in self._window.actions()
            if action.isEnabled() and action not in self._allowed
        ]
        for action in self._disabled:
            action.setEnabled(False)

    def _go_back(self) -> None:
        """Show again what was looked at before."""
        place, self._place = self._place, None
        if place is None or self._drawn:
            return
        row = self._documents.model.find(place.job_id)
        if row is not None and row.alive:
            self._documents.jobs.choose(row)
            self._documents.pages.show_number(place.number)
