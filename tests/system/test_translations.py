"""Texts come in the user's language where there is a catalogue, and in English elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from mayfly.domain.errors import InternalError
from mayfly.system import translations
from mayfly.system.resources import resource, resource_folder
from mayfly.system.translations import translator

ENGLISH, GERMAN = "Show the page", "Seite zeigen"


@pytest.fixture(autouse=True)
def catalogue(tmp_path, monkeypatch) -> Path:
    path = tmp_path / "translations" / "de" / "LC_MESSAGES" / "mayfly.mo"
    path.parent.mkdir(parents=True)
    catalogue = Catalog(locale="de", domain="mayfly", fuzzy=False)
    catalogue.add(ENGLISH, GERMAN)
    with path.open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(translations, "resource_folder", lambda: tmp_path)
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return path


@pytest.mark.parametrize("language", ["de", "de_DE", "de_AT"])
def test_a_language_with_a_catalogue(language):
    assert translator(language)(ENGLISH) == GERMAN


@pytest.mark.parametrize("language", ["en", "en_GB", "C", "xx"])
def test_a_language_without_one_is_english(language):
    assert translator(language)(ENGLISH) == ENGLISH


def test_a_text_that_is_not_translated_stays():
    assert translator("de")("Something else") == "Something else"


def test_an_empty_text_stays_empty():
    assert translator("de")("") == ""


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LANG": "de_DE.UTF-8"}, GERMAN),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "de_DE.UTF-8"}, GERMAN),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "de_DE@euro"}, GERMAN),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "en:de"}, ENGLISH),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "xx:de"}, GERMAN),
        ({"LANG": "C.UTF-8"}, ENGLISH),
        ({}, ENGLISH),
    ],
)
def test_auto_asks_the_environment(monkeypatch, variables, expected):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert translator()(ENGLISH) == expected


# --- resources -------------------------------------------------------------------------


def test_a_resource_is_found_in_the_checkout():
    assert resource("result.schema.json").is_file()
    assert resource_folder().is_absolute()


@pytest.mark.parametrize("name", ["nothing.svg", "../pyproject.toml", "/etc/passwd", "icons/../.."])
def test_what_is_missing_or_outside_is_a_broken_installation(name):
    with pytest.raises(InternalError):
        resource(name)
