"""The pictures of the document on show: listed at once, each opened when it comes into view."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelectionModel, QPoint, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mayfly.domain.errors import AlreadyDeleted, SourceGone, UserError
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageRef
from mayfly.domain.jobs import Job
from mayfly.domain.ports import Lane
from mayfly.domain.states import FINISHED
from mayfly.services.library import Library
from mayfly.services.picture_list import PictureView
from mayfly.ui.courier import Courier
from mayfly.ui.icons import Icons
from mayfly.ui.picture_model import PictureModel
from mayfly.ui.picture_rows import PictureRows
from mayfly.ui.theme import Theme
from mayfly.ui.thumbnails import Thumbnails
from mayfly.ui.wording import Tr, count_text, error_text, number_text

_SOON_MS = 250
"""Who walks through the list of documents does not wait for the pictures of each."""
_AGAIN_MS = 1_000
_REST = 10
"""Listing anew while pages come in takes a tenth of the time at most."""
_ICON = QSize(18, 18)
_SUMMARY_PX = 130
_ICON_ONLY = Qt.ToolButtonStyle.ToolButtonIconOnly

FillMenu = Callable[[QMenu, tuple[ImageRef, ...]], None]
"""Adds what can be done with the pictures that are chosen."""


class ImagesView(QWidget):
    """Lists a document's pictures while its source lives; let_go leaves nothing of them."""

    picture_chosen = Signal(object, bool)
    """An ImageBlock, or None; and whether it was chosen on the page itself."""
    count_changed = Signal(int)
    job_changed = Signal(object)
    """The JobId whose pictures are listed, or None: whatever shows one is to let it go."""
    save_wanted = Signal(object)
    """A tuple of ImageRef."""
    copy_wanted = Signal(object)
    """An ImageRef."""
    large_wanted = Signal(object)
    """An ImageRef."""

    def __init__(
        self,
        library: Library,
        decode_lane: Lane,
        *,
        courier: Courier,
        tr: Tr,
        theme: Theme,
        icons: Icons,
    ) -> None:
        super().__init__()
        self._library = library
        self._courier = courier
        self._tr = tr
        self._order = 0
        self._job_id: JobId | None = None
        self._progress: tuple[int, bool, bool] | None = None
        self._asked_at: float | None = None
        self._again = False
        self._by_click = False
        self._took_s = 0.0
        self._more: list[FillMenu] = []
        self.model = PictureModel(tr=tr, parent=self)
        self.thumbnails = Thumbnails(library, decode_lane, courier=courier, parent=self)
        self.rows = PictureRows(self.model, self.thumbnails, tr=tr, theme=theme, parent=self)
        self.note = QLabel(self)
        self._summary = QLabel(self)
        self.save_button = self._make_button(icons, "export", tr("Save…"), tr("Save pictures"))
        self.copy_button = self._make_button(icons, "copy", tr("Copy"), tr("Copy picture"))
        self.send_button = self._make_button(icons, "upload", tr("Send"), tr("Send pictures to"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask)
        self._lay_out()
        self._connect()
        self._show_state("")

    # --- what is shown ---------------------------------------------------------------

    def show_job(self, job: Job, *, has_source: bool) -> None:
        """List the pictures of a document, as far as it is read; look again when it comes on."""
        if job.job_id != self._job_id:
            self.let_go()
            self._job_id = job.job_id
            self.thumbnails.show_job(job.job_id)
            self.job_changed.emit(job.job_id)
        progress = (job.pages_read + job.pages_failed, has_source, job.state in FINISHED)
        if progress == self._progress:
            return
        self._progress = progress
        if has_source:
            self._ask_soon()
        else:
            self._refuse(self._gone_text())

    def let_go(self) -> None:
        """Hold nothing of any document."""
        had = self._job_id is not None
        self._order += 1
        self._timer.stop()
        self._job_id = self._progress = self._asked_at = None
        self._again = False
        self._took_s = 0.0
        self.thumbnails.show_job(None)
        self._list(())
        self._show_state("")
        if had:
            self.job_changed.emit(None)

    def choose_at(self, page: int, spot: QPointF) -> None:
        """Choose the picture at a place on a page, in the page's pixels; none where none is."""
        row = self.model.at(page, int(spot.x()), int(spot.y()))
        if row < 0 and not self.rows.chosen_rows():
            return
        self._by_click = True
        self._choose([row] if row >= 0 else [])
        self._by_click = False

    def step(self, by: int) -> ImageRef | None:
        """Choose the picture so many rows on and return it; None beyond the ends."""
        row = self.rows.current_row() + by
        if not 0 <= row < len(self.model.views):
            return None
        self._choose([row])
        return self._ref(row)

    def find_picture(self, ref: ImageRef) -> PictureView | None:
        """Return what is known of a picture that is listed."""
        row = self.model.row_of(ref.image_id) if ref.job_id == self._job_id else -1
        return self.model.views[row] if row >= 0 else None

    # --- what can be done ------------------------------------------------------------

    @property
    def chosen(self) -> tuple[ImageRef, ...]:
        """The pictures that are chosen, in order."""
        return tuple(self._ref(row) for row in self.rows.chosen_rows())

    @property
    def all_pictures(self) -> tuple[ImageRef, ...]:
        """All that are listed."""
        return tuple(self._ref(row) for row in range(len(self.model.views)))

    def offer_sending(self, fill: FillMenu) -> None:
        """Have a button with this menu; it is seen when show_sending says so."""
        menu = QMenu(self.send_button)
        menu.aboutToShow.connect(lambda: self._fill_anew(menu, fill))
        self.send_button.setMenu(menu)
        self.send_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def show_sending(self, shown: bool) -> None:
        """Show the button for sending, or hide it."""
        menu = self.send_button.menu()
        self.send_button.setVisible(shown and menu is not None)
        if menu is not None and not shown:
            # It keeps what it offered last: names, which a locked window must not hold.
            menu.clear()
        self._show_words()

    def extend_menu(self, fill: FillMenu) -> None:
        """Add something to the menu of the pictures that are chosen."""
        self._more.append(fill)

    def menu_of_chosen(self) -> QMenu:
        """Return a menu of what can be done with the pictures that are chosen."""
        tr, chosen, menu = self._tr, self.chosen, QMenu(self)
        menu.setAccessibleName(tr("Pictures"))
        menu.aboutToHide.connect(menu.deleteLater)
        if len(chosen) == 1:
            menu.addAction(tr("Show large")).triggered.connect(
                lambda: self.large_wanted.emit(chosen[0])
            )
            menu.addAction(tr("Copy picture")).triggered.connect(
                lambda: self.copy_wanted.emit(chosen[0])
            )
        self._add_saving(menu)
        for fill in self._more if chosen else ():
            fill(menu, chosen)
        return menu

    # --- Qt's calls ------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write beside the icons what they do, where there is room for it."""
        super().resizeEvent(event)
        self._show_words()

    # --- fetching --------------------------------------------------------------------

    def _ask_soon(self) -> None:
        if self._asked_at is not None:
            self._again = True
        elif not self._timer.isActive():
            is_first = not self._took_s
            wait_ms = max(_AGAIN_MS, round(self._took_s * 1_000 * _REST))
            self._timer.start((0 if self.isVisible() else _SOON_MS) if is_first else wait_ms)

    def _ask(self) -> None:
        if self._job_id is None:
            return
        self._order += 1
        order, self._asked_at = self._order, time.monotonic()
        self._courier.ask(
            self,
            self._library.images(self._job_id),
            then=lambda views: self._take(order, views),
            failed=lambda error: self._fail(order, error),
        )

    def _take(self, order: int, views: Sequence[PictureView]) -> None:
        if order != self._order or self._progress is None:
            return
        self._settle()
        self._list(views)
        _, _, finished = self._progress
        none, yet = (
            self._tr("No pictures were found in this document."),
            self._tr("Pictures appear here as the pages are read."),
        )
        self._show_state("" if views else none if finished else yet)

    def _fail(self, order: int, error: UserError) -> None:
        if order == self._order:
            self._settle()
            gone = isinstance(error, SourceGone | AlreadyDeleted)
            self._refuse(self._gone_text() if gone else error_text(self._tr, error))

    def _settle(self) -> None:
        began, self._asked_at = self._asked_at, None
        self._took_s = max(time.monotonic() - (began or 0.0), 0.001)
        if self._again:
            self._again = False
            self._ask_soon()

    def _refuse(self, why: str) -> None:
        self._order += 1
        self._timer.stop()
        self._asked_at = None
        self._list(())
        self._show_state(why)

    # --- within ----------------------------------------------------------------------

    def _list(self, views: Sequence[PictureView]) -> None:
        chosen = [ref.image_id for ref in self.chosen]
        before = len(self.model.views)
        if self.model.show_views(views):
            rows = (self.model.row_of(image_id) for image_id in chosen)
            self._choose([row for row in rows if row >= 0])
            self._tell_chosen()
        if len(views) != before:
            self.count_changed.emit(len(views))
        self._show_chosen()

    def _ref(self, row: int) -> ImageRef:
        return ImageRef(self._job_id or JobId(""), self.model.views[row].block.image_id)

    def _choose(self, rows: Sequence[int]) -> None:
        flags = QItemSelectionModel.SelectionFlag
        selection = self.rows.selectionModel()
        if rows:
            index = self.model.index(rows[0])
            selection.setCurrentIndex(index, flags.ClearAndSelect)
            self.rows.scrollTo(index)
        else:
            selection.clearSelection()
        for row in rows[1:]:
            selection.select(self.model.index(row), flags.Select)

    def _tell_chosen(self) -> None:
        rows, current = self.rows.chosen_rows(), self.rows.current_row()
        row = current if current in rows else next(iter(rows), -1)
        block = self.model.views[row].block if row >= 0 else None
        self.picture_chosen.emit(block, self._by_click)

    def _show_chosen(self) -> None:
        chosen, count = len(self.rows.chosen_rows()), len(self.model.views)
        text = count_text(self._tr, count, "{n} picture", "{n} pictures")
        if chosen:
            is_short = self.save_button.toolButtonStyle() is _ICON_ONLY
            wording = self._tr("{n} of {all}") if is_short else self._tr("{n} of {all} chosen")
            text = wording.format(n=number_text(chosen), all=number_text(count))
        self._summary.setText(text)
        self.copy_button.setEnabled(chosen == 1)
        self.send_button.setEnabled(chosen > 0)

    def _show_state(self, why_not: str) -> None:
        self.note.setText(why_not)
        is_list = bool(self.model.views)
        self._bar.setVisible(is_list)
        self._stack.setCurrentWidget(self.rows if is_list else self.note)

    def _gone_text(self) -> str:
        return self._tr("The pictures were deleted with the document.")

    def _add_saving(self, menu: QMenu) -> None:
        tr, chosen, every = self._tr, self.chosen, self.all_pictures
        if chosen:
            text = count_text(tr, len(chosen), "Save chosen…", "Save {n} chosen…")
            menu.addAction(text).triggered.connect(lambda: self.save_wanted.emit(chosen))
        if len(chosen) < len(every):
            text = tr("Save all {n}…").format(n=number_text(len(every)))
            menu.addAction(text).triggered.connect(lambda: self.save_wanted.emit(every))

    def _fill_anew(self, menu: QMenu, fill: FillMenu) -> None:
        menu.clear()
        fill(menu, self.chosen)

    def _open_menu(self, place: QPoint) -> None:
        if self.model.views:
            self.menu_of_chosen().popup(self.rows.viewport().mapToGlobal(place))

    # --- parts -----------------------------------------------------------------------

    def _show_words(self) -> None:
        buttons = [self.save_button, self.copy_button]
        if not self.send_button.isHidden():
            buttons.append(self.send_button)
        for button in buttons:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        if sum(button.sizeHint().width() for button in buttons) + _SUMMARY_PX > self.width():
            for button in buttons:
                button.setToolButtonStyle(_ICON_ONLY)
        self._show_chosen()

    def _make_button(self, icons: Icons, icon: str, text: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setObjectName("small")
        button.setAutoRaise(True)
        button.setIconSize(_ICON)
        button.setToolTip(name)
        button.setAccessibleName(name)
        icons.dress(button, icon, (_ICON.width(),))
        return button

    def _lay_out(self) -> None:
        self.note.setObjectName("quiet")
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.note.setWordWrap(True)
        self.note.setMargin(16)
        self._summary.setObjectName("quiet")
        self._summary.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QWidget(self)
        line = QHBoxLayout(self._bar)
        line.setContentsMargins(12, 5, 8, 5)
        line.setSpacing(2)
        line.addWidget(self._summary, 1)
        for button in (self.save_button, self.copy_button, self.send_button):
            line.addWidget(button)
        self.send_button.hide()
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.note)
        self._stack.addWidget(self.rows)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self._stack, 1)
        self.setFocusProxy(self.rows)

    def _connect(self) -> None:
        menu = QMenu(self.save_button)
        menu.aboutToShow.connect(lambda: self._fill_anew(menu, lambda m, _: self._add_saving(m)))
        self.save_button.setMenu(menu)
        self.save_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.copy_button.clicked.connect(
            lambda: self.copy_wanted.emit(self.chosen[0]) if self.chosen else None
        )
        self.rows.chosen_changed.connect(self._tell_chosen)
        self.rows.chosen_changed.connect(self._show_chosen)
        self.rows.open_wanted.connect(lambda row: self.large_wanted.emit(self._ref(row)))
        self.rows.customContextMenuRequested.connect(self._open_menu)
