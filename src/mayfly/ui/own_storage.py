"""Everything the window has about own storage, put together and connected once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from mayfly.composition import Mayfly
from mayfly.domain.destinations import Destination, UploadState
from mayfly.domain.ids import JobId
from mayfly.ui.courier import Courier
from mayfly.ui.deleting import Level, Outcome, told_text
from mayfly.ui.icons import Icons
from mayfly.ui.job_rows import JobRow
from mayfly.ui.main_window import MainWindow
from mayfly.ui.picture_links import PictureLinks
from mayfly.ui.picture_sending import PictureSending
from mayfly.ui.preference_keeper import PreferenceKeeper
from mayfly.ui.send_button import SendButton
from mayfly.ui.send_commands import SendCommands
from mayfly.ui.storage_texts import fates
from mayfly.ui.storage_watch import StorageServices, StorageWatch
from mayfly.ui.theme import Theme
from mayfly.ui.uploads_chip import UploadsChip
from mayfly.ui.uploads_dialog import UploadsDialog
from mayfly.ui.verify_dialog import VerifyDialog
from mayfly.ui.wording import Tr


class OwnStorage(QObject):
    """Knows nothing while the window is locked: names of destinations are sealed, too."""

    settings_wanted = Signal()
    """The page of the settings about own storage."""

    def __init__(
        self,
        window: MainWindow,
        mayfly: Mayfly,
        *,
        preferences: PreferenceKeeper,
        courier: Courier,
        tr: Tr,
        theme: Theme,
        icons: Icons,
    ) -> None:
        super().__init__(window)
        documents = self._documents = window.documents
        self._courier = courier
        self._tr = tr
        self._theme = theme
        self._icons = icons
        self._window = window
        self._noted: list[str] = []
        services = StorageServices(mayfly.destinations, mayfly.uploads)
        self.watch = StorageWatch(services, now=documents.model.now, courier=courier, parent=self)
        self.button = SendButton(self.watch, preferences, tr=tr, icons=icons, parent=window.toolbar)
        window.toolbar.add_beside_keep(self.button)
        self.chip = UploadsChip(
            self.watch, tr=tr, theme=theme, icons=icons, parent=documents.status
        )
        documents.status.add_chip(self.chip)
        self.commands = SendCommands(self.watch, documents, courier=courier, tr=tr, parent=self)
        window.commands.extend_menu(self.commands.add_menu)
        self.links = PictureLinks(self.watch, courier=courier, tr=tr, parent=self)
        self.pictures = PictureSending(
            self.watch, self.links, documents, courier=courier, tr=tr, parent=self
        )
        self.uploads = UploadsDialog(self.watch, courier=courier, tr=tr, parent=window)
        self._connect(window)
        self.watch.begin()

    def verify(self, destination: Destination) -> VerifyDialog:
        """Verify one over the window."""
        dialog = VerifyDialog(
            self.watch.services.destinations,
            destination,
            courier=self._courier,
            tr=self._tr,
            theme=self._theme,
            icons=self._icons,
            parent=self._window,
        )
        dialog.settled.connect(self.watch.ask)
        dialog.open()
        return dialog

    def fates_of(self, job_ids: Sequence[JobId] | None = None) -> list[str]:
        """Return what becomes of objects at destinations when these jobs go; None: all."""
        by_job = self.watch.by_job
        counts = by_job.values() if job_ids is None else [by_job.get(one, {}) for one in job_ids]
        return fates(self._tr, self.watch.destinations, counts)

    # --- within ----------------------------------------------------------------------

    def _connect(self, window: MainWindow) -> None:
        window.exports.offer_links(lambda: self.watch.total(UploadState.STORED) > 0)
        actions, watch, curtain = window.actions_, self.watch, window.lock.curtain
        for asking in (self.button, self.commands):
            asking.verify_wanted.connect(self.verify)
            asking.settings_wanted.connect(self.settings_wanted)
        self.button.given_up.connect(self._tell_given_up)
        self.button.text_changed.connect(window.toolbar.fit)
        self.uploads.verify_wanted.connect(self.verify)
        self.pictures.verify_wanted.connect(self.verify)
        self.chip.clicked.connect(self.uploads.come_forward)
        for action, act in (
            (actions.send, self._open_send_menu),
            (actions.uploads, self.uploads.come_forward),
            (actions.own_storage, self.settings_wanted.emit),
        ):
            action.triggered.connect(lambda _=False, act=act: act())
            action.setVisible(True)
        watch.changed.connect(self._show_sent)
        watch.failed.connect(self._documents.trouble.show_error)
        curtain.drawing.connect(watch.forget)
        curtain.lifted.connect(watch.begin)
        window.closing.connect(watch.forget)
        window.delete_commands.tell_fates(self.fates_of)
        window.deleting.leaving.connect(self._note_fates)
        window.deleting.settled.connect(self._tell_fates)

    def _tell_given_up(self, destination: Destination) -> None:
        text = self._tr(
            "Pictures of what is added next are sent to nobody any more: their destination has to "
            "be verified again."
        )
        # Without its name: the bar keeps its last text, and a locked window holds no name.
        self._documents.trouble.show_message(
            text,
            offer=self._tr("Verify"),
            then=lambda: self.verify(destination),
        )

    def _note_fates(self, rows: Sequence[JobRow]) -> None:
        """Remember what lies where: once they are gone, nothing knows it any more."""
        self._noted = self.fates_of([row.job.job_id for row in rows])

    def _tell_fates(self, outcome: Outcome) -> None:
        noted, self._noted = self._noted, []
        if noted and outcome.level is Level.WHOLE and outcome.deleted:
            told = told_text(self._tr, outcome)
            self._documents.status.show_message(" · ".join([told, *noted]))

    def _open_send_menu(self) -> None:
        """Open the menu beside the chosen row, for whoever has no mouse."""
        jobs = self._documents.jobs
        menu = QMenu(self._window)
        menu.setAccessibleName(self._tr("Send pictures to"))
        menu.aboutToHide.connect(menu.deleteLater)
        self.commands.fill(menu)
        place = jobs.visualRect(jobs.currentIndex()).center()
        menu.popup(jobs.viewport().mapToGlobal(place))

    def _show_sent(self) -> None:
        self._documents.model.show_sent(self.watch.by_job)
