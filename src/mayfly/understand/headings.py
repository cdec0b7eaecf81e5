"""Headings: paragraphs in larger letters, and short ones that begin with a section's number.

Weight and colour are unknown here: a bold line in letters of the text's size stays a paragraph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mayfly.domain.layout import Line
from mayfly.domain.pages import DOUBTFUL_BELOW, Word
from mayfly.understand.lines import Paragraph
from mayfly.understand.markers import MarkerKind, marker_of, section_depth
from mayfly.understand.rows import pieces_of
from mayfly.understand.sizes import body_size, size_of
from mayfly.understand.words import words_text

# A text layer tells the size of a font exactly; a recognised size varies with the letters.
_LARGER_LAYER = 1.15
_LARGER_READ = 1.35
_ONE_LEVEL = 0.9
_LEVELS = 6
_LARGER_TITLE = 1.6
_MOST_LINES = 2
_MOST_WORDS = 16
_MOST_SHORT = 2 * _MOST_WORDS
"""Words of a paragraph that might be a heading, those that do not show among them."""
_MOST_WORDS_NUMBERED = 10
_FEWEST_LETTERS = 3
_LETTERS = 0.6
_ADDRESS_DIGITS = 5
"""A postcode, a number of an invoice or a telephone: no heading has them."""
_PROSE_WORDS = 12
_SENTENCE_ENDS = (".", ":", "!", "?")
_NO_END = (",", ";", "-")
_NO_END_NUMBERED = (".", ",", ";", ":", "-")


@dataclass(frozen=True, slots=True)
class Scale:
    """The sizes of a document: of its text, and of each level of heading, largest first."""

    body: float
    levels: tuple[float, ...]

    def level_of(self, size: float) -> int:
        """Return the level of a heading of this size."""
        for number, smallest in enumerate(self.levels, 1):
            if size >= smallest:
                return number
        return max(1, len(self.levels))


def scale_of(paragraphs: Iterable[Paragraph]) -> Scale:
    """Return the sizes that all paragraphs of a document share; goes through them once.

    Only the short ones are held meanwhile: a document may be long.
    """
    short: list[Paragraph] = []

    def lines() -> Iterator[Line]:
        for paragraph in paragraphs:
            if sum(len(line.words) for line in paragraph) <= _MOST_SHORT:
                short.append(paragraph)
            yield from paragraph

    body = body_size(lines())
    sizes = sorted((_size(one) for one in short if _is_large(one, body)), reverse=True)
    levels: list[float] = []
    largest = 0.0
    for size in sizes:
        if not levels or size < _ONE_LEVEL * largest:
            levels.append(size)
            largest = size
        levels[-1] = size
    return Scale(body, tuple(levels[:_LEVELS]))


def levels_of(paragraphs: Sequence[Paragraph | None], scale: Scale) -> list[int | None]:
    """Return each paragraph's level of heading; None is something else than a paragraph."""
    return [
        None if paragraph is None else _level(paragraph, after, scale)
        for paragraph, after in pairwise((*paragraphs, None))
    ]


def _level(paragraph: Paragraph, after: Paragraph | None, scale: Scale) -> int | None:
    if _is_large(paragraph, scale.body) and not _goes_on(paragraph, after):
        return scale.level_of(_size(paragraph))
    depth = _numbered_depth(paragraph, after)
    return min(_LEVELS, len(scale.levels) + depth) if depth else None


def _is_large(paragraph: Paragraph, body: float) -> bool:
    words = _shown(paragraph)
    if not words or not body or len(words) > _MOST_WORDS or words[0].text[:1].islower():
        return False
    ratio = _LARGER_LAYER if words[0].confidence is None else _LARGER_READ
    if len(paragraph) > _MOST_LINES:
        # Three lines are an address, if they are not the title of the whole.
        ratio = _LARGER_TITLE
    if len(pieces_of(paragraph)) > len(paragraph):
        # A name and what it is, or two things beside each other.
        return False
    is_large = len(paragraph) <= _MOST_LINES + 1 and _size(paragraph) >= ratio * body
    return is_large and _says_something(words, _NO_END)


def _goes_on(paragraph: Paragraph, after: Paragraph | None) -> bool:
    """Return whether a sentence goes on below, as in a quotation in large letters."""
    more = _shown(after or ())
    text = words_text(_shown(paragraph))
    return bool(more) and more[0].text[:1].islower() and not text.endswith(_SENTENCE_ENDS)


def _numbered_depth(paragraph: Paragraph, after: Paragraph | None) -> int:
    """Return how deep a section's number is, where the paragraph is a heading by it; else 0."""
    words = _shown(paragraph)
    if after is None or len(paragraph) > 1 or not 1 < len(words) <= _MOST_WORDS_NUMBERED:
        return 0
    depth = section_depth(words[0].text) or _counts(words[0].text)
    is_heading = (
        depth
        and words[1].text[:1].isupper()
        and _says_something(words[1:], _NO_END_NUMBERED)
        and len(_shown(after)) >= _PROSE_WORDS
    )
    return depth if is_heading else 0


def _counts(text: str) -> int:
    marker = marker_of(text)
    return int(marker is not None and marker.readings[0][0] is MarkerKind.NUMBER)


def _says_something(words: Sequence[Word], no_end: tuple[str, ...]) -> bool:
    """Return whether the words are words, clearly read, and no part of a sentence."""
    text = words_text(words)
    known = [one for one in text if not one.isspace()]
    letters = sum(one.isalpha() for one in known)
    if any(sum(map(str.isdigit, word.text)) >= _ADDRESS_DIGITS for word in words):
        return False
    if letters < _FEWEST_LETTERS or letters < _LETTERS * len(known) or text.endswith(no_end):
        return False
    return all(one.confidence is None or one.confidence >= DOUBTFUL_BELOW for one in words)


def _shown(lines: Iterable[Line]) -> list[Word]:
    return [word for line in lines for word in line.words if word.text.strip()]


def _size(paragraph: Paragraph) -> float:
    return min(map(size_of, paragraph))
