"""Words to lines, and lines that the engine had parted to whole ones."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from mayfly.domain.layout import Line
from mayfly.domain.pages import Word
from mayfly.understand.words import overlap, right_of, union

Paragraph = tuple[Line, ...]


def line_of(words: Sequence[Word]) -> Line:
    """Return the line of these words, which are at least one."""
    return Line(union([word.box for word in words]), tuple(words))


def paragraphs_of(words: Sequence[Word]) -> list[Paragraph]:
    """Return the engine's own paragraphs in its order; every word is in one line of one."""
    ordered = sorted(words, key=lambda word: (word.block, word.paragraph, word.line))
    found = []
    for _, members in groupby(ordered, key=lambda word: (word.block, word.paragraph)):
        lines = [line_of(list(line)) for _, line in groupby(members, key=lambda word: word.line)]
        found.append(_whole(lines))
    return found


def _whole(lines: Sequence[Line]) -> Paragraph:
    """Join lines that stand beside each other: text layers part them at every wide gap."""
    joined: list[Line] = []
    for line in lines:
        if joined and are_beside(joined[-1], line):
            joined[-1] = Line(union((joined[-1].box, line.box)), (*joined[-1].words, *line.words))
        else:
            joined.append(line)
    return tuple(joined)


def are_beside(first: Line, second: Line) -> bool:
    """Return whether second goes on to the right of first, at the same height."""
    smaller = min(first.box.height, second.box.height)
    return (
        smaller > 0
        and 2 * overlap(first.box, second.box) > smaller
        and second.box.left >= right_of(first.box)
    )
