"""A .docx that others open, with nothing in it but what was read."""

from __future__ import annotations

import io
import zipfile

import docx
import mammoth
import pytest

from mayfly.domain.exports import ExportFormat
from mayfly.domain.layout import PageLayout
from tests.export.samples import Paper, blank_page, listing, table, text, written


@pytest.fixture(scope="module")
def made() -> bytes:
    return written(ExportFormat.DOCX)


def html_of(data: bytes) -> str:
    result = mammoth.convert_to_html(io.BytesIO(data))
    assert [message for message in result.messages if message.type == "error"] == []
    return result.value


def test_another_reader_sees_what_stands_on_the_pages(made):
    html = html_of(made)

    assert "<h1>Yearly report</h1>" in html
    assert "<p>The harbour wall was repaired by Ada &amp; Son &lt;sons&gt;.</p>" in html
    assert "<ul><li>rope</li><li>tar</li></ul>" in html
    assert "<ol><li>first</li><li>second</li></ol>" in html
    assert "<p>a) odd</p><p>b) end</p>" in html
    assert "<h2>Größe und Maß</h2>" in html
    assert html.count("<table>") == 3
    assert '<td colspan="3"><p>Total</p></td>' in html
    assert "<th>" in html


def test_numbers_go_on_where_they_were_printed(made):
    document = docx.Document(io.BytesIO(made))

    numbering = document.part.numbering_part.element
    (first,) = (one for one in document.paragraphs if one.text == "first")
    num = numbering.num_having_numId(first._p.pPr.numPr.numId.val)
    assert num.xpath("w:lvlOverride/w:startOverride/@w:val") == ["3"]


def test_each_list_counts_for_itself():
    paper = Paper()
    blocks = [listing(paper.block("1. a", "2. b"), ordered=True) for _ in range(2)]
    layout = PageLayout(paper.page(), tuple(blocks))
    document = docx.Document(io.BytesIO(written(ExportFormat.DOCX, [layout])))

    numbers = [one._p.pPr.numPr.numId.val for one in document.paragraphs]
    assert numbers[0] == numbers[1] != numbers[2] == numbers[3]


def test_pages_begin_on_a_new_page_of_the_first_ones_size(made):
    document = docx.Document(io.BytesIO(made))

    breaks = [one for one in document.paragraphs if one.paragraph_format.page_break_before]
    # The second page, and the third, which is empty.
    assert [one.text for one in breaks] == ["", ""]
    section = document.sections[0]
    assert (round(section.page_width.pt), round(section.page_height.pt)) == (595, 842)


def test_empty_pages_are_kept_between_others():
    def page(number):
        paper = Paper(number)
        return PageLayout(paper.page(), (text(paper.block(f"page {number}")),))

    layouts = [page(1), PageLayout(Paper(2).page(), ()), page(3)]
    document = docx.Document(io.BytesIO(written(ExportFormat.DOCX, layouts)))

    assert [
        (one.text, bool(one.paragraph_format.page_break_before)) for one in document.paragraphs
    ] == [("page 1", False), ("", True), ("page 3", True)]


def test_tables_that_follow_each_other_stay_two():
    paper = Paper()
    blocks = tuple(table(paper.block("a b", "c d"), columns=2) for _ in range(2))
    made = written(ExportFormat.DOCX, [PageLayout(paper.page(), blocks)])

    body = [child.tag.rpartition("}")[2] for child in docx.Document(io.BytesIO(made)).element.body]
    assert body == ["tbl", "p", "tbl", "p", "sectPr"]


def test_nothing_of_the_template_the_user_or_the_hour_is_in_it(made):
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert package.testzip() is None
        names = set(package.namelist())
        everything = b"".join(package.read(name) for name in names)
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert not names & {"docProps/app.xml", "docProps/thumbnail.jpeg", "customXml/item1.xml"}
    for leftover in (b"python-docx", b"2013-12-23", b"Macintosh", b"w:rsid", b"<dc:creator"):
        assert leftover not in everything, leftover
    properties = docx.Document(io.BytesIO(made)).core_properties
    assert (properties.author, properties.title, properties.created) == ("", "", None)


def test_the_same_words_give_the_same_bytes_at_any_time(made, monkeypatch):
    monkeypatch.setattr(zipfile.time, "localtime", lambda *_: (2031, 7, 8, 9, 10, 11, 0, 0, 0))
    assert written(ExportFormat.DOCX) == made


def test_a_document_without_words_can_be_opened():
    assert html_of(written(ExportFormat.DOCX, [blank_page()])) == ""
    assert html_of(written(ExportFormat.DOCX, [])) == ""
