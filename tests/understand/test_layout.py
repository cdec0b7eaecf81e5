"""Every word of a page stands in exactly one block, whatever the page is like."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mayfly.domain.layout import ListBlock, PageLayout, PictureBlock, TableBlock
from mayfly.domain.pages import Box, Word
from mayfly.understand.layout import block_text, page_layout
from mayfly.understand.layout_text import layout_text
from tests.understand.layout_builders import page, typed, words


def words_of(layout: PageLayout) -> list[str]:
    """Return the texts of all words that stand in blocks, signs of lists among them."""
    found: list[str] = []
    for block in layout.blocks:
        match block:
            case PictureBlock():
                pass
            case TableBlock():
                found += [one.text for row in block.rows for cell in row for one in cell.words]
            case ListBlock():
                found += [item.marker for item in block.items]
                lines = [each for item in block.items for each in item.lines]
                found += [one.text for each in lines for one in each.words]
            case _:
                found += [one.text for each in block.lines for one in each.words]
    return found


def letters(texts) -> Counter[str]:
    """Return all letters; a bullet may have been parted from the word that it was glued to."""
    return Counter("".join(texts))


numbers = st.integers(-50, 300)
any_words = st.lists(
    st.builds(
        Word,
        st.sampled_from(
            ["a", "", " ", "•", "1.", "-", "9.50", "Tea", "b)", "ii.", "o", "•Tea", "2."]
        ),
        st.builds(Box, numbers, numbers, st.integers(0, 90), st.integers(0, 40)),
        st.none() | st.floats(0, 100),
        st.integers(0, 4),
        st.integers(0, 2),
        st.integers(0, 3),
    ),
    max_size=40,
)


@st.composite
def pages_of_rows(draw) -> list[Word]:
    """Return words that stand in columns, some rows of them in words of one line."""
    found = []
    for row in range(draw(st.integers(0, 9))):
        block = draw(st.integers(0, 1))
        for left in draw(st.lists(st.sampled_from([0, 150, 300]), unique=True).map(sorted)):
            text = draw(st.sampled_from(["Tea", "9.50", "•", "1."]))
            found.append(Word(text, Box(left, row * 25, 40, 20), None, block, 0, row))
    return found


@given(st.one_of(any_words, pages_of_rows()))
def test_no_word_is_lost_and_none_is_there_twice(found):
    layout = page_layout(page(found))

    assert letters(words_of(layout)) == letters(one.text for one in found)
    assert all(block_text(block) is not None for block in layout.blocks)


def test_paragraphs_stay_as_the_engine_found_them():
    layout = page_layout(page(typed("Dear Anna,\n\nthank you\nmuch.")))

    assert [block_text(block) for block in layout.blocks] == ["Dear Anna,", "thank you\nmuch."]


def test_an_empty_page_has_no_blocks():
    assert page_layout(page(())).blocks == ()


def test_a_title_that_was_written_last_comes_first():
    text = words("The text of it is wide enough", 50, 300, place=(0, 0, 0))
    foot = words("The foot of the page", 50, 1300, place=(1, 0, 0))
    title = words("A title", 100, 50, place=(2, 0, 0))

    blocks = page_layout(page([*text, *foot, *title])).blocks

    assert [block_text(block) for block in blocks] == [
        "A title",
        "The text of it is wide enough",
        "The foot of the page",
    ]


def test_columns_keep_the_order_of_the_engine():
    places = [("left above", 50, 100), ("left below", 50, 400), ("right", 600, 100)]
    found = [
        one for n, (text, x, y) in enumerate(places) for one in words(text, x, y, 20, (n, 0, 0))
    ]

    blocks = page_layout(page(found)).blocks

    assert [block_text(block) for block in blocks] == ["left above", "left below", "right"]


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_page_of_a_hundred_thousand_words_takes_seconds():
    """Any loop over pairs of words would take hours."""
    found = [
        Word(str(index), Box(index % 100 * 200, index // 100 * 20, 50, 10), 90.0, index, 0, 0)
        for index in range(100_000)
    ]

    layout = page_layout(page(found))

    assert len(words_of(layout)) == len(found)
    assert len(layout_text(found).split()) == len(found)
