"""The small windows before there is a large one: please wait, and it did not work."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mayfly.domain.errors import UserError
from mayfly.ui.wording import Tr

_WIDTH_PX = 420


class WaitingWindow(QWidget):
    """Says that the vault is being opened; the keyring may be asking the user elsewhere."""

    given_up = Signal()

    def __init__(self, *, tr: Tr) -> None:
        super().__init__()
        self.setWindowTitle(tr("Opening the vault…"))
        self.setFixedWidth(_WIDTH_PX)
        title = QLabel(tr("Opening the vault…"), self)
        title.setObjectName("sentence")
        text = QLabel(tr("If your keyring is locked, it asks for its password now."), self)
        text.setObjectName("quiet")
        text.setWordWrap(True)
        bar = QProgressBar(self)
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName(tr("Opening the vault"))
        column = QVBoxLayout(self)
        column.setContentsMargins(26, 24, 26, 24)
        column.setSpacing(12)
        for widget in (title, text, bar):
            column.addWidget(widget)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing it means that the user does not want to wait."""
        event.accept()
        if self.isVisible():
            self.given_up.emit()


class LockedWindow(QDialog):
    """Says that the vault was locked and has not been unlocked since."""

    unlock_wanted = Signal()
    given_up = Signal()

    def __init__(self, *, tr: Tr) -> None:
        super().__init__()
        self.setWindowTitle("Mayfly")
        self.setFixedWidth(_WIDTH_PX)
        title = QLabel(tr("Locked"), self)
        title.setObjectName("sentence")
        text = QLabel(
            tr(
                "The vault was locked, for this window and for commands. What is due meanwhile "
                "is destroyed all the same. Your keyring opens it again."
            ),
            self,
        )
        text.setWordWrap(True)
        self.unlock_button = QPushButton(tr("Unlock"), self)
        self.unlock_button.setObjectName("primary")
        self.unlock_button.setDefault(True)
        self.unlock_button.clicked.connect(self.accept)
        self.quit_button = QPushButton(tr("Quit"), self)
        self.quit_button.clicked.connect(self.reject)
        self.accepted.connect(self.unlock_wanted)
        self.rejected.connect(self.given_up)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.quit_button)
        buttons.addWidget(self.unlock_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(26, 24, 26, 22)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(text)
        column.addSpacing(6)
        column.addLayout(buttons)


class TroubleWindow(QDialog):
    """Says what did not work and what to do; never more than two buttons."""

    again_wanted = Signal()
    given_up = Signal()

    def __init__(self, sentence_text: str, remedy_text: str, *, tr: Tr, again: bool) -> None:
        """again: whether trying once more is offered; the texts are translated already."""
        super().__init__()
        self.setWindowTitle("Mayfly")
        self.setFixedWidth(_WIDTH_PX)
        sentence = QLabel(sentence_text, self)
        sentence.setObjectName("sentence")
        sentence.setWordWrap(True)
        remedy = QLabel(remedy_text, self)
        remedy.setWordWrap(True)
        self.again_button = QPushButton(tr("Try again"), self)
        self.again_button.setObjectName("primary")
        self.again_button.setDefault(True)
        self.again_button.clicked.connect(self.accept)
        self.again_button.setVisible(again)
        self.quit_button = QPushButton(tr("Quit"), self)
        self.quit_button.clicked.connect(self.reject)
        self.accepted.connect(self.again_wanted)
        self.rejected.connect(self.given_up)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.quit_button)
        buttons.addWidget(self.again_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(26, 24, 26, 22)
        column.setSpacing(12)
        column.addWidget(sentence)
        column.addWidget(remedy)
        column.addSpacing(6)
        column.addLayout(buttons)


class UnlockTrouble(TroubleWindow):
    """Says why the vault did not open."""

    def __init__(self, error: UserError, *, tr: Tr) -> None:
        super().__init__(tr(error.text), tr(error.remedy), tr=tr, again=True)
