"""The settings page about what opens the vault: keyring, passphrase, recovery code."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from mayfly.domain.errors import UserError
from mayfly.domain.lock_port import KeyHome
from mayfly.services.locking import Locking
from mayfly.ui.asking_dialog import AskingDialog
from mayfly.ui.courier import Courier
from mayfly.ui.key_dialogs import RemovePassphraseDialog, SetPassphraseDialog
from mayfly.ui.recovery_dialogs import NewCodeDialog, SaveText
from mayfly.ui.settings_form import SettingsForm, say
from mayfly.ui.wording import Tr, error_text


class KeyPage(SettingsForm):
    """Shows what the vault itself answers; asks anew after every change."""

    def __init__(
        self,
        locking: Locking,
        *,
        save: SaveText,
        courier: Courier,
        tr: Tr,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._locking = locking
        self._save = save
        self._courier = courier
        self._tr = tr
        self._home = KeyHome.KEYRING
        self._has_code = False
        self.add_heading(tr("What opens the vault"))
        self.home = self.add_text(tr("Asking the vault…"))
        self.set_button = self._button(self._set_passphrase, tr("Set a passphrase…"))
        self.remove_button = self._button(self._remove_passphrase, tr("Remove the passphrase…"))
        self._add_buttons(self.set_button, self.remove_button)
        self.add_heading(tr("Recovery code"))
        self.code = self.add_text()
        self.make_button = self._button(self._make_code, tr("Make a recovery code…"))
        self.drop_button = self._button(self._drop_code, tr("Drop the code"))
        self._add_buttons(self.make_button, self.drop_button)
        self.trouble = self.add_text()
        self.trouble.setObjectName("lockTrouble")
        self.ask()

    def ask(self) -> None:
        """Ask the vault how it stands now."""
        self._courier.ask(
            self, self._locking.key_home(), then=self._take_home, failed=self._show_error
        )

    # --- what is shown ---------------------------------------------------------------

    def _take_home(self, home: KeyHome) -> None:
        tr, self._home = self._tr, home
        say(
            self.home,
            {
                KeyHome.KEYRING: tr(
                    "Your keyring, without asking. Whoever can use your login can open it, too."
                ),
                KeyHome.PASSPHRASE: tr(
                    "A passphrase alone. Nothing of this vault is in a keyring."
                ),
                KeyHome.BOTH: tr("Your keyring and a passphrase together; neither opens it alone."),
            }[home],
        )
        has_passphrase = home is not KeyHome.KEYRING
        self.set_button.setText(
            tr("Change the passphrase…") if has_passphrase else tr("Set a passphrase…")
        )
        self.set_button.show()
        self.remove_button.setVisible(has_passphrase)
        self._courier.ask(
            self, self._locking.has_recovery_code(), then=self._take_code, failed=self._show_error
        )

    def _take_code(self, has_code: bool) -> None:
        tr, self._has_code = self._tr, has_code
        needless = self._home is KeyHome.PASSPHRASE
        if needless:
            text = tr("Without a keyring there is nothing that a code could stand in for.")
        elif has_code:
            text = tr("There is one. It stands in for the keyring, and for nothing else.")
        else:
            text = tr("There is none. If your keyring loses its part, the vault is lost with it.")
        say(self.code, text)
        self.make_button.setText(tr("Make a new one…") if has_code else tr("Make a recovery code…"))
        self.make_button.setVisible(not needless)
        self.drop_button.setVisible(has_code)

    def _show_error(self, error: UserError) -> None:
        say(self.trouble, error_text(self._tr, error))

    # --- what is wanted --------------------------------------------------------------

    def _set_passphrase(self) -> None:
        self._open(
            SetPassphraseDialog(
                self._locking, self._home, courier=self._courier, tr=self._tr, parent=self
            )
        )

    def _remove_passphrase(self) -> None:
        self._open(
            RemovePassphraseDialog(self._locking, courier=self._courier, tr=self._tr, parent=self)
        )

    def _make_code(self) -> None:
        self._open(
            NewCodeDialog(
                self._locking,
                replaces=self._has_code,
                save=self._save,
                courier=self._courier,
                tr=self._tr,
                parent=self,
            )
        )

    def _drop_code(self) -> None:
        self._courier.ask(
            self,
            self._locking.drop_recovery_code(),
            then=lambda _: self.ask(),
            failed=self._show_error,
        )

    def _open(self, dialog: AskingDialog) -> None:
        say(self.trouble, "")
        dialog.finished.connect(lambda _: self.ask())
        dialog.open()

    # --- putting together ------------------------------------------------------------

    def _button(self, act: Callable[[], None], text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(act)
        button.hide()
        return button

    def _add_buttons(self, *buttons: QPushButton) -> None:
        row = QWidget(self)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        for button in buttons:
            line.addWidget(button)
        self.add_widget(row)
