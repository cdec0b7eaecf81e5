"""What a reader gives back for every kind of document it takes."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from engine_documents import (
    encoded,
    open_in,
    page_picture,
    pdf_of,
    read_first,
    text_of,
)
from PIL import Image

from mayfly.domain.jobs import ReadOptions
from mayfly.domain.pages import PageOrigin
from mayfly.engine.answers import jpeg_size

TRUE_WORDS = ("treasurer", "balance", "1482", "harbour", "winter.")
LATIN = (
    "Hereby it is confirmed that the delivery of the goods was made in full. "
    "Payment is due within thirty days of the date of this letter. " * 3
)


def is_read(result) -> bool:
    return all(word in text_of(result) for word in TRUE_WORDS)


@pytest.mark.parametrize(
    ("kind", "mode", "others"),
    [
        ("PNG", "L", {}),
        ("PNG", "1", {}),
        ("PNG", "P", {}),
        ("JPEG", "RGB", {"quality": 90}),
        ("JPEG", "CMYK", {"quality": 90}),
        ("TIFF", "1", {"compression": "group4"}),
        ("TIFF", "L", {"compression": "tiff_lzw"}),
        ("BMP", "RGB", {}),
        ("GIF", "P", {}),
        ("WEBP", "RGB", {"quality": 90}),
        ("JPEG2000", "L", {}),
        ("PPM", "L", {}),
        ("AVIF", "RGB", {"quality": 90}),
    ],
)
def test_every_kind_of_image_is_read(shared_reader, kind, mode, others):
    data = encoded(page_picture().convert(mode), kind, **others)

    result = read_first(shared_reader, data).result

    assert result.origin is PageOrigin.RECOGNISED
    assert (result.width_px, result.height_px) == (1240, 1754)
    assert is_read(result)


def test_heic_is_read(shared_reader):
    out = io.BytesIO()
    pillow_heif.from_pillow(page_picture().convert("RGB")).save(out, quality=80)

    assert is_read(read_first(shared_reader, out.getvalue()).result)


def test_a_picture_says_where_each_word_stands(shared_reader):
    reading = read_first(shared_reader, encoded(page_picture(), "PNG"))
    word = next(word for word in reading.result.words if word.text == "treasurer")

    crop = np.asarray(page_picture())[
        word.box.top : word.box.top + word.box.height,
        word.box.left : word.box.left + word.box.width,
    ]

    assert crop[:, :4].min() < 128  # the t
    assert crop[:, -4:].min() < 128  # the last r
    assert word.confidence > 80
    assert (word.block, word.paragraph, word.line) != (0, 0, 0)


def test_the_picture_to_look_at_is_a_jpeg_of_its_own_size(shared_reader):
    image = read_first(shared_reader, encoded(page_picture(), "PNG")).image

    assert jpeg_size(image.data) == (image.width_px, image.height_px)
    assert Image.open(io.BytesIO(image.data)).mode == "L"


def test_colour_stays_in_the_picture_to_look_at(shared_reader):
    page = page_picture(mode="RGB")
    page.paste((200, 30, 30), (300, 1200, 700, 1500))

    image = read_first(shared_reader, encoded(page, "PNG")).image

    assert Image.open(io.BytesIO(image.data)).mode == "RGB"


@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
def test_exif_orientation_is_followed(shared_reader, orientation):
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = page_picture()
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation

    reading = read_first(shared_reader, encoded(stored, "JPEG", quality=90, exif=exif))

    assert is_read(reading.result)
    assert (reading.result.width_px, reading.result.height_px) == (1240, 1754)
    assert reading.result.turned_degrees == 0
    assert reading.image.height_px > reading.image.width_px


def test_transparent_paper_is_white(shared_reader):
    ink = page_picture()
    page = Image.new("RGBA", ink.size, (0, 0, 0, 0))
    page.putalpha(Image.eval(ink, lambda value: 255 - value))

    assert is_read(read_first(shared_reader, encoded(page, "PNG")).result)


@pytest.mark.parametrize("deepest", [4_095, 65_535])
def test_deep_samples_are_scaled_not_clipped(shared_reader, deepest):
    # Paper and ink both lie above 255: a clipped page would be white all over.
    shades = np.asarray(page_picture()).astype(np.uint32) * (deepest // 2) // 255 + deepest // 3
    page = Image.fromarray(shades.astype(np.uint16))

    reading = read_first(shared_reader, encoded(page, "TIFF"))

    assert is_read(reading.result)


def test_every_frame_of_a_file_is_a_page(shared_reader):
    first, second = page_picture(("The first of the two pages",)), page_picture()
    data = encoded(first, "TIFF", save_all=True, append_images=[second])

    pages = open_in(shared_reader, data)
    texts = [text_of(shared_reader.read_page(number).result) for number in (2, 1)]
    shared_reader.close_document()

    assert pages == 2
    assert "treasurer" in texts[0]
    assert "first of the two" in texts[1]


def test_a_page_of_a_pdf_is_taken_as_it_says_itself(shared_reader):
    reading = read_first(shared_reader, pdf_of(LATIN))

    assert reading.result.origin is PageOrigin.TEXT_LAYER
    assert text_of(reading.result).startswith("Hereby it is confirmed that")
    assert reading.result.words[0].confidence is None
    # 72 points from the left at 300 dpi.
    assert abs(reading.result.words[0].box.left - 300) < 5
    assert (reading.result.width_px, reading.result.height_px) == (2479, 3508)


def test_recognise_anyway_does_not_believe_the_file(shared_reader):
    options = ReadOptions(recognise_anyway=True)

    result = read_first(shared_reader, pdf_of(LATIN), options=options).result

    assert result.origin is PageOrigin.RECOGNISED
    assert "Hereby it is confirmed" in text_of(result)


def test_a_scan_in_a_pdf_is_recognised(shared_reader):
    result = read_first(shared_reader, pdf_of(page_picture())).result

    assert result.origin is PageOrigin.RECOGNISED
    assert is_read(result)


def test_a_stamp_over_a_scan_does_not_pass_for_its_text(shared_reader):
    import pymupdf

    document = pymupdf.open(stream=pdf_of(page_picture()), filetype="pdf")
    document[0].insert_text((300, 30), "RECEIVED 4 MARCH", fontsize=12)

    result = read_first(shared_reader, document.tobytes()).result

    assert result.origin is PageOrigin.RECOGNISED
    assert is_read(result)


def test_an_invisible_layer_over_a_scan_is_taken_when_it_makes_sense(shared_reader):
    import pymupdf

    document = pymupdf.open(stream=pdf_of(page_picture()), filetype="pdf")
    document[0].insert_textbox(pymupdf.Rect(50, 50, 500, 700), LATIN, render_mode=3)

    assert read_first(shared_reader, document.tobytes()).result.origin is PageOrigin.TEXT_LAYER

    document = pymupdf.open(stream=pdf_of(page_picture()), filetype="pdf")
    document[0].insert_textbox(pymupdf.Rect(50, 50, 500, 700), "~|= ;:. *" * 40, render_mode=3)

    assert read_first(shared_reader, document.tobytes()).result.origin is PageOrigin.RECOGNISED


@pytest.mark.parametrize("blank", [None, "shaded", "noisy"])
def test_a_blank_page_says_so(shared_reader, blank):
    if blank is None:
        data = pdf_of(None)
    else:
        shade = np.linspace(255, 180, 1754)[:, None].repeat(1240, axis=1)
        if blank == "noisy":
            shade = shade + np.random.default_rng(1).normal(0, 4, shade.shape)
        data = encoded(Image.fromarray(shade.clip(0, 255).astype(np.uint8)), "PNG")

    result = read_first(shared_reader, data).result

    assert result.origin is PageOrigin.BLANK
    assert result.words == ()


def test_a_single_faint_line_is_not_blank(shared_reader):
    page = Image.eval(page_picture(("Page 7 of 9",)), lambda value: 215 - (255 - value) // 4)

    result = read_first(shared_reader, encoded(page, "PNG")).result

    assert text_of(result) == "Page 7 of 9"


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_on_its_side_ends_upright(shared_reader, turn):
    lying = page_picture().rotate(turn, expand=True)

    reading = read_first(shared_reader, encoded(lying, "PNG"))

    # Pillow turns the other way round, so turning on by as much makes it upright.
    assert reading.result.turned_degrees == turn
    assert (reading.result.width_px, reading.result.height_px) == (1240, 1754)
    assert reading.image.height_px > reading.image.width_px
    assert is_read(reading.result)


@pytest.mark.parametrize("tilt", [-4.0, 1.5, 5.0])
def test_a_tilted_page_is_read_and_its_boxes_lie_on_the_tilted_words(shared_reader, tilt):
    page = page_picture()
    tilted = page.rotate(tilt, fillcolor=255, resample=Image.Resampling.BICUBIC)

    result = read_first(shared_reader, encoded(tilted, "PNG")).result

    assert is_read(result)
    for word in result.words:
        box = word.box
        inside = np.asarray(tilted)[
            max(0, box.top) : box.top + box.height, max(0, box.left) : box.left + box.width
        ]
        assert (inside < 128).mean() > 0.05, word.text


def test_a_rotated_pdf_page_is_read_as_it_is_shown(shared_reader):
    import pymupdf

    document = pymupdf.open(stream=pdf_of(LATIN), filetype="pdf")
    document[0].set_rotation(90)

    result = read_first(shared_reader, document.tobytes()).result

    assert result.width_px > result.height_px
    # What stood at the left top stands at the right top now.
    assert result.words[0].box.left > result.width_px * 0.8


def test_the_sample_document_is_read(shared_reader):
    sample = Path(__file__).parents[2] / "resources" / "sample" / "welcome.pdf"

    result = read_first(shared_reader, sample.read_bytes()).result

    assert len(result.words) > 20
