"""Paints a picture of a document as a row: thumbnail, where it is, its size, its caption."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from mayfly.services.picture_list import PictureView
from mayfly.ui.picture_model import Index, PictureModel
from mayfly.ui.picture_texts import size_text, title_text
from mayfly.ui.theme import Theme
from mayfly.ui.thumbnails import Thumbnails
from mayfly.ui.wording import Tr

THUMB = QSize(108, 84)
_GAP = 12
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_CENTRE = Qt.AlignmentFlag.AlignCenter


class PictureDelegate(QStyledItemDelegate):
    """One height for all rows, so that 2,000 of them cost what 20 do."""

    def __init__(
        self,
        model: PictureModel,
        thumbnails: Thumbnails,
        *,
        tr: Tr,
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._thumbnails = thumbnails
        self._tr = tr
        self._theme = theme
        lines = 4 * QFontMetrics(parent.font()).lineSpacing() + 6
        self.row_height = max(THUMB.height(), lines) + 2 * _GAP

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of all rows."""
        del option, index
        return QSize(THUMB.width() + 2 * _GAP, self.row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        if not 0 <= index.row() < len(self._model.views):
            return
        view, tones = self._model.views[index.row()], self._theme.tones
        rect, state = QRect(option.rect), option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(tones.chosen))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(tones.hover))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tones.accent), 1))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        wide = min(THUMB.width(), (rect.width() - 3 * _GAP) * 2 // 5)
        box = QRect(rect.left() + _GAP, rect.top() + _GAP, wide, rect.height() - 2 * _GAP)
        self._paint_thumbnail(painter, box, view)
        left = box.right() + 1 + _GAP
        self._paint_texts(painter, rect.adjusted(left - rect.left(), _GAP, -_GAP, -_GAP), view)
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, box: QRect, view: PictureView) -> None:
        tones, image_id = self._theme.tones, view.block.image_id
        image = self._thumbnails.find(image_id)
        if image is None:
            painter.setPen(QPen(QColor(tones.line), 1))
            painter.setBrush(QColor(tones.hover))
            painter.drawRect(box.adjusted(0, 0, -1, -1))
            if self._thumbnails.is_unshowable(image_id):
                painter.setPen(QColor(tones.dim))
                flags = _CENTRE | Qt.TextFlag.TextWordWrap
                painter.drawText(box.adjusted(4, 4, -4, -4), flags, self._tr("Cannot be shown"))
            return
        ratio = painter.device().devicePixelRatioF()
        size = QSize(round(image.width() / ratio), round(image.height() / ratio))
        if size.width() > box.width():
            size.scale(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(0, 0, max(1, size.width()), max(1, size.height()))
        place.moveCenter(box.center())
        # Pictures with clear parts are seen as on paper.
        painter.fillRect(place, Qt.GlobalColor.white)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, image)
        painter.setPen(QPen(QColor(tones.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(-1, -1, 0, 0))

    def _paint_texts(self, painter: QPainter, place: QRect, view: PictureView) -> None:
        tr, tones = self._tr, self._theme.tones
        metrics = painter.fontMetrics()
        height = metrics.lineSpacing()
        lines = [
            (title_text(tr, view.block), tones.text),
            (size_text(tr, view.block), tones.dim),
        ]
        stored = self._model.stored_text(view.block.image_id)
        if stored:
            lines.append((stored, tones.accent))
        for text, tone in lines:
            painter.setPen(QColor(tone))
            elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, _LEFT, elided)
            place.setTop(place.top() + height + 1)
        painter.setPen(QColor(tones.text))
        for line in _wrapped(metrics, view.alternative or "", place.width(), 4 - len(lines)):
            painter.drawText(place, _LEFT, line)
            place.setTop(place.top() + height)


def _wrapped(metrics: QFontMetrics, text: str, width: int, most: int) -> list[str]:
    """Break a caption into lines at spaces; the last one is cut."""
    words, lines = " ".join(text.split()[:80]).split(), list[str]()
    while words and len(lines) < most:
        if len(lines) == most - 1:
            whole = " ".join(words)
            return [*lines, metrics.elidedText(whole, Qt.TextElideMode.ElideRight, width)]
        taken = 1
        while taken < len(words) and (
            metrics.horizontalAdvance(" ".join(words[: taken + 1])) <= width
        ):
            taken += 1
        line = " ".join(words[:taken])
        lines.append(metrics.elidedText(line, Qt.TextElideMode.ElideRight, width))
        words = words[taken:]
    return lines
