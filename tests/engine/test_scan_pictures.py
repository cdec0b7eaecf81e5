"""Pictures on scans: found where a photograph is, and nowhere else."""

from __future__ import annotations

import numpy as np
import pymupdf
import pytest
from engine_documents import PLEASE_READ, encoded, page_picture, pdf_of, read_first, text_of
from picture_pages import difference, flate, jpeg, opened, page_of, photograph
from PIL import Image, ImageDraw, ImageFilter

from mayfly.domain.images import ImageType
from mayfly.domain.pages import Box, PageOrigin, Word
from mayfly.engine.picture_regions import find_regions

DPI = 150
AT = (400, 900)
PHOTO = (450, 320)


def grainy(mode: str = "L", size: tuple[int, int] = PHOTO) -> Image.Image:
    """Return a photograph with grain, as every scan of one has."""
    grain = Image.effect_noise(size, 90).filter(ImageFilter.GaussianBlur(2)).convert("RGB")
    return Image.blend(photograph(*size), grain, 0.5).convert(mode)


def scan(mode: str = "L", photo: Image.Image | None = None) -> Image.Image:
    page = page_picture(mode=mode)
    page.paste(photo or grainy(mode), AT)
    return page


def is_near(box: Box, left: int, top: int, width: int, height: int, slack: int = 20) -> bool:
    pairs = ((box.left, left), (box.top, top), (box.width, width), (box.height, height))
    return all(abs(one - other) <= slack for one, other in pairs)


# --- through a worker ----------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_photograph_on_a_scan_is_cut_out_at_full_resolution(shared_reader, mode):
    page = scan(mode)

    reading = read_first(shared_reader, encoded(page, "PNG", dpi=(DPI, DPI)))

    (found,) = reading.images
    box = found.block.box
    assert is_near(box, *AT, *PHOTO)
    shown = opened(found.data)
    assert (found.block.image_type, shown.mode) == (ImageType.PNG, mode)
    assert shown.size == (found.block.width_px, found.block.height_px) == (box.width, box.height)
    cut = page.crop((box.left, box.top, box.left + box.width, box.top + box.height))
    assert shown.tobytes() == cut.tobytes()
    assert "harbour wall will be repaired" in text_of(reading.result)


def test_on_a_scan_that_lies_on_its_head_a_picture_is_upright(shared_reader):
    page = scan()
    turned = page.transpose(Image.Transpose.ROTATE_180)

    reading = read_first(shared_reader, encoded(turned, "PNG", dpi=(DPI, DPI)))

    assert reading.result.turned_degrees == 180
    (found,) = reading.images
    assert is_near(found.block.box, *AT, *PHOTO)
    box = found.block.box
    cut = page.crop((box.left, box.top, box.left + box.width, box.top + box.height))
    assert opened(found.data).tobytes() == cut.tobytes()


def test_a_scan_in_a_pdf_is_looked_at_and_is_no_picture_itself(shared_reader):
    reading = read_first(shared_reader, pdf_of(scan()))

    assert reading.result.origin is PageOrigin.RECOGNISED
    (found,) = reading.images
    assert is_near(found.block.box, *AT, *PHOTO)


def test_a_scan_with_text_behind_it_is_looked_at_and_its_text_is_taken(shared_reader):
    document = pymupdf.open(stream=pdf_of(scan()), filetype="pdf")
    place = pymupdf.Rect(60, 60, 560, 400)
    document[0].insert_textbox(place, " ".join(PLEASE_READ), fontsize=17, render_mode=3)

    reading = read_first(shared_reader, document.tobytes())

    assert reading.result.origin is PageOrigin.TEXT_LAYER
    (found,) = reading.images
    dpi = reading.result.dpi / DPI
    assert is_near(found.block.box, *(round(one * dpi) for one in (*AT, *PHOTO)), slack=40)


def test_a_scan_with_a_margin_or_in_strips_is_no_picture(shared_reader):
    page = page_picture()
    strips = []
    for number in range(6):
        strip = page.crop((0, number * 292, page.width, (number + 1) * 292))
        strips.append((jpeg(strip), (60, 50 + number * 120, 535, 170 + number * 120)))
    for placed in ([(flate(page), (60, 50, 535, 770))], strips):
        reading = read_first(shared_reader, page_of(*placed, text=""))
        assert "harbour wall" in text_of(reading.result)
        assert reading.images == ()


def test_a_picture_that_was_cut_in_strips_or_tiles_is_one_again(shared_reader):
    whole = photograph(300, 240)
    tiles = [
        (
            flate(whole.crop((x * 100, y * 80, x * 100 + 100, y * 80 + 80))),
            (72 + x * 50, 72 + y * 40, 122 + x * 50, 112 + y * 40),
        )
        for x in range(3)
        for y in range(3)
    ]

    (found,) = read_first(shared_reader, page_of(*tiles)).images

    assert found.block.box == Box(300, 300, 625, 500)
    assert opened(found.data).size == (300, 240)
    assert difference(opened(found.data), whole) < 1


# --- on pixels -----------------------------------------------------------------------------


def regions(page: Image.Image, words: tuple[Word, ...] = ()) -> list[Box]:
    return find_regions(np.asarray(page.convert("L")), DPI, words)


def test_a_photograph_that_was_printed_in_dots_is_found() -> None:
    dotted = grainy().convert("1").convert("L")

    (found,) = regions(scan(photo=dotted))

    assert is_near(found, *AT, *PHOTO)


def drawn(draw) -> Image.Image:
    page = page_picture()
    draw(ImageDraw.Draw(page))
    return page


def shaded() -> Image.Image:
    """Light that falls off towards a corner, as on a photographed page."""
    light = (
        Image.linear_gradient("L").resize((1240, 1754)).point([90 + v * 2 // 3 for v in range(256)])
    )
    return Image.composite(page_picture(), Image.new("L", light.size, 0), light)


NOTHING = {
    "text": page_picture(PLEASE_READ * 4),
    "large letters": page_picture(("Harbour", "Wall"), font_px=200),
    "bar": drawn(lambda draw: draw.rectangle((100, 900, 1100, 1000), 90)),
    "black": drawn(lambda draw: draw.rectangle((100, 900, 700, 1500), 0)),
    "frame": drawn(lambda draw: draw.rectangle((100, 900, 1100, 1600), None, 0, 6)),
    "edge": drawn(lambda draw: draw.rectangle((0, 0, 120, 1754), 20)),
    "shadow": shaded(),
    "small": scan(photo=grainy(size=(60, 60))),
    "faint": page_picture().point([200 + value * 55 // 255 for value in range(256)]),
}


@pytest.mark.parametrize("name", NOTHING)
def test_what_is_no_picture_is_not_found(name: str) -> None:
    assert regions(NOTHING[name]) == []


def test_a_box_full_of_words_that_were_read_is_no_picture() -> None:
    words = tuple(
        Word("harbour", Box(420 + 140 * x, 920 + 40 * y, 120, 26), 95.0, 0, 0, y)
        for x in range(3)
        for y in range(7)
    )
    assert len(regions(scan())) == 1
    assert regions(scan(), words) == []
