"""Asks for the vault's passphrase: once for a vault that is there, twice for a new one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
)

from mayfly.ui.secret_field import SecretField
from mayfly.ui.wording import Tr

_WIDTH_PX = 460
_SIDE_PX = 26
_SHORT = 12


class PassphraseDialog(QDialog):
    """Holds what is typed only until it is handed over."""

    passphrase_given = Signal(str)
    given_up = Signal()

    def __init__(self, *, tr: Tr, new: bool, trouble: str = "") -> None:
        super().__init__()
        self._tr = tr
        self._new = new
        self._handed_over = False
        self.setWindowTitle("Mayfly")
        self.setFixedWidth(_WIDTH_PX)
        title = QLabel(tr("Choose a passphrase") if new else tr("Open the vault"), self)
        title.setObjectName("sentence")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        title.setFont(font)
        text = QLabel(self._explanation(), self)
        text.setWordWrap(True)
        self.first = self._field(tr("Passphrase"))
        self.second = self._field(tr("The same passphrase again"))
        self.second.setVisible(new)
        self.visible_tick = QCheckBox(tr("Show what I type"), self)
        self.visible_tick.toggled.connect(self._show_typed)
        self.hint = QLabel(trouble, self)
        self.hint.setObjectName("quiet")
        self.hint.setWordWrap(True)
        self.hint.setMinimumHeight(self.hint.fontMetrics().height() * 2)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.accept_button = QPushButton(tr("Make the vault") if new else tr("Open"), self)
        self.accept_button.setObjectName("primary")
        self.accept_button.setDefault(True)
        self.accept_button.setEnabled(False)
        self.accept_button.clicked.connect(self._hand_over)
        self.quit_button = QPushButton(tr("Quit"), self)
        self.quit_button.setAutoDefault(False)
        self.quit_button.clicked.connect(self.reject)
        self._lay_out(title, text)
        self.first.setFocus()

    def reject(self) -> None:
        """Close without a passphrase."""
        self._empty()
        super().reject()
        if not self._handed_over:
            self.given_up.emit()

    def _hand_over(self) -> None:
        passphrase = self.first.text()
        self._empty()
        self._handed_over = True
        self.accept()
        self.passphrase_given.emit(passphrase)

    def _explanation(self) -> str:
        if not self._new:
            return self._tr("What Mayfly keeps is sealed. Enter the passphrase of its vault.")
        return self._tr(
            "This computer has no keyring that could hold the key of the vault, so a "
            "passphrase locks it. Mayfly asks for it each time it starts. Nobody can look it "
            "up or reset it: if you forget it, what is in the vault is lost."
        )

    def _field(self, name: str) -> SecretField:
        field = SecretField(name, self)
        field.textChanged.connect(self._check)
        return field

    def _check(self) -> None:
        first, second = self.first.text(), self.second.text()
        if not self._new:
            self.accept_button.setEnabled(bool(first))
            return
        self.accept_button.setEnabled(bool(first) and first == second)
        self.hint.setText(weakness(self._tr, first, second))

    def _show_typed(self, shown: bool) -> None:
        for field in (self.first, self.second):
            field.show_typed(shown)

    def _empty(self) -> None:
        for field in (self.first, self.second):
            field.drop()

    def _lay_out(self, title: QLabel, text: QLabel) -> None:
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.quit_button)
        buttons.addWidget(self.accept_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(_SIDE_PX, 24, _SIDE_PX, 22)
        # A layout of a fixed width still asks the text how high it is at another one.
        text.setMinimumHeight(text.heightForWidth(_WIDTH_PX - 2 * _SIDE_PX))
        column.setSpacing(12)
        for widget in (title, text, self.first, self.second, self.visible_tick, self.hint):
            column.addWidget(widget)
        column.addLayout(buttons)


def weakness(tr: Tr, first: str, second: str) -> str:
    """Say what is wrong with a new passphrase that was typed twice; "" for nothing."""
    if second and not first.startswith(second):
        return tr("The two are not the same.")
    if first and len(first) < _SHORT:
        return tr("Short passphrases can be guessed: four or five random words are good.")
    return ""
