"""Opening the vault before there is a window: waiting, asking for a passphrase, trying again."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from mayfly.bootstrap import Foundation
from mayfly.composition import Mayfly
from mayfly.domain.errors import (
    PassphraseNeeded,
    PassphraseWrong,
    UserError,
    VaultLocked,
    VaultRestored,
)
from mayfly.domain.lock_port import KeyHome
from mayfly.domain.ports import Lane
from mayfly.ui.courier import Courier
from mayfly.ui.passphrase_dialog import PassphraseDialog
from mayfly.ui.recovery_dialogs import UseCodeDialog
from mayfly.ui.unlock_windows import FreshQuestion, LockedWindow, UnlockTrouble, WaitingWindow
from mayfly.ui.wording import Tr

_PATIENCE_MS = 600
"""A vault that opens faster than this shows no waiting window that would only flash: with a
passphrase opening takes some 400 ms."""


class Unlocking(QObject):
    """Goes on until the vault is open or the user gives up. Never waits on the GUI thread."""

    opened = Signal(object)
    """The Mayfly; its overdue jobs are destroyed already."""
    given_up = Signal()

    def __init__(
        self, foundation: Foundation, *, courier: Courier, chores: Lane, tr: Tr, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._foundation = foundation
        self._courier = courier
        self._chores = chores
        self._tr = tr
        self._shown: QWidget | None = None
        self._busy = False
        self._unlocking: bool | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._show_waiting)

    @property
    def shown(self) -> QWidget | None:
        """The small window on show, if any."""
        return self._shown

    @property
    def busy(self) -> bool:
        """Whether the vault is being opened at this moment."""
        return self._busy

    def start(self, passphrase: str | None = None, *, unlocking: bool | None = None) -> None:
        """Try to open the vault; unlocking: also one that was locked (with a passphrase: yes)."""
        self._patience.start()
        self._busy = True
        self._unlocking = unlocking
        future = self._foundation.unlock(passphrase, unlocking=unlocking)
        self._courier.ask(self, future, then=self._finish, failed=self._fail)

    def _finish(self, mayfly: Mayfly) -> None:
        self._busy = False
        self._patience.stop()
        self.opened.emit(mayfly)
        self._show(None)

    def _fail(self, error: UserError) -> None:
        self._busy = False
        self._patience.stop()
        if isinstance(error, VaultLocked):
            home = self._chores.submit(self._foundation.key_home)
            self._courier.ask(self, home, then=self._show_locked, failed=self._show_trouble)
        elif isinstance(error, PassphraseNeeded | PassphraseWrong):
            trouble = "" if isinstance(error, PassphraseNeeded) else _sentence(self._tr, error)
            # Whether there is a vault is a question to the disk.
            exists = self._chores.submit(self._foundation.vault_exists)
            self._courier.ask(
                self,
                exists,
                then=lambda there: self._ask_passphrase(new=not there, trouble=trouble),
                failed=self._show_trouble,
            )
        else:
            self._show_trouble(error)

    def _show_locked(self, home: KeyHome | None) -> None:
        if home is not KeyHome.KEYRING:
            # The passphrase is asked for anyway: no window before that.
            self._ask_passphrase(new=False, trouble="")
            return
        window = LockedWindow(tr=self._tr)
        window.unlock_wanted.connect(lambda: self._again(window, unlocking=True))
        window.given_up.connect(self.given_up)
        self._show(window)

    def _ask_passphrase(self, *, new: bool, trouble: str) -> None:
        dialog = PassphraseDialog(tr=self._tr, new=new, trouble=trouble)
        dialog.passphrase_given.connect(self._try)
        dialog.given_up.connect(self.given_up)
        self._show(dialog)

    def _try(self, passphrase: str) -> None:
        self._show(None)
        self.start(passphrase)

    def _show_trouble(self, error: UserError) -> None:
        window = UnlockTrouble(error, tr=self._tr)
        window.again_wanted.connect(lambda: self._again(window, unlocking=self._unlocking))
        window.recovery_wanted.connect(lambda: self._offer_code(window))
        hopeless = isinstance(error, VaultRestored)
        window.fresh_wanted.connect(lambda: self._ask_fresh(window, hopeless=hopeless))
        window.given_up.connect(self.given_up)
        self._show(window)

    def _offer_code(self, window: QWidget) -> None:
        home = self._chores.submit(self._foundation.key_home)
        self._courier.ask(
            window,
            home,
            then=lambda home: self._ask_code(window, passphrase=home is not KeyHome.KEYRING),
            failed=self._show_trouble,
        )

    def _ask_code(self, window: QWidget, *, passphrase: bool) -> None:
        dialog = UseCodeDialog(
            self._foundation.recover,
            passphrase=passphrase,
            courier=self._courier,
            tr=self._tr,
            parent=window,
        )
        dialog.recovered.connect(self._finish)
        dialog.open()

    def _ask_fresh(self, window: QWidget, *, hopeless: bool) -> None:
        question = FreshQuestion(hopeless=hopeless, tr=self._tr, parent=window)
        question.accepted.connect(self._start_fresh)
        question.open()

    def _start_fresh(self) -> None:
        self._show(None)
        self._patience.start()
        self._busy = True
        gone = self._chores.submit(self._foundation.start_fresh)
        self._courier.ask(self, gone, then=lambda _: self.start(), failed=self._fail)

    def _again(self, window: QWidget, *, unlocking: bool | None) -> None:
        if self._shown is window:
            self._show(None)
        self.start(unlocking=unlocking)

    def _show_waiting(self) -> None:
        window = WaitingWindow(tr=self._tr)
        window.given_up.connect(self.given_up)
        self._show(window)

    def _show(self, window: QWidget | None) -> None:
        before, self._shown = self._shown, window
        if window is not None:
            window.show()
            window.raise_()
            window.activateWindow()
        if before is not None:
            before.hide()
            before.deleteLater()


def _sentence(tr: Tr, error: UserError) -> str:
    return f"{tr(error.text)} {tr(error.remedy)}"
