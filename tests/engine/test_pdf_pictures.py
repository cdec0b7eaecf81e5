"""Pictures of a PDF page: which there are, where they stand, and that they look as printed."""

from __future__ import annotations

import pytest
from engine_documents import read_first
from picture_pages import difference, flate, jpeg, jpx, one_bit, opened, page_of, photograph
from PIL import Image, ImageChops

from mayfly.domain.images import ImageId, ImageType
from mayfly.domain.pages import Box, PageOrigin

PLACE = (72.0, 72.0, 232.0, 192.0)
BOX = Box(300, 300, 667, 500)
"""PLACE at 300 dpi."""


def images_of(reader, data: bytes):
    reading = read_first(reader, data)
    assert reading.result.origin is PageOrigin.TEXT_LAYER
    return reading.images


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_an_ordinary_jpeg_keeps_its_very_bytes(shared_reader, mode):
    stored = jpeg(photograph(mode=mode))

    (found,) = images_of(shared_reader, page_of((stored, PLACE)))

    assert found.data == stored.data
    assert found.block.image_id == ImageId(1, 1)
    assert found.block.box == BOX
    assert (found.block.width_px, found.block.height_px) == (320, 240)
    assert found.block.image_type is ImageType.JPEG
    assert found.block.size_bytes == len(stored.data)


INVERTED = "/Decode [1 0 1 0 1 0]"
PALETTE = "".join(f"{255 - value:02x}{value:02x}40" for value in range(256))


@pytest.mark.parametrize(
    ("stored", "expected", "mode"),
    [
        (flate(photograph()), photograph(), "RGB"),
        (flate(photograph(mode="L")), photograph(mode="L"), "L"),
        (jpx(photograph()), photograph(), "RGB"),
        (jpeg(photograph(), INVERTED), ImageChops.invert(photograph()), "RGB"),
        (flate(photograph(mode="CMYK")), photograph(), "RGB"),
        (jpeg(photograph(mode="CMYK"), "/Decode [1 0 1 0 1 0 1 0]"), photograph(), "RGB"),
        (
            one_bit(photograph(), "/ColorSpace /DeviceGray"),
            photograph().convert("1"),
            "L",
        ),
        (
            one_bit(photograph(), "/ImageMask true"),
            photograph().convert("1"),
            "L",
        ),
    ],
    ids=["flate", "gray", "jpx", "inverted", "cmyk", "cmyk-jpeg", "one-bit", "stencil"],
)
def test_everything_else_becomes_a_png_that_looks_as_printed(shared_reader, stored, expected, mode):
    (found,) = images_of(shared_reader, page_of((stored, PLACE)))

    shown = opened(found.data)
    assert found.block.image_type is ImageType.PNG
    assert (shown.format, shown.mode, shown.size) == ("PNG", mode, (320, 240))
    # What MuPDF makes of CMYK is what a press would, and duller than Pillow's sum.
    assert difference(shown, expected.convert("RGB")) < 20
    assert found.block.box == BOX


def test_an_indexed_picture_has_its_palettes_colours(shared_reader):
    gray = photograph(mode="L")
    stored = flate(gray)
    stored.entries = stored.entries.replace("/DeviceGray", f"[/Indexed /DeviceRGB 255 <{PALETTE}>]")

    (found,) = images_of(shared_reader, page_of((stored, PLACE)))

    red, green, blue = opened(found.data).split()
    assert red.tobytes() == ImageChops.invert(gray).tobytes()
    assert green.tobytes() == gray.tobytes()
    assert blue.getextrema() == (0x40, 0x40)


def test_a_soft_mask_becomes_the_alpha(shared_reader):
    alpha = Image.linear_gradient("L").resize((160, 120))
    stored = flate(photograph(), mask=flate(alpha))

    (found,) = images_of(shared_reader, page_of((stored, PLACE)))

    shown = opened(found.data)
    assert shown.mode == "RGBA"
    assert difference(shown.getchannel("A"), alpha.resize((320, 240))) < 3
    assert shown.convert("RGB").tobytes() == photograph().tobytes()


def test_a_jpeg_under_a_mask_that_hides_nothing_is_not_made_larger_by_alpha(shared_reader):
    stored = jpeg(photograph())
    stored.mask = flate(Image.new("L", (320, 240), 255))

    (found,) = images_of(shared_reader, page_of((stored, PLACE)))

    assert opened(found.data).mode == "RGB"


# --- where it stands -----------------------------------------------------------------------

TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180}
TURNS |= {270: Image.Transpose.ROTATE_90}


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_on_a_turned_page_a_picture_stands_as_it_is_seen(shared_reader, degrees):
    data = page_of((jpeg(photograph()), PLACE), rotate=degrees)

    (found,) = images_of(shared_reader, data)

    boxes = {90: (2708, 300, 500, 667), 180: (1512, 2708, 667, 500), 270: (300, 1512, 500, 667)}
    at = (found.block.box.left, found.block.box.top, found.block.box.width, found.block.box.height)
    assert all(abs(one - other) <= 2 for one, other in zip(at, boxes[degrees], strict=True))
    shown = opened(found.data)
    assert shown.format == "PNG"
    assert difference(shown, photograph().transpose(TURNS[degrees])) < 3


@pytest.mark.parametrize(
    ("matrix", "way"),
    [
        ((160, 0, 0, 120, 72, 650), None),
        ((-160, 0, 0, 120, 232, 650), Image.Transpose.FLIP_LEFT_RIGHT),
        ((160, 0, 0, -120, 72, 770), Image.Transpose.FLIP_TOP_BOTTOM),
        ((0, 160, -120, 0, 192, 600), Image.Transpose.ROTATE_90),
        ((0, -160, 120, 0, 72, 760), Image.Transpose.ROTATE_270),
        ((0, 160, 120, 0, 72, 600), Image.Transpose.TRANSVERSE),
        ((0, -160, -120, 0, 192, 760), Image.Transpose.TRANSPOSE),
    ],
)
def test_a_picture_that_is_drawn_turned_or_mirrored_is_handed_over_so(shared_reader, matrix, way):
    (found,) = images_of(shared_reader, page_of((flate(photograph()), matrix)))

    expected = photograph() if way is None else photograph().transpose(way)
    assert opened(found.data).tobytes() == expected.tobytes()
    shape = expected.width / expected.height
    assert found.block.box.width / found.block.box.height == pytest.approx(shape, rel=0.01)


def test_boxes_count_from_the_crop_box(shared_reader):
    (found,) = images_of(
        shared_reader, page_of((jpeg(photograph()), PLACE), crop=(36, 36, 560, 806))
    )

    assert found.block.box == Box(150, 150, 667, 500)


def test_what_lies_beside_the_page_is_not_there(shared_reader):
    beside = (-300.0, 72.0, -140.0, 192.0)
    cropped = (10.0, 300.0, 110.0, 400.0)
    data = page_of(
        (jpeg(photograph()), beside),
        (jpeg(photograph()), cropped),
        (jpeg(photograph()), PLACE),
        crop=(60, 60, 560, 806),
    )

    images = images_of(shared_reader, data)

    # Of the second one a part is to be seen.
    assert [image.block.box for image in images] == [Box(50, 50, 667, 500), Box(0, 1000, 208, 417)]


def test_pictures_are_counted_from_top_to_bottom(shared_reader):
    places = [(72.0, 72.0 + 100 * row, 172.0, 152.0 + 100 * row) for row in (3, 0, 2, 1)]
    data = page_of(*((jpeg(photograph()), place) for place in places))

    images = images_of(shared_reader, data)

    assert [image.block.image_id.number for image in images] == [1, 2, 3, 4]
    tops = [image.block.box.top for image in images]
    assert tops == sorted(tops)


# --- what is no picture --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "place"),
    [
        (flate(photograph()), (0, 0, 595, 842)),
        (flate(photograph()), (72, 72, 500, 74)),
        (flate(photograph(8, 8)), (72, 72, 200, 200)),
        (flate(photograph()), (72, 72, 78, 78)),
        (flate(Image.new("RGB", (200, 200), (255, 255, 255))), PLACE),
        (jpeg(Image.new("RGB", (200, 200), (30, 60, 90))), PLACE),
        (flate(photograph(), mask=flate(Image.new("L", (320, 240), 0))), PLACE),
    ],
    ids=["background", "hairline", "spacer", "bullet", "white", "one-colour", "hidden"],
)
def test_what_is_no_picture_is_not_listed(shared_reader, stored, place):
    assert images_of(shared_reader, page_of((stored, place))) == ()
