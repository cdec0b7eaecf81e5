"""hOCR and ALTO, read by the validators that other people wrote."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from mayfly.domain.exports import ExportFormat
from mayfly.domain.layout import PageLayout
from mayfly.domain.pages import Box, PageOrigin, PageResult, Word
from tests.conftest import ROOT
from tests.export.samples import Paper, sample, text, written

ALTO = {"a": "http://www.loc.gov/standards/alto/ns-v4#"}
SCHEMAS = ROOT / "tests" / "data" / "alto"


class _Local(etree.Resolver):
    """Finds the one schema that ALTO's imports; nothing is fetched."""

    def resolve(self, system_url: str, public_id: str, context: object) -> object:
        return self.resolve_filename(str(SCHEMAS / Path(system_url).name), context)


@cache
def alto_schema() -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Local())
    return etree.XMLSchema(etree.parse(SCHEMAS / "alto-4-3.xsd", parser))


def alto_of(layouts: list[PageLayout] | None = None) -> etree._Element:
    root = etree.fromstring(written(ExportFormat.ALTO, layouts))
    alto_schema().assertValid(root)
    return root


def hocr_of(layouts: list[PageLayout] | None = None) -> etree._Element:
    return etree.fromstring(written(ExportFormat.HOCR, layouts), etree.XMLParser(no_network=True))


def hocr_report(data: bytes, folder: Path) -> str:
    """Return "True" or what hocr-spec has to say; its imports warn, so it runs on its own."""
    file = folder / "page.html"
    file.write_bytes(data)
    code = (
        "import sys; from hocr_spec import HocrValidator as V;"
        " r = V('standard').validate(sys.argv[1]); print(r.is_valid() or r.format('text'))"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(file)],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    return ran.stdout.strip()


# --- ALTO ------------------------------------------------------------------------------


def test_alto_fits_the_schema_of_the_library_of_congress():
    root = alto_of()

    assert len(root.findall(".//a:Page", ALTO)) == len(sample())
    assert alto_of([]) is not None


def test_a_file_that_is_not_alto_does_not_fit():
    """The schema is looked at: a value of no kind that it knows is refused."""
    wrong = written(ExportFormat.ALTO).replace(b' WC="0.9150"', b' WC="91.5"', 1)
    assert not alto_schema().validate(etree.fromstring(wrong))


def test_alto_has_every_word_once_with_its_box():
    strings = alto_of().findall(".//a:String", ALTO)

    found = [
        (one.get("CONTENT"), int(one.get("HPOS")), int(one.get("VPOS")), int(one.get("WIDTH")))
        for one in strings
    ]
    words = [word for layout in sample() for word in layout.page.words]
    # The hyphen at a line's end is an element of its own.
    wanted = [(w.text.replace("re-", "re"), w.box.left, w.box.top, w.box.width) for w in words]
    assert sorted(found) == sorted(wanted)
    assert {one.get("WC") for one in strings} == {"0.9150", None}


def test_alto_says_what_is_a_heading_a_table_a_list_and_a_picture():
    root = alto_of()

    tagged = root.findall(".//a:TextBlock[@TAGREFS]", ALTO)
    assert [one.get("TAGREFS") for one in tagged] == ["heading_1", "heading_2"]
    kinds = [one.get("TYPE") for one in root.findall(".//a:ComposedBlock", ALTO)]
    assert kinds == ["list", "list", "list", "table", "table", "table"]
    assert [one.get("TYPE") for one in root.findall(".//a:Illustration", ALTO)] == ["photo", None]
    hyphens = root.findall(".//a:HYP", ALTO)
    assert [one.get("CONTENT") for one in hyphens] == ["-"]


def test_alto_says_what_made_it_and_nothing_of_when_and_where():
    root = alto_of()

    assert root.findtext(".//a:softwareName", None, ALTO) == "Mayfly"
    assert root.find(".//a:processingDateTime", ALTO) is None
    assert root.find(".//a:sourceImageInformation", ALTO) is None


# --- hOCR ------------------------------------------------------------------------------


def test_hocr_passes_the_validator(tmp_path):
    assert hocr_report(written(ExportFormat.HOCR), tmp_path) == "True"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'class="ocr_page"', b'class="page"'),
        (b'class="ocr_carea"', b'class="ocr_line"'),
        (b'title="bbox 100 100', b'title="bbocks 100 100'),
        (b"bbox 0 0 1240", b"bbox 0 0 wide"),
        (b"x_wconf 92", b"x_wconf 920"),
    ],
)
def test_the_validator_sees_what_is_wrong(tmp_path, before, after):
    """It knows classes, nesting, properties and ranges; not metadata, nor classes it never met."""
    data = written(ExportFormat.HOCR)
    assert before in data
    assert hocr_report(data.replace(before, after), tmp_path) != "True"


def test_hocr_has_every_word_once_with_its_box_and_confidence():
    words = hocr_of().xpath("//*[@class='ocrx_word']")

    found = sorted((one.text, one.get("title")) for one in words)
    wanted = sorted(
        (
            word.text,
            f"bbox {word.box.left} {word.box.top} {word.box.left + word.box.width}"
            f" {word.box.top + word.box.height}"
            + ("" if word.confidence is None else f"; x_wconf {round(word.confidence)}"),
        )
        for layout in sample()
        for word in layout.page.words
    )
    assert found == wanted


def test_hocr_names_every_class_that_it_has():
    root = hocr_of()

    (named,) = root.xpath("//*[@name='ocr-capabilities']/@content")
    assert set(root.xpath("//@class")) == set(named.split())
    assert root.xpath("//*[@name='ocr-system']/@content") == ["Mayfly 1.2.3"]


def test_hocr_stands_alone():
    root = hocr_of()

    assert not root.xpath("//@src | //@href | //*[local-name()='script']")
    assert [one.get("title") for one in root.xpath("//*[@class='ocr_photo']")] == [
        "bbox 600 900 900 1100"
    ]
    assert len(root.xpath("//*[@class='ocr_image']")) == 1
    names = root.xpath("//@id")
    assert len(names) == len(set(names))


# --- both ------------------------------------------------------------------------------


def test_words_that_stick_out_of_the_page_are_cut_to_it():
    words = (Word("out", Box(-20, -5, 50, 900), None, 0, 0, 0),)
    page = PageResult(1, 100, 80, 72, PageOrigin.TEXT_LAYER, words)
    layouts = [PageLayout(page, ())]

    (word,) = hocr_of(layouts).xpath("//*[@class='ocrx_word']")
    (string,) = alto_of(layouts).findall(".//a:String", ALTO)

    assert word.get("title") == "bbox 0 0 30 80"
    assert [string.get(one) for one in ("HPOS", "VPOS", "WIDTH", "HEIGHT")] == [
        "0",
        "0",
        "30",
        "80",
    ]


def test_words_that_the_layout_forgot_are_there_all_the_same():
    paper = Paper()
    known = text(paper.block("known words"))
    paper.block("forgotten words")
    layouts = [PageLayout(paper.page(), (known,))]

    assert len(hocr_of(layouts).xpath("//*[@class='ocrx_word']")) == 4
    assert len(alto_of(layouts).findall(".//a:String", ALTO)) == 4
