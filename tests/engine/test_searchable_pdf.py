"""A searchable PDF as poppler sees it: words where the ink is, and all else as it was."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import numpy as np
import pymupdf
import pytest
from engine_documents import encoded, open_in, page_picture, pdf_of
from handmade_pdf import RawPage, raw_pdf
from PIL import Image, ImageDraw
from poppler import needs_poppler, picture_of, streams_of_pictures, text_in, words_in

from mayfly.domain.pages import Box, PageOrigin, PageResult, Word

pytestmark = needs_poppler

PLACES = (
    ("Ελλάδα", Box(60, 80, 180, 40)),
    ("Київ", Box(300, 80, 110, 40)),
    ("Straße", Box(500, 80, 200, 40)),
    ("żółć", Box(60, 300, 140, 60)),
    ("fin", Box(420, 300, 90, 60)),
    ("e\u0301te\u0301", Box(60, 700, 120, 36)),
    ("corner", Box(560, 900, 220, 70)),
)
"""Words of some scripts, one of combining marks, and where they stand on a page of 800 x 1000."""
WANTED = sorted(unicodedata.normalize("NFC", text) for text, _ in PLACES)
SIZE = (800, 1000)


def ink_page() -> Image.Image:
    """Draw a black bar where each word is said to stand, so that a machine can see it."""
    image = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(image)
    for _, box in PLACES:
        draw.rectangle((box.left, box.top, box.left + box.width - 1, box.top + box.height - 1), 0)
    return image


def result(number: int = 1, *, turned: int = 0) -> PageResult:
    words = tuple(Word(text, box, 90.0, index, 0, 0) for index, (text, box) in enumerate(PLACES))
    return PageResult(number, *SIZE, 100, PageOrigin.RECOGNISED, words, turned_degrees=turned)


def composed(reader, source: bytes, pages: list[PageResult]) -> bytes:
    open_in(reader, source)
    data = b"".join(reader.compose_pdf(pages))
    reader.close_document()
    return data


def assert_words_lie_on_ink(data: bytes, number: int = 1) -> None:
    """Each word's box is full of ink, and no ink lies outside of all of them."""
    drawn = picture_of(data, number) < 128
    found = words_in(data, number)
    assert sorted(one.text for one in found) == WANTED
    covered = np.zeros_like(drawn)
    for one in found:
        left, top, right, bottom = (round(2 * side) for side in one.box)
        assert drawn[top + 1 : bottom - 1, left + 1 : right - 1].mean() > 0.93, one
        covered[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2] = True
    assert not (drawn & ~covered).any()


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_words_lie_where_they_are_printed(shared_reader, rotate, turned):
    """However the page is turned by its own entry, and by having been scanned askew."""
    shown = ink_page().rotate(turned, expand=True)
    size = (400, 500) if turned % 180 == 0 else (500, 400)
    source = raw_pdf([RawPage(shown, *size, rotate=rotate)])

    assert_words_lie_on_ink(composed(shared_reader, source, [result(turned=turned)]))


@pytest.mark.parametrize(
    "odd",
    [
        {"origin": (-120, 55)},
        {"origin": (30, -40), "margin_pt": 70},
        {"origin": (30, -40), "margin_pt": 70, "rotate": 90},
        {"margin_pt": 25, "rotate": 180},
        {"user_unit": 2.5},
        {"user_unit": 0.5, "rotate": 270, "margin_pt": 10, "origin": (9, 9)},
    ],
    ids=str,
)
def test_odd_boxes_and_units_move_no_word(shared_reader, odd):
    source = raw_pdf([RawPage(ink_page(), 400, 500, **odd)])

    assert_words_lie_on_ink(composed(shared_reader, source, [result()]))


def test_pages_of_different_sizes_have_their_words_in_place(shared_reader):
    sizes = [(400, 500), (80, 100), (1600, 2000), (595, 842)]
    source = raw_pdf([RawPage(ink_page(), *size) for size in sizes])
    data = composed(shared_reader, source, [result(number + 1) for number in range(len(sizes))])

    for number in range(1, len(sizes) + 1):
        assert_words_lie_on_ink(data, number)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
def test_words_lie_on_the_ink_of_pictures(shared_reader, kind):
    source = encoded(ink_page(), kind)

    assert_words_lie_on_ink(composed(shared_reader, source, [result()]))


def test_what_was_really_read_is_found_where_it_is_printed(shared_reader):
    """Tesseract reads, poppler finds: every word, on ink, and no further away than a letter."""
    source = pdf_of(page_picture())
    open_in(shared_reader, source)
    page = shared_reader.read_page(1).result
    data = b"".join(shared_reader.compose_pdf([page]))
    shared_reader.close_document()

    found = words_in(data, 1)
    drawn = picture_of(source, 1) < 128
    assert [one.text for one in found] == [word.text for word in page.words]
    assert len(found) > 20
    for one, word in zip(found, page.words, strict=True):
        left, top, right, bottom = (round(2 * side) for side in one.box)
        assert drawn[top:bottom, left:right].mean() > 0.08, one
        scale = 72 / page.dpi
        assert abs(one.box[0] - word.box.left * scale) < 3
        assert abs(one.box[2] - (word.box.left + word.box.width) * scale) < 3


def test_a_word_in_the_wrong_place_would_be_seen(shared_reader):
    """The check above can fail: a word half a letter too high does not pass it."""
    source = raw_pdf([RawPage(ink_page(), 400, 500)])
    page = result()
    moved = [replace(word, box=replace(word.box, top=word.box.top - 20)) for word in page.words]
    data = composed(shared_reader, source, [replace(page, words=tuple(moved))])

    with pytest.raises(AssertionError):
        assert_words_lie_on_ink(data)


# --- what is not touched ---------------------------------------------------------------


def rich_document() -> bytes:
    """Make a PDF with a scan, a page of text, an outline, notes, a form and an attachment."""
    document = pymupdf.open(
        stream=pdf_of(page_picture(mode="RGB"), "A page with a text of its own. " * 9),
        filetype="pdf",
    )
    document.set_toc([[1, "Scan", 1], [1, "Text", 2]])
    document.embfile_add("table.csv", b"a,b\r\n", filename="table.csv")
    document.set_metadata({"title": "Of the harbour", "author": "Ada"})
    for page in document:
        page.add_text_annot((300, 300), "a note")
        page.insert_link(
            {
                "kind": pymupdf.LINK_URI,
                "from": pymupdf.Rect(9, 9, 99, 30),
                "uri": "https://a.example",
            }
        )
        field = pymupdf.Widget()
        field.field_name = f"name {page.number}"
        field.field_type = pymupdf.PDF_WIDGET_TYPE_TEXT
        field.field_value = "filled in"
        field.rect = pymupdf.Rect(100, 700, 300, 720)
        page.add_widget(field)
    data: bytes = document.tobytes()
    document.close()
    return data


def test_what_was_there_is_there_as_it_was(shared_reader):
    source = rich_document()
    data = composed(
        shared_reader, source, [result(1), replace(result(2), origin=PageOrigin.TEXT_LAYER)]
    )

    assert streams_of_pictures(data) == streams_of_pictures(source)
    for number in (1, 2):
        assert np.array_equal(picture_of(data, number), picture_of(source, number))
    before, after = (pymupdf.open(stream=one, filetype="pdf") for one in (source, data))
    assert after.get_toc() == before.get_toc()
    assert after.embfile_get("table.csv") == b"a,b\r\n"
    assert after.metadata["title"] == "Of the harbour"
    for number in range(2):
        ours, theirs = after[number], before[number]
        assert [one.info["content"] for one in ours.annots()] == ["a note"]
        assert [one["uri"] for one in ours.get_links()] == ["https://a.example"]
        assert [one.field_value for one in ours.widgets()] == ["filled in"]
        if number:
            # A page that brought its text: not a byte of it was changed.
            assert ours.read_contents() == theirs.read_contents()
            assert after.xref_object(ours.xref) == before.xref_object(theirs.xref)
    before.close()
    after.close()


@pytest.mark.parametrize(
    "words",
    [
        ("𝔘𝔫𝔦", "😀ok", "t\u0323e"),
        ("שלום", "(עולם)", "ק״ג", "שָׁלוֹם"),
        ("مرحبا", "بالعالم", "كُتِبَ"),
        ("한국어", "日本語", "中文"),
        ("नमस्ते", "हिन्दी"),
        ("ไทย", "ქართული", "Հայերեն", "Việt"),
    ],
    ids=lambda words: words[0],
)
def test_words_of_every_script_are_read_as_they_are(shared_reader, words):
    """By two readers: letters beyond the first plane, marks, and writing from right to left."""
    turned = unicodedata.bidirectional(words[0][0]) in ("R", "AL")
    placed = tuple(
        Word(text, Box(600 - 160 * n if turned else 40 + 160 * n, 100, 120, 40), 90.0, 0, 0, 0)
        for n, text in enumerate(words)
    )
    source = raw_pdf([RawPage(ink_page(), 400, 500)])
    data = composed(shared_reader, source, [replace(result(), words=placed)])

    wanted = sorted(unicodedata.normalize("NFC", word) for word in words)
    with pymupdf.open(stream=data, filetype="pdf") as made:
        # MuPDF sees a gap behind some marks.
        joined = "".join(made[0].get_text().split())
        assert all(word in joined for word in wanted)
    # poppler marks which way it takes a line to be written.
    text = "".join(one for one in text_in(data) if one not in "\u202a\u202b\u202c")
    assert sorted(text.split()) == wanted


def test_hostile_words_leave_a_pdf_that_others_read(shared_reader):
    hostile = (
        *("\x00", "\x1b[31m", ") Tj ET Q", "<</JS", "\ufffe", "\u202egnp", "x" * 5_000, "\\"),
        *("a" + "\u0301" * 40, "\u0301", "👩\u200d👧", "🏳️", "\u0000z"),
    )
    boxes = (Box(0, 0, 0, 0), Box(-50, -50, 20, 20), Box(790, 990, 900, 900), Box(10, 10, 1, 400))
    words = tuple(
        Word(text, boxes[n % len(boxes)], 90.0, 0, 0, n // 3) for n, text in enumerate(hostile)
    )
    source = raw_pdf([RawPage(ink_page(), 400, 500)])

    data = composed(shared_reader, source, [replace(result(), words=words)])

    assert np.array_equal(picture_of(data, 1), picture_of(source, 1))
    assert not any(one < " " and one not in "\n\f" for one in text_in(data))
    with pymupdf.open(stream=data, filetype="pdf") as made:
        assert not made.is_repaired


def test_the_words_are_there_once_and_are_not_drawn(shared_reader):
    data = composed(shared_reader, raw_pdf([RawPage(ink_page(), 400, 500)]), [result()])

    with pymupdf.open(stream=data, filetype="pdf") as made:
        assert {span["type"] for span in made[0].get_texttrace()} == {3}
    text = text_in(data)
    assert sorted(text.split()) == WANTED
