"""What the writers here are given of understand, which they may not import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from mayfly.domain.images import ImageBlock
from mayfly.domain.layout import Line, PageLayout
from mayfly.domain.pages import PageResult, Word

PageText = Callable[[Sequence[Word]], str]
"""Makes the text of a page from its words (understand.plain_text.page_text, or
layout_text.layout_text to keep its place by spaces)."""

Layouts = Callable[[Iterable[PageResult], Mapping[int, Sequence[ImageBlock]]], Iterable[PageLayout]]
"""Finds the blocks of pages: page by page, or of all of them at once where headings of one
page are to be compared with those of the others (understand.layout.document_layouts)."""

Flow = Callable[[Sequence[Line]], str]
"""Makes one flowing text of a paragraph's lines (understand.flow.flowing)."""

Markdown = Callable[[Iterable[PageLayout], Callable[[ImageBlock], str | None]], Iterator[str]]
"""Makes Markdown of pages; asks where each picture is to be found, None to leave it out."""
