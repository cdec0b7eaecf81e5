"""Own storage for the Images tab: sending chosen pictures, where they lie, links to them."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from mayfly.domain.destinations import Destination
from mayfly.domain.images import ImageRef
from mayfly.ui.courier import Courier
from mayfly.ui.curtain import Documents
from mayfly.ui.picture_links import PictureLinks
from mayfly.ui.storage_watch import StorageWatch
from mayfly.ui.times import end_text
from mayfly.ui.wording import Tr, number_text


class PictureSending(QObject):
    """Offers verified destinations only; every other one leads to what is missing."""

    verify_wanted = Signal(object)
    """A Destination."""

    def __init__(
        self,
        watch: StorageWatch,
        links: PictureLinks,
        documents: Documents,
        *,
        courier: Courier,
        tr: Tr,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._watch = watch
        self._links = links
        self._documents = documents
        self._courier = courier
        self._tr = tr
        view = self._view = documents.pages.images
        view.model.stored_text = links.text_of
        view.offer_sending(self.fill)
        view.extend_menu(self._extend)
        view.job_changed.connect(links.show_job)
        links.changed.connect(view.model.show_stored)
        links.copied.connect(self._tell_link)
        links.failed.connect(documents.trouble.show_error)
        watch.changed.connect(lambda: view.show_sending(bool(watch.destinations)))

    def fill(self, menu: QMenu, refs: tuple[ImageRef, ...]) -> None:
        """Offer every destination for these pictures."""
        usable = self._watch.usable()
        for one in self._watch.destinations:
            name = one.name.replace("&", "&&")
            if one in usable:
                action = menu.addAction(name)
                action.setEnabled(bool(refs))
                action.triggered.connect(partial(self._send, refs, one))
            else:
                action = menu.addAction(self._tr("{name} (verify first…)").format(name=name))
                action.triggered.connect(partial(self._want_verified, one))

    # --- within ----------------------------------------------------------------------

    def _extend(self, menu: QMenu, refs: tuple[ImageRef, ...]) -> None:
        if not self._watch.destinations:
            return
        menu.addSeparator()
        title = self._tr("Send pictures to")
        below = menu.addMenu(title)
        below.setAccessibleName(title)
        self.fill(below, refs)
        if len(refs) == 1:
            self._links.add_to_menu(menu, refs[0].image_id)

    def _want_verified(self, destination: Destination, _checked: bool = False) -> None:
        self.verify_wanted.emit(destination)

    def _send(
        self, refs: tuple[ImageRef, ...], destination: Destination, _checked: bool = False
    ) -> None:
        self._courier.ask(
            self,
            self._watch.services.uploads.send(refs, destination.destination_id),
            then=lambda new: self._tell(new, destination.name),
            failed=self._documents.trouble.show_error,
        )

    def _tell(self, new: int, name: str) -> None:
        self._watch.ask()
        tr = self._tr
        text = tr(
            "{n} picture is sent to {name}" if new == 1 else "{n} pictures are sent to {name}"
        )
        if not new:
            text = tr("Nothing new to send to {name}.")
        self._documents.status.show_message(text.format(n=number_text(new), name=name))

    def _tell_link(self, _ref: ImageRef, ends: datetime) -> None:
        end = end_text(self._tr, ends, self._watch.now())
        text = self._tr("Link copied. Whoever has it can see the picture; it ends {end}.")
        self._documents.status.show_message(text.format(end=end))
