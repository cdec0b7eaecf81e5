"""The small windows before there is a large one: please wait, and it did not work."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
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

from mayfly.domain.errors import KeyMissing, UserError, VaultRestored
from mayfly.ui.lock_screen import may_recover
from mayfly.ui.paragraph import Paragraph
from mayfly.ui.question import Question
from mayfly.ui.wording import Tr

_WIDTH_PX = 440
_SIDE_PX = 26
_TEXT_PX = _WIDTH_PX - 2 * _SIDE_PX


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


class SmallWindow(QDialog):
    """A sentence, what it means, and buttons; before there is a large window, or without one."""

    given_up = Signal()

    def __init__(self, sentence: str, text: str, *, leave: str) -> None:
        """leave: what the button is called that gives up; the texts are translated already."""
        super().__init__()
        self.setWindowTitle("Mayfly")
        self.setFixedWidth(_WIDTH_PX)
        self.quit_button = QPushButton(leave, self)
        self.quit_button.setAutoDefault(False)
        self.quit_button.clicked.connect(self.reject)
        self.rejected.connect(self.given_up)
        self._buttons = QHBoxLayout()
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.quit_button)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(_SIDE_PX, 24, _SIDE_PX, 22)
        self._column.setSpacing(10)
        self._column.addWidget(Paragraph(sentence, _TEXT_PX, self, style="sentence"))
        self._column.addWidget(Paragraph(text, _TEXT_PX, self))
        self._column.addSpacing(8)
        self._column.addLayout(self._buttons)

    def add_primary(self, text: str) -> QPushButton:
        """Add the button that Enter presses."""
        button = QPushButton(text, self)
        button.setObjectName("primary")
        button.setDefault(True)
        button.clicked.connect(self.accept)
        self._buttons.addWidget(button)
        button.setFocus()
        return button

    def add_beside(self, text: str) -> QPushButton:
        """Add a button for the only way on; Enter does not press it."""
        button = QPushButton(text, self)
        button.setObjectName("primary")
        button.setAutoDefault(False)
        self._buttons.addWidget(button)
        return button

    def add_other_way(self, text: str) -> QPushButton:
        """Add a button for a rarer way on, in a line of its own above the others."""
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        line = QHBoxLayout()
        line.addWidget(button)
        line.addStretch(1)
        self._column.insertLayout(self._column.count() - 1, line)
        return button


class LockedWindow(SmallWindow):
    """Says that the vault was locked and has not been unlocked since."""

    unlock_wanted = Signal()

    def __init__(self, *, tr: Tr) -> None:
        super().__init__(
            tr("Locked"),
            tr(
                "The vault was locked, for this window and for commands. What is due meanwhile "
                "is destroyed all the same. Your keyring opens it again."
            ),
            leave=tr("Quit"),
        )
        self.unlock_button = self.add_primary(tr("Unlock"))
        self.accepted.connect(self.unlock_wanted)


class TroubleWindow(SmallWindow):
    """Says what did not work and what to do."""

    again_wanted = Signal()

    def __init__(self, sentence_text: str, remedy_text: str, *, tr: Tr, again: bool) -> None:
        """again: whether trying once more is offered; the texts are translated already."""
        super().__init__(sentence_text, remedy_text, leave=tr("Quit"))
        self.again_button = self.add_primary(tr("Try again"))
        self.again_button.setVisible(again)
        self.accepted.connect(self.again_wanted)


class UnlockTrouble(TroubleWindow):
    """Says why the vault did not open; offers what may help, or a fresh vault."""

    recovery_wanted = Signal()
    fresh_wanted = Signal()

    def __init__(self, error: UserError, *, tr: Tr) -> None:
        # An older copy never opens, however often it is tried.
        restored = isinstance(error, VaultRestored)
        super().__init__(tr(error.text), tr(error.remedy), tr=tr, again=not restored)
        self.recovery_button = self.add_other_way(tr("Use the recovery code…"))
        self.recovery_button.setVisible(may_recover(error))
        self.recovery_button.clicked.connect(self.recovery_wanted)
        fresh = tr("Start a fresh vault…")
        self.fresh_button = self.add_beside(fresh) if restored else self.add_other_way(fresh)
        self.fresh_button.setVisible(isinstance(error, KeyMissing))
        self.fresh_button.clicked.connect(self.fresh_wanted)


class FreshQuestion(Question):
    """Asks once before a vault that does not open is given up for a new one."""

    def __init__(self, *, hopeless: bool, tr: Tr, parent: QWidget) -> None:
        """hopeless: the key is known to be destroyed, so there is nothing to bring back."""
        super().__init__(
            tr("Start a fresh vault?"), accept=tr("Destroy the old one"), tr=tr, parent=parent
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.add_section(
            tr("What is destroyed"),
            [
                tr("The old vault, with everything in it: it does not open any more"),
                tr("What is left of its key, and its list of what was deleted when"),
            ],
        )
        self.add_section(
            tr("What stays"), [tr("Your own files, what you exported, and the settings")]
        )
        if not hopeless:
            self.column.addSpacing(4)
            self.add_text(
                tr(
                    "If you moved the keyring or Mayfly's state folder, bring it back instead: "
                    "afterwards it is too late."
                ),
                style="quiet",
            )
        self.add_buttons()
