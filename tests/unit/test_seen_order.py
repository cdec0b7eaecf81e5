"""The order in which a word's letters are seen."""

from __future__ import annotations

import re

import pytest

from mayfly.engine.invisible_letters import Letters
from mayfly.engine.seen_order import seen_order


@pytest.mark.parametrize(
    ("word", "seen"),
    [
        ("word", "word"),
        ("אבג", "גבא"),
        ("אב12", "12בא"),
        ("12אב", "בא12"),
        ("ב-12.5", "12.5-ב"),
        ("(אב)", ")בא("),
        ("abאב", "abבא"),
        ("a-אב-ג", "a-ג-בא"),
        ("אבcd", "cdבא"),
        ("", ""),
        ("...", "..."),
    ],
)
def test_words_are_turned_as_they_are_seen(word, seen):
    assert "".join(seen_order(list(word))) == seen


def test_marks_stay_with_their_letter_and_are_turned_with_it():
    assert seen_order(["א\u05b8", "ב"]) == ["ב", "\u05b8א"]
    assert seen_order(["a\u0323", "ב"]) == ["a\u0323", "ב"]


def test_a_letter_of_one_unit_is_its_own_code():
    assert Letters().codes("aЖ日") == [ord("a"), ord("Ж"), ord("日")]


def test_others_share_codes_that_are_no_letters():
    letters = Letters()

    assert letters.codes("😀t\u0323😀") == [0xD800, 0x1E6D, 0xD800]
    assert letters.codes("x\u0323\u0301") == [0xD801]
    assert b"<D800> <D83DDE00>\n" in letters.to_unicode()
    assert b"<D801> <007803230301>\n" in letters.to_unicode()


def test_codes_run_out_without_harm():
    letters = Letters()
    many = [chr(0x20000 + number) for number in range(2_048)]
    assert len({letters.codes(one)[0] for one in many}) == 2_048

    assert letters.codes("😀") == [0xFFFD]
    assert letters.codes("x\u0323") == [ord("x")]
    assert letters.codes(many[0]) == [0xD800]
    blocks = [int(one) for one in re.findall(rb"(\d+) beginbfchar", letters.to_unicode())]
    assert sum(blocks) == 2_048
    assert max(blocks) <= 100


def test_what_is_no_letter_gets_no_code():
    assert Letters().codes("\ud800\x00\x1b") == []
