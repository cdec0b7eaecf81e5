"""What the window shows while the vault is locked: nothing of any document, and the way back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from mayfly.domain.errors import (
    KeyMissing,
    PassphraseNeeded,
    PassphraseWrong,
    UserError,
    VaultRestored,
)
from mayfly.domain.lock_port import KeyHome
from mayfly.ui.icons import Icons
from mayfly.ui.paragraph import Paragraph
from mayfly.ui.secret_field import SecretField
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr, error_text

_ICON_PX = 72
_TEXT_PX = 460
_FIELD_PX = 320
_BUTTON_PX = 140
_TROUBLE_LINES = 3
_PATIENCE_MS = 600
"""A keyring that answers faster than this shows no progress that would only flash."""


class LockScreen(QWidget):
    """A title, a sentence, a way to unlock, and why it did not work. No counts, no names."""

    unlock_wanted = Signal(object)
    """The passphrase, or None where the keyring opens the vault."""
    recovery_wanted = Signal()

    def __init__(self, *, tr: Tr, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._tr = tr
        self._theme = theme
        self._icons = icons
        self._picture = QLabel(self)
        self._title = QLabel(tr("Locked"), self)
        self._title.setObjectName("emptyTitle")
        self._text = self._quiet(
            tr(
                "Everything Mayfly keeps is sealed and its keys are out of memory. "
                "What is due while it is locked is still destroyed on time."
            )
        )
        self.field = SecretField(tr("Passphrase"), self)
        self.field.setFixedWidth(_FIELD_PX)
        self.field.textChanged.connect(self._check)
        self.field.returnPressed.connect(self._unlock)
        self.unlock_button = QPushButton(tr("Unlock"), self)
        self.unlock_button.setObjectName("primary")
        self.unlock_button.setAutoDefault(True)
        self.unlock_button.setMinimumWidth(_BUTTON_PX)
        self.unlock_button.clicked.connect(self._unlock)
        self.recovery_button = QPushButton(tr("Use the recovery code…"), self)
        self.recovery_button.setFlat(True)
        self.recovery_button.clicked.connect(self.recovery_wanted)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(_FIELD_PX)
        self._bar.setAccessibleName(tr("Opening the vault"))
        self._wait = self._quiet(
            tr("Opening… If your keyring is locked, it asks for its password now.")
        )
        self.trouble = Paragraph("", _TEXT_PX, self, style="lockTrouble")
        self.trouble.setAccessibleName(tr("Message"))
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._show_waiting)
        self._lay_out()
        self.show_locked()
        self.show_home(KeyHome.KEYRING)
        theme.changed.connect(self._paint_icon)
        self._paint_icon()

    # --- what is shown ---------------------------------------------------------------

    def show_locked(self) -> None:
        """Begin anew: locked just now, nothing typed and nothing gone wrong."""
        self.field.drop()
        self._say("")
        self.recovery_button.hide()
        self._set_waiting(False)

    def show_home(self, home: KeyHome) -> None:
        """Ask for a passphrase where one opens the vault, alone or beside the keyring."""
        self._ask_passphrase(home is not KeyHome.KEYRING)

    def show_unlocking(self) -> None:
        """Say that the vault is asked, once that takes long enough to be noticed."""
        self._say("")
        self._wait.hide()
        for widget in (self.field, self.unlock_button, self.recovery_button):
            widget.setEnabled(False)
        self._patience.start()

    def show_error(self, error: UserError) -> None:
        """Say inline why it stays locked; a passphrase that is needed is just asked for."""
        self._set_waiting(False)
        if isinstance(error, PassphraseNeeded):
            self._ask_passphrase(True)
            self._say("")
        else:
            self._say(error_text(self._tr, error))
        if isinstance(error, PassphraseWrong):
            self._ask_passphrase(True)
        self.recovery_button.setVisible(may_recover(error))
        self.take_focus()

    def forget_trouble(self) -> None:
        """What was wrong is so no more."""
        self._say("")

    def show_refused_drop(self) -> None:
        """Say why what is dragged over the window is not taken."""
        self._say(self._tr("Mayfly is locked and takes nothing. Unlock it, then drop again."))

    def take_focus(self) -> None:
        """Put the keyboard where it is needed."""
        (self.unlock_button if self.field.isHidden() else self.field).setFocus()

    # --- Qt's calls ------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of the font with the title's own size."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._size_title()

    # --- within ----------------------------------------------------------------------

    def _unlock(self) -> None:
        if self.field.isHidden():
            self.unlock_wanted.emit(None)
        elif self.field.text():
            self.unlock_wanted.emit(self.field.take())

    def _ask_passphrase(self, wanted: bool) -> None:
        self.field.setVisible(wanted)
        self._check()

    def _check(self) -> None:
        ready = self.field.isHidden() or bool(self.field.text())
        self.unlock_button.setEnabled(ready and self.field.isEnabled())

    def _set_waiting(self, waiting: bool) -> None:
        self._patience.stop()
        self._wait.hide()
        self._bar.setVisible(waiting)
        self.field.setEnabled(not waiting)
        self.recovery_button.setEnabled(not waiting)
        self._check()

    def _show_waiting(self) -> None:
        self._set_waiting(True)
        self._wait.setVisible(True)

    def _say(self, text: str) -> None:
        self.trouble.show_text(text)
        # Room that is always there: the button must not jump when something is said.
        room = self.trouble.fontMetrics().height() * _TROUBLE_LINES
        self.trouble.setMinimumHeight(max(room, self.trouble.minimumHeight()))
        self.trouble.setAccessibleDescription(text)

    def _quiet(self, text: str) -> Paragraph:
        paragraph = Paragraph(text, _TEXT_PX, self, style="quiet")
        paragraph.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        return paragraph

    def _paint_icon(self) -> None:
        ratio = self.devicePixelRatioF()
        tone = self._theme.tones.accent
        self._picture.setPixmap(self._icons.pixmap("locked", tone, _ICON_PX, ratio))

    def _size_title(self) -> None:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.9)
        self._title.setFont(font)

    def _lay_out(self) -> None:
        self._size_title()
        middle = Qt.AlignmentFlag.AlignHCenter
        self.trouble.setAlignment(middle | Qt.AlignmentFlag.AlignTop)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.unlock_button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(0)
        column.addStretch(5)
        for widget, space in (
            (self._picture, 18),
            (self._title, 12),
            (self._text, 26),
            (self.field, 12),
        ):
            column.addWidget(widget, 0, middle)
            column.addSpacing(space)
        column.addLayout(buttons)
        column.addSpacing(18)
        column.addWidget(self._bar, 0, middle)
        column.addSpacing(8)
        column.addWidget(self._wait, 0, middle)
        column.addWidget(self.trouble, 0, middle)
        column.addSpacing(10)
        column.addWidget(self.recovery_button, 0, middle)
        column.addStretch(6)


def may_recover(error: UserError) -> bool:
    """Whether a recovery code may help: the keyring's part is gone, and not the vault's time."""
    return isinstance(error, KeyMissing) and not isinstance(error, VaultRestored)
