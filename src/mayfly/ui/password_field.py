"""The field in a locked document's row. What is typed is handed over once and forgotten."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from mayfly.ui.wording import Tr

_MOST_CHARACTERS = 1_000


class PasswordField(QLineEdit):
    """Echo is hidden, drops are refused; Enter submits, Escape and leaving forget."""

    def __init__(self, parent: QWidget, tr: Tr, *, hint: str) -> None:
        super().__init__(parent)
        self.submitted = False
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setMaxLength(_MOST_CHARACTERS)
        self.setAcceptDrops(False)
        self.setDragEnabled(False)
        self.setPlaceholderText(hint)
        self.setAccessibleName(tr("Password of this document"))
        self.setAccessibleDescription(hint)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setStyleSheet("padding: 0 6px;")
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhSensitiveData
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Note that the user meant it: leaving the field must not submit half a password."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submitted = bool(self.text())
        super().keyPressEvent(event)
