"""A worker that was taken over cannot hand over a picture that is not what it was said to be."""

from __future__ import annotations

import json

import pytest
from engine_documents import encoded, open_in, page_picture
from fake_worker import OPENED, raw

from mayfly.domain.document_errors import ReaderCrashed
from mayfly.domain.image_codec import encode_images
from mayfly.domain.images import ImageBlock, ImageId, ImageKind, ImageType
from mayfly.domain.page_codec import encode_page
from mayfly.domain.pages import Box, PageOrigin, PageResult

VIEW = encoded(page_picture(("x",), size=(8, 8), font_px=6), "JPEG")
PAGE = encode_page(PageResult(1, 80, 60, 300, PageOrigin.RECOGNISED, ()))
PNG = encoded(page_picture(("x",), size=(40, 30), font_px=6), "PNG")
JPEG = encoded(page_picture(("x",), size=(40, 30), font_px=6), "JPEG")


def block(data: bytes = PNG, kind: ImageType = ImageType.PNG, number: int = 1) -> ImageBlock:
    image_id = ImageId(1, number)
    return ImageBlock(image_id, Box(5, 5, 40, 30), 40, 30, ImageKind.UNKNOWN, kind, len(data))


def listed(**changes: object) -> bytes:
    """Return the list of one picture, with some of its values changed by their places."""
    shape = json.loads(encode_images([block()]))
    for place, value in changes.items():
        shape["images"][0][int(place[1:])] = value
    return json.dumps(shape).encode()


def announced(images: bytes) -> str:
    header = {
        "kind": "page",
        "page_bytes": len(PAGE),
        "list_bytes": len(images),
        "view_width": 8,
        "view_height": 8,
    }
    return raw(header, PAGE + images + VIEW)


def handed_over(data: bytes, kind: str = "image") -> str:
    return raw({"kind": kind}, data)


@pytest.mark.parametrize(
    ("data", "image_type"), [(PNG, ImageType.PNG), (JPEG, ImageType.JPEG)], ids=["png", "jpeg"]
)
def test_true_pictures_of_the_same_fake_are_taken(fake, data, image_type):
    blocks = [block(data, image_type), block(data, image_type, 2)]
    answers = announced(encode_images(blocks)) + "\n" + "\n".join([handed_over(data)] * 2)
    reader = fake(OPENED + answers)
    open_in(reader, b"%PDF-1.7")

    images = reader.read_page(1).images

    assert [image.block for image in images] == blocks
    assert {image.data for image in images} == {data}


@pytest.mark.parametrize(
    "images",
    [
        b"",
        b"[]",
        b"[" * 60_000,
        b'{"v":2,"images":[]}',
        b'{"v":1,"images":7}',
        b'{"v":1,"images":[[1]]}',
        json.dumps({"v": 1, "images": [json.loads(listed())["images"][0]] * 2}).encode(),
        encode_images([block(number=one) for one in range(1, 258)]),
        listed(_0=2),
        listed(_0=0),
        listed(_1=-1),
        listed(_1=41),
        listed(_2=31),
        listed(_3=0),
        listed(_3=10**12),
        listed(_5=0),
        listed(_5=True),
        listed(_5=900_000, _6=900_000),
        listed(_7="elsewhere"),
        listed(_8="image/svg+xml"),
        listed(_8=["image/png"]),
        listed(_9=0),
        listed(_9=(64 << 20) + 1),
        listed(_9="1"),
        listed(_9=1e400),
    ],
)
def test_an_impossible_list_of_pictures_ends_the_reader(fake, images):
    reader = fake(OPENED + announced(images) + "\n" + handed_over(PNG))
    open_in(reader, b"%PDF-1.7")

    with pytest.raises(ReaderCrashed):
        reader.read_page(1)

    assert not reader.alive


@pytest.mark.parametrize(
    ("images", "answer"),
    [
        (listed(), handed_over(PNG, "page")),
        (listed(), handed_over(PNG[:-1])),
        (listed(), handed_over(PNG + b"x")),
        (listed(_9=len(JPEG)), handed_over(JPEG)),
        (listed(_8="image/jpeg"), handed_over(PNG)),
        (listed(_5=41), handed_over(PNG)),
        (listed(_6=29), handed_over(PNG)),
        (listed(_9=9), handed_over(b"<svg/>   ")),
        (listed(_9=len(PNG) + 1), handed_over(PNG + b"x")),
        (listed(_9=len(PNG)), "os.write(1, struct.pack('>II', 2, 100_000_000) + b'{}'); frame()"),
        (listed(), "sys.exit(0)"),
    ],
)
def test_a_picture_that_is_not_as_announced_ends_the_reader(fake, images, answer):
    reader = fake(OPENED + announced(images) + "\n" + answer)
    open_in(reader, b"%PDF-1.7")

    with pytest.raises(ReaderCrashed):
        reader.read_page(1)

    assert not reader.alive
