"""Lines of a paragraph to one flowing text."""

from __future__ import annotations

from collections.abc import Iterable

from mayfly.domain.layout import Line
from mayfly.understand.words import words_text

_SOFT = "\u00ad"
_HYPHENS = ("-", "\u2010", _SOFT)
# “Ein- und Ausgabe”, “pre- and postwar”: this hyphen stands for a word that follows.
_JOINING_WORDS = frozenset(
    ("und", "oder", "bzw", "bis", "and", "or", "to", "et", "ou", "y", "o", "e", "en", "of", "och")
)


def flowing(lines: Iterable[Line]) -> str:
    """Return the lines as one, a space between them.

    A hyphen at a line's end goes when a letter stands before it and a lower-case word follows
    that does not join two words.
    """
    parts: list[str] = []
    for line in lines:
        added = words_text(line.words)
        if not added:
            continue
        if parts and _is_broken(parts[-1], added):
            parts[-1] = parts[-1][:-1]
        elif parts:
            parts.append(" ")
        parts.append(added)
    return "".join(parts)


def _is_broken(before: str, after: str) -> bool:
    if not before.endswith(_HYPHENS) or not before[-2:-1].isalpha():
        return False
    if before[-1] == _SOFT:
        return after[0].isalpha()
    first = after.split(" ", 1)[0].rstrip(".,;:")
    return after[0].islower() and first not in _JOINING_WORDS
