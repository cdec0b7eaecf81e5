"""Draws pages to read: invented texts without any person in them, on slightly worn paper."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QTransform

DPI = 200
_WIDTH, _HEIGHT = 1654, 2339

GARDEN = """Notes of the spring meeting

The garden behind the old mill opens on the first Saturday in April. \
Gates are open from nine in the morning until sunset, and the tool shed \
is unlocked by whoever comes first.

What was agreed

1.  The two rain barrels are moved to the south wall before the frost ends.
2.  Beds 4 to 9 are planted with beans, peas and marigolds this year.
3.  Compost is turned on the last Sunday of every month.
4.  A new hose of 25 metres is bought; it may cost up to 60 in all.

Water is short in August. Please water in the evening only, and never \
with the sprinkler. Whoever finds a leaking tap writes its number on the \
board beside the gate so that it can be mended the same week.

The seed swap takes place on 16 May under the walnut tree. Bring paper \
bags, a pencil, and something to eat for the common table.

Next meeting: 20 June, half past six, in the reading room."""

CAKE = """Plum cake for a large tin

600 g plums, ripe but firm
200 g butter, soft
180 g sugar
4 eggs
300 g flour, 2 teaspoons of baking powder
half a cup of milk, a pinch of salt

Halve the plums and take out the stones. Beat butter and sugar until \
pale, add the eggs one after the other, then flour and milk in turns. \
Spread the dough in the tin, lay the plums on it with the cut side up, \
and bake for 45 minutes at 180 degrees.

Let the cake cool in its tin. It is better on the second day."""


def draw_sheet(text: str, *, angle: float = 0.0, pale: bool = False) -> QImage:
    """Return an A4 page at 200 dpi with the text set on it, turned by some degrees."""
    sheet = QImage(_WIDTH, _HEIGHT, QImage.Format.Format_RGB32)
    sheet.setDotsPerMeterX(round(DPI / 0.0254))
    sheet.setDotsPerMeterY(round(DPI / 0.0254))
    sheet.fill(QColor("#fbf9f3"))
    painter = QPainter(sheet)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    turn = QTransform()
    turn.translate(_WIDTH / 2, _HEIGHT / 2)
    turn.rotate(angle)
    turn.translate(-_WIDTH / 2, -_HEIGHT / 2)
    painter.setTransform(turn)
    painter.setPen(QColor("#b9b4aa" if pale else "#23211d"))
    heading, _, rest = text.partition("\n\n")
    font = QFont("DejaVu Serif")
    font.setPixelSize(54)
    font.setBold(True)
    painter.setFont(font)
    painter.drawText(QRectF(190, 210, 1280, 90), Qt.AlignmentFlag.AlignLeft, heading)
    font.setPixelSize(36)
    font.setBold(False)
    painter.setFont(font)
    flags = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
    painter.drawText(QRectF(190, 350, 1280, 1800), flags, rest)
    painter.end()
    return sheet


def save_sheet(path: Path, text: str = GARDEN, *, angle: float = 0.0, pale: bool = False) -> Path:
    """Write the page as a picture file and return its path."""
    assert draw_sheet(text, angle=angle, pale=pale).save(str(path))
    return path
