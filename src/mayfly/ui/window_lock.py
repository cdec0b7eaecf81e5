"""The window's lock, put together: who wants it, what covers the documents, who lifts it again."""

from __future__ import annotations

from PySide6.QtCore import QObject

from mayfly.domain.lock_port import KeyHome
from mayfly.services.locking import Locking
from mayfly.ui.actions import Actions
from mayfly.ui.courier import Courier
from mayfly.ui.curtain import Curtain
from mayfly.ui.drop_window import DropWindow
from mayfly.ui.lock_keeper import LockKeeper
from mayfly.ui.lock_screen import LockScreen
from mayfly.ui.recovery_dialogs import UseCodeDialog
from mayfly.ui.wording import Tr


class WindowLock(QObject):
    """Connects keeper, screen and curtain; each knows nothing of the others."""

    def __init__(
        self,
        window: DropWindow,
        locking: Locking,
        *,
        screen: LockScreen,
        curtain: Curtain,
        actions: Actions,
        courier: Courier,
        tr: Tr,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._locking = locking
        self._courier = courier
        self._tr = tr
        self._home = KeyHome.KEYRING
        self.screen = screen
        self.curtain = curtain
        self.keeper = LockKeeper(locking, courier=courier, parent=self)
        keeper = self.keeper
        keeper.covered.connect(self._cover)
        keeper.uncovered.connect(curtain.lift)
        keeper.home_known.connect(self._show_home)
        keeper.unlocking.connect(screen.show_unlocking)
        keeper.refused.connect(screen.show_error)
        keeper.held.connect(screen.forget_trouble)
        screen.recovery_wanted.connect(self._ask_code)
        screen.unlock_wanted.connect(keeper.unlock)
        window.drop_refused.connect(screen.show_refused_drop)
        actions.lock.triggered.connect(keeper.lock)

    def _cover(self) -> None:
        self.screen.show_locked()
        self.curtain.draw(self.screen)
        self.screen.take_focus()

    def _ask_code(self) -> None:
        dialog = UseCodeDialog(
            self._locking.recover,
            passphrase=self._home is not KeyHome.KEYRING,
            courier=self._courier,
            tr=self._tr,
            parent=self._window,
        )
        dialog.recovered.connect(self.keeper.look)
        dialog.open()

    def _show_home(self, home: KeyHome) -> None:
        self._home = home
        self.screen.show_home(home)
        self.screen.take_focus()
