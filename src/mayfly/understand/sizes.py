"""How large letters are printed, from the boxes of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from statistics import median

from mayfly.domain.layout import Line
from mayfly.domain.pages import Word
from mayfly.understand.words import clean

# A recognised word's box ends where its ink does; a text layer's has the height of its font.
_HIGH = frozenset("bdfhklt!?()[]{}/|\\&§$%ßij")
_LOW = frozenset("gjpqy,;()[]{}/|§Qç")
_BOTH, _UP, _SMALL, _DOWN = 0.93, 0.72, 0.5, 0.72


def size_of(line: Line) -> float:
    """Return the size of the line's letters in pixels; 0 where nothing shows."""
    sizes = [_word_size(word) for word in line.words if len(clean(word.text)) > 1]
    sizes = sizes or [_word_size(word) for word in line.words if clean(word.text)]
    return median(sizes) if sizes else 0.0


def _word_size(word: Word) -> float:
    if word.confidence is None:
        return word.box.height
    text = word.text
    is_high = any(one in _HIGH or one.isupper() or one.isdigit() for one in text)
    is_low = any(one in _LOW for one in text)
    share = (_BOTH if is_low else _UP) if is_high else (_DOWN if is_low else _SMALL)
    return word.box.height / share


def body_size(lines: Iterable[Line]) -> float:
    """Return the size that most letters have; 0 where there are none."""
    letters: Counter[int] = Counter()
    for line in lines:
        letters[round(size_of(line))] += sum(len(clean(word.text)) for word in line.words)
    half = sum(letters.values()) / 2
    for size in sorted(letters):
        half -= letters[size]
        if half <= 0:
            return float(size)
    return 0.0
