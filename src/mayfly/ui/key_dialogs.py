"""Setting, changing and removing the passphrase of an open vault."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QRadioButton, QWidget

from mayfly.domain.lock_port import KeyHome
from mayfly.services.locking import Locking
from mayfly.ui.asking_dialog import AskingDialog
from mayfly.ui.courier import Courier
from mayfly.ui.passphrase_dialog import weakness
from mayfly.ui.secret_field import SecretField
from mayfly.ui.wording import Tr


class SetPassphraseDialog(AskingDialog):
    """Asks twice for a passphrase, and whether the keyring is needed beside it."""

    def __init__(
        self, locking: Locking, home: KeyHome, *, courier: Courier, tr: Tr, parent: QWidget | None
    ) -> None:
        """home: what opens the vault now."""
        first = home is KeyHome.KEYRING
        super().__init__(
            tr("Set a passphrase") if first else tr("Change the passphrase"),
            accept=tr("Set it") if first else tr("Change it"),
            courier=courier,
            tr=tr,
            parent=parent,
        )
        self._locking = locking
        self.beside = QRadioButton(tr("Keyring and passphrase together"), self)
        self.alone = QRadioButton(tr("The passphrase alone"), self)
        (self.alone if home is KeyHome.PASSPHRASE else self.beside).setChecked(True)
        self._add_choices()
        self.first = SecretField(tr("New passphrase"), self)
        self.second = SecretField(tr("The same passphrase again"), self)
        self.shown = QCheckBox(tr("Show what I type"), self)
        for widget in (self.first, self.second, self.shown):
            self.column.addWidget(widget)
        self.first.textChanged.connect(self._check)
        self.second.textChanged.connect(self._check)
        self.shown.toggled.connect(self.first.show_typed)
        self.shown.toggled.connect(self.second.show_typed)
        self.hint = self.add_text("", style="quiet")
        self.add_text(
            tr(
                "Nobody can look it up or reset it: if you forget it, what is in the vault is "
                "lost. The old way of opening the vault opens nothing afterwards."
            )
        )
        self.add_end()
        self._check()
        self.first.setFocus()

    def begin(self) -> None:
        """Have the vault take the passphrase; what was typed is forgotten here."""
        if not self._is_complete():
            return
        passphrase = self.first.take()
        self.second.drop()
        future = self._locking.set_passphrase(passphrase, with_keyring=self.beside.isChecked())
        self.ask(future, lambda _: self.finish())

    def done(self, result: int) -> None:
        """Forget what was typed, however the dialog ends."""
        self.first.drop()
        self.second.drop()
        super().done(result)

    def _add_choices(self) -> None:
        tr = self._tr
        self.column.addSpacing(4)
        self.column.addWidget(self.beside)
        self.add_text(
            tr(
                "Both are needed. Whoever gets at your login or your keyring opens nothing "
                "without the passphrase, and whoever learns the passphrase opens nothing "
                "without your keyring. Losing either loses the vault."
            ),
            style="quiet",
        )
        self.column.addWidget(self.alone)
        self.add_text(
            tr(
                "The keyring holds nothing of this vault any more. For computers whose keyring "
                "you do not trust, or that have none."
            ),
            style="quiet",
        )
        self.column.addSpacing(6)

    def _is_complete(self) -> bool:
        return bool(self.first.text()) and self.first.text() == self.second.text()

    def _check(self) -> None:
        self.accept_button.setEnabled(self._is_complete())
        self.hint.show_text(weakness(self._tr, self.first.text(), self.second.text()))


class RemovePassphraseDialog(AskingDialog):
    """Says what is given up before the keyring alone opens the vault."""

    def __init__(self, locking: Locking, *, courier: Courier, tr: Tr, parent: QWidget) -> None:
        super().__init__(
            tr("Remove the passphrase?"),
            accept=tr("Remove it"),
            courier=courier,
            tr=tr,
            parent=parent,
        )
        self._locking = locking
        self.add_text(
            tr(
                "From then on your keyring alone opens the vault, without asking: whoever can "
                "use your login can open it, too."
            )
        )
        self.add_end()
        self.accept_button.setDefault(False)
        self.cancel_button.setDefault(True)

    def begin(self) -> None:
        """Have the keyring alone."""
        self.ask(self._locking.remove_passphrase(), lambda _: self.finish())
