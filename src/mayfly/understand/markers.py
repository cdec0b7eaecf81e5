"""Signs before the items of a list: bullets, and signs that count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

CLEAR_BULLETS = frozenset("•◦▪‣●○■□◆◇♦➢➤✓✔❖\uf0b7\uf0a7\uf0d8")
"""Signs that are nothing else; of the dashes and stars it takes several to be a list."""
# The last four are what recognition often makes of a bullet.
_DASHES = frozenset(("-", "–", "—", "*", "·", "o", "+", "»", "©", "¢", "®", "°"))
_NUMBER = re.compile(r"\(?([0-9]{1,3})[.)]")
_PATH = re.compile(r"\(?([0-9]{1,2}(?:\.[0-9]{1,2})+)[.)]?")
_ROMAN = re.compile(r"\(?([ivx]{1,6}|[IVX]{1,6})[.)]")
_LETTER = re.compile(r"\(?([a-z]|[A-Z])[.)]")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10}


class MarkerKind(Enum):
    """What a sign is; those of one list are of one kind."""

    BULLET = "bullet"
    DASH = "dash"
    NUMBER = "number"
    ROMAN = "roman"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Marker:
    """A sign, and the values that it may count as; a bullet counts nothing."""

    text: str
    readings: tuple[tuple[MarkerKind, int], ...]

    def follows(self, before: Marker) -> bool:
        """Return whether this one may be the sign after another of the same list."""
        if not self.counts:
            return self.text == before.text or self.readings == before.readings
        return any((kind, value - 1) in before.readings for kind, value in self.readings)

    @property
    def counts(self) -> bool:
        """Whether it is a number or a letter."""
        return self.readings[0][0] not in (MarkerKind.BULLET, MarkerKind.DASH)

    @property
    def is_clear(self) -> bool:
        """Whether it is a sign of a list wherever it stands."""
        return self.readings[0][0] is MarkerKind.BULLET

    @property
    def is_first(self) -> bool:
        """Whether a list may begin with it."""
        return not self.counts or any(value in (0, 1) for _, value in self.readings)


def marker_of(text: str) -> Marker | None:
    """Return what sign the word is; None for any other word."""
    if text in CLEAR_BULLETS:
        return Marker(text, ((MarkerKind.BULLET, 0),))
    if text in _DASHES:
        return Marker(text, ((MarkerKind.DASH, 0),))
    readings: list[tuple[MarkerKind, int]] = []
    if found := _NUMBER.fullmatch(text):
        readings.append((MarkerKind.NUMBER, int(found.group(1))))
    if found := _LETTER.fullmatch(text):
        readings.append((MarkerKind.LETTER, ord(found.group(1).lower()) - ord("a") + 1))
    if found := _ROMAN.fullmatch(text):
        readings.append((MarkerKind.ROMAN, _roman(found.group(1).lower())))
    return Marker(text, tuple(readings)) if readings else None


def parted(text: str) -> tuple[str, str]:
    """Return a clear bullet and what it is glued to (“•Apples”); no bullet where there is none."""
    is_glued = len(text) > 1 and text[0] in CLEAR_BULLETS and text[1].isalnum()
    return (text[0], text[1:]) if is_glued else ("", text)


def _roman(text: str) -> int:
    values = [_ROMAN_VALUES[one] for one in text]
    after = [*values[1:], 0]
    return sum(-one if one < next_one else one for one, next_one in zip(values, after, strict=True))


def section_depth(text: str) -> int:
    """Return how many numbers a section's sign has (“2.1” has 2); 0 for any other word."""
    found = _PATH.fullmatch(text)
    return found.group(1).count(".") + 1 if found else 0
