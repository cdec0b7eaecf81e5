"""Real documents: the odd ones end well, the plain ones are read as well as can be."""

from __future__ import annotations

import pytest
from engine_documents import pdf_of, read_first
from odd_files import outcomes

from mayfly.domain.error_codes import BY_CODE
from mayfly.domain.pages import PageOrigin

pytestmark = pytest.mark.corpus

EXPECTED = {
    "odd/pdfplumber__empty.pdf": "unknown_kind",
    "odd/ocrmypdf__invalid.pdf": "damaged",
    "odd/pillow__decompression_bomb.gif": "page_too_large",
    "odd/pikepdf__cyclic-toc.pdf": "no_pages",
    "odd/ocrmypdf__blank.pdf": "1 pages: blank 0 words",
    "odd/pdfjs__saslprep-r6.pdf": "password, then 1 pages: text_layer 3 words",
    "odd/pikepdf__sandwich.pdf": "1 pages: text_layer 730 words",
}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_odd_file_ends_in_words_or_in_an_error_of_ours(engine, shared_reader, corpus):
    found = {name: outcome for name, outcome, _ in outcomes(engine, corpus.root)}

    assert len(found) == len(corpus.of_kind("odd"))
    for name, outcome in found.items():
        assert "pages:" in outcome or outcome in BY_CODE, name
        assert "reader_crashed" not in outcome, name
        assert "timed_out" not in outcome, name
    assert {name: found[name] for name in EXPECTED} == EXPECTED
    assert read_first(shared_reader, pdf_of(None)).result.origin is PageOrigin.BLANK


def test_a_scan_turned_four_ways_gives_the_same_words(shared_reader, corpus):
    data = corpus.file("odd/ocrmypdf__cardinal.pdf").read_bytes()
    from engine_documents import open_in, text_of

    pages = open_in(shared_reader, data)
    results = [shared_reader.read_page(number + 1).result for number in range(pages)]

    assert len({text_of(result) for result in results}) == 1
    assert sorted(result.turned_degrees for result in results) == [0, 90, 180, 270]


def test_fonts_without_a_mapping_are_recognised(shared_reader, corpus):
    data = corpus.file("odd/ocrmypdf__type3_font_nomapping.pdf").read_bytes()

    assert read_first(shared_reader, data).result.origin is PageOrigin.RECOGNISED
