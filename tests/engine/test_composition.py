"""A searchable PDF shows what the document showed, and its words are found where they stand."""

from __future__ import annotations

import io
import shutil
import subprocess

import numpy as np
import pymupdf
import pytest
from engine_documents import encoded, open_in, page_picture, pdf_of
from PIL import Image

from mayfly.domain.pages import Box, PageOrigin, PageResult, Word

SIGNS = "Příliš žluťoučký kůň łąka Straße Ελλάδα Київ"


def composed(reader, data: bytes, *, password: str | None = None) -> tuple[bytes, list[PageResult]]:
    """Read every page of a document and compose it."""
    pages = open_in(reader, data, password=password)
    results = [reader.read_page(number + 1).result for number in range(pages)]
    pieces = list(reader.compose_pdf(results))
    assert all(len(piece) <= 1 << 20 for piece in pieces)
    reader.close_document()
    return b"".join(pieces), results


def shown(data: bytes, number: int = 0, dpi: int = 60) -> np.ndarray:
    with pymupdf.open(stream=data, filetype="pdf") as document:
        pixmap = document[number].get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
        return np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.stride)


def found_at(page, text: str) -> list[pymupdf.Rect]:
    return [rect * page.rotation_matrix for rect in page.search_for(text)]


def assert_stands_at(page, result: PageResult, text: str) -> None:
    word = next(word for word in result.words if word.text == text)
    scale = page.rect.width / result.width_px
    wanted = pymupdf.Rect(
        word.box.left * scale,
        word.box.top * scale,
        (word.box.left + word.box.width) * scale,
        (word.box.top + word.box.height) * scale,
    )
    overlaps = [(rect & wanted).get_area() / wanted.get_area() for rect in found_at(page, text)]
    assert max(overlaps, default=0) > 0.8, (text, wanted, found_at(page, text))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("rotation", [0, 90, 270])
def test_words_of_a_scan_are_found_where_they_stand(shared_reader, turn, rotation):
    page = page_picture().rotate(turn, expand=True)
    document = pymupdf.open()
    target = document.new_page(width=page.width * 0.48, height=page.height * 0.48)
    target.insert_image(target.rect, stream=encoded(page, "PNG"))
    target.set_rotation(rotation)

    data, results = composed(shared_reader, document.tobytes())

    with pymupdf.open(stream=data, filetype="pdf") as made:
        for text in ("treasurer", "harbour", "Minutes"):
            assert_stands_at(made[0], results[0], text)
        # Upright for whoever opens it.
        assert made[0].rect.height > made[0].rect.width
        assert {span["type"] for span in made[0].get_texttrace()} == {3}


def test_a_cropped_page_has_its_words_in_place(shared_reader):
    document = pymupdf.open(stream=pdf_of(page_picture()), filetype="pdf")
    document[0].set_cropbox(pymupdf.Rect(20, 30, 560, 700))

    data, results = composed(shared_reader, document.tobytes())

    with pymupdf.open(stream=data, filetype="pdf") as made:
        assert_stands_at(made[0], results[0], "treasurer")


def test_what_is_shown_stays_as_it_was(shared_reader):
    source = pdf_of(page_picture(), "A born-digital page with a text of its own. " * 5, None)

    data, results = composed(shared_reader, source)

    assert [result.origin for result in results] == [
        PageOrigin.RECOGNISED,
        PageOrigin.TEXT_LAYER,
        PageOrigin.BLANK,
    ]
    for number in range(3):
        assert np.array_equal(shown(data, number), shown(source, number))
    with pymupdf.open(stream=data, filetype="pdf") as made:
        assert " ".join(made[1].get_text().split()).count("A born-digital page") == 5


def test_a_jpeg_is_embedded_as_it_came(shared_reader):
    source = encoded(page_picture(mode="RGB"), "JPEG", quality=85)

    data, _ = composed(shared_reader, source)

    with pymupdf.open(stream=data, filetype="pdf") as made:
        xref = made[0].get_images()[0][0]
        assert made.extract_image(xref)["image"] == source


def test_a_stack_of_scans_becomes_a_pdf_of_as_many_pages(shared_reader):
    first, second = page_picture(("The first of two pages",)), page_picture()
    source = encoded(first, "TIFF", save_all=True, append_images=[second], dpi=(150, 150))

    data, _ = composed(shared_reader, source)

    with pymupdf.open(stream=data, filetype="pdf") as made:
        assert made.page_count == 2
        assert "treasurer" in made[1].get_text()
        # 1240 px at 150 dpi.
        assert round(made[0].rect.width) == 595


def test_a_locked_document_comes_out_open(shared_reader):
    source = pdf_of(
        "Nobody may read this. " * 9, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="key"
    )

    data, _ = composed(shared_reader, source, password="key")

    with pymupdf.open(stream=data, filetype="pdf") as made:
        assert not made.needs_pass
        assert "Nobody may read this." in made[0].get_text()


def test_words_of_any_script_are_found(shared_reader):
    source = encoded(Image.new("L", (2000, 400), 255), "PNG")
    words = tuple(
        Word(text, Box(40 + 240 * index, 100, 200, 60), 90.0, 0, 0, 0)
        for index, text in enumerate(SIGNS.split())
    )
    page = PageResult(1, 2000, 400, 200, PageOrigin.RECOGNISED, words)

    open_in(shared_reader, source)
    data = b"".join(shared_reader.compose_pdf([page]))
    shared_reader.close_document()

    with pymupdf.open(stream=data, filetype="pdf") as made:
        assert made[0].get_text().split() == SIGNS.split()
    if shutil.which("pdftotext"):
        read = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True)
        assert read.stdout.decode().split() == SIGNS.split()


def test_a_composition_that_is_dropped_halfway_leaves_a_usable_reader(shared_reader):
    big = Image.fromarray(np.random.default_rng(3).integers(0, 255, (1500, 1500), np.uint8))
    out = io.BytesIO()
    big.save(out, "PNG")
    open_in(shared_reader, out.getvalue())
    page = PageResult(1, 1500, 1500, 200, PageOrigin.RECOGNISED, ())

    next(shared_reader.compose_pdf([page]))
    again = b"".join(shared_reader.compose_pdf([page]))
    shared_reader.close_document()

    assert again.startswith(b"%PDF-")
