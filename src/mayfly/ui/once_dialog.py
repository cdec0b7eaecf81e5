"""A document for one look: in a framed window of its own, in memory, and gone when that closes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from mayfly.domain.document_errors import PasswordNeeded, PasswordWrong
from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import UserError
from mayfly.domain.ports import Lane
from mayfly.services.library import PageView
from mayfly.ui.courier import Courier
from mayfly.ui.page_canvas import PageCanvas
from mayfly.ui.page_picture import PagePicture, prepare_page, scale_image
from mayfly.ui.password_field import PasswordField
from mayfly.ui.text_view import TextView
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr, error_text, number_text

_SIZE = QSize(980, 680)
_LEAST = QSize(520, 360)
_AHEAD = 8
"""Pages that are read before somebody turns to them; each is some hundred kilobytes."""


class Looked(Protocol):
    """What is shown: services.viewing.Viewed."""

    @property
    def count(self) -> int:
        """How many pages there are; 0 until the document is open."""
        ...

    @property
    def views(self) -> tuple[PageView, ...]:
        """The pages that were read so far."""
        ...

    def read_next(self) -> Future[PageView | None]:
        """Read one page more; None when there is none."""
        ...

    def close(self) -> None:
        """End the readers and drop every page."""
        ...


OpenAgain = Callable[[str | None], Looked]
"""Opens the document, with a password or without."""


class OnceDialog(QDialog):
    """Shows one page at a time. Its title names no document; nothing of it is written anywhere."""

    def __init__(
        self,
        open_document: OpenAgain,
        *,
        decode_lane: Lane,
        courier: Courier,
        theme: Theme,
        tr: Tr,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._open = open_document
        self._looked = open_document(None)
        self._lane = decode_lane
        self._courier = courier
        self._tr = tr
        self._number = 1
        self._order = 0
        self._asking = False
        self._ended = False
        self.setWindowTitle(tr("Mayfly – view once"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(_LEAST)
        self.resize(_SIZE)
        self.sentence = QLabel(
            tr(
                "View once: this document is in the memory of this window and nowhere else. It is"
                " in no vault and in no list; closing the window is its end."
            )
        )
        self.sentence.setObjectName("sentence")
        self.sentence.setWordWrap(True)
        self.canvas = PageCanvas(
            tr=tr, theme=theme, courier=courier, scaler=self._scale, parent=self
        )
        self.text = TextView(tr=tr, theme=theme, parent=self)
        self.note = QLabel(tr("Reading…"))
        self.note.setObjectName("quiet")
        self.note.setWordWrap(True)
        self.password = PasswordField(self, tr, hint=tr(PasswordNeeded.text))
        self.password.hide()
        self.previous = QPushButton(tr("Previous page"))
        self.next = QPushButton(tr("Next page"))
        self.end = QPushButton(tr("Close and forget"))
        self.end.setObjectName("primary")
        self._lay_out()
        self._connect()
        self._show_place()
        self._go_on()

    def done(self, result: int) -> None:
        """Drop everything before the window is off the screen, however it is closed."""
        self.forget()
        super().done(result)

    def forget(self) -> None:
        """Let the document go: readers, pages, picture and text."""
        self._order += 1
        self._ended = True
        self.password.clear()
        self.canvas.show_page(None)
        self.text.show_page(None)
        self._looked.close()

    def turn(self, step: int) -> None:
        """Show another page."""
        wanted = self._number + step
        if 1 <= wanted <= max(self._looked.count, 1):
            self._number = wanted
            self._show_number()
            self._go_on()

    # --- reading ---------------------------------------------------------------------

    def _go_on(self) -> None:
        """Read on until there is enough ahead of the page on show."""
        if self._asking or self._ended or len(self._looked.views) >= self._number + _AHEAD:
            return
        self._asking = True
        self._courier.ask(self, self._looked.read_next(), then=self._take, failed=self._fail)

    def _take(self, view: PageView | None) -> None:
        self._asking = False
        if view is None:
            self._ended = True
            return
        if view.number == self._number:
            self._show_number()
        self._show_place()
        self._go_on()

    def _fail(self, error: UserError) -> None:
        self._asking = False
        if self._ended:
            return
        if isinstance(error, PasswordNeeded | PasswordWrong):
            self.note.setText(self._tr(error.text))
            self.password.show()
            self.password.setFocus()
            return
        self._ended = True
        if not self._looked.views:
            self.note.setText(error_text(self._tr, error))

    def _give_password(self) -> None:
        password = self.password.text()
        self.password.clear()
        if not password or self._ended:
            return
        self.password.hide()
        self.note.setText(self._tr("Reading…"))
        self._looked.close()
        self._looked = self._open(password)
        self._go_on()

    # --- showing ---------------------------------------------------------------------

    def _show_number(self) -> None:
        self._order += 1
        order = self._order
        self._show_place()
        views = self._looked.views
        if len(views) < self._number:
            self._show(None, self._tr("Reading…"))
            return
        view = views[self._number - 1]
        if view.error_code is not None:
            self._show(None, error_text(self._tr, error_of(view.error_code)))
            return
        future = self._lane.submit(lambda: prepare_page(view, lambda: order == self._order))
        self._courier.ask(self, future, then=lambda page: self._take_page(order, page))

    def _take_page(self, order: int, page: PagePicture | None) -> None:
        if order == self._order:
            self._show(page, "")

    def _show(self, page: PagePicture | None, note: str) -> None:
        self.canvas.show_page(page)
        self.text.show_page(page)
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def _show_place(self) -> None:
        count = self._looked.count
        self.place.setText(
            self._tr("Page {n} of {all}").format(
                n=number_text(self._number), all=number_text(count)
            )
            if count
            else ""
        )
        self.previous.setEnabled(self._number > 1)
        self.next.setEnabled(self._number < count)

    def _scale(
        self, encoded: bytes, size: QSize, wanted: Callable[[], bool]
    ) -> Future[QImage | None]:
        return self._lane.submit(lambda: scale_image(encoded, size, wanted))

    # --- putting together ------------------------------------------------------------

    def _connect(self) -> None:
        self.previous.clicked.connect(lambda: self.turn(-1))
        self.next.clicked.connect(lambda: self.turn(1))
        self.end.clicked.connect(self.accept)
        self.password.returnPressed.connect(self._give_password)
        self.canvas.page_turn_wanted.connect(self.turn)
        self.text.page_turn_wanted.connect(self.turn)
        self.canvas.word_chosen.connect(self.text.choose)
        self.canvas.word_pointed.connect(self.text.point_at)
        self.text.word_chosen.connect(self.canvas.choose)
        self.text.word_pointed.connect(self.canvas.point_at)

    def _lay_out(self) -> None:
        self.place = QLabel()
        frame = QFrame(self)
        frame.setObjectName("onceFrame")
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.addWidget(frame)
        panes = QSplitter(Qt.Orientation.Horizontal)
        panes.setHandleWidth(1)
        panes.addWidget(self.canvas)
        panes.addWidget(self.text)
        panes.setSizes([_SIZE.width() // 2, _SIZE.width() // 2])
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 6, 12, 8)
        for widget in (self.previous, self.place, self.next):
            foot.addWidget(widget)
        foot.addStretch(1)
        foot.addWidget(self.end)
        for button in (self.previous, self.next, self.end):
            # Enter in the password field must not press one of them.
            button.setAutoDefault(False)
        column = QVBoxLayout(frame)
        column.setContentsMargins(0, 0, 0, 0)
        for label in (self.sentence, self.note, self.password):
            label.setContentsMargins(12, 8, 12, 4)
            column.addWidget(label)
        column.addWidget(panes, 1)
        column.addLayout(foot)
