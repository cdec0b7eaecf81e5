"""Real documents in every format: read by the engine, laid out, written, and read back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import docx
import pytest
from engine_documents import open_in
from lxml import etree
from tests.export.test_formats import VALIDATOR
from tests.export.test_page_formats import ALTO, alto_schema

from mayfly.domain.export_errors import NoTables
from mayfly.domain.exports import ExportDocument, ExportFormat
from mayfly.domain.pages import PageResult
from mayfly.export.clean import clean
from mayfly.renderers import RENDERERS

pytestmark = pytest.mark.corpus

PAPERS = (
    "classes/invoice__gcp-docai_Invoice1.pdf",
    "classes/report__pdfplumber_ag-energy-round-up-2017-02-24.pdf",
    "classes/resume__rendercv_John_Doe_ClassicTheme_CV.pdf",
    "classes/receipt__sroie_418.jpg",
    "odd/ocrmypdf__cardinal.pdf",
)


def first_pages(reader, data: bytes) -> Iterator[PageResult]:
    count = open_in(reader, data)
    for number in range(1, min(count, 2) + 1):
        yield reader.read_page(number).result
    reader.close_document()


@pytest.mark.parametrize("name", PAPERS)
def test_a_real_document_is_valid_in_every_format(shared_reader, corpus, name):
    pages = list(first_pages(shared_reader, corpus.file(name).read_bytes()))
    words = [word for page in pages for word in page.words if clean(word.text)]

    def written(file_format: ExportFormat) -> bytes:
        return b"".join(RENDERERS[file_format](ExportDocument(None, iter(pages))))

    VALIDATOR.validate(json.loads(written(ExportFormat.JSON)))
    alto = etree.fromstring(written(ExportFormat.ALTO))
    alto_schema().assertValid(alto)
    assert len(alto.findall(".//a:String", ALTO)) == len(words)
    hocr = etree.fromstring(written(ExportFormat.HOCR))
    assert len(hocr.xpath("//*[@class='ocrx_word']")) == len(words)
    rows = csv.reader(io.StringIO(written(ExportFormat.WORDS).decode()), strict=True)
    assert len(list(rows)) == 1 + sum(len(page.words) for page in pages)
    docx.Document(io.BytesIO(written(ExportFormat.DOCX)))
    try:
        assert written(ExportFormat.CSV)
    except NoTables:
        assert not any(
            block["type"] == "table"
            for page in json.loads(written(ExportFormat.JSON))["pages"]
            for block in page["blocks"]
        )
