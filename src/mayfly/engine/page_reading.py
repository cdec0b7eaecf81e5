"""Reads one page: its own text, nothing on a blank one, or recognition."""

from __future__ import annotations

from mayfly.domain.jobs import ReadOptions
from mayfly.domain.limits import Limits
from mayfly.domain.pages import Box, PageOrigin, PageReading, PageResult, Word
from mayfly.domain.ports import RawWord, Recogniser
from mayfly.engine.loaded_page import OpenDocument
from mayfly.engine.pixels import to_page_image


class PageReader:
    """Reads the pages of one document with one recogniser."""

    def __init__(
        self,
        document: OpenDocument,
        recogniser: Recogniser,
        options: ReadOptions,
        limits: Limits,
    ) -> None:
        self._document = document
        self._recogniser = recogniser
        self._options = options
        self._limits = limits

    def read(self, number: int) -> PageReading:
        """Return what is on the page, counted from 1; a DocumentError or RecognitionError."""
        page = self._document.load(number, take_text=not self._options.recognise_anyway)
        image = to_page_image(page.view)
        if page.words is not None:
            origin, words = PageOrigin.TEXT_LAYER, page.words
        else:
            gray = page.gray()
            raw = self._recogniser.recognise(
                gray.tobytes(),
                page.width_px,
                page.height_px,
                dpi=page.dpi,
                languages=self._options.languages,
                find_orientation=False,
                timeout_s=self._limits.page_timeout_s,
            )
            origin, words = PageOrigin.RECOGNISED, _renumbered(raw)
        words = words[: self._limits.words_per_page]
        result = PageResult(number, page.width_px, page.height_px, page.dpi, origin, words)
        return PageReading(result, image)


def _renumbered(raw: list[RawWord]) -> tuple[Word, ...]:
    """Count blocks, paragraphs and lines from 0, each within its parent, without gaps."""
    last: dict[tuple[int, ...], int] = {}
    seen: dict[tuple[int, ...], int] = {}

    def place(*key: int) -> int:
        if key not in seen:
            seen[key] = last.get(key[:-1], -1) + 1
            last[key[:-1]] = seen[key]
        return seen[key]

    words = []
    for word in raw:
        block = place(0, word.block)
        paragraph = place(0, word.block, word.paragraph)
        line = place(0, word.block, word.paragraph, word.line)
        box = Box(word.left, word.top, word.width, word.height)
        words.append(Word(word.text, box, word.confidence, block, paragraph, line))
    return tuple(words)
