"""Addresses of pictures that lie at own storage: made on wish, copied as a secret, made anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from mayfly.domain.destinations import LONGEST_LINK, DestinationId, Upload, UploadState
from mayfly.domain.errors import UserError
from mayfly.domain.exports import ImageLink
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageId, ImageRef
from mayfly.ui.copies import copy_text
from mayfly.ui.courier import Courier
from mayfly.ui.storage_texts import menu_name
from mayfly.ui.storage_watch import StorageWatch
from mayfly.ui.times import end_text
from mayfly.ui.wording import Tr

LIFETIMES_H = (1, 4, 24)


@dataclass(frozen=True, slots=True)
class LinkWish:
    """Which picture's address at which destination, and for how long."""

    ref: ImageRef
    destination_id: DestinationId
    lifetime: timedelta


class PictureLinks(QObject):
    """Follows one document's uploads, for a tab that shows its pictures.

    The tab calls show_job when the document changes, text_of for the line below a picture (anew
    at changed), and add_to_menu when the menu of a picture opens. A link stays in no widget: it
    goes to the clipboard, marked as a secret, and is taken back with its document.
    """

    changed = Signal()
    """What of the document lies where changed."""
    copied = Signal(object, object)
    """An ImageRef and the moment at which its link ends."""
    failed = Signal(object)
    """A UserError."""

    def __init__(self, watch: StorageWatch, *, courier: Courier, tr: Tr, parent: QObject) -> None:
        super().__init__(parent)
        self._watch = watch
        self._courier = courier
        self._tr = tr
        self._job_id: JobId | None = None
        self._order = 0
        self._uploads: tuple[Upload, ...] = ()
        self._made: dict[tuple[ImageRef, DestinationId], tuple[LinkWish, ImageLink]] = {}
        watch.changed.connect(self._ask)

    def show_job(self, job_id: JobId | None) -> None:
        """Follow this document's pictures from now on; None: none."""
        if job_id == self._job_id:
            return
        self._job_id = job_id
        self._order += 1
        self._uploads = ()
        self._made.clear()
        self.changed.emit()
        self._ask()

    def state_of(self, image_id: ImageId) -> Mapping[DestinationId, UploadState]:
        """Return how far a picture of the document is at each destination."""
        return {one.destination_id: one.state for one in self._uploads if one.image_id == image_id}

    def text_of(self, image_id: ImageId) -> str:
        """Return in a line where a picture lies, and until when its last link is good."""
        tr, parts = self._tr, []
        for destination_id, state in self.state_of(image_id).items():
            destination = self._watch.find(destination_id)
            if destination is None or state not in _SAID:
                continue
            parts.append(_said(tr, state).format(name=destination.name))
            made = self._made.get((self._ref(image_id), destination_id))
            if made is not None:
                end = end_text(tr, made[1].expires_at, self._watch.now())
                parts.append(tr("link ends {end}").format(end=end))
        return " · ".join(parts)

    def add_to_menu(self, menu: QMenu, image_id: ImageId) -> bool:
        """Add what can be done with a picture's links; False: it is stored nowhere."""
        tr = self._tr
        stored = [
            one
            for one, state in self.state_of(image_id).items()
            if state is UploadState.STORED and self._watch.find(one) is not None
        ]
        for destination_id in stored:
            destination = self._watch.find(destination_id)
            if destination is None:
                continue
            name = menu_name(tr, destination, usable=True)
            text = tr("Copy link") if len(stored) == 1 else tr("Copy link to {name}")
            sub = menu.addMenu(text.format(name=name))
            sub.setAccessibleName(sub.title())
            for hours in LIFETIMES_H:
                span = timedelta(hours=hours)
                label = tr("For {n} h").format(n=hours)
                self._add(sub, label, LinkWish(self._ref(image_id), destination_id, span))
            until = LinkWish(self._ref(image_id), destination_id, LONGEST_LINK)
            self._add(sub, tr("Until the document's end"), until)
            made = self._made.get((self._ref(image_id), destination_id))
            if made is not None:
                again = tr("Refresh link") if len(stored) == 1 else tr("Refresh link to {name}")
                self._add(menu, again.format(name=name), made[0])
        return bool(stored)

    def copy(self, wish: LinkWish) -> None:
        """Make a link and put it on the clipboard; a new one each time."""
        order = self._order
        future = self._watch.services.uploads.link(wish.ref, wish.destination_id, wish.lifetime)
        self._courier.ask(
            self, future, then=lambda link: self._take(order, wish, link), failed=self._fail
        )

    # --- within ----------------------------------------------------------------------

    def _add(self, menu: QMenu, label: str, wish: LinkWish) -> None:
        menu.addAction(label).triggered.connect(lambda: self.copy(wish))

    def _ref(self, image_id: ImageId) -> ImageRef:
        return ImageRef(self._job_id or JobId(""), image_id)

    def _take(self, order: int, wish: LinkWish, link: ImageLink) -> None:
        if order != self._order:
            # Locked or deleted meanwhile: what was asked for then must not come out now.
            return
        copy_text(link.url, wish.ref.job_id)
        if wish.ref.job_id == self._job_id:
            # Its end is remembered, the address itself is not.
            kept = ImageLink("", link.expires_at)
            self._made[wish.ref, wish.destination_id] = (wish, kept)
        self.copied.emit(wish.ref, link.expires_at)
        self.changed.emit()

    def _fail(self, error: UserError) -> None:
        self.failed.emit(error)

    def _ask(self) -> None:
        job_id = self._job_id
        if job_id is None or not self._watch.destinations:
            return
        self._courier.ask(
            self,
            self._watch.services.uploads.of_job(job_id),
            then=lambda uploads: self._take_uploads(job_id, uploads),
            failed=lambda _: None,
        )

    def _take_uploads(self, job_id: JobId, uploads: tuple[Upload, ...]) -> None:
        if job_id == self._job_id and uploads != self._uploads:
            self._uploads = uploads
            self.changed.emit()


_SAID = (UploadState.WAITING, UploadState.STORED, UploadState.FAILED)


def _said(tr: Tr, state: UploadState) -> str:
    if state is UploadState.STORED:
        return tr("Stored at {name}")
    if state is UploadState.WAITING:
        return tr("On its way to {name}")
    return tr("Not sent to {name}")
