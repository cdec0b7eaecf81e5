"""Pictures that are made to cost or to break something are left out; their page is read."""

from __future__ import annotations

import time
import zlib

import pymupdf
import pytest
from engine_documents import read_first, text_of
from picture_pages import Stored, flate, jpeg, jpx, page_of, photograph
from PIL import Image

from mayfly.domain.images import MOST_IMAGES_PER_PAGE
from mayfly.domain.limits import Limits

PLACE = (72.0, 72.0, 232.0, 192.0)
ELSEWHERE = (300.0, 72.0, 460.0, 192.0)


def bomb(width: int, height: int) -> Stored:
    """A gray image whose pixels are all there, packed a thousandfold."""
    packer = zlib.compressobj(9)
    row = bytes(width)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    told = "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode"
    return Stored(width, height, told, data)


def masked(image: Image.Image, mask: Stored) -> Stored:
    return flate(image, mask=mask)


def claiming(stored: Stored, width: int, height: int) -> Stored:
    """The same bytes under another size."""
    return Stored(width, height, stored.entries, stored.data)


def cut(stored: Stored, part: float) -> Stored:
    return Stored(
        stored.width, stored.height, stored.entries, stored.data[: int(len(stored.data) * part)]
    )


def garbage(kind: str) -> Stored:
    told = f"/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /{kind}"
    return Stored(300, 200, told, b"\x00\x01garbage" * 50)


HOSTILE = {
    "too many pixels": bomb(8_000, 6_000),
    "a mask of too many pixels": masked(photograph(), bomb(8_000, 6_000)),
    "a million pixels wide": bomb(1_200_000, 30),
    "claims a gigapixel": claiming(jpeg(photograph()), 40_000, 40_000),
    "jpeg of another size": claiming(jpeg(photograph()), 600, 480),
    "no jpeg": garbage("DCTDecode"),
    "no jpx": garbage("JPXDecode"),
    "no jbig2": garbage("JBIG2Decode"),
    "jpx cut off": cut(jpx(photograph()), 0.1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_picture_that_fails_is_left_out_and_the_page_is_read(shared_reader, name):
    good = jpeg(photograph())
    data = page_of((HOSTILE[name], PLACE), (good, ELSEWHERE))

    reading = read_first(shared_reader, data)

    assert "harbour of the old town" in text_of(reading.result)
    assert good.data in [image.data for image in reading.images]
    bounded = name in ("too many pixels", "a mask of too many pixels", "a million pixels wide")
    assert not bounded or len(reading.images) == 1


def test_strips_that_would_be_a_gigapixel_together_are_left_out(shared_reader):
    squeezed = (flate(photograph(300, 4_000)), (72, 72, 232, 73))
    below = (flate(photograph()), (72, 73, 232, 400))
    good = jpeg(photograph())

    reading = read_first(shared_reader, page_of(squeezed, below, (good, ELSEWHERE)))

    assert [image.data for image in reading.images] == [good.data]


def many(count: int) -> bytes:
    """Draw one image in so many places that do not meet, each 40 points wide and 50 apart."""
    stored = flate(photograph(60, 60))
    places = []
    for number in range(count):
        column, row = number % 10, number // 10 % 15
        shift = number // 150 * 0.06
        places.append((20 + column * 50 + shift, 20 + row * 50 + shift))
    document = pymupdf.open(stream=page_of((stored, PLACE)), filetype="pdf")
    page = document[0]
    drawn = "\n".join(f"q 40 0 0 40 {x:.2f} {y:.2f} cm /P0 Do Q" for x, y in places)
    xref = document.get_new_xref()
    document.update_object(xref, "<<>>")
    document.update_stream(xref, drawn.encode())
    contents = " ".join(f"{one} 0 R" for one in (*page.get_contents(), xref))
    document.xref_set_key(page.xref, "Contents", f"[{contents}]")
    return document.tobytes()


def test_of_ten_thousand_pictures_on_a_page_the_largest_are_kept(shared_reader):
    data = many(10_000)
    began = time.monotonic()

    reading = read_first(shared_reader, data)

    assert len(reading.images) == MOST_IMAGES_PER_PAGE
    assert "harbour of the old town" in text_of(reading.result)
    # The one that is drawn in its own place is four times as wide as the others.
    assert max(image.block.box.width for image in reading.images) == 667
    assert time.monotonic() - began < 30


def test_what_is_beyond_the_bytes_of_a_page_is_left_out(make_engine):
    reader = make_engine(Limits(images_bytes_per_page=60_000)).start_reader()
    small, large = jpeg(photograph()), flate(Image.effect_noise((900, 700), 90))
    try:
        reading = read_first(reader, page_of((large, PLACE), (small, ELSEWHERE)))
    finally:
        reader.kill()

    assert [image.data for image in reading.images] == [small.data]


def looping(change) -> bytes:
    document = pymupdf.open(stream=page_of((jpeg(photograph()), PLACE)), filetype="pdf")
    image = next(
        xref
        for xref in range(1, document.xref_length())
        if document.xref_get_key(xref, "Subtype")[1] == "/Image"
    )
    change(document, image)
    return document.tobytes()


def masks_itself(document: pymupdf.Document, image: int) -> None:
    document.xref_set_key(image, "SMask", f"{image} 0 R")


def contains_itself(document: pymupdf.Document, image: int) -> None:
    form = document.get_new_xref()
    told = (
        f"/Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources <</XObject <</P0 {form} 0 R>>>>"
    )
    document.update_object(form, f"<<{told}>>")
    document.update_stream(form, b"/P0 Do", new=True)
    resources = int(document.xref_get_key(document[0].xref, "Resources")[1].split()[0])
    document.xref_set_key(resources, "XObject", f"<</P0 {form} 0 R>>")


@pytest.mark.parametrize("change", [masks_itself, contains_itself])
def test_what_refers_to_itself_ends(shared_reader, change):
    reading = read_first(shared_reader, looping(change))

    assert "harbour of the old town" in text_of(reading.result)
    assert len(reading.images) <= 1
