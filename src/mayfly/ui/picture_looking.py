"""A picture of the document shown large, or copied; what was asked for ends with the document."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from mayfly.domain.errors import UserError
from mayfly.domain.ids import JobId
from mayfly.domain.images import FoundImage, ImageRef
from mayfly.domain.ports import Lane
from mayfly.services.library import Library
from mayfly.ui.copies import CopiedPicture
from mayfly.ui.courier import Courier
from mayfly.ui.images_view import ImagesView
from mayfly.ui.picture_decoding import decode_picture
from mayfly.ui.picture_window import PictureWindow
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr


class PictureLooking(QObject):
    """Serves an ImagesView."""

    told = Signal(str)
    """A sentence that says what lies in the clipboard, or why nothing does."""
    failed = Signal(object)
    """A UserError."""

    def __init__(
        self,
        view: ImagesView,
        library: Library,
        lane: Lane,
        *,
        courier: Courier,
        tr: Tr,
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._library = library
        self._lane = lane
        self._courier = courier
        self._tr = tr
        self._order = 0
        self.large = PictureWindow(
            library, lane, courier=courier, tr=tr, theme=theme, parent=parent
        )
        view.large_wanted.connect(self.show_large)
        view.copy_wanted.connect(self.copy)
        view.job_changed.connect(self._let_go)
        self.large.copy_wanted.connect(self.copy)
        self.large.save_wanted.connect(view.save_wanted)
        self.large.step_wanted.connect(self._step)

    def show_large(self, ref: ImageRef) -> None:
        """Show a picture in a window of its own."""
        view = self._view.find_picture(ref)
        if view is not None:
            self.large.show_picture(ref, view)

    def copy(self, ref: ImageRef) -> None:
        """Put a picture on the clipboard, marked as a secret."""
        self._order += 1
        order = self._order
        self._courier.ask(
            self,
            self._library.image(ref),
            then=lambda found: self._decode(order, ref.job_id, found),
            failed=self._fail,
        )

    # --- within ----------------------------------------------------------------------

    def _decode(self, order: int, job_id: JobId, found: FoundImage) -> None:
        if order != self._order:
            return
        data, block = found.data, found.block
        self._courier.ask(
            self,
            self._lane.submit(
                lambda: decode_picture(data, block, None, lambda: order == self._order)
            ),
            then=lambda image: self._put(order, job_id, image),
            failed=self._fail,
        )

    def _put(self, order: int, job_id: JobId, image: QImage | None) -> None:
        # Locked or deleted meanwhile: what was asked for then must not come out now.
        if order != self._order:
            return
        if image is None:
            self.told.emit(self._tr("This picture cannot be shown. It can be saved."))
            return
        QGuiApplication.clipboard().setMimeData(CopiedPicture(image, job_id))
        self.told.emit(self._tr("Picture copied. Other programs can read it now."))

    def _fail(self, error: UserError) -> None:
        self.failed.emit(error)

    def _step(self, by: int) -> None:
        ref = self._view.step(by)
        if ref is not None:
            self.show_large(ref)

    def _let_go(self) -> None:
        self._order += 1
        self.large.let_go()
        self.large.close()
