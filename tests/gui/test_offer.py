"""What a drop or the clipboard brings is taken; the network is never asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QImage

from mayfly.ui.offer import encode_png, may_offer, offer_of, suffix_of
from tests.gui.conftest import png_bytes


def test_files_and_folders_come_as_paths(qapp, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "a b.pdf")), QUrl.fromLocalFile("/tmp")])
    assert may_offer(mime)
    assert offer_of(mime).paths == (tmp_path / "a b.pdf", Path("/tmp"))


def test_an_address_alone_is_not_fetched_and_not_taken(qapp):
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/scan.png")])
    assert not may_offer(mime)
    assert offer_of(mime).empty


def test_an_image_out_of_a_browser_is_its_own_bytes(qapp):
    """Chromium gives the file as octets, Firefox as image/png, both beside the address."""
    data = png_bytes()
    for kind in ("application/octet-stream", "image/png"):
        mime = QMimeData()
        mime.setUrls([QUrl("https://example.org/scan.png")])
        mime.setData(kind, data)
        assert may_offer(mime)
        offer = offer_of(mime)
        assert (offer.data, offer.suffix, offer.paths) == (data, "png", ())


def test_octets_that_are_no_document_are_not_taken(qapp):
    mime = QMimeData()
    mime.setData("application/octet-stream", b"MZ\x90 some program")
    assert offer_of(mime).empty


def test_a_picture_without_a_file_is_taken_as_it_is(qapp):
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    mime = QMimeData()
    mime.setImageData(image)
    offer = offer_of(mime)
    # Qt offers the picture as PNG bytes or as an image; either can be read.
    data = offer.data or encode_png(offer.image)
    assert QImage.fromData(data).pixelColor(3, 3) == QColor("red")


def test_text_is_not_taken(qapp):
    mime = QMimeData()
    mime.setText("hello")
    assert not may_offer(mime)
    assert offer_of(mime).empty


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (b"%PDF-1.7", "pdf"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
        (b"\x00\x00\x00\x18ftypheic", "heic"),
        (b"II*\x00", "tif"),
        (b"", ""),
        (b"GIF", ""),
    ],
)
def test_kinds_are_known_by_their_first_bytes(data, suffix):
    assert suffix_of(data) == suffix
