"""Where things stand within a row of the job list. Pure geometry in logical pixels."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect
from PySide6.QtGui import QFont, QFontMetrics

EDGE = 12
ICON = 18
BIN = 18
TEXT_LEFT = EDGE + ICON + 12
BAR = 3
_ABOVE = 8
_BETWEEN = 2


class RowLayout:
    """Measures of a row in one font: a title, a smaller line below it, a bar under both."""

    def __init__(self, font: QFont, *, left_texts: Sequence[str]) -> None:
        """left_texts: how the time left may look, in the user's language."""
        self._left_texts = tuple(left_texts)
        self.title_font = QFont(font)
        self.batch_font = QFont(font)
        self.batch_font.setWeight(QFont.Weight.DemiBold)
        self.small_font = QFont(font)
        self.small_font.setPointSizeF(max(7.0, font.pointSizeF() * 0.9))
        self.title_metrics = QFontMetrics(self.title_font)
        self.batch_metrics = QFontMetrics(self.batch_font)
        self.small_metrics = QFontMetrics(self.small_font)
        self._title_px = max(self.title_metrics.height(), self.batch_metrics.height())

    @property
    def height(self) -> int:
        """Height of every row, batches and jobs alike."""
        return 2 * _ABOVE + self._title_px + _BETWEEN + self.small_metrics.height() + 5

    @property
    def left_width(self) -> int:
        """Width of the column that tells the time left."""
        widest = max(self.small_metrics.horizontalAdvance(text) for text in self._left_texts)
        return widest + 18

    @property
    def delete_width(self) -> int:
        """Width of the column with the bin: a comfortable target."""
        return BIN + 2 * 11

    def icon(self, cell: QRect) -> QRect:
        """Return the place of the state's icon, or of a batch's opening arrow."""
        return QRect(cell.left() + EDGE, cell.top() + (cell.height() - ICON) // 2, ICON, ICON)

    def title(self, cell: QRect) -> QRect:
        """Return the first line."""
        left = cell.left() + TEXT_LEFT
        return QRect(left, cell.top() + _ABOVE, cell.right() - left, self._title_px)

    def second(self, cell: QRect) -> QRect:
        """Return the second line."""
        title = self.title(cell)
        return QRect(
            title.left(), title.bottom() + 1 + _BETWEEN, title.width(), self.small_metrics.height()
        )

    def bar(self, cell: QRect) -> QRect:
        """Return the place of a progress bar."""
        second = self.second(cell)
        return QRect(second.left(), second.bottom() + 4, second.width() - 8, BAR)

    def field(self, cell: QRect) -> QRect:
        """Return the place of the password field: it takes the second line's and a little more."""
        second = self.second(cell)
        return QRect(
            second.left(), second.top() - 1, second.width() - 6, cell.bottom() - second.top() - 4
        )

    def wide(self, cell: QRect) -> QRect:
        """Return the first cell together with the next one, under whose text lines may run on."""
        return cell.adjusted(0, 0, self.left_width, 0)

    def left(self, cell: QRect) -> QRect:
        """Return the place of the time left, in its own column: beside the title."""
        return QRect(cell.left(), self.title(cell).top(), cell.width() - 4, self._title_px)

    def bin(self, cell: QRect) -> QRect:
        """Return the place of the delete button's drawing."""
        return QRect(
            cell.center().x() - BIN // 2, cell.top() + (cell.height() - BIN) // 2, BIN, BIN
        )
