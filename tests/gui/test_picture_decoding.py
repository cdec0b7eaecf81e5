"""A picture of a document is decoded as what it was announced to be, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication

from mayfly.domain.images import ImageBlock, ImageId, ImageKind, ImageType
from mayfly.domain.pages import Box
from mayfly.ui.picture_decoding import decode_picture
from tests.fakes_engine import ScriptPage
from tests.gui.conftest import png_bytes

BLOCK = ImageBlock(ImageId(1, 1), Box(0, 0, 9, 9), 60, 80, ImageKind.UNKNOWN, ImageType.PNG, 1)


def decode(block: ImageBlock = BLOCK, most: QSize | None = None, *, wanted: bool = True):
    return decode_picture(png_bytes(), block, most, lambda: wanted)


def test_it_is_decoded_at_its_own_size_or_made_smaller(qapp):
    assert decode().size() == QSize(60, 80)
    assert decode(most=QSize(30, 30)).size() == QSize(22, 30)
    assert decode(most=QSize(500, 500)).size() == QSize(60, 80)


@pytest.mark.qt_log_ignore("Not a JPEG file")
@pytest.mark.parametrize(
    "other",
    [
        {"image_type": ImageType.JPEG},
        {"width_px": 61},
        {"height_px": 8_000},
    ],
)
def test_what_is_not_as_announced_is_not_decoded(qapp, other):
    assert decode(replace(BLOCK, **other)) is None


def test_what_is_not_wanted_any_more_is_not_decoded(qapp):
    assert decode(wanted=False) is None


def test_what_is_no_picture_is_none(qapp):
    assert decode_picture(b"\x89PNG\r\n\x1a\nno", BLOCK, None, lambda: True) is None


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_copy_that_was_asked_for_before_locking_does_not_come_after_it(desk):
    desk.open()
    desk.choose(desk.add("a.pdf", ScriptPage("one", images=1)))
    images = desk.window.pages.images
    desk.wait(lambda: len(images.model.views) == 1)
    images.copy_wanted.emit(images.all_pictures[0])
    desk.window.actions_.lock.trigger()
    desk.wait(lambda: desk.locking.locked)
    desk.settle()
    assert QGuiApplication.clipboard().image().isNull()
