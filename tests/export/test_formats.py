"""Text and JSON as the command line and other programs rely on them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mayfly.domain.exports import ExportDocument
from mayfly.domain.pages import Box, PageOrigin, PageResult, Word
from mayfly.export.formats import render_json, render_text
from mayfly.system.resources import resource
from mayfly.understand.plain_text import page_text


def page(number: int, *texts: str, origin: PageOrigin = PageOrigin.RECOGNISED) -> PageResult:
    words = tuple(
        Word(text, Box(10 * index, 5, 8, 4), 91.5 if index else 90, 0, 0, index)
        for index, text in enumerate(texts)
    )
    return PageResult(number, 2480, 3508, 300, origin, words, turned_degrees=90)


def text_of(*pages: PageResult) -> str:
    return b"".join(render_text(ExportDocument(None, pages), page_text=page_text)).decode()


def json_of(*pages: PageResult) -> dict:
    return json.loads(b"".join(render_json(ExportDocument(None, pages), page_text=page_text)))


def test_a_page_ends_with_a_line_end():
    assert text_of(page(1, "one", "two")) == "one\ntwo\n"


def test_pages_are_parted_by_a_form_feed():
    assert text_of(page(1, "one"), page(2), page(3, "Ärger")) == "one\n\f\n\fÄrger\n"


def test_a_blank_document_is_an_empty_line():
    assert text_of(page(1, origin=PageOrigin.BLANK)) == "\n"


def test_json_holds_every_word_and_box():
    result = json_of(page(2, "Größe", '"x"'))
    assert result["version"] == 1
    assert result["job"] is None
    (only,) = result["pages"]
    assert (only["number"], only["width_px"], only["height_px"], only["dpi"]) == (
        2,
        2480,
        3508,
        300,
    )
    assert (only["origin"], only["turned_degrees"]) == ("recognised", 90)
    assert only["confidence"] == pytest.approx(90.75)
    assert only["text"] == 'Größe\n"x"'
    assert only["words"][1] == {
        "text": '"x"',
        "left": 10,
        "top": 5,
        "width": 8,
        "height": 4,
        "confidence": 91.5,
        "block": 0,
        "paragraph": 0,
        "line": 1,
    }


def test_json_of_no_pages_and_of_many():
    assert json_of()["pages"] == []
    assert [one["number"] for one in json_of(*(page(n) for n in (1, 2, 3)))["pages"]] == [1, 2, 3]


def test_pages_are_rendered_as_they_come():
    asked = []

    def pages():
        for number in (1, 2):
            asked.append(number)
            yield page(number, "word")

    for render in (render_text, render_json):
        asked.clear()
        chunks = render(ExportDocument(None, pages()), page_text=page_text)
        while not asked:
            next(chunks)
        assert asked == [1]


# --- the schema ------------------------------------------------------------------------


def schema() -> dict:
    return json.loads(Path(resource("result.schema.json")).read_text())


KINDS = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}
KINDS["number"] = int | float
CHECKS = {
    "type": lambda value, want, _: isinstance(
        value, tuple(KINDS[one] for one in ([want] if isinstance(want, str) else want))
    ),
    "const": lambda value, want, _: value == want,
    "enum": lambda value, want, _: value in want,
    "minimum": lambda value, want, _: value is None or value >= want,
    "maximum": lambda value, want, _: value is None or value <= want,
    "required": lambda value, want, _: set(want) <= set(value),
    "additionalProperties": lambda value, _, rule: set(value) <= set(rule["properties"]),
    "properties": lambda value, want, _: all(fits(value[key], want[key]) for key in value),
    "items": lambda value, want, _: all(fits(one, want) for one in value),
    "pattern": lambda value, want, _: value is None or re.search(want, value),
    "$ref": lambda value, want, _: fits(value, schema()["$defs"][want.split("/")[-1]]),
}
REMARKS = {"$schema", "title", "description", "$defs"}


def fits(value: object, rule: dict) -> bool:
    """Check the part of JSON Schema that our schema uses; KeyError on any other keyword."""
    return all(CHECKS[word](value, rule[word], rule) for word in rule if word not in REMARKS)


def test_what_is_written_fits_the_schema():
    text_layer = PageResult(
        2, 10, 10, 72, PageOrigin.TEXT_LAYER, (Word("w", Box(-1, 0, 1, 1), None, 0, 0, 0),)
    )
    result = json_of(page(1, "a", "b"), text_layer, page(3, origin=PageOrigin.BLANK))
    assert fits(result, schema())


@pytest.mark.parametrize("part", ["version", "job", "pages"])
def test_the_schema_misses_nothing(part):
    result = json_of(page(1, "a"))
    del result[part]
    assert not fits(result, schema())
