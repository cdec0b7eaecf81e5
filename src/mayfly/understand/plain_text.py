"""The text of a page, from its words. Pure: the same words always give the same text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby

from mayfly.domain.pages import Word
from mayfly.understand.words import clean


def page_text(words: Sequence[Word]) -> str:
    """Return the words as lines and paragraphs, with no line end at the end; "" without words.

    Lines follow block, paragraph and line number; words of a line keep their order. One space
    parts words, one empty line parts paragraphs and blocks. The text is in form NFC and holds
    no control characters: a text layer could carry commands to a terminal.
    """
    ordered = sorted(words, key=_line_of)
    paragraphs = (
        _lines(members) for _, members in groupby(ordered, key=lambda word: _line_of(word)[:2])
    )
    text = "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
    return unicodedata.normalize("NFC", text)


def _lines(words: Iterable[Word]) -> str:
    lines = (
        " ".join(filter(None, (clean(word.text) for word in members)))
        for _, members in groupby(words, key=_line_of)
    )
    return "\n".join(filter(None, lines))


def _line_of(word: Word) -> tuple[int, int, int]:
    return (word.block, word.paragraph, word.line)
