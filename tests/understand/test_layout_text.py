"""Text that keeps its place: columns stay columns, gaps stay gaps, no word is lost."""

from __future__ import annotations

import unicodedata
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from mayfly.domain.pages import Box, Word
from mayfly.understand.layout_text import layout_text
from tests.understand.layout_builders import typed, word

TYPED = """
Corner shop              2026-11-27

Item          Pieces     Price
Green tea          2      7.00
Pot                1    119.95


        Thank you!
"""


def test_a_typewritten_page_stays_as_it_is():
    assert layout_text(typed(TYPED)) == TYPED.strip("\n")


def test_no_words_are_no_text():
    assert layout_text(()) == ""
    assert layout_text([word(" ")]) == ""


def test_a_text_layer_cannot_command_a_terminal():
    assert layout_text([word("\x1b[2Jclear\x07ed\x00")]) == "[2Jcleared"


def test_what_is_far_away_does_not_make_endless_lines():
    text = layout_text([word("a"), word("b", 900_000), word("c", 0, 900_000)])

    assert len(text) < 1000 and text.split() == ["a", "b", "c"]


def test_a_wide_word_never_runs_into_the_next_column():
    wide = Word("narrowletters", Box(0, 0, 20, 20), None, 0, 0, 0)

    others = [word("m" * 9, 0, 40 * row) for row in range(1, 5)]

    assert "narrowletters  next" in layout_text([wide, word("next", 100), *others])


numbers = st.integers(-50, 300)
any_words = st.lists(
    st.builds(
        Word,
        st.text(st.characters(codec="utf-8") | st.sampled_from(" \x1b\n\u0301"), max_size=6),
        st.builds(Box, numbers, numbers, st.integers(0, 90), st.integers(0, 40)),
        st.none() | st.floats(0, 100),
        st.integers(0, 3),
        st.integers(0, 2),
        st.integers(0, 3),
    ),
    max_size=30,
)


def shown(texts) -> Counter[str]:
    kept = (
        one for one in "".join(texts) if not one.isspace() and unicodedata.category(one) != "Cc"
    )
    return Counter(unicodedata.normalize("NFD", "".join(kept)))


@given(any_words)
def test_every_letter_is_there_once(found):
    text = layout_text(found)

    assert shown([text]) == shown(one.text for one in found)
    assert unicodedata.is_normalized("NFC", text)
    assert not [one for one in text if unicodedata.category(one) == "Cc" and one != "\n"]
    assert text == text.rstrip() and all(line == line.rstrip() for line in text.split("\n"))
