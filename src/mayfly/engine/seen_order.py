"""A word's letters from left to right, as they are seen: what readers of PDFs expect.

They turn words of Hebrew or Arabic round when they copy or search. Only what one word needs of
the Unicode Bidirectional Algorithm; no marks that embed or override.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_NUMBERS = frozenset({"EN", "AN"})
_IN_NUMBERS = frozenset({"CS", "ES"})


def seen_order(letters: Sequence[str]) -> list[str]:
    """Return the letters, each perhaps with its marks, as they stand from left to right.

    Marks of a letter that runs from right to left come before it: readers turn those round, too.
    """
    kinds = [unicodedata.bidirectional(letter[0]) for letter in letters]
    if not _RIGHT_TO_LEFT.intersection(kinds):
        return list(letters)
    levels = _levels(kinds)
    order = list(range(len(letters)))
    for level in range(max(levels), 0, -1):
        order = _turned(order, levels, level)
    return [letters[index][:: -1 if levels[index] % 2 else 1] for index in order]


def _levels(kinds: Sequence[str]) -> list[int]:
    """Return each letter's level: odd ones run from right to left."""
    strong = next(kind for kind in kinds if kind == "L" or kind in _RIGHT_TO_LEFT)
    base = 0 if strong == "L" else 1
    known = [_level(kinds, index, base) for index in range(len(kinds))]
    levels = []
    for index, level in enumerate(known):
        before = next((one for one in known[index::-1] if one is not None), base)
        after = next((one for one in known[index:] if one is not None), base)
        between = before if before == after else base
        levels.append(between if level is None else level)
    return levels


def _level(kinds: Sequence[str], index: int, base: int) -> int | None:
    """Return the level of a letter that has one of its own; None for signs between letters."""
    kind = kinds[index]
    if kind in _RIGHT_TO_LEFT:
        return 1
    around = kinds[max(0, index - 1) : index + 2 : 2]
    is_in_number = kind in _IN_NUMBERS and len(around) == 2 and _NUMBERS.issuperset(around)
    return 2 * base if kind == "L" or kind in _NUMBERS or is_in_number else None


def _turned(order: Sequence[int], levels: Sequence[int], level: int) -> list[int]:
    """Turn every run of letters of at least this level round."""
    turned: list[int] = []
    run: list[int] = []
    for index in order:
        if levels[index] >= level:
            run.append(index)
        else:
            turned += [*run[::-1], index]
            run = []
    return [*turned, *run[::-1]]
