"""The window without documents: a friendly drop zone that says what Mayfly does."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from mayfly.ui.icons import Icons
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr

_ICON_PX = 96
_TEXT_PX = 500


class EmptyState(QWidget):
    """Fills the window; everything can also be done by keyboard."""

    add_wanted = Signal()
    paste_wanted = Signal()
    deleted_wanted = Signal()

    def __init__(self, *, tr: Tr, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._picture = QLabel(self)
        self._title = QLabel(tr("Drop documents here"), self)
        self._title.setObjectName("emptyTitle")
        self._text = QLabel(self)
        self._text.setObjectName("quiet")
        self._text.setWordWrap(True)
        self._text.setFixedWidth(_TEXT_PX)
        self._tr = tr
        self.add = QPushButton(tr("Add files…"), self)
        self.add.setObjectName("primary")
        self.add.clicked.connect(self.add_wanted)
        self.paste = QPushButton(tr("Paste"), self)
        self.paste.setAccessibleDescription(tr("Read the picture or the files in the clipboard"))
        self.paste.clicked.connect(self.paste_wanted)
        self.deleted = QPushButton(tr("Show deleted documents"), self)
        self.deleted.setFlat(True)
        self.deleted.clicked.connect(self.deleted_wanted)
        self.deleted.hide()
        self._lay_out()
        self.show_hours(24)
        theme.changed.connect(self._paint_icon)
        self._paint_icon()

    def show_hours(self, hours: int) -> None:
        """Say how long a text is kept; 0: it is handed over instead."""
        kept = self._tr(
            "PDFs, scans, photos, whole folders. They are read on this computer, kept sealed "
            "for {n} hours, and then destroyed. Nothing leaves this computer."
        )
        handed = self._tr(
            "PDFs, scans, photos, whole folders. They are read on this computer, and what was "
            "read is handed over to you and not kept. Nothing leaves this computer."
        )
        self._text.setText(kept.format(n=hours) if hours else handed)
        self._text.setMinimumHeight(self._text.heightForWidth(_TEXT_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dashed frame of the drop zone."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(self._theme.tones.line), 2, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(24, 24, -24, -24), 16, 16)

    def _paint_icon(self) -> None:
        ratio = self.devicePixelRatioF()
        self._picture.setPixmap(self._icons.pixmap("mayfly", "", _ICON_PX, ratio))

    def _lay_out(self) -> None:
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 1.9)
        self._title.setFont(font)
        middle = Qt.AlignmentFlag.AlignHCenter
        self._text.setAlignment(middle)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        buttons.addWidget(self.add)
        buttons.addWidget(self.paste)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(0)
        column.addStretch(5)
        column.addWidget(self._picture, 0, middle)
        column.addSpacing(22)
        column.addWidget(self._title, 0, middle)
        column.addSpacing(12)
        column.addWidget(self._text, 0, middle)
        column.addSpacing(26)
        column.addLayout(buttons)
        column.addSpacing(14)
        column.addWidget(self.deleted, 0, middle)
        column.addStretch(6)
