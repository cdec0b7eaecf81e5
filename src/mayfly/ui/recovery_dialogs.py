"""The recovery code: shown once to be put away, and used when the keyring lost its part."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from mayfly.services.locking import Locking
from mayfly.ui.asking_dialog import AskingDialog
from mayfly.ui.copies import CopiedText, take_back_copies
from mayfly.ui.courier import Courier
from mayfly.ui.file_dialogs import FileDialogs, Wanted
from mayfly.ui.paper import print_code
from mayfly.ui.secret_field import SecretField
from mayfly.ui.wording import Tr

SaveText = Callable[[Path, str, str], "Future[object]"]
"""Writes a new private text file: folder, stem, text."""


class NewCodeDialog(AskingDialog):
    """Explains, makes the code, shows it once, and wants its last group typed back.

    A code that was not confirmed is dropped again: nobody would have it.
    """

    def __init__(
        self,
        locking: Locking,
        *,
        replaces: bool,
        save: SaveText,
        courier: Courier,
        tr: Tr,
        parent: QWidget | None,
    ) -> None:
        """replaces: there is a code already, which the new one puts out of use."""
        super().__init__(
            tr("Make a recovery code"),
            accept=tr("Make the code"),
            courier=courier,
            tr=tr,
            parent=parent,
        )
        self._locking = locking
        self._save = save
        self._dialogs = FileDialogs(self, tr=tr, suffixes=())
        self._code = ""
        self.add_text(
            tr(
                "If your keyring loses its part of the key (another password, another desktop, "
                "a new account), everything in the vault is lost. A recovery code stands in for "
                "the keyring then. Print it and put it away from this computer."
            )
        )
        self.limits = self.add_text(
            tr(
                "It stands in for nothing else: without this computer's own half of the key, "
                "and the passphrase if there is one, it opens nothing."
            ),
            style="quiet",
        )
        if replaces:
            self.add_text(tr("The code that was made before stops working."))
        self._add_code()
        self.add_end()
        self._show_stage(made=False)

    @property
    def code(self) -> str:
        """The code on show; empty before it is made and after the end."""
        return self._code

    def begin(self) -> None:
        """Make the code; once it is on show, end when its last group was typed."""
        if not self._code:
            self.ask(self._locking.make_recovery_code(), self._show_code)
        elif self._is_confirmed():
            self._forget()
            self.finish()

    def reject(self) -> None:
        """End without the code being confirmed: it is dropped, whoever closed the dialog."""
        if self._code:
            self._forget()
            # The dialog does not stay for the answer: the window may be locked this moment.
            self._courier.ask(self._courier, self._locking.drop_recovery_code())
        super().reject()

    # --- within ----------------------------------------------------------------------

    def _add_code(self) -> None:
        tr = self._tr
        self.shown = QLabel(self)
        self.shown.setObjectName("code")
        self.shown.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.shown.setWordWrap(True)
        self.shown.setAccessibleName(tr("Recovery code"))
        self.column.addWidget(self.shown)
        self.print_button = QPushButton(tr("Print…"), self)
        self.print_button.clicked.connect(self._print)
        self.save_button = QPushButton(tr("Save as a file…"), self)
        self.save_button.clicked.connect(self._ask_folder)
        self.copy_button = QPushButton(tr("Copy"), self)
        self.copy_button.clicked.connect(self._copy)
        line = QHBoxLayout()
        for button in (self.print_button, self.save_button, self.copy_button):
            button.setAutoDefault(False)
            line.addWidget(button)
        line.addStretch(1)
        self.column.addLayout(line)
        self.told = self.add_text("", style="quiet")
        self.told.setAccessibleName(tr("What just happened"))
        self.typed = SecretField(tr("To be sure that you have it: type its last group"), self)
        self.typed.show_typed(True)
        self.typed.textChanged.connect(self._check)
        self.column.addWidget(self.typed)

    def _show_stage(self, *, made: bool) -> None:
        for widget in (
            self.shown,
            self.print_button,
            self.save_button,
            self.copy_button,
            self.typed,
        ):
            widget.setVisible(made)
        self.told.setVisible(made)

    def _show_code(self, code: str) -> None:
        self._code = code
        if not self.isVisible():
            # Put away by a lock while it was made.
            self.reject()
            return
        self.shown.setText(_in_lines(code))
        self.shown.setAccessibleDescription(code)
        self.heading.setText(self._tr("Your recovery code"))
        self._tell(self._tr("It is shown only now and kept nowhere in Mayfly."))
        self.accept_button.setText(self._tr("Done"))
        self.cancel_button.setText(self._tr("Give it up"))
        self._show_stage(made=True)
        self._check()
        self.typed.setFocus()

    def _is_confirmed(self) -> bool:
        return _plain(self.typed.text()) == _plain(self._code.split("-")[-1])

    def _check(self) -> None:
        if self._code:
            self.accept_button.setEnabled(self._is_confirmed())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setMimeData(CopiedText(self._code, None))
        self._tell(self._tr("Copied; taken back from the clipboard when this dialog is closed."))

    def _ask_folder(self) -> None:
        self._dialogs.ask(Wanted.CODE_FOLDER, lambda paths: self._save_in(paths[0]))

    def _save_in(self, folder: Path) -> None:
        if not self._code:
            return
        stem = self._tr("Mayfly recovery code")
        self._courier.ask(
            self,
            self._save(folder, stem, f"{self._code}\n"),
            then=lambda _: self._tell(self._tr("Saved. Keep the file off this computer.")),
            failed=self._show_trouble,
        )

    def _show_trouble(self, error: object) -> None:
        self.show_error(error)  # type: ignore[arg-type]
        self._check()

    def _print(self) -> None:
        title, limits = self._tr("Mayfly recovery code"), self.limits.text()
        print_code(self._code, title=title, note=limits, parent=self)

    def _tell(self, text: str) -> None:
        self.told.show_text(text)
        self.told.setAccessibleDescription(text)

    def _forget(self) -> None:
        self._code = ""
        self.shown.clear()
        self.shown.setAccessibleDescription("")
        self.typed.drop()
        take_back_copies()
        self._show_stage(made=False)


class UseCodeDialog(AskingDialog):
    """Asks for the recovery code, and for the passphrase where the vault has one, too."""

    recovered = Signal(object)
    """What opening with the code brought."""

    def __init__(
        self,
        recover: Callable[[str, str | None], Future[Any]],
        *,
        passphrase: bool,
        courier: Courier,
        tr: Tr,
        parent: QWidget | None,
    ) -> None:
        """recover opens the vault with a code and a passphrase; passphrase: one is needed."""
        super().__init__(
            tr("Use the recovery code"), accept=tr("Open"), courier=courier, tr=tr, parent=parent
        )
        self._recover = recover
        self.add_text(
            tr(
                "The code stands in for your keyring once, and puts the keyring's part of the "
                "key back into it. Capital letters and dashes do not matter."
            )
        )
        self.code = SecretField(tr("Recovery code"), self)
        self.code.show_typed(True)
        self.passphrase = SecretField(tr("Passphrase"), self)
        self.passphrase.setVisible(passphrase)
        for field in (self.code, self.passphrase):
            field.textChanged.connect(self._check)
            self.column.addWidget(field)
        self.add_end()
        self._check()
        self.code.setFocus()

    def begin(self) -> None:
        """Try the code."""
        passphrase = None if self.passphrase.isHidden() else self.passphrase.take()
        self.ask(self._recover(self.code.text(), passphrase), self._finish)

    def done(self, result: int) -> None:
        """Forget what was typed, however the dialog ends."""
        self.code.drop()
        self.passphrase.drop()
        super().done(result)

    def _finish(self, answer: object) -> None:
        self.finish()
        self.recovered.emit(answer)

    def _check(self) -> None:
        ready = bool(self.code.text()) and (
            self.passphrase.isHidden() or bool(self.passphrase.text())
        )
        self.accept_button.setEnabled(ready)


def _plain(text: str) -> str:
    return "".join(text.split()).replace("-", "").upper()


def _in_lines(code: str) -> str:
    """Break a long code after every fourth group, so that it can be read aloud."""
    groups = code.split("-")
    return "\n".join("-".join(groups[first : first + 4]) for first in range(0, len(groups), 4))
