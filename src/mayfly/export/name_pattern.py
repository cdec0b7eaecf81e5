"""The names that a user's pattern gives to exported files: “{date} {name}”."""

from __future__ import annotations

import string
import unicodedata
from dataclasses import replace
from datetime import date

from mayfly.domain.export_errors import NamePatternWrong
from mayfly.domain.export_port import NameFacts
from mayfly.export.names import MOST_BYTES, clean_stem

FIELDS = ("name", "job", "batch", "date", "number", "format", "pages")
_MOST_LITERAL_BYTES = 60
"""So that something of the document's name fits beside it."""
_SAMPLE = NameFacts("x", "x", "x", date(2000, 1, 1), "1", "x", "x")
_ZIP = ".zip"


def stem_of(pattern: str, facts: NameFacts) -> str:
    """Return the file name without suffix, cleaned. {{ and }} stand for the signs themselves.

    NamePatternWrong for an unknown field, a lone brace, a pattern that gives an empty name or
    one that would have to be cleaned: a path, a hidden file, a device. What the facts bring is
    cleaned; the document's name is cut so that the rest stays.
    """
    parts = _parsed(pattern)
    _refuse_unclean(_filled(parts, _SAMPLE))
    room = MOST_BYTES - len(_filled(parts, replace(facts, name="")).encode())
    name = clean_stem(facts.name).encode()[: max(room, 0)].decode(errors="ignore")
    return clean_stem(_filled(parts, replace(facts, name=name)))


def zip_stem(zip_name: str) -> str:
    """Return the name without “.zip”, which need not be there; NamePatternWrong as above."""
    stem = zip_name[: -len(_ZIP)] if zip_name.lower().endswith(_ZIP) else zip_name
    _refuse_unclean(stem)
    return clean_stem(stem)


def _parsed(pattern: str) -> list[tuple[str, str | None]]:
    """Return literals, each with the field that follows it."""
    try:
        found = list(string.Formatter().parse(pattern))
    except ValueError:
        found = [("", "", "", None)]
    parts = [(literal, field) for literal, field, _, _ in found]
    # A format or a conversion (“{name:>999999}”, “{name!r}”) has no use here, only dangers.
    is_plain = all(not form and conversion is None for _, _, form, conversion in found)
    if not is_plain or any(field is not None and field not in FIELDS for _, field in parts):
        raise NamePatternWrong
    if len("".join(literal for literal, _ in parts).encode(errors="replace")) > _MOST_LITERAL_BYTES:
        raise NamePatternWrong
    return parts


def _filled(parts: list[tuple[str, str | None]], facts: NameFacts) -> str:
    values = {
        "name": facts.name,
        "job": facts.job,
        "batch": facts.batch,
        "date": facts.day.isoformat(),
        "number": facts.number,
        "format": facts.file_format,
        "pages": facts.pages,
    }
    return "".join(literal + (values[field] if field else "") for literal, field in parts)


def _refuse_unclean(stem: str) -> None:
    plain = " ".join(filter(None, unicodedata.normalize("NFC", stem).split(" ")))
    if not plain or clean_stem(stem) != plain:
        raise NamePatternWrong
