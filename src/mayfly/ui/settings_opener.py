"""Opens the settings from the window, with everything that their pages need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject

from mayfly.domain.ports import Lane
from mayfly.services.locking import Locking
from mayfly.ui.background_page import BackgroundPage, LoginStart, Timer
from mayfly.ui.courier import Courier
from mayfly.ui.icons import Icons
from mayfly.ui.key_page import KeyPage
from mayfly.ui.lock_reasons import LockReasons
from mayfly.ui.main_window import MainWindow
from mayfly.ui.preference_keeper import PreferenceKeeper
from mayfly.ui.recovery_dialogs import SaveText
from mayfly.ui.settings_dialog import SettingsDialog
from mayfly.ui.settings_pages import GeneralPage, KeepingPage, LockingPage
from mayfly.ui.storage_page import StoragePage
from mayfly.ui.storage_watch import StorageWatch
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr


@dataclass(frozen=True, slots=True)
class Background:
    """What keeps ends without the window, and where it may be asked."""

    has_tray: bool
    timer: Timer
    login: LoginStart
    lane: Lane


class SettingsOpener(QObject):
    """Makes the dialog anew each time; while it is open the window behind it is not used."""

    def __init__(
        self,
        window: MainWindow,
        locking: Locking,
        *,
        preferences: PreferenceKeeper,
        reasons: LockReasons,
        save: SaveText,
        background: Background,
        spoken: Sequence[str],
        storage: StorageWatch,
        courier: Courier,
        theme: Theme,
        icons: Icons,
        tr: Tr,
    ) -> None:
        """spoken: codes of the languages that the window can speak."""
        super().__init__(window)
        self._window = window
        self._locking = locking
        self._preferences = preferences
        self._reasons = reasons
        self._save = save
        self._background = background
        self._spoken = tuple(spoken)
        self._storage = storage
        self._courier = courier
        self._theme = theme
        self._icons = icons
        self._tr = tr
        window.actions_.settings.triggered.connect(self.open)

    def open(self) -> SettingsDialog:
        """Show the settings over the window."""
        tr, preferences = self._tr, self._preferences
        dialog = SettingsDialog(tr=tr, parent=self._window)
        general = GeneralPage(
            preferences,
            languages=self._spoken,
            installed=self._window.languages.installed,
            tr=tr,
            icons=self._icons,
        )
        general.theme_chosen.connect(lambda theme: self._window.actions_.themes[theme].trigger())
        dialog.add_page(tr("General"), general)
        dialog.add_page(tr("Keeping"), KeepingPage(preferences, tr=tr))
        dialog.add_page(tr("Locking"), LockingPage(preferences, self._reasons, tr=tr))
        background = BackgroundPage(
            preferences,
            has_tray=self._background.has_tray,
            timer=self._background.timer,
            login=self._background.login,
            lane=self._background.lane,
            courier=self._courier,
            tr=tr,
        )
        dialog.add_page(tr("Background"), background)
        page = StoragePage(
            self._storage, courier=self._courier, tr=tr, theme=self._theme, icons=self._icons
        )
        dialog.add_page(tr("Own storage"), page)
        dialog.add_page(
            tr("Vault key"), KeyPage(self._locking, save=self._save, courier=self._courier, tr=tr)
        )
        dialog.open()
        return dialog

    def open_storage(self) -> StoragePage | None:
        """Show the settings of own storage."""
        dialog = self.open()
        page = dialog.findChild(StoragePage)
        if page is not None:
            dialog.show_page(page)
        return page
