"""Text, Markdown and JSON as the command line and other programs rely on them."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

import jsonschema
import pytest
from markdown_it import MarkdownIt

from mayfly.domain.exports import ExportDocument, ExportFormat
from mayfly.domain.pages import Box, PageOrigin, PageResult, Word
from mayfly.export.formats import render_text
from mayfly.export.result_json import render_json
from mayfly.renderers import RENDERERS
from mayfly.system.resources import resource
from mayfly.understand.flow import flowing
from mayfly.understand.layout import document_layout
from mayfly.understand.plain_text import page_text
from tests.conftest import ROOT
from tests.export.samples import sample, written

SCHEMA = json.loads(Path(resource("result.schema.json")).read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

as_text = partial(render_text, page_text=page_text)
as_json = partial(render_json, layouts=document_layout, page_text=page_text, flow=flowing)


def page(number: int, *texts: str, origin: PageOrigin = PageOrigin.RECOGNISED) -> PageResult:
    words = tuple(
        Word(text, Box(10 * index, 5, 8, 4), 91.5 if index else 90, 0, 0, index)
        for index, text in enumerate(texts)
    )
    return PageResult(number, 2480, 3508, 300, origin, words, turned_degrees=90)


def text_of(*pages: PageResult) -> str:
    return b"".join(as_text(ExportDocument(None, pages))).decode()


def json_of(*pages: PageResult) -> dict:
    return json.loads(b"".join(as_json(ExportDocument(None, pages))))


def test_a_page_ends_with_a_line_end():
    assert text_of(page(1, "one", "two")) == "one\ntwo\n"


def test_pages_are_parted_by_a_form_feed():
    assert text_of(page(1, "one"), page(2), page(3, "Ärger")) == "one\n\f\n\fÄrger\n"


def test_a_blank_document_is_an_empty_line():
    assert text_of(page(1, origin=PageOrigin.BLANK)) == "\n"


def test_json_holds_every_word_and_box():
    result = json_of(page(2, "Größe", '"x"'))
    assert result["version"] == 2
    assert result["job"] is None
    (only,) = result["pages"]
    assert (only["number"], only["width_px"], only["height_px"], only["dpi"]) == (
        2,
        2480,
        3508,
        300,
    )
    assert (only["width_pt"], only["height_pt"]) == (595.2, 841.92)
    assert (only["origin"], only["turned_degrees"]) == ("recognised", 90)
    assert only["confidence"] == pytest.approx(90.75)
    assert only["text"] == 'Größe\n"x"'
    assert only["words"][1] == {
        "text": '"x"',
        "left": 10,
        "top": 5,
        "width": 8,
        "height": 4,
        "points": {"left": 2.4, "top": 1.2, "width": 1.92, "height": 0.96},
        "confidence": 91.5,
        "block": 0,
        "paragraph": 0,
        "line": 1,
    }


def test_json_of_no_pages_and_of_many():
    assert json_of()["pages"] == []
    assert [one["number"] for one in json_of(*(page(n) for n in (1, 2, 3)))["pages"]] == [1, 2, 3]


@pytest.mark.parametrize("one", [ExportFormat.TEXT, ExportFormat.WORDS, ExportFormat.HOCR])
def test_pages_are_rendered_as_they_come(one):
    asked = []

    def pages():
        for number in (1, 2):
            asked.append(number)
            yield page(number, "word")

    chunks = RENDERERS[one](ExportDocument(None, pages()))
    while not asked:
        next(chunks)
    assert asked == [1]


# --- blocks ----------------------------------------------------------------------------


def test_json_names_every_block_and_the_words_in_it():
    first = json.loads(written(ExportFormat.JSON))["pages"][0]

    kinds = [block["type"] for block in first["blocks"]]
    assert kinds == [
        *("heading", "text", "list", "list", "list", "table", "heading", "image", "image")
    ]
    heading, text, bullets, numbers, *_ = first["blocks"]
    assert (heading["level"], heading["text"]) == (1, "Yearly report")
    # Flowing text, and the lines as they were printed.
    assert text["text"] == "The harbour wall was repaired by Ada & Son <sons>."
    lines = [
        " ".join(first["words"][place]["text"] for place in line["words"]) for line in text["lines"]
    ]
    assert lines == ["The harbour wall was re-", "paired by Ada & Son <sons>."]
    assert [(item["marker"], item["text"]) for item in bullets["items"]] == [
        ("•", "rope"),
        ("•", "tar"),
    ]
    assert numbers["ordered"] is True


def test_json_tables_have_cells_that_take_columns():
    table = json.loads(written(ExportFormat.JSON))["pages"][0]["blocks"][5]

    assert table["has_header"] is True
    assert [cell["text"] for cell in table["rows"][1]] == ["Rope", "-12,50", "=1+1"]
    assert [(cell["text"], cell["columns"]) for cell in table["rows"][3]] == [("Total", 3)]


def test_json_carries_links_only_where_there_are_some():
    with_link, without = (
        json.loads(written(ExportFormat.JSON, links=links))["pages"][0]["blocks"][7]
        for links in (True, False)
    )

    assert with_link["link"] == {
        "url": "https://store.example/a?b=c&d",
        "expires_at": "2026-01-05T12:00:00Z",
    }
    assert without == {
        "type": "image",
        **{"left": 600, "top": 900, "width": 300, "height": 200},
        "points": {"left": 288.0, "top": 432.0, "width": 144.0, "height": 96.0},
        **{"id": "1-1", "page": 1, "width_px": 640, "height_px": 480},
        **{"kind": "photo", "media_type": "image/jpeg", "size_bytes": 12_345},
        "alternative": "The wall in spring",
    }


# --- the schema ------------------------------------------------------------------------


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("links", [True, False])
def test_every_block_fits_the_schema(links):
    VALIDATOR.validate(json.loads(written(ExportFormat.JSON, links=links)))


def test_what_is_written_fits_the_schema():
    text_layer = PageResult(
        2, 10, 10, 72, PageOrigin.TEXT_LAYER, (Word("w", Box(-1, 0, 1, 1), None, 0, 0, 0),)
    )
    VALIDATOR.validate(json_of(page(1, "a", "b"), text_layer, page(3, origin=PageOrigin.BLANK)))


def places(shape: object, path: tuple = ()) -> list[tuple]:
    """Return the path to every field of every object."""
    if isinstance(shape, list):
        return [one for index, part in enumerate(shape) for one in places(part, (*path, index))]
    if isinstance(shape, dict):
        here = [(*path, name) for name in shape]
        return here + [one for name, part in shape.items() for one in places(part, (*path, name))]
    return []


def test_the_schema_misses_no_field():
    """Each field is asked for: the file without it does not fit, nor with one more beside it."""
    source = written(ExportFormat.JSON, links=False)
    for *path, name in places(json.loads(source))[::7]:
        for spoil in (lambda at, name: at.pop(name), lambda at, _: at.update(other=1)):
            shape = json.loads(source)
            at = shape
            for step in path:
                at = at[step]
            spoil(at, name)
            assert not VALIDATOR.is_valid(shape), (path, name)


def test_the_manual_shows_what_fits_the_schema():
    manual = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(\{\"version\".*?)```", manual, re.DOTALL)
    VALIDATOR.validate(json.loads(example))


# --- Markdown --------------------------------------------------------------------------


def test_markdown_is_read_as_what_stands_on_the_pages():
    tokens = MarkdownIt("commonmark").enable("table").parse(written(ExportFormat.MARKDOWN).decode())

    opened = [token.tag for token in tokens if token.nesting == 1]
    assert opened.count("table") == 3
    assert [tag for tag in opened if tag in ("h1", "h2")] == ["h1", "h2"]
    assert "ol" in opened
    texts = [token.content for token in tokens if token.type == "inline"]
    assert "Yearly report" in texts
    assert not any(child.type == "image" for token in tokens for child in token.children or ())


def test_markdown_shows_pictures_that_have_a_link():
    tokens = MarkdownIt("commonmark").parse(written(ExportFormat.MARKDOWN, links=True).decode())

    images = [child for token in tokens for child in token.children or () if child.type == "image"]
    assert [image.attrs["src"] for image in images] == ["https://store.example/a?b=c&d"]
    assert images[0].content == "The wall in spring"


def test_every_sample_page_is_in_the_text():
    assert written(ExportFormat.TEXT).count(b"\f") == len(sample()) - 1
