"""Small pages made by hand: words at places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mayfly.domain.layout import Line
from mayfly.domain.pages import Box, PageOrigin, PageResult, Word

LETTER = 10
"""The width of one letter, in pixels."""


def word(text: str, left: int = 0, top: int = 0, height: int = 20, place=(0, 0, 0)) -> Word:
    box = Box(left, top, LETTER * len(text), height)
    return Word(text, box, None, *place)


def words(text: str, left: int = 0, top: int = 0, height: int = 20, place=(0, 0, 0)) -> list[Word]:
    """Return the text's words beside each other, one letter's width between them."""
    found = []
    for one in text.split(" "):
        if one:
            found.append(word(one, left, top, height, place))
        left += LETTER * (len(one) + 1)
    return found


def line(text: str, left: int = 0, top: int = 0, height: int = 20) -> Line:
    found = tuple(words(text, left, top, height))
    return Line(Box(left, top, LETTER * len(text), height), found)


def lines(text: str) -> tuple[Line, ...]:
    return tuple(line(one, top=30 * number) for number, one in enumerate(text.split("\n")))


def page(
    found: Iterable[Word], number: int = 1, size: tuple[int, int] = (1000, 1400)
) -> PageResult:
    return PageResult(number, *size, 100, PageOrigin.TEXT_LAYER, tuple(found))


def typed(text: str, *, left: int = 50, top: int = 50, pitch: int = 30) -> list[Word]:
    """Return the words of a typewritten page: each line a line, an empty one parts paragraphs.

    Every paragraph is a block, as in a text layer; spaces keep their width.
    """
    found: list[Word] = []
    block = row = 0
    for number, one in enumerate(text.strip("\n").split("\n")):
        if not one.strip():
            block, row = block + 1, 0
            continue
        found += words(one, left, top + pitch * number, 20, (block, 0, row))
        row += 1
    return found


def table_text(rows: Sequence[Sequence[str]], widths: Sequence[int]) -> str:
    """Return the cells as typed text: the first column begins, the others end at one place."""
    return "\n".join(
        row[0].ljust(widths[0])
        + "".join(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    )
