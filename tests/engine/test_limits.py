"""Hostile and impossible documents end in a clear error, and the worker goes on."""

from __future__ import annotations

import struct
import zlib

import pymupdf
import pytest
from engine_documents import encoded, open_in, page_picture, pdf_of, read_first, text_of
from PIL import Image

from mayfly.domain.document_errors import (
    DamagedDocument,
    DocumentError,
    NoPages,
    PageTooLarge,
    PasswordNeeded,
    PasswordWrong,
    ReaderOutOfMemory,
    ReadingTimedOut,
    TooManyPages,
    UnknownKind,
)
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.limits import Limits
from mayfly.domain.pages import PageOrigin

LOCKED = {
    "encryption": pymupdf.PDF_ENCRYPT_AES_256,
    "owner_pw": "the owner's",
    "user_pw": "Straße 7",
}


def png_header_of(width: int, height: int) -> bytes:
    """Make a PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"just some text that is no document", UnknownKind),
        (b"\x00" * 5_000, UnknownKind),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", UnknownKind),
        (b"%PDF-1.7\nnothing of a PDF follows", DocumentError),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, DamagedDocument),
        (b"\xff\xd8\xff\xe0" + b"\x55" * 400, DamagedDocument),
        (png_header_of(50_000, 50_000), PageTooLarge),
    ],
)
def test_what_is_no_document_is_refused_and_the_next_one_is_read(shared_reader, data, error):
    with pytest.raises(error):
        open_in(shared_reader, data)

    assert shared_reader.alive
    assert read_first(shared_reader, pdf_of(None)).result.origin is PageOrigin.BLANK


def test_a_cut_off_picture_is_damaged_and_says_so_at_its_page(shared_reader):
    data = encoded(page_picture(), "JPEG")
    open_in(shared_reader, data[: len(data) // 2])

    with pytest.raises(DamagedDocument):
        shared_reader.read_page(1)

    shared_reader.close_document()
    assert shared_reader.alive


def test_a_pdf_without_pages_has_none(shared_reader):
    empty = (
        b"%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n"
        b"2 0 obj <</Type/Pages/Kids[]/Count 0>> endobj\ntrailer <</Root 1 0 R>>\n"
    )
    with pytest.raises(NoPages):
        open_in(shared_reader, empty)


def test_a_locked_pdf_asks_and_opens_with_its_password(shared_reader):
    data = pdf_of("The secret of the harbour wall lies in its foundations.", **LOCKED)

    with pytest.raises(PasswordNeeded):
        open_in(shared_reader, data)
    with pytest.raises(PasswordWrong):
        open_in(shared_reader, data, password="strasse 7")
    with pytest.raises(PasswordWrong):
        open_in(shared_reader, data, password="x" * 70_000)

    assert open_in(shared_reader, data, password="Straße 7") == 1
    assert "harbour" in text_of(shared_reader.read_page(1).result)
    shared_reader.close_document()


def test_a_pdf_locked_against_changes_only_opens_without_asking(shared_reader):
    data = pdf_of("Everybody may read this one.", **LOCKED | {"user_pw": ""})

    assert open_in(shared_reader, data) == 1
    shared_reader.close_document()


def test_a_password_is_prepared_as_pdf_2_asks(shared_reader):
    data = pdf_of("Prepared.", **LOCKED | {"user_pw": "IX"})

    # ROMAN NUMERAL NINE and a soft hyphen become IX.
    assert open_in(shared_reader, data, password="\u2168\u00ad") == 1
    shared_reader.close_document()


def test_a_page_of_any_size_is_rendered_within_bounds(shared_reader):
    document = pymupdf.open()
    document.new_page(width=14_400, height=14_400).insert_text((5_000, 5_000), "far", fontsize=900)
    result = read_first(shared_reader, document.tobytes()).result

    assert result.width_px * result.height_px <= Limits().render_pixels
    assert result.dpi < 40


def test_an_extreme_strip_does_not_break_the_reader(shared_reader):
    strip = Image.new("L", (1, 40_000), 255)

    result = read_first(shared_reader, encoded(strip, "PNG")).result

    assert max(result.width_px, result.height_px) <= Limits().side_pixels


@pytest.fixture
def bounded(make_engine):
    """Return a maker of readers with limits of their own; all are killed afterwards."""
    readers = []

    def make(**limits: object):
        readers.append(make_engine(Limits(**limits)).start_reader())
        return readers[-1]

    yield make
    for reader in readers:
        reader.kill()


def test_more_pages_than_the_limit_are_refused(bounded):
    reader = bounded(pages=2)

    with pytest.raises(TooManyPages):
        open_in(reader, pdf_of(None, None, None))

    picture = page_picture(size=(60, 60), font_px=8)
    stack = encoded(picture, "TIFF", save_all=True, append_images=[picture, picture])
    with pytest.raises(TooManyPages):
        open_in(reader, stack)


def test_more_pixels_than_the_limit_are_refused(bounded):
    reader = bounded(page_pixels=1_000_000)

    with pytest.raises(PageTooLarge):
        open_in(reader, encoded(page_picture(), "PNG"))


def test_a_page_that_takes_too_long_ends_its_worker(bounded):
    reader = bounded(page_timeout_s=0.05)
    open_in(reader, encoded(page_picture(), "PNG"))

    with pytest.raises(ReadingTimedOut):
        reader.read_page(1)

    assert not reader.alive


def test_a_document_that_takes_too_long_to_open_ends_its_worker(bounded):
    reader = bounded(open_timeout_s=0.002)

    data = pdf_of("Short.")
    with pytest.raises(ReadingTimedOut):
        reader.open([data], len(data), ReadOptions(), None)

    assert not reader.alive


def test_a_page_that_eats_the_processor_ends_its_worker(bounded):
    reader = bounded(cpu_s=0, page_timeout_s=1_000)
    # 100 kB of a file that are three million lines to draw.
    document = pymupdf.open()
    page = document.new_page()
    xref = document.get_new_xref()
    document.update_object(xref, "<<>>")
    document.update_stream(xref, b"0 0 m 500 500 l S " * 3_000_000)
    document.xref_set_key(page.xref, "Contents", f"{xref} 0 R")
    open_in(reader, document.tobytes())

    with pytest.raises(ReadingTimedOut):
        reader.read_page(1)

    assert not reader.alive


def test_a_page_that_eats_the_memory_ends_its_worker(bounded):
    reader = bounded(worker_bytes=600 << 20)
    big = encoded(Image.new("RGB", (8_000, 8_000), (9, 9, 9)), "PNG")
    open_in(reader, big)

    with pytest.raises(ReaderOutOfMemory):
        reader.read_page(1)

    assert not reader.alive
