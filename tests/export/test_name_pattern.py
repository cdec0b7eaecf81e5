"""Names by a pattern: what may stand in it, and that nothing hostile comes out of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mayfly.domain.export_errors import NamePatternWrong
from mayfly.domain.export_port import NameFacts
from mayfly.domain.exports import PageChoice, PageRange, parse_page_choice
from mayfly.export.name_pattern import stem_of, zip_stem

FACTS = NameFacts("Brief", "1f2e3d4c", "9c0d1e2f", date(2026, 3, 7), "007", "md", "1-3,7")

HOSTILE = [
    "", " ", ".", "..", "../{name}", "{name}/..", "/etc/{name}", "a\\{name}", "C:{name}", ".{name}",
    "-{name}", "{name}.", "{name}\n", "{name}\0", "{name}\u202e", "con", "LPT1.{name}", "{name}?",
    "{name}*", "<{name}>", "{name}|sh", "{", "}", "{name", "name}", "{}", "{0}", "{Name}",
    "{title}", "{name.x}", "{name[0]}", "{name!r}", "{name:>99999999}", "{{{name", "x" * 61,
    "\udce9{name}",
]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("{name}", "Brief"),
        ("{date} {name}", "2026-03-07 Brief"),
        ("{number}-{job}-{batch}-{format}-{pages}", "007-1f2e3d4c-9c0d1e2f-md-1-3,7"),
        ("{name}{name}", "BriefBrief"),
        ("Scan", "Scan"),
        ("{{{name}}}", "{Brief}"),
        ("für {name} é", "für Brief é"),
        ("a  {name}", "a Brief"),
    ],
)
def test_a_pattern_is_filled_in(pattern: str, name: str) -> None:
    assert stem_of(pattern, FACTS) == name


@pytest.mark.parametrize("pattern", HOSTILE)
def test_what_gives_no_plain_name_is_refused(pattern: str) -> None:
    with pytest.raises(NamePatternWrong):
        stem_of(pattern, FACTS)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("../../etc/passwd", "x etc passwd"),
        ("..", "x document"),
        ("", "x document"),
        ("a\0b\u202e", "x ab"),
        ("{job}", "x {job}"),
        ("-rf", "x rf"),
    ],
)
def test_the_documents_own_name_is_cleaned(name: str, stem: str) -> None:
    assert stem_of("x {name}", replace(FACTS, name=name)) == stem


@given(st.text(max_size=300), st.sampled_from(["{name}", "{name} {number}", "a-{name}{pages}b"]))
def test_no_document_gives_a_name_with_a_path_in_it(name: str, pattern: str) -> None:
    stem = stem_of(pattern, replace(FACTS, name=name))
    assert 0 < len(stem.encode()) <= 131
    assert not set(stem) & set('/\\:*?"<>|\0\n\u202e')
    assert stem[0] not in ".-"
    assert pattern != "{name} {number}" or stem.endswith(" 007")


def test_a_long_name_is_cut_and_not_what_stands_beside_it() -> None:
    stem = stem_of("{name} {number}", replace(FACTS, name="ü" * 300))
    assert stem.startswith("üüü")
    assert stem.endswith("ü 007")


@pytest.mark.parametrize(
    ("name", "stem"), [("a.zip", "a"), ("a", "a"), ("A.ZIP", "A"), ("my scans.zip", "my scans")]
)
def test_a_zip_has_its_suffix_once(name: str, stem: str) -> None:
    assert zip_stem(name) == stem


@pytest.mark.parametrize("name", ["", ".zip", "../a.zip", "a/b.zip", "/a.zip", "-a", "nul.zip"])
def test_a_zip_is_not_named_by_a_path(name: str) -> None:
    with pytest.raises(NamePatternWrong):
        zip_stem(name)


# --- pages -----------------------------------------------------------------------------


def test_ranges_are_written_and_read() -> None:
    choice = parse_page_choice("1-3, 7,9-")
    assert choice == PageChoice((PageRange(1, 3), PageRange(7, 7), PageRange(9, None)))
    assert str(choice) == "1-3,7,9-"
    assert parse_page_choice(str(choice)) == choice
    assert str(PageChoice()) == "all"
    assert [n for n in range(1, 12) if choice.has(n)] == [1, 2, 3, 7, 9, 10, 11]


@pytest.mark.parametrize(
    "text", ["", ",", "0", "0-3", "3-1", "-3", "a", "1,,2", "1--3", "1-3-5", "²", "1234567"]
)
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no range of pages"):
        parse_page_choice(text)
