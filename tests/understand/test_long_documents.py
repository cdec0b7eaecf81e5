"""Long documents are laid out as short ones are, and are not held whole."""

from __future__ import annotations

import weakref
from collections.abc import Iterator

import pytest

from mayfly.domain.layout import HeadingBlock
from mayfly.domain.pages import Box, PageOrigin, PageResult, Word
from mayfly.understand.layout import document_layout, document_layouts


class Page(PageResult):
    """A page that can be watched going."""

    __slots__ = ("__weakref__",)


def page(number: int) -> Page:
    """Every page has text; each tenth has a heading, larger from page to page."""
    size = 60 + number // 10 if number % 10 == 0 else 20
    head = Word("Chapter", Box(100, 100, 300, size), None, 0, 0, 0)
    body = tuple(
        Word("Words", Box(100 + 60 * place, 300 + 30 * line, 50, 20), None, 1, 0, line)
        for line in range(4)
        for place in range(8)
    )
    return Page(number, 1_000, 1_400, 100, PageOrigin.TEXT_LAYER, (head, *body))


class Pages:
    """Pages that are made each time they are asked for."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.alive = weakref.WeakSet[Page]()

    def __iter__(self) -> Iterator[PageResult]:
        for number in range(1, self._count + 1):
            made = page(number)
            self.alive.add(made)
            yield made


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 120])
def test_pages_that_can_be_repeated_give_the_same_as_pages_that_cannot(count):
    assert tuple(document_layouts(Pages(count), {})) == document_layout(iter(Pages(count)), {})


def test_headings_of_late_pages_count_for_the_first():
    layouts = list(document_layouts(Pages(120), {}))

    levels = [
        block.level for one in layouts for block in one.blocks if isinstance(block, HeadingBlock)
    ]
    assert len(levels) == 12
    assert levels[0] > levels[-1] == 1


def test_most_pages_of_a_long_document_are_not_held():
    pages = Pages(120)

    most = max(len(pages.alive) for _ in document_layouts(pages, {}))

    assert most < 50
