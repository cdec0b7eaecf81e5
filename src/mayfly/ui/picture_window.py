"""One picture of a document, large, in a window of its own; gone with the document."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from mayfly.domain.errors import UserError
from mayfly.domain.images import FoundImage, ImageBlock, ImageRef
from mayfly.domain.ports import Lane
from mayfly.services.library import Library
from mayfly.services.picture_list import PictureView
from mayfly.ui.courier import Courier
from mayfly.ui.page_canvas import PageCanvas
from mayfly.ui.page_picture import PagePicture, picture_alone
from mayfly.ui.picture_decoding import decode_picture
from mayfly.ui.picture_texts import whole_text
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr, error_text

_SIZE = QSize(820, 640)
_LEAST = QSize(360, 280)
_EDGE = 34


class _MiddleCanvas(PageCanvas):
    """A picture hangs in the middle; a page lies at the top."""

    def _paper(self) -> QRectF:
        paper = super()._paper()
        free = self.viewport().height() - paper.height()
        if free > _EDGE:
            paper.moveTop(free / 2)
        return paper


class PictureWindow(QDialog):
    """Page keys step through the pictures; Ctrl and the wheel, + and - zoom; Escape closes."""

    step_wanted = Signal(int)
    copy_wanted = Signal(object)
    """An ImageRef."""
    save_wanted = Signal(object)
    """A tuple of ImageRef."""

    def __init__(
        self,
        library: Library,
        lane: Lane,
        *,
        courier: Courier,
        tr: Tr,
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._lane = lane
        self._courier = courier
        self._tr = tr
        self._order = 0
        self._ref: ImageRef | None = None
        self._block: ImageBlock | None = None
        self._fits = True
        # As the main window: what is looked at is not told to the list of windows.
        self.setWindowTitle("Mayfly")
        self.setAccessibleName(tr("Picture"))
        self.setModal(False)
        self.setMinimumSize(_LEAST)
        self.resize(_SIZE)
        self.canvas = _MiddleCanvas(
            tr=tr, theme=theme, courier=courier, scaler=self._scale, parent=self
        )
        self.canvas.setAccessibleName(tr("Picture"))
        self.caption = QLabel(self)
        self.caption.setWordWrap(True)
        self.caption.setTextFormat(Qt.TextFormat.PlainText)
        self.about = QLabel(self)
        self.about.setObjectName("quiet")
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        self._lay_out()

    @property
    def page(self) -> PagePicture | None:
        """What is on show."""
        return self._page

    def show_picture(self, ref: ImageRef, view: PictureView) -> None:
        """Come forward with a picture; the one before is let go at once."""
        self.let_go()
        self._ref, self._block = ref, view.block
        self.about.setText(whole_text(self._tr, view))
        self.caption.setText(view.alternative or "")
        self.caption.setVisible(bool(view.alternative))
        self.canvas.setAccessibleDescription(view.alternative or self.about.text())
        order = self._order
        self._courier.ask(
            self,
            self._library.image(ref),
            then=lambda found: self._decode(order, ref, found),
            failed=lambda error: self._fail(order, error),
        )
        self.show()
        self.raise_()
        self.activateWindow()
        self.canvas.setFocus()

    def let_go(self) -> None:
        """Hold nothing of any document."""
        self._order += 1
        self._ref = self._block = None
        self._page: PagePicture | None = None
        self._fits = True
        self.canvas.show_page(None)
        self.canvas.setAccessibleDescription("")
        for label in (self.about, self.caption):
            label.clear()

    # --- Qt's calls ------------------------------------------------------------------

    def done(self, result: int) -> None:
        """Close, holding nothing."""
        self.let_go()
        super().done(result)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the whole picture in view until somebody zooms."""
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom by keys, as in the window behind."""
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom(self.canvas.zoom_in)
            case Qt.Key.Key_Minus:
                self._zoom(self.canvas.zoom_out)
            case Qt.Key.Key_0:
                self._fits = True
                self._fit()
            case Qt.Key.Key_1:
                self._zoom(lambda: self.canvas.zoom_to(1.0))
            case _:
                super().keyPressEvent(event)

    # --- within ----------------------------------------------------------------------

    def _decode(self, order: int, ref: ImageRef, found: FoundImage) -> None:
        if order != self._order:
            return
        self._courier.ask(
            self,
            self._lane.submit(
                lambda: decode_picture(found.data, found.block, None, lambda: order == self._order)
            ),
            then=lambda image: self._take(order, picture_alone(ref, found, image)),
            failed=lambda error: self._fail(order, error),
        )

    def _take(self, order: int, page: PagePicture) -> None:
        if order != self._order:
            return
        if page.image is None:
            self.caption.setText(self._tr("This picture cannot be shown. It can be saved."))
            self.caption.show()
            return
        self._page = page
        self.canvas.show_page(page)
        self._fit()

    def _fail(self, order: int, error: UserError) -> None:
        if order == self._order:
            self.caption.setText(error_text(self._tr, error))
            self.caption.show()

    def _scale(
        self, encoded: bytes, size: QSize, wanted: Callable[[], bool]
    ) -> Future[QImage | None]:
        block = self._block
        return self._lane.submit(
            lambda: decode_picture(encoded, block, size, wanted) if block else None
        )

    def _zoom(self, zoom: Callable[[], None]) -> None:
        self._fits = False
        zoom()

    def _fit(self) -> None:
        """Show all of it, and small ones at their own size."""
        page = self._page
        if page is None or not self._fits:
            return
        ratio, view = self.devicePixelRatioF(), self.canvas.maximumViewportSize()
        across = (view.width() - _EDGE) * ratio / page.size.width()
        down = (view.height() - _EDGE) * ratio / page.size.height()
        self.canvas.zoom_to(min(1.0, across, down))

    def _copy(self) -> None:
        if self._ref is not None:
            self.copy_wanted.emit(self._ref)

    def _save(self) -> None:
        if self._ref is not None:
            self.save_wanted.emit((self._ref,))

    def _lay_out(self) -> None:
        tr = self._tr
        copy, save = QPushButton(tr("Copy picture"), self), QPushButton(tr("Save…"), self)
        close = QPushButton(tr("Close"), self)
        copy.clicked.connect(self._copy)
        save.clicked.connect(self._save)
        close.clicked.connect(self.reject)
        for button in (copy, save, close):
            button.setAutoDefault(False)
        foot = QWidget(self)
        foot.setObjectName("dialogFoot")
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self.caption)
        texts.addWidget(self.about)
        line = QHBoxLayout(foot)
        line.setContentsMargins(16, 10, 16, 10)
        line.addLayout(texts, 1)
        for button in (copy, save, close):
            line.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(foot)
        self.canvas.page_turn_wanted.connect(self.step_wanted)
        self.let_go()
