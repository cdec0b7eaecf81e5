"""Adding a destination, or changing one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from mayfly.domain.destinations import Destination
from mayfly.services.destinations import Destinations
from mayfly.ui.asking_dialog import AskingDialog
from mayfly.ui.courier import Courier
from mayfly.ui.destination_form import DestinationForm
from mayfly.ui.question import SIDE_PX
from mayfly.ui.wording import Tr

_WIDTH_PX = 600
_ROOM_PX = 180
"""What heading, message and buttons take of the screen's height."""


class DestinationDialog(AskingDialog):
    """Keeps the access key in its fields only while it is open; an edit never shows the old one."""

    saved = Signal(object)
    """The Destination as it is kept now; it is not verified."""

    def __init__(
        self,
        destinations: Destinations,
        *,
        before: Destination | None,
        courier: Courier,
        tr: Tr,
        parent: QWidget | None,
    ) -> None:
        super().__init__(
            tr("Change this destination") if before else tr("Add own storage"),
            accept=tr("Save") if before else tr("Save and verify"),
            courier=courier,
            tr=tr,
            parent=parent,
        )
        self.setFixedWidth(_WIDTH_PX)
        self._destinations = destinations
        self._before = before
        self.form = DestinationForm(before=before, tr=tr, parent=self)
        self.form.setFixedWidth(_WIDTH_PX - 2 * SIDE_PX - 14)
        self._area = QScrollArea(self)
        self._area.setWidget(self.form)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.column.addSpacing(6)
        self.column.addWidget(self._area, 1)
        self.add_end()
        self.form.changed.connect(self._follow)
        self._follow()
        self.form.provider.setFocus()

    def begin(self) -> None:
        """Have the destination kept. What was typed stays until that worked: a name that is taken
        must not cost the user the secret, which few providers show twice.
        """
        form = self.form
        if not form.is_complete:
            return
        name, place, ticked = form.title, form.place, form.delete_with_job.isChecked()
        credentials = form.credentials()
        if self._before is not None:
            future = self._destinations.edit(
                self._before.destination_id,
                name=name,
                place=place,
                credentials=credentials,
                delete_with_job=ticked,
            )
        elif credentials is not None:
            future = self._destinations.add(name, place, credentials, delete_with_job=ticked)
        else:
            return
        self.ask(future, self._take_saved)

    def done(self, result: int) -> None:
        """Forget the access key, however the dialog ends."""
        self.form.drop_secrets()
        super().done(result)

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget it as well when a locking window hides a dialog that still waits."""
        if not event.spontaneous():
            self.form.drop_secrets()
        super().hideEvent(event)

    def _take_saved(self, destination: Destination) -> None:
        self.finish()
        self.saved.emit(destination)

    def _follow(self) -> None:
        self.accept_button.setEnabled(self.form.is_complete and not self._waiting)
        room = self.screen().availableSize().height() - _ROOM_PX
        self._area.setMinimumHeight(min(self.form.height_needed + 4, room))
