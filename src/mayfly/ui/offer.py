"""What a drop or the clipboard brings: files, or a picture without a file. No network, ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage

_OCTETS = "application/octet-stream"
_IMAGE = "image/"
_KNOWN_IMAGES = (
    ("image/png", "png"),
    ("image/jpeg", "jpg"),
    ("image/tiff", "tif"),
    ("image/webp", "webp"),
    ("image/bmp", "bmp"),
    ("image/gif", "gif"),
    ("application/pdf", "pdf"),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """Local files and folders, or the bytes of one document, or a picture to be encoded."""

    paths: tuple[Path, ...] = ()
    data: bytes = b""
    suffix: str = ""
    image: QImage | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing that Mayfly could take."""
        return not self.paths and not self.data and self.image is None


def may_offer(mime: QMimeData) -> bool:
    """Tell from the kinds alone whether a drag may bring something; reads no data."""
    if any(url.isLocalFile() for url in mime.urls()):
        return True
    formats = mime.formats()
    return mime.hasImage() or any(
        kind.startswith(_IMAGE) or kind in (_OCTETS, "application/pdf") for kind in formats
    )


def offer_of(mime: QMimeData) -> Offer:
    """Take what there is: files first, then a document's own bytes, then a bare picture.

    A browser hands over the address of an image and, beside it, its bytes: as a type of
    image (Firefox) or as application/octet-stream (Chromium), which is looked into. The
    address is never fetched.
    """
    paths = tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
    if paths:
        return Offer(paths=paths)
    for kind, suffix in _KNOWN_IMAGES:
        if mime.hasFormat(kind):
            data = bytes(mime.data(kind).data())
            if data:
                return Offer(data=data, suffix=suffix)
    if mime.hasFormat(_OCTETS):
        data = bytes(mime.data(_OCTETS).data())
        suffix = suffix_of(data)
        if suffix:
            return Offer(data=data, suffix=suffix)
    if mime.hasImage():
        image = QImage(mime.imageData())
        if not image.isNull():
            return Offer(image=image)
    return Offer()


def suffix_of(data: bytes) -> str:
    """Return the suffix that the first bytes stand for, "" for no kind of document."""
    for sign, suffix in _SIGNS:
        if data.startswith(sign):
            return suffix
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1"):
        return "heic"
    return ""


def encode_png(image: QImage) -> bytes:
    """Return the picture as PNG; takes up to a second, so not for the GUI thread."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    buffer.close()
    return bytes(data.data())


_SIGNS: Sequence[tuple[bytes, str]] = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"\x00\x00\x00\x0cjP  ", "jp2"),
    (b"\xffO\xffQ", "j2k"),
)
