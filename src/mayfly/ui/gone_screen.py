"""What the window shows when everything is being destroyed, or was."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from mayfly.domain.errors import UserError
from mayfly.domain.panic import KeyringFate, PanicReport
from mayfly.ui.icons import Icons
from mayfly.ui.paragraph import Paragraph
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr, count_text, error_text

_ICON_PX = 72
_TEXT_PX = 480
_BAR_PX = 320


class GoneScreen(QWidget):
    """First says that it goes, then that it is gone; or why not, and offers to try again."""

    fresh_wanted = Signal()
    quit_wanted = Signal()
    again_wanted = Signal()

    def __init__(self, *, tr: Tr, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._tr = tr
        self._theme = theme
        self._icons = icons
        self._picture = QLabel(self)
        self.title = QLabel(self)
        self.title.setObjectName("emptyTitle")
        self.text = Paragraph("", _TEXT_PX, self, style="quiet")
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(_BAR_PX)
        self._bar.setAccessibleName(tr("Destroying everything"))
        self.fresh_button = QPushButton(tr("Start afresh"), self)
        self.fresh_button.setObjectName("primary")
        self.fresh_button.clicked.connect(self.fresh_wanted)
        self.again_button = QPushButton(tr("Try again"), self)
        self.again_button.setObjectName("danger")
        self.again_button.clicked.connect(self.again_wanted)
        self.quit_button = QPushButton(tr("Quit"), self)
        self.quit_button.clicked.connect(self.quit_wanted)
        self._lay_out()
        theme.changed.connect(self._paint_icon)
        self._paint_icon()
        self.show_going()

    def show_going(self) -> None:
        """Say that everything is being destroyed."""
        self._say(self._tr("Destroying everything…"), "")
        self._offer(bar=True)

    def show_gone(self, report: PanicReport | None = None) -> None:
        """Say that it is done, what is left if anything is, and offer the two ways on."""
        self._say(self._tr("Everything was destroyed"), gone_text(self._tr, report))
        self._offer(fresh=True, leave=True)
        self.quit_button.setFocus()

    def show_failed(self, error: UserError) -> None:
        """Say why it did not work."""
        self._say(self._tr("Not everything was destroyed"), error_text(self._tr, error))
        self._offer(again=True, leave=True)
        self.again_button.setFocus()

    def _say(self, title: str, text: str) -> None:
        self.title.setText(title)
        self.text.show_text(text)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    def _offer(
        self, *, bar: bool = False, fresh: bool = False, again: bool = False, leave: bool = False
    ) -> None:
        self._bar.setVisible(bar)
        self.fresh_button.setVisible(fresh)
        self.again_button.setVisible(again)
        self.quit_button.setVisible(leave)

    def _paint_icon(self) -> None:
        ratio = self.devicePixelRatioF()
        tone = self._theme.tones.dim
        self._picture.setPixmap(self._icons.pixmap("deleted", tone, _ICON_PX, ratio))

    def _lay_out(self) -> None:
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() * 1.9)
        self.title.setFont(font)
        middle = Qt.AlignmentFlag.AlignHCenter
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        for button in (self.fresh_button, self.again_button, self.quit_button):
            button.setAutoDefault(True)
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(0)
        column.addStretch(5)
        for widget, space in ((self._picture, 18), (self.title, 12), (self.text, 26)):
            column.addWidget(widget, 0, middle)
            column.addSpacing(space)
        column.addWidget(self._bar, 0, middle)
        column.addLayout(buttons)
        column.addStretch(6)


def gone_text(tr: Tr, report: PanicReport | None) -> str:
    """Return what destroying the vault came to; without a report another process did it."""
    parts = [
        tr(
            "The key of the vault is gone. What is left on the disk cannot be decrypted by "
            "anyone. Your own files and what you exported are where they were, and so is what "
            "was sent to your own storage: delete that at your provider."
        )
    ]
    if report is not None and report.keyring is KeyringFate.NOT_REACHED:
        parts.append(
            tr("The keyring did not answer and keeps its half of the key, which opens nothing.")
        )
    if report is not None and report.left:
        parts.append(
            count_text(
                tr,
                len(report.left),
                "{n} file could not be removed; nothing in it can be read.",
                "{n} files could not be removed; nothing in them can be read.",
            )
        )
    return " ".join(parts)
