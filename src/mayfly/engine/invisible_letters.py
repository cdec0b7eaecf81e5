"""Codes of two bytes for every letter of a document, and what a PDF says they mean.

A letter of the first 65,536 is its own code. What needs more, letters beyond those and letters
with marks, shares the codes that are no letters by themselves (the surrogates of UTF-16).
"""

from __future__ import annotations

import unicodedata

from mayfly.engine.seen_order import seen_order

_FIRST_SHARED, _LAST_SHARED = 0xD800, 0xDFFF
_LAST_OWN = 0xFFFF
_UNKNOWN = 0xFFFD
_MARKS = frozenset({"Mn", "Me"})
_NO_LETTERS = frozenset({"Cc", "Cs"})
_MOST_MARKS = 8
_MOST_IN_BLOCK = 100
"""A CMap takes no more in one block."""

_HEAD = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
2 beginbfrange
<0000> <D7FF> <0000>
<E000> <FFFF> <E000>
endbfrange
"""
_TAIL = """endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


class Letters:
    """Gives out codes, the same one for the same letter in the whole document."""

    def __init__(self) -> None:
        self._shared: dict[str, int] = {}

    def codes(self, word: str) -> list[int]:
        """Return the codes of a word's letters from left to right, as they are seen."""
        return [self._code(letter) for letter in seen_order(_letters(word))]

    def to_unicode(self) -> bytes:
        """Return the CMap that says what each code means."""
        lines = [
            f"<{code:04X}> <{letter.encode('utf-16-be').hex().upper()}>\n"
            for letter, code in self._shared.items()
        ]
        blocks = (
            lines[start : start + _MOST_IN_BLOCK] for start in range(0, len(lines), _MOST_IN_BLOCK)
        )
        shared = "".join(
            f"{len(block)} beginbfchar\n{''.join(block)}endbfchar\n" for block in blocks
        )
        return f"{_HEAD}{shared}{_TAIL}".encode("ascii")

    def _code(self, letter: str) -> int:
        if len(letter) == 1 and ord(letter) <= _LAST_OWN:
            return ord(letter)
        code = self._shared.get(letter, _FIRST_SHARED + len(self._shared))
        if code > _LAST_SHARED:
            # More than 2,048 different ones: those that come now lose their marks.
            return ord(letter[0]) if ord(letter[0]) <= _LAST_OWN else _UNKNOWN
        return self._shared.setdefault(letter, code)


def _letters(word: str) -> list[str]:
    """Return the word's letters, each with the marks that follow it, in form NFC."""
    letters: list[str] = []
    for one in unicodedata.normalize("NFC", word):
        kind = unicodedata.category(one)
        if kind in _MARKS and letters and len(letters[-1]) < _MOST_MARKS:
            letters[-1] += one
        elif kind not in _NO_LETTERS:
            letters.append(one)
    return letters
