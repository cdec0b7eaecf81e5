"""What a reader gives back for every kind of document it takes."""

from __future__ import annotations

from engine_documents import encoded, open_in, page_picture, text_of

from mayfly.domain.pages import PageOrigin


def test_a_picture_of_a_page_is_read_with_boxes(shared_reader):
    data = encoded(page_picture(), "PNG")

    pages = open_in(shared_reader, data)
    reading = shared_reader.read_page(1)
    shared_reader.close_document()

    assert pages == 1
    assert reading.result.origin is PageOrigin.RECOGNISED
    assert "treasurer reported a balance of 1482 pounds" in text_of(reading.result)
