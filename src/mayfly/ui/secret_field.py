"""A line for a passphrase or a code: hidden while typed, forgotten when it is handed over."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

_MOST_CHARACTERS = 1_000
_HEIGHT_PX = 32


class SecretField(QLineEdit):
    """Holds what is typed only until it is taken or dropped."""

    def __init__(self, name: str, parent: QWidget) -> None:
        """name: what it wants, translated; shown while it is empty."""
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setMaxLength(_MOST_CHARACTERS)
        self.setPlaceholderText(name)
        self.setAccessibleName(name)
        self.setAcceptDrops(False)
        self.setDragEnabled(False)
        self.setMinimumHeight(_HEIGHT_PX)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
        )

    def take(self) -> str:
        """Return what was typed, and forget it."""
        text = self.text()
        self.drop()
        return text

    def drop(self) -> None:
        """Forget what was typed, what could be undone included; tells nobody."""
        blocked = self.blockSignals(True)
        # setText, unlike clear, leaves nothing to undo.
        self.setText("")
        self.blockSignals(blocked)

    def show_typed(self, shown: bool) -> None:
        """Show or hide what is typed."""
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.setEchoMode(mode)
