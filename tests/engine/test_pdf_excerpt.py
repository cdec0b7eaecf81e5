"""Some pages of a document as a PDF: all that is seen on them, and nothing of the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pymupdf
import pytest
from engine_documents import open_in, page_picture, pdf_of
from handmade_pdf import RawPage, raw_pdf
from poppler import needs_poppler, picture_of, streams_of_pictures, text_in
from test_searchable_pdf import assert_words_lie_on_ink, ink_page, result

from mayfly.domain.pages import PageOrigin, PageResult

pytestmark = needs_poppler


def excerpt(reader, source: bytes, *pages: PageResult) -> bytes:
    open_in(reader, source)
    data = b"".join(reader.compose_pdf(pages, excerpt=True))
    reader.close_document()
    return data


def as_it_came(number: int) -> PageResult:
    return replace(result(number), origin=PageOrigin.TEXT_LAYER)


def everything_in(data: bytes) -> bytes:
    """Return all objects and unpacked streams of a PDF."""
    with pymupdf.open(stream=data, filetype="pdf") as document:
        numbers = range(1, document.xref_length())
        objects = [document.xref_object(number).encode() for number in numbers]
        streams = [document.xref_stream(number) or b"" for number in numbers]
    return b"\n".join([data, *objects, *streams])


def with_form() -> bytes:
    """Make two pages with a form whose fields hang on one common parent, as most forms have."""
    document = pymupdf.open(stream=pdf_of("The first page. " * 9, "The second page. " * 9))
    for page in document:
        field = pymupdf.Widget()
        field.field_name, field.field_type = f"name{page.number}", pymupdf.PDF_WIDGET_TYPE_TEXT
        field.field_value = f"filled{page.number}"
        field.rect = pymupdf.Rect(100, 600, 300, 620)
        page.add_widget(field)
    widgets = [next(page.widgets()).xref for page in document]
    parent = document.get_new_xref()
    kids = " ".join(f"{xref} 0 R" for xref in widgets)
    document.update_object(parent, f"<< /T (form) /Kids [{kids}] >>")
    for xref in widgets:
        document.xref_set_key(xref, "Parent", f"{parent} 0 R")
    document.xref_set_key(document.pdf_catalog(), "AcroForm/Fields", f"[{parent} 0 R]")
    return document.tobytes()


def test_pages_come_with_their_words_in_the_order_of_the_document(shared_reader):
    source = raw_pdf([RawPage(ink_page(), *size) for size in ((400, 500), (200, 250), (800, 1000))])

    data = excerpt(shared_reader, source, result(1), result(3))

    with pymupdf.open(stream=data, filetype="pdf") as made:
        assert [round(page.rect.width) for page in made] == [400, 800]
    for number in (1, 2):
        assert_words_lie_on_ink(data, number)


@pytest.mark.parametrize("number", [1, 2])
def test_a_page_looks_as_it_did(shared_reader, number):
    source = pdf_of(page_picture(mode="RGB"), "A page with a text of its own. " * 9)

    data = excerpt(shared_reader, source, as_it_came(number))

    assert np.array_equal(picture_of(data, 1), picture_of(source, number))
    pictures = streams_of_pictures(source) if number == 1 else []
    assert streams_of_pictures(data) == pictures


def test_what_somebody_filled_in_is_still_seen(shared_reader):
    data = excerpt(shared_reader, with_form(), as_it_came(2))

    assert "filled1" in text_in(data)
    assert b"filled0" not in everything_in(data)


def test_nothing_of_another_page_or_of_the_whole_document_is_in_it(shared_reader):
    document = pymupdf.open(stream=pdf_of("zebracanary first. " * 9, "The second page. " * 9))
    document.set_toc([[1, "zebracanary chapter", 1], [1, "Second", 2]])
    document.embfile_add("zebracanary.csv", b"zebracanary", filename="zebracanary.csv")
    document.set_metadata({"title": "zebracanary title"})
    document[0].add_text_annot((300, 300), "zebracanary note")
    document[1].add_text_annot((300, 300), "a note of its own")
    source = document.tobytes()
    # The search finds it where it is.
    assert everything_in(source).count(b"zebracanary") > 4

    data = excerpt(shared_reader, source, as_it_came(2))

    found = everything_in(data)
    assert b"zebracanary" not in found
    assert b"a note of its own" in found


@pytest.mark.parametrize(
    ("key", "leads"), [("A", "<< /S /GoTo /D [{page} 0 R /Fit] >>"), ("Own", "{drawn} 0 R")]
)
def test_a_remark_that_leads_to_another_page_does_not_bring_it(shared_reader, key, leads):
    document = pymupdf.open(stream=pdf_of("zebracanary first. " * 9, "The second page. " * 9))
    there = leads.format(page=document[0].xref, drawn=document[0].get_contents()[0])
    note = document[1].add_text_annot((300, 300), "a note of its own")
    document.xref_set_key(note.xref, key, there)
    source = document.tobytes()
    # As PyMuPDF writes the words of a page.
    words = b"zebracanary".hex().encode()
    assert words in everything_in(source)

    data = excerpt(shared_reader, source, as_it_came(2))

    found = everything_in(data)
    assert words not in found
    assert b"a note of its own" in found
