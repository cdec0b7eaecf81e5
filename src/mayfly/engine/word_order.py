"""Numbers blocks, paragraphs and lines from 0, each within its parent, without gaps."""

from __future__ import annotations

from collections.abc import Sequence

from mayfly.domain.pages import Box, Word
from mayfly.domain.ports import RawWord


def number_words(raw: Sequence[RawWord], boxes: Sequence[Box]) -> tuple[Word, ...]:
    """Return the words with their boxes on the page, in the order they came."""
    numbers = Numbering()
    return tuple(
        Word(
            word.text,
            box,
            word.confidence,
            numbers.place(word.block),
            numbers.place(word.block, word.paragraph),
            numbers.place(word.block, word.paragraph, word.line),
        )
        for word, box in zip(raw, boxes, strict=True)
    )


class Numbering:
    """Gives each key the next free number among its siblings; the same key, the same number."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, ...], int] = {}
        self._counts: dict[tuple[int, ...], int] = {}

    def place(self, *key: int) -> int:
        """Return the number of the key within its parent, which is the key without its end."""
        if key not in self._numbers:
            parent = key[:-1]
            self._numbers[key] = self._counts.get(parent, 0)
            self._counts[parent] = self._numbers[key] + 1
        return self._numbers[key]
