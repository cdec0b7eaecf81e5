"""A worker that a document has taken over can stop its own reading, and nothing else."""

from __future__ import annotations

import json
import pickle
import struct
from pathlib import Path

import pytest
from engine_documents import encoded, open_in, page_picture
from fake_worker import OPENED, raw

from mayfly.domain.document_errors import (
    DocumentError,
    ReaderCrashed,
    ReaderOutOfMemory,
    ReadingTimedOut,
)
from mayfly.domain.image_codec import encode_images
from mayfly.domain.page_codec import encode_page
from mayfly.domain.pages import Box, PageOrigin, PageResult, Word
from mayfly.engine.protocol import EXIT_OUT_OF_MEMORY, EXIT_OUT_OF_TIME

NONE = encode_images([])


def page_answer(
    page: bytes, image: bytes, width: int = 8, height: int = 8, listed: bytes = NONE
) -> str:
    header = {
        "kind": "page",
        "page_bytes": len(page),
        "list_bytes": len(listed),
        "view_width": width,
        "view_height": height,
    }
    return raw(header, page + listed + image)


JPEG = encoded(page_picture(("x",), size=(8, 8), font_px=6), "JPEG")
WORD = Word("word", Box(1, 1, 5, 5), 90.0, 0, 0, 0)
PAGE = encode_page(PageResult(1, 8, 8, 300, PageOrigin.RECOGNISED, (WORD,)))


class Bomb:
    """Pickled, this would touch a file when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize(
    "answer",
    [
        "os.write(1, b'\\xff' * 64); frame()",
        "os.write(1, struct.pack('>II', 10, 4_000_000_000) + b'{}        '); frame()",
        "os.write(1, b'GET / HTTP/1.1\\r\\n\\r\\n' * 9); frame()",
        "say(b'[' * 60_000); frame()",
        "say(b'not json'); frame()",
        raw([1, 2]),
        raw({"kind": 7}),
        raw({"kind": "opened", "pages": -1}),
        raw({"kind": "opened", "pages": 10**9}),
        raw({"kind": "opened", "pages": True}),
        raw({"kind": "opened", "pages": "1"}),
        raw({"kind": "page"}),
        raw({"kind": "failed", "code": "vault_locked"}),
        raw({"kind": "failed", "code": ["damaged"]}),
        raw({"kind": "failed", "code": "no such code"}),
        "sys.exit(0)",
        "os.kill(os.getpid(), 11)",
    ],
)
def test_garbage_instead_of_an_opened_document_ends_the_reader(fake, answer):
    reader = fake("frame(); frame()\n" + answer)

    with pytest.raises(ReaderCrashed):
        open_in(reader, b"%PDF-1.7 whatever")

    assert not reader.alive


def altered(**changes: object) -> bytes:
    return json.dumps(json.loads(PAGE) | changes).encode()


@pytest.mark.parametrize(
    "answer",
    [
        page_answer(PAGE[:-3], JPEG),
        page_answer(altered(number=2), JPEG),
        page_answer(altered(width=0), JPEG),
        page_answer(altered(width=10**12), JPEG),
        page_answer(altered(turned=45), JPEG),
        page_answer(altered(origin="elsewhere"), JPEG),
        page_answer(altered(words=[["a", 1, 1, 1, 1, "NaN", 0, 0, 0]]), JPEG),
        page_answer(altered(words=[["a", 1, 1, 1, 1, 10**400, 0, 0, 0]]), JPEG),
        page_answer(altered(words=[["\ud800", 1, 1, 1, 1, 9, 0, 0, 0]]), JPEG),
        page_answer(altered(words=[["a", 1, 1, -1, 1, 9, 0, 0, 0]]), JPEG),
        page_answer(altered(words={"a": 1}), JPEG),
        page_answer(PAGE, JPEG, width=9),
        page_answer(PAGE, JPEG, width=40_000),
        page_answer(PAGE, b"\x89PNG\r\n\x1a\n"),
        page_answer(PAGE, b""),
        page_answer(PAGE, b"\xff\xd8\xff\xe0\xff\xff"),
        raw(
            {
                "kind": "page",
                "page_bytes": 10**9,
                "list_bytes": 0,
                "view_width": 8,
                "view_height": 8,
            },
            PAGE,
        ),
    ],
)
def test_garbage_instead_of_a_page_ends_the_reader(fake, answer):
    reader = fake(OPENED + answer)
    open_in(reader, b"%PDF-1.7")

    with pytest.raises(ReaderCrashed):
        reader.read_page(1)

    assert not reader.alive


def test_a_true_answer_of_the_same_fake_is_taken(fake):
    reader = fake(OPENED + page_answer(PAGE, JPEG))
    open_in(reader, b"%PDF-1.7")

    assert reader.read_page(1).result.words == (WORD,)


def test_more_words_than_allowed_end_the_reader(fake):
    many = encode_page(PageResult(1, 8, 8, 300, PageOrigin.RECOGNISED, (WORD,) * 11))
    reader = fake(OPENED + page_answer(many, JPEG), words_per_page=10)
    open_in(reader, b"%PDF-1.7")

    with pytest.raises(ReaderCrashed):
        reader.read_page(1)


def test_a_pickle_is_never_loaded(fake, tmp_path):
    touched = tmp_path / "touched"
    bomb = pickle.dumps(Bomb(touched))
    reader = fake(OPENED + f"os.write(1, {struct.pack('>II', len(bomb), 0) + bomb!r}); frame()")
    open_in(reader, b"%PDF-1.7")

    with pytest.raises(ReaderCrashed):
        reader.read_page(1)

    assert not touched.exists()


@pytest.mark.parametrize(
    ("end", "error"),
    [
        (f"sys.exit({EXIT_OUT_OF_MEMORY})", ReaderOutOfMemory),
        (f"sys.exit({EXIT_OUT_OF_TIME})", ReadingTimedOut),
        ("sys.exit(1)", ReaderCrashed),
    ],
)
def test_how_a_worker_ended_is_told(fake, end, error):
    reader = fake(OPENED + end)
    open_in(reader, b"%PDF-1.7")

    with pytest.raises(error):
        reader.read_page(1)


def test_silence_is_waited_for_no_longer_than_the_limit(fake):
    reader = fake(OPENED + "import time; time.sleep(600)", page_timeout_s=0.2)
    open_in(reader, b"%PDF-1.7")

    with pytest.raises(ReadingTimedOut):
        reader.read_page(1)

    assert not reader.alive


def test_a_worker_that_does_not_take_the_document_is_not_waited_for(fake):
    reader = fake("import time; time.sleep(600)", open_timeout_s=0.2)

    with pytest.raises(ReadingTimedOut):
        open_in(reader, b"%PDF-1.7" + b" " * 1_000_000)


@pytest.mark.parametrize("size", [-1, 1 << 40, 5])
def test_garbage_instead_of_a_composed_pdf_ends_the_reader(fake, size):
    script = (
        OPENED
        + raw({"kind": "composing"})
        + "\n"
        + raw({"kind": "composed", "size": size})
        + "\n"
        + raw({"kind": "piece"}, b"longer than was said")
    )
    reader = fake(script)
    open_in(reader, b"%PDF-1.7")

    with pytest.raises(DocumentError):
        list(reader.compose_pdf([]))

    assert not reader.alive
