"""How well a text agrees with its truth: character error rate and word F1."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein


@dataclass(frozen=True)
class Score:
    """Errors and sizes of some pages added up, so that long pages weigh more."""

    edits: int = 0
    truth_chars: int = 0
    hits: int = 0
    read_words: int = 0
    truth_words: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.edits + other.edits,
            self.truth_chars + other.truth_chars,
            self.hits + other.hits,
            self.read_words + other.read_words,
            self.truth_words + other.truth_words,
        )

    @property
    def cer(self) -> float:
        """Character edits for each character of truth, white space folded."""
        return self.edits / max(1, self.truth_chars)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall over the bag of words."""
        return 2 * self.hits / max(1, self.read_words + self.truth_words)


def score(read: str, truth: str) -> Score:
    """Compare one page's text with its truth, NFC, runs of white space as one blank."""
    read, truth = _fold(read), _fold(truth)
    read_words, truth_words = Counter(read.split()), Counter(truth.split())
    return Score(
        edits=Levenshtein.distance(read, truth),
        truth_chars=len(truth),
        hits=(read_words & truth_words).total(),
        read_words=read_words.total(),
        truth_words=truth_words.total(),
    )


def total(scores: Iterable[Score]) -> Score:
    """Add up pages."""
    result = Score()
    for one in scores:
        result += one
    return result


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
