"""Small pictures for what is in view: opened and decoded elsewhere, let go when out of view."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from mayfly.domain.errors import UserError
from mayfly.domain.ids import JobId
from mayfly.domain.images import FoundImage, ImageBlock, ImageId, ImageRef
from mayfly.domain.ports import Lane
from mayfly.services.library import Library
from mayfly.ui.courier import Courier
from mayfly.ui.picture_decoding import decode_picture

_AT_ONCE = 2
"""Few: who scrolls past a thousand pictures waits for those at the end, not for all of them."""


class Thumbnails(QObject):
    """Holds no more than what was wanted last."""

    came = Signal(object)
    """The ImageId of one that can be shown, or is known not to be showable."""

    def __init__(self, library: Library, lane: Lane, *, courier: Courier, parent: QObject) -> None:
        super().__init__(parent)
        self._library = library
        self._lane = lane
        self._courier = courier
        self._order = 0
        self._job_id: JobId | None = None
        self._most = QSize()
        self._wanted: dict[ImageId, ImageBlock] = {}
        self._kept: dict[ImageId, QImage | None] = {}
        self._asked: set[ImageId] = set()

    def show_job(self, job_id: JobId | None) -> None:
        """Fetch this document's pictures from now on; those of the one before are let go."""
        self._order += 1
        self._job_id = job_id
        self._wanted = {}
        self._kept.clear()
        self._asked.clear()

    def want(self, blocks: Sequence[ImageBlock], most: QSize) -> None:
        """Fetch these, in the order given, no larger than that; let all others go."""
        if most != self._most:
            self._most = most
            self._kept.clear()
        self._wanted = {block.image_id: block for block in blocks}
        for image_id in [one for one in self._kept if one not in self._wanted]:
            del self._kept[image_id]
        self._fetch()

    def find(self, image_id: ImageId) -> QImage | None:
        """Return a thumbnail that is there."""
        return self._kept.get(image_id)

    def is_unshowable(self, image_id: ImageId) -> bool:
        """Whether it was fetched in vain."""
        return image_id in self._kept and self._kept[image_id] is None

    @property
    def count(self) -> int:
        """How many are held."""
        return sum(image is not None for image in self._kept.values())

    # --- within ----------------------------------------------------------------------

    def _fetch(self) -> None:
        for image_id, block in self._wanted.items():
            if len(self._asked) >= _AT_ONCE:
                return
            if image_id not in self._kept and image_id not in self._asked:
                self._ask(block)

    def _ask(self, block: ImageBlock) -> None:
        if self._job_id is None:
            return
        image_id, order = block.image_id, self._order
        self._asked.add(image_id)
        self._courier.ask(
            self,
            self._library.image(ImageRef(self._job_id, image_id)),
            then=lambda found: self._decode(order, found),
            failed=lambda error: self._fail(order, image_id, error),
        )

    def _decode(self, order: int, found: FoundImage) -> None:
        image_id, data = found.block.image_id, found.data
        if order != self._order or image_id not in self._wanted:
            self._end(order, image_id)
            return
        block, most = found.block, self._most

        def is_wanted() -> bool:
            return order == self._order and image_id in self._wanted

        self._courier.ask(
            self,
            self._lane.submit(lambda: decode_picture(data, block, most, is_wanted)),
            then=lambda image: self._take(order, image_id, image),
            failed=lambda error: self._fail(order, image_id, error),
        )

    def _take(self, order: int, image_id: ImageId, image: QImage | None) -> None:
        if order == self._order and image_id in self._wanted:
            self._kept[image_id] = image
            self.came.emit(image_id)
        self._end(order, image_id)

    def _fail(self, order: int, image_id: ImageId, _error: UserError) -> None:
        self._take(order, image_id, None)

    def _end(self, order: int, image_id: ImageId) -> None:
        if order == self._order:
            self._asked.discard(image_id)
            self._fetch()
