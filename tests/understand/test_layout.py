"""Every word of a page stands in exactly one block, whatever the page is like."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from mayfly.domain.layout import ListBlock, PageLayout, PictureBlock, TableBlock
from mayfly.domain.pages import Box, Word
from mayfly.understand.layout import block_text, page_layout
from tests.understand.layout_builders import page, typed


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


numbers = st.integers(-50, 300)
any_words = st.lists(
    st.builds(
        Word,
        st.sampled_from(["a", "", " ", "•", "1.", "-", "9.50", "Tea", "b)", "ii.", "o"]),
        st.builds(Box, numbers, numbers, st.integers(0, 90), st.integers(0, 40)),
        st.none() | st.floats(0, 100),
        st.integers(0, 4),
        st.integers(0, 2),
        st.integers(0, 3),
    ),
    max_size=40,
)


@given(any_words)
def test_no_word_is_lost_and_none_is_there_twice(found):
    layout = page_layout(page(found))

    assert Counter(words_of(layout)) == Counter(one.text for one in found)
    assert all(block_text(block) is not None for block in layout.blocks)


def test_paragraphs_stay_as_the_engine_found_them():
    layout = page_layout(page(typed("Dear Anna,\n\nthank you\nmuch.")))

    assert [block_text(block) for block in layout.blocks] == ["Dear Anna,", "thank you\nmuch."]


def test_an_empty_page_has_no_blocks():
    assert page_layout(page(())).blocks == ()
