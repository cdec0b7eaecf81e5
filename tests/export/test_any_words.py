"""Whatever a text layer brings, every format is a valid file that holds the words."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata

import docx
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt

from mayfly.domain.exports import ExportDocument, ExportFormat
from mayfly.domain.layout import PageLayout
from mayfly.domain.pages import Box, PageOrigin, PageResult, Word
from mayfly.export.clean import clean
from mayfly.export.csv_files import guarded
from mayfly.renderers import RENDERERS
from tests.export.samples import Paper, table, written
from tests.export.test_csv_files import GRAMMAR, rows_of
from tests.export.test_formats import VALIDATOR
from tests.export.test_page_formats import ALTO, alto_schema

HOSTILE = [
    *("\x00", "\x1b[31mred", "a\x0bb", "\ufffe", "\uffff", "\ufdd0", "\U0001fffe", "\x7f\x85"),
    *(
        "\u202egnp.exe",
        "\u2066x",
        "a\u0301\u0323\u0308",
        "👩‍👩‍👧",
        "𝔘𝔫𝔦",
        "]]>",
        "<!--",
        "&amp;",
        "\ufeff",
    ),
    *('"', "''", ",", ";", '=HYPERLINK("http://a")', "+1", "-", "@", "'=1", "\u00ad", "a-"),
    *(
        "a;=1+1;b",
        'a; "=1',
        "x" * 5_000,
        "\u2028",
        "a\u00a0b",
        "<script>alert(1)</script>",
        "%00",
        "\\",
        "`",
        "| |",
    ),
]
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
SIZES = st.integers(0, 3_000)
BOXES = st.builds(Box, st.integers(-500, 3_000), st.integers(-500, 3_000), SIZES, SIZES)
CONFIDENCES = st.one_of(st.none(), st.floats(0, 100))
NUMBERS = st.integers(0, 3)
WORDS = st.builds(Word, TEXTS, BOXES, CONFIDENCES, NUMBERS, NUMBERS, NUMBERS)
PAGES = st.lists(st.lists(WORDS, max_size=8), max_size=3).map(
    lambda pages: [
        PageResult(number, 1_000, 800, 100, PageOrigin.TEXT_LAYER, tuple(words))
        for number, words in enumerate(pages, 1)
    ]
)
settled = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def rendered(file_format: ExportFormat, pages: list[PageResult]) -> bytes:
    return b"".join(RENDERERS[file_format](ExportDocument(None, pages)))


def cleaned(pages: list[PageResult]) -> list[str]:
    return sorted(filter(None, (clean(word.text) for page in pages for word in page.words)))


@settled
@given(PAGES)
def test_json_fits_its_schema_and_has_the_words_as_they_came(pages):
    shape = json.loads(rendered(ExportFormat.JSON, pages))

    VALIDATOR.validate(shape)
    texts = [[word["text"] for word in page["words"]] for page in shape["pages"]]
    assert texts == [[word.text for word in page.words] for page in pages]


@settled
@given(PAGES)
def test_alto_and_hocr_are_valid_and_have_every_word_once(pages):
    alto = etree.fromstring(rendered(ExportFormat.ALTO, pages))
    hocr = etree.fromstring(rendered(ExportFormat.HOCR, pages))

    alto_schema().assertValid(alto)
    words = [one.text for one in hocr.xpath("//*[@class='ocrx_word']")]
    assert sorted(words) == cleaned(pages)
    strings = alto.findall(".//a:String", ALTO)
    assert len(strings) == len(words)


@settled
@given(PAGES)
def test_words_as_csv_are_read_as_they_were_written(pages):
    data = rendered(ExportFormat.WORDS, pages)

    assert GRAMMAR.fullmatch(data.decode())
    rows = list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))[1:]
    assert [row[4] for row in rows] == [
        guarded(clean(word.text)) for page in pages for word in page.words
    ]


@settled
@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=4))
@example([["a;=1+1;b", 'a; "=1'], ["=1+1", "@x"]])
@example([["+1", "5*cmd|' /C calc'!A0"], ["a;-1", "b"], ["-5", "7.50"]])
def test_no_cell_of_a_table_runs(cells):
    paper = Paper()
    lines = paper.block(*(" ".join("x" for _ in row) for row in cells))
    words = {
        id(word): Word(text, word.box, None, 0, 0, 0)
        for line, row in zip(lines, cells, strict=True)
        for word, text in zip(line.words, row, strict=True)
    }
    lines = tuple(
        type(line)(line.box, tuple(words[id(word)] for word in line.words)) for line in lines
    )
    layout = PageLayout(paper.page(), (table(lines, columns=2),))

    data = written(ExportFormat.CSV, [layout])

    rows = rows_of(data)
    assert [len(row) for row in rows] == [2] * len(cells)
    shown = data.decode("utf-8-sig")
    parted = csv.reader(io.StringIO(shown, newline=""), delimiter=";")
    for cell in (cell for row in [*rows, *parted] for cell in row):
        assert not re.match(r"[=@\t\r]", cell)
        assert not cell.startswith(("+", "-")) or not any(one.isalpha() for one in cell)


@settled
@given(PAGES)
def test_texts_hold_no_control_characters(pages):
    for one in (ExportFormat.TEXT, ExportFormat.LAYOUT_TEXT, ExportFormat.MARKDOWN):
        text = rendered(one, pages).decode()
        assert not [
            letter
            for letter in text
            if unicodedata.category(letter) == "Cc" and letter not in "\n\f"
        ]


@settled
@given(PAGES)
def test_markdown_brings_no_html_link_or_picture(pages):
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(
        rendered(ExportFormat.MARKDOWN, pages).decode()
    )

    kinds = {token.type for token in tokens} | {
        child.type for token in tokens for child in token.children or ()
    }
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "fence", "code_block"}


@settings(settled, max_examples=15)
@given(PAGES)
def test_a_docx_opens_with_its_words(pages):
    document = docx.Document(io.BytesIO(rendered(ExportFormat.DOCX, pages)))

    text = " ".join(document.element.body.itertext())
    letters = {one for word in cleaned(pages) for one in word if one.isalnum()}
    assert letters <= set(text)
