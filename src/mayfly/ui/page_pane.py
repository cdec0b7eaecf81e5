"""The page on show, beside its text. Holds one page, and lets it go as soon as it may."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import UserError
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageBlock
from mayfly.domain.jobs import Job, Part
from mayfly.domain.ports import Lane
from mayfly.domain.states import JobState
from mayfly.services.library import Library, PageView
from mayfly.services.page_forms import PageForms
from mayfly.ui.copies import take_back_copies
from mayfly.ui.copy_menu import CopyButton
from mayfly.ui.courier import Courier
from mayfly.ui.icons import Icons
from mayfly.ui.images_view import ImagesView
from mayfly.ui.job_model import JobModel
from mayfly.ui.job_rows import JobRow
from mayfly.ui.note_bar import NoteBar
from mayfly.ui.page_bar import PageBar
from mayfly.ui.page_canvas import PageCanvas
from mayfly.ui.page_notes import (
    Note,
    hint_of_job,
    note_of_error,
    note_of_job,
    note_of_lost_text,
    note_of_page,
    note_of_pending,
    parts_left,
)
from mayfly.ui.page_picture import PagePicture, prepare_page, scale_image
from mayfly.ui.picture_frame import frame_of
from mayfly.ui.picture_looking import PictureLooking
from mayfly.ui.reading_tabs import ReadingTabs
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr

_LOOK_EVERY_MS = 1_000
"""How long a page may stay on show past its end when no sweep has told of it."""


class PagePane(QWidget):
    """Shows a job's pages as they are read. Opens and decodes nothing on the GUI thread."""

    recognise_wanted = Signal(object)
    """The JobRow whose pages are to be recognised anyway."""
    page_shown = Signal()

    def __init__(
        self,
        library: Library,
        decode_lane: Lane,
        *,
        forms: PageForms,
        model: JobModel,
        courier: Courier,
        tr: Tr,
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._lane = decode_lane
        self._model = model
        self._courier = courier
        self._tr = tr
        self._row: JobRow | None = None
        self._state: JobState | None = None
        self._parts: frozenset[Part] = frozenset()
        self._seen: Job | None = None
        self._hidden = False
        self._number = 1
        self._page: PagePicture | None = None
        self._order = 0
        self.note = NoteBar(tr=tr, theme=theme, icons=icons, parent=self)
        self.bar = PageBar(tr=tr, icons=icons, parent=self)
        self.canvas = PageCanvas(
            tr=tr, theme=theme, courier=courier, scaler=self._scale, parent=self
        )
        self.images = ImagesView(
            library, decode_lane, courier=courier, tr=tr, theme=theme, icons=icons
        )
        self.looking = PictureLooking(
            self.images, library, decode_lane, courier=courier, tr=tr, theme=theme, parent=self
        )
        self.tabs = ReadingTabs(
            forms, self.images, courier=courier, tr=tr, theme=theme, parent=self
        )
        self.text = self.tabs.text
        self.copy = CopyButton(forms, self.tabs, courier=courier, tr=tr, icons=icons)
        self.tabs.setCornerWidget(_in_the_middle(self.copy))
        self._hint = QLabel(self)
        self._clock = QTimer(self)
        self._clock.setInterval(_LOOK_EVERY_MS)
        self._lay_out()
        self._connect()
        self.show_job(None)

    @property
    def page(self) -> PagePicture | None:
        """The page on show, if any."""
        return self._page

    @property
    def row(self) -> JobRow | None:
        """The job that is shown."""
        return self._row

    @property
    def number(self) -> int:
        """The number of the page that is shown or waited for."""
        return self._number

    @property
    def has_picture(self) -> bool:
        """Whether a page with its picture is on show."""
        return self._page is not None and self._page.image is not None

    # --- what is shown ---------------------------------------------------------------

    def show_job(self, row: JobRow | None) -> None:
        """Show another job from its first page; the page shown before is let go at once."""
        if row is self._row and row is not None:
            self.refresh()
            return
        self._let_go()
        self._row, self._seen = row, None
        self._number = 1
        self._state = None
        self._parts = frozenset()
        self.refresh()

    def show_number(self, number: int) -> None:
        """Turn to a page of the job on show; a number it does not have is ignored."""
        row = self._row
        if row is None or not 1 <= number <= (row.job.pages or 0) or number == self._number:
            return
        self._number = number
        self._show_bar()
        self._fetch()

    def turn(self, by: int) -> None:
        """Turn forward or back."""
        self.show_number(self._number + by)

    def forget(self) -> None:
        """Let everything go: the job is being deleted, or the window hides."""
        self._row = self._seen = None
        self._let_go()
        self._show_bar()
        self._show_hint("")
        self.note.clear()

    def hide_picture(self) -> None:
        """Take the page off the screen: its picture is being deleted."""
        self._let_go()
        self._show_hint(self._tr("Deleting…"))

    def fetch_again(self) -> None:
        """Fetch the page on show anew: something of it is gone."""
        self._let_go()
        self.refresh()

    def refresh(self) -> None:
        """Look again at the job's row: it may have come on, or be gone."""
        row = self._row
        if row is None:
            self._let_go()
            self._show_hint(self._tr("Choose a document to see its pages."))
            self.note.clear()
            self._show_bar()
            return
        self._seen = row.job
        now = self._model.now()
        parts, before = parts_left(row.job, now), self._parts
        self._parts = parts
        note = note_of_job(self._tr, row.job, now)
        if row.leaving or note is not None:
            self._let_go()
            self._state = row.job.state
            self._show_bar()
            self._show_note(note or Note(self._tr("Deleting…"), "deleted"))
            self._show_hint("" if row.leaving else hint_of_job(self._tr, row.job))
            return
        hidden, was_hidden = row.job.name is None, self._hidden
        self._hidden = hidden
        if hidden:
            # Past its end by a time that is in doubt: fetching tells why there is no page.
            self._let_go()
        elif before - parts:
            # What was destroyed leaves the screen now, not when what is left has been fetched.
            self._let_go()
            if parts == {Part.SOURCE}:
                self._show_note(note_of_lost_text(self._tr, may=False))
        moved = row.job.state is not self._state or parts != before or hidden is not was_hidden
        self._state = row.job.state
        self._show_bar()
        self.images.show_job(row.job, has_source=Part.SOURCE in parts)
        if self._page is None or moved:
            self._fetch()

    # --- fetching --------------------------------------------------------------------

    def _fetch(self) -> None:
        row = self._row
        if row is None:
            return
        self._order += 1
        order = self._order
        only_document = self._parts == {Part.SOURCE}
        ask = self._library.picture if only_document else self._library.page
        future = ask(row.job.job_id, self._number)
        self._courier.ask(
            self,
            future,
            then=lambda view: self._decode(order, view),
            failed=lambda error: self._fail(order, error),
        )

    def _decode(self, order: int, view: PageView) -> None:
        row = self._row
        if order != self._order or row is None:
            return
        if view.result is None and view.image is None:
            self._show_page(None)
            failed = view.error_code is not None
            self._show_note(
                note_of_error(self._tr, error_of(view.error_code or ""))
                if failed
                else note_of_pending(self._tr, row.job)
            )
            self._show_hint(
                self._tr("This page could not be read.") if failed else self._tr("Not read yet")
            )
            return
        future = self._lane.submit(lambda: prepare_page(view, lambda: order == self._order))
        self._courier.ask(
            self,
            future,
            then=lambda page: self._take(order, page),
            failed=lambda error: self._fail(order, error),
        )

    def _take(self, order: int, page: PagePicture | None) -> None:
        if order != self._order or page is None or self._row is None:
            return
        self._show_page(page)
        self._show_hint(None)
        self._show_note(note_of_page(self._tr, page, self._row.job, self._model.now()))
        self.page_shown.emit()

    def _fail(self, order: int, error: UserError) -> None:
        if order != self._order:
            return
        self._show_page(None)
        self._show_hint("")
        self._show_note(note_of_error(self._tr, error))

    def _scale(
        self, encoded: bytes, size: QSize, wanted: Callable[[], bool]
    ) -> Future[QImage | None]:
        return self._lane.submit(lambda: scale_image(encoded, size, wanted))

    # --- parts -----------------------------------------------------------------------

    def _let_go(self) -> None:
        self._order += 1
        self._show_page(None)
        self.images.let_go()

    def _frame_picture(self, block: ImageBlock | None, by_click: bool) -> None:
        self.canvas.set_frame(frame_of(block) if block else None, reveal=not by_click)
        if block is not None:
            self.show_number(block.image_id.page)

    def _show_page(self, page: PagePicture | None) -> None:
        self._page = page
        self.bar.show_picture(self.has_picture)
        self.canvas.show_page(page)
        self.tabs.show_page(page)

    def _show_bar(self) -> None:
        pages = self._row.job.pages or 0 if self._row is not None else 0
        self.bar.show_pages(self._number if pages else 0, pages)

    def _show_note(self, note: Note) -> None:
        self.note.show_note(note.text, icon=note.icon, tone=note.tone, offer=note.offer)

    def _show_hint(self, text: str | None) -> None:
        """Show words in place of the page; None shows the page."""
        self._hint.setText(text or "")
        self._stack.setCurrentWidget(self.canvas if text is None else self._hint)

    def _show_zoom(self) -> None:
        zoom = self.canvas.zoom if self._page is not None else None
        self.bar.show_zoom(zoom, fits=self.canvas.fits_width)

    def _lay_out(self) -> None:
        self._hint.setObjectName("quiet")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._hint)
        self._stack.addWidget(self.canvas)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self._stack, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(left)
        self.splitter.addWidget(self.tabs)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        self.splitter.setSizes([496, 428])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.note)
        whole.addWidget(self.splitter, 1)

    def _connect(self) -> None:
        self.note.recognise_wanted.connect(lambda: self.recognise_wanted.emit(self._row))
        bar, canvas, text = self.bar, self.canvas, self.text
        bar.page_wanted.connect(self.show_number)
        bar.zoom_in_wanted.connect(canvas.zoom_in)
        bar.zoom_out_wanted.connect(canvas.zoom_out)
        bar.fit_wanted.connect(canvas.fit_width)
        bar.actual_size_wanted.connect(lambda: canvas.zoom_to(1.0))
        bar.boxes_toggled.connect(canvas.set_boxes)
        canvas.zoom_changed.connect(self._show_zoom)
        canvas.page_turn_wanted.connect(self.turn)
        self.tabs.page_turn_wanted.connect(self.turn)
        self.images.picture_chosen.connect(self._frame_picture)
        canvas.place_clicked.connect(lambda spot: self.images.choose_at(self._number, spot))
        canvas.word_pointed.connect(text.point_at)
        canvas.word_chosen.connect(text.choose)
        text.word_pointed.connect(canvas.point_at)
        text.word_chosen.connect(lambda number: canvas.choose(number, reveal=True))
        self._model.applied.connect(self._hear)
        self._clock.timeout.connect(self._look_at_time)
        self._clock.start()

    def _look_at_time(self) -> None:
        row = self._row
        if row is not None and parts_left(row.job, self._model.now()) != self._parts:
            self.refresh()

    def _hear(self, job_ids: frozenset[str]) -> None:
        row = self._row
        if row is not None and row.job.job_id in job_ids:
            # It changed in nothing that a row tells: the picture of a page is gone, here or by
            # another process.
            look = self.fetch_again if row.job == self._seen else self.refresh
            look()
        take_back_copies(lambda job_id, part: job_id in job_ids and self._is_gone(job_id, part))

    def _is_gone(self, job_id: JobId, part: Part) -> bool:
        row = self._model.find(job_id)
        if row is None or row.job.name is None or not row.alive:
            return True
        present = {Part.SOURCE: row.job.source_present, Part.RESULT: row.job.result_present}
        return not present[part]


def _in_the_middle(button: QWidget) -> QWidget:
    """Return a place beside the tabs; by itself the button would stand on their lower edge."""
    place = QWidget(button.parentWidget())
    line = QHBoxLayout(place)
    line.setContentsMargins(0, 0, 8, 6)
    line.addWidget(button)
    return place
