"""The frame around the picture that is chosen, on the page where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from mayfly.domain.images import ImageBlock
from mayfly.ui.tones import Tones


@dataclass(frozen=True, slots=True)
class PictureFrame:
    """A box on a page of the document, in the page's pixels."""

    page: int
    box: QRect

    def paint(self, painter: QPainter, tones: Tones, place: QRectF) -> None:
        """Draw it around this place on the screen: dark on light and light on dark."""
        # Nothing is laid over the picture: its colours are to be seen.
        painter.setBrush(Qt.BrushStyle.NoBrush)
        around = place.adjusted(-2, -2, 2, 2)
        painter.setPen(QPen(QColor("#ffffff"), 5))
        painter.drawRect(around)
        painter.setPen(QPen(QColor(tones.word), 2.4))
        painter.drawRect(around)


def frame_of(block: ImageBlock) -> PictureFrame:
    """Return the frame of a picture."""
    box = block.box
    return PictureFrame(block.image_id.page, QRect(box.left, box.top, box.width, box.height))
