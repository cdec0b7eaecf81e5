"""What lies over the window while something is dragged across it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from mayfly.ui.icons import Icons
from mayfly.ui.theme import Theme
from mayfly.ui.wording import Tr

_ICON_PX = 56


class DropOverlay(QWidget):
    """Covers its parent, lets every event through, and says that dropping works."""

    def __init__(self, *, tr: Tr, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._window = parent
        self._text = tr("Drop to read these documents")
        self._hint = tr("With Shift held: view them once and keep nothing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(self._text)
        self.hide()
        parent.installEventFilter(self)

    def appear(self) -> None:
        """Cover the window."""
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the window."""
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a veil, a dashed frame, an arrow and a sentence."""
        del event
        tones = self._theme.tones
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(tones.window)
        veil.setAlpha(242)
        painter.fillRect(self.rect(), veil)
        ground = QColor(tones.accent)
        ground.setAlpha(20)
        painter.setBrush(ground)
        pen = QPen(QColor(tones.accent), 2, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(20, 20, -20, -20), 16, 16)
        middle = self.rect().center()
        ratio = self.devicePixelRatioF()
        arrow = self._icons.pixmap("drop", tones.accent, _ICON_PX, ratio)
        painter.drawPixmap(middle.x() - _ICON_PX // 2, middle.y() - _ICON_PX, arrow)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.35)
        painter.setFont(font)
        painter.setPen(QColor(tones.text))
        below = self.rect().adjusted(40, 80, -40, 0)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self._text)
        painter.setFont(self.font())
        painter.setPen(QColor(tones.dim))
        below.translate(0, 34)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self._hint)
