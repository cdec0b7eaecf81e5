"""“View once” in the window: from the menu, or dropped with Shift held."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from mayfly.domain.ports import Lane
from mayfly.services.viewing import ViewOnce
from mayfly.ui.courier import Courier
from mayfly.ui.file_dialogs import FileDialogs, Wanted
from mayfly.ui.main_window import MainWindow
from mayfly.ui.offer import Offer
from mayfly.ui.once_dialog import OnceDialog
from mayfly.ui.preference_keeper import PreferenceKeeper
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr


class OnceOpener(QObject):
    """Opens a framed window for each document, and closes all of them with the main one.

    They are its dialogs, so locking and panic, which close those, end them, too.
    """

    def __init__(
        self,
        window: MainWindow,
        view_once: ViewOnce,
        *,
        preferences: PreferenceKeeper,
        decode_lane: Lane,
        courier: Courier,
        theme: Theme,
        tr: Tr,
        suffixes: Sequence[str],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._view_once = view_once
        self._preferences = preferences
        self._lane = decode_lane
        self._courier = courier
        self._theme = theme
        self._tr = tr
        self._dialogs = FileDialogs(window, tr=tr, suffixes=suffixes)
        window.actions_.view_once.triggered.connect(
            lambda: self._dialogs.ask(Wanted.ONCE, self._open_all)
        )
        window.once_offered.connect(self._take)
        window.closing.connect(self.close_all)

    def open(self, paths: Sequence[Path]) -> list[OnceDialog]:
        """Show each document in a window of its own."""
        return [self._show(path) for path in paths]

    def close_all(self) -> None:
        """Close every such window, and drop what is in it."""
        for dialog in self._window.findChildren(OnceDialog):
            dialog.close()
            dialog.forget()

    def _open_all(self, paths: list[Path]) -> None:
        self.open(paths)

    def _show(self, path: Path) -> OnceDialog:
        options = self._preferences.wish().options
        dialog = OnceDialog(
            lambda password: self._view_once.open(path, options, password),
            decode_lane=self._lane,
            courier=self._courier,
            theme=self._theme,
            tr=self._tr,
            parent=self._window,
        )
        dialog.show()
        self._window.status.show_message(
            self._tr("Viewed once: nothing of it is kept, and no row stands for it.")
        )
        return dialog

    def _take(self, offer: Offer) -> None:
        files = [path for path in offer.paths if not path.is_dir()]
        if files:
            self.open(files)
        else:
            self._window.status.show_message(self._tr("Only files can be viewed once."))
