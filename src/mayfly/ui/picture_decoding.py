"""Decoding a picture of a document. Runs on the decode lane."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from mayfly.domain.images import ImageBlock, ImageType

_FORMATS = {ImageType.PNG: b"png", ImageType.JPEG: b"jpeg"}


def decode_picture(
    data: bytes, block: ImageBlock, most: QSize | None, wanted: Callable[[], bool]
) -> QImage | None:
    """Return the picture, no larger than most; None when it is none or no longer wanted.

    A JPEG has the document's own bytes: one decoder only, the one that was announced, and
    no other size than was announced. Beyond Qt's limit (256 MB) nothing is decoded.
    """
    if not wanted():
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoDetectImageFormat(False)
    reader.setFormat(_FORMATS[block.image_type])
    size = QSize(block.width_px, block.height_px)
    if reader.size() != size:
        return None
    if most is not None and (size.width() > most.width() or size.height() > most.height()):
        scaled = size.scaled(most, Qt.AspectRatioMode.KeepAspectRatio)
        reader.setScaledSize(scaled.expandedTo(QSize(1, 1)))
    image = reader.read()
    return None if image.isNull() else image
