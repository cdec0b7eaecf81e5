"""Reads one page of pixels: prepared, turned upright when it is not, plainly when in doubt.

Of several readings the better one is kept. How good a reading is: its letters, each counted
by how far Tesseract's confidence lies above one half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mayfly.domain.pages import Word
from mayfly.domain.ports import RawWord, Recogniser
from mayfly.engine.loaded_page import Gray
from mayfly.engine.preparation import Prepared, prepare, prepare_plainly
from mayfly.engine.word_order import number_words

_UPRIGHT_CONFIDENCE = 55.0
"""Upright pages have a mean of 60 to 95, upside-down ones 21 to 43 (10 pages in 4 turns)."""
_DOUBTFUL_CONFIDENCE = 75.0
_HALF = 50.0
_FEWEST_SHAPED = 3
_SHAPED_LETTERS = 3
_CLEARLY_BETTER = 1.3
_SCRIPTS_WITH_COLUMNS = ("chi", "jpn", "kor")
"""Written downwards, an upright page of these has tall words."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Words in pixels of the page after it was turned clockwise by turned_degrees."""

    words: tuple[Word, ...]
    turned_degrees: int


@dataclass(frozen=True, slots=True)
class _Attempt:
    raw: list[RawWord]
    prepared: Prepared
    turned_degrees: int

    @property
    def confidence(self) -> float:
        return sum(word.confidence for word in self.raw) / max(1, len(self.raw))

    @property
    def worth(self) -> float:
        return sum(
            len(word.text) * max(0.0, word.confidence - _HALF)
            for word in self.raw
            if any(letter.isalnum() for letter in word.text)
        )

    @property
    def has_tall_words(self) -> bool:
        """Whether most words stand on end: the page lies on its side."""
        shaped = [word for word in self.raw if len(word.text) >= _SHAPED_LETTERS]
        tall = sum(word.height > word.width for word in shaped)
        return len(shaped) >= _FEWEST_SHAPED and tall * 2 > len(shaped)


class PageRecogniser:
    """Reads pages in some languages with a recogniser."""

    def __init__(
        self, recogniser: Recogniser, languages: Sequence[str], *, timeout_s: float
    ) -> None:
        self._recogniser = recogniser
        self._languages = languages
        self._timeout_s = timeout_s
        self._knows_turns = not any(
            language.lower().startswith(_SCRIPTS_WITH_COLUMNS) for language in languages
        )

    def read(self, page: Gray, dpi: int) -> Reading:
        """Return the best reading that at most three passes give; one is the rule."""
        best = self._attempt(prepare(page, dpi), 0)
        if self._knows_turns:
            best = self._turned(best, page, dpi)
        if best.confidence < _DOUBTFUL_CONFIDENCE:
            upright = _turn(page, best.turned_degrees)
            plainly = self._attempt(prepare_plainly(upright, dpi), best.turned_degrees)
            if plainly.worth > best.worth:
                best = plainly
        return _reading_of(best)

    def _turned(self, first: _Attempt, page: Gray, dpi: int) -> _Attempt:
        """Return the attempt itself, or one on the page turned the way its words ask for.

        Tesseract reads one of the two sideways turns by itself without telling, but its words
        are then taller than wide; the other turn gives tall words of low confidence, and an
        upside-down page wide ones. This costs upright pages nothing; asking for the orientation
        first costs each page 0.2 to 0.35 s.
        """
        if first.has_tall_words:
            degrees = 270 if first.confidence >= _UPRIGHT_CONFIDENCE else 90
        elif first.raw and first.confidence < _UPRIGHT_CONFIDENCE:
            degrees = 180
        else:
            return first
        again = self._attempt(prepare(_turn(page, degrees), dpi), degrees)
        needed = 0.9 if degrees == 270 else _CLEARLY_BETTER
        return again if again.worth > first.worth * needed else first

    def _attempt(self, prepared: Prepared, turned_degrees: int) -> _Attempt:
        rows, columns = prepared.pixels.shape
        raw = self._recogniser.recognise(
            prepared.pixels.tobytes(),
            columns,
            rows,
            dpi=prepared.dpi,
            languages=self._languages,
            timeout_s=self._timeout_s,
        )
        return _Attempt(raw, prepared, turned_degrees)


def _turn(page: Gray, degrees: int) -> Gray:
    """Turn clockwise by a multiple of 90."""
    return np.ascontiguousarray(np.rot90(page, -degrees // 90))


def _reading_of(attempt: _Attempt) -> Reading:
    to_page = attempt.prepared.to_page
    boxes = [to_page(word.left, word.top, word.width, word.height) for word in attempt.raw]
    return Reading(number_words(attempt.raw, boxes), attempt.turned_degrees)
