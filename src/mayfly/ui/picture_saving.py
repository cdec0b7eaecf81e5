"""Saving pictures from the Images tab into a folder; remembers nothing of what went where."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from mayfly.domain.images import ImageRef
from mayfly.services.pictures import Pictures
from mayfly.ui.courier import Courier
from mayfly.ui.curtain import Documents
from mayfly.ui.file_dialogs import FileDialogs, Wanted
from mayfly.ui.wording import Tr, count_text


class PictureSaving(QObject):
    """Asks where, and tells in the window's own places what became of it."""

    def __init__(
        self,
        pictures: Pictures,
        documents: Documents,
        dialogs: FileDialogs,
        *,
        courier: Courier,
        tr: Tr,
    ) -> None:
        super().__init__(documents.pages)
        self._pictures = pictures
        self._documents = documents
        self._dialogs = dialogs
        self._courier = courier
        self._tr = tr
        documents.pages.images.save_wanted.connect(self.ask)
        documents.pages.looking.told.connect(documents.status.show_message)
        documents.pages.looking.failed.connect(documents.trouble.show_error)

    def ask(self, refs: Sequence[ImageRef]) -> None:
        """Ask for a folder and write the pictures into it, over nothing that is there."""
        wanted = tuple(refs)
        if wanted:
            self._dialogs.ask(Wanted.PICTURES, lambda paths: self.save(wanted, paths[0]))

    def save(self, refs: Sequence[ImageRef], folder: Path) -> None:
        """Write the pictures into a folder."""
        self._courier.ask(
            self,
            self._pictures.save(refs, folder),
            then=self._tell,
            failed=self._documents.trouble.show_error,
        )

    def _tell(self, paths: Sequence[Path]) -> None:
        text = count_text(self._tr, len(paths), "{n} picture saved", "{n} pictures saved")
        self._documents.status.show_message(text)
