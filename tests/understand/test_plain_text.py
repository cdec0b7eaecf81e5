"""The text of a page follows from its words alone."""

from __future__ import annotations

import random
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from mayfly.domain.pages import Box, Word
from mayfly.understand.plain_text import page_text

BOX = Box(0, 0, 1, 1)


def word(text: str, block: int = 0, paragraph: int = 0, line: int = 0) -> Word:
    return Word(text, BOX, 90.0, block, paragraph, line)


def test_no_words_are_no_text():
    assert page_text(()) == ""


def test_words_lines_paragraphs_and_blocks():
    words = [
        word("Dear"),
        word("Anna,"),
        word("thank", 0, 1, 0),
        word("you", 0, 1, 0),
        word("much.", 0, 1, 1),
        word("Page", 1, 0, 0),
        word("2", 1, 0, 0),
    ]
    assert page_text(words) == "Dear Anna,\n\nthank you\nmuch.\n\nPage 2"


def test_a_line_number_that_starts_again_is_another_paragraph():
    words = [word("a", 0, 0, 0), word("b", 0, 1, 0), word("c", 1, 0, 0)]
    assert page_text(words) == "a\n\nb\n\nc"


def test_lines_of_several_columns_come_one_column_after_the_other():
    words = [word("left-1"), word("right-1", 1), word("left-2", line=1), word("right-2", 1, 0, 1)]
    assert page_text(words) == "left-1\nleft-2\n\nright-1\nright-2"


def test_words_of_white_space_leave_no_trace():
    words = [word("a"), word(" "), word("", line=1), word("b", line=2), word("\n", 1), word("c", 2)]
    assert page_text(words) == "a\nb\n\nc"


def test_letters_and_their_marks_are_one():
    assert page_text([word("Cafe\u0301")]) == "Café"


def test_a_text_layer_cannot_command_a_terminal():
    assert page_text([word("\x1b[2Jclear\x07ed\x00")]) == "[2Jcleared"


texts = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from(" \t\n\f\r\x1b\x85\u00a0\u2028\u0301\u200d\u05d0\u0627"),
    ),
    max_size=12,
)
some_words = st.lists(
    st.builds(
        word,
        texts,
        st.integers(min_value=0, max_value=3),
        st.integers(min_value=0, max_value=3),
        st.integers(min_value=0, max_value=3),
    ),
    max_size=20,
)


@given(some_words)
def test_the_form_is_always_the_same(words):
    text = page_text(words)
    assert unicodedata.is_normalized("NFC", text)
    assert text == text.strip()
    assert "  " not in text and "\n\n\n" not in text
    assert " \n" not in text and "\n " not in text
    assert not [one for one in text if unicodedata.category(one) == "Cc" and one != "\n"]
    assert [line.split() for line in text.split("\n")] == [
        line.split(" ") if line else [] for line in text.split("\n")
    ]


@given(some_words)
def test_no_letter_is_lost_or_made_up(words):
    def letters(text: str) -> str:
        kept = (one for one in text if not one.isspace() and unicodedata.category(one) != "Cc")
        return unicodedata.normalize("NFC", "".join(kept))

    ordered = sorted(words, key=lambda one: (one.block, one.paragraph, one.line))
    assert letters(page_text(words)) == letters("".join(one.text for one in ordered))


@given(some_words, st.randoms(use_true_random=False))
def test_only_the_order_within_a_line_matters(words, chance: random.Random):
    lines: dict[tuple[int, int, int], list[Word]] = {}
    for one in words:
        lines.setdefault((one.block, one.paragraph, one.line), []).append(one)
    shuffled = list(lines.values())
    chance.shuffle(shuffled)
    assert page_text([one for line in shuffled for one in line]) == page_text(words)
