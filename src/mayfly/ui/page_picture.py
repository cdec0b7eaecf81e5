"""One page made ready to be shown. Runs on the decode lane; the GUI thread gets finished values."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QPointF, QRect, QSize
from PySide6.QtGui import QImage, QImageReader

from mayfly.domain.ids import JobId
from mayfly.domain.images import FoundImage, ImageRef
from mayfly.domain.pages import DOUBTFUL_BELOW, PageOrigin, Word
from mayfly.services.library import PageView

_BAND_PX = 64
_LOOK_AHEAD = 16


@dataclass(frozen=True, slots=True)
class ShownWord:
    """A word with its box on the page and its place in the page's text (UTF-16 units)."""

    box: QRect
    start: int
    end: int
    doubtful: bool


@dataclass(frozen=True, slots=True, eq=False)
class PagePicture:
    """A page on show: picture, words and text. Kept only while it is on show.

    image is None when it is destroyed or no picture; words then lie on an empty sheet of size.
    encoded is what the image was decoded from, to scale it anew.
    scale turns page pixels, which the boxes use, into pixels of the image.
    """

    job_id: JobId | None
    number: int
    size: QSize
    image: QImage | None
    encoded: bytes = field(repr=False)
    text: str
    words: tuple[ShownWord, ...]
    origin: PageOrigin | None
    """None when the result is destroyed: there are no words then."""
    confidence: float | None
    _bands: dict[int, list[int]] = field(repr=False)
    _by_start: tuple[int, ...] = field(repr=False)

    def word_at(self, point: QPointF) -> int | None:
        """Return the number of the word at a point in page pixels; the smallest if several."""
        spot = QPoint(round(point.x()), round(point.y()))
        found = [
            number
            for number in self._bands.get(spot.y() // _BAND_PX, ())
            if self.words[number].box.contains(spot)
        ]
        return min(found, key=self._area, default=None)

    def word_at_text(self, position: int) -> int | None:
        """Return the number of the word at a position in the text."""
        low, high = 0, len(self._by_start)
        while low < high:
            middle = (low + high) // 2
            if self.words[self._by_start[middle]].start <= position:
                low = middle + 1
            else:
                high = middle
        if low == 0:
            return None
        number = self._by_start[low - 1]
        return number if position <= self.words[number].end else None

    def _area(self, number: int) -> int:
        box = self.words[number].box
        return box.width() * box.height()


def prepare_page(view: PageView, wanted: Callable[[], bool]) -> PagePicture | None:
    """Decode a page for showing. None when there is nothing of it, or it is no longer wanted."""
    result = view.result
    if (result is None and view.image is None) or not wanted():
        return None
    encoded = b"" if view.image is None else view.image.data
    image = _decode(encoded, QSize()) if encoded else None
    if result is None:
        return _without_words(view, image)
    spans = word_spans(view.text, result.words)
    words = tuple(
        ShownWord(
            QRect(word.box.left, word.box.top, word.box.width, word.box.height),
            *span,
            word.confidence is not None and word.confidence < DOUBTFUL_BELOW,
        )
        for word, span in zip(result.words, spans, strict=True)
    )
    with_place = (number for number, word in enumerate(words) if word.end > word.start)
    return PagePicture(
        job_id=view.job_id,
        number=view.number,
        size=QSize(result.width_px, result.height_px),
        image=image,
        encoded=encoded,
        text=view.text,
        words=words,
        origin=result.origin,
        confidence=result.confidence,
        _bands=_bands(words),
        _by_start=tuple(sorted(with_place, key=lambda number: words[number].start)),
    )


def _without_words(view: PageView, image: QImage | None) -> PagePicture:
    sides = (view.image.width_px, view.image.height_px) if view.image is not None else (0, 0)
    return PagePicture(
        job_id=view.job_id,
        number=view.number,
        size=QSize(*sides),
        image=image,
        encoded=view.image.data if view.image is not None else b"",
        text="",
        words=(),
        origin=None,
        confidence=None,
        _bands={},
        _by_start=(),
    )


def picture_alone(ref: ImageRef, found: FoundImage, image: QImage | None) -> PagePicture:
    """Return a picture of a document as a page without words, to be shown by a PageCanvas."""
    return PagePicture(
        job_id=ref.job_id,
        number=ref.image_id.page,
        size=QSize(found.block.width_px, found.block.height_px),
        image=image,
        encoded=found.data,
        text="",
        words=(),
        origin=None,
        confidence=None,
        _bands={},
        _by_start=(),
    )


def scale_image(encoded: bytes, size: QSize, wanted: Callable[[], bool]) -> QImage | None:
    """Return the picture smoothly scaled to the size; None when no longer wanted."""
    return _decode(encoded, size) if wanted() else None


def _decode(encoded: bytes, size: QSize) -> QImage | None:
    """Decode, at its own size or scaled to one; None for what is no picture.

    By QImageReader, which lets Python go on: QImage.scaled and QImage.fromData hold the
    interpreter's lock, and kept the GUI thread waiting for 20 to 60 ms a page.
    """
    buffer = QBuffer()
    buffer.setData(QByteArray(encoded))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    if not size.isEmpty():
        reader.setScaledSize(size)
    image = reader.read()
    return None if image.isNull() else image


def word_spans(text: str, words: Sequence[Word]) -> list[tuple[int, int]]:
    """Return where each word stands in the page's text, in the units Qt counts in.

    Looks for each word a short way after the one before it, in the order of the text
    (block, paragraph, line). A word that is not there gets an empty span.
    """
    order = sorted(
        range(len(words)),
        key=lambda number: (words[number].block, words[number].paragraph, words[number].line),
    )
    spans = [(0, 0)] * len(words)
    utf16 = _utf16_offsets(text)
    position = 0
    for number in order:
        wanted = _clean(words[number].text)
        if not wanted:
            continue
        found = text.find(wanted, position, position + len(wanted) + _LOOK_AHEAD)
        if found < 0:
            continue
        position = found + len(wanted)
        spans[number] = (utf16(found), utf16(position))
    return spans


def _clean(text: str) -> str:
    spaced = " ".join(text.split())
    kept = "".join(one for one in spaced if unicodedata.category(one) != "Cc")
    return unicodedata.normalize("NFC", kept)


def _utf16_offsets(text: str) -> Callable[[int], int]:
    """Return what turns a Python offset into Qt's; characters beyond U+FFFF count twice there."""
    wide = [place for place, one in enumerate(text) if ord(one) > 0xFFFF]
    if not wide:
        return lambda place: place
    return lambda place: place + sum(one < place for one in wide)


def _bands(words: Sequence[ShownWord]) -> dict[int, list[int]]:
    """Return which words touch which band of the page, so that a mouse move asks few."""
    bands: dict[int, list[int]] = defaultdict(list)
    for number, word in enumerate(words):
        for band in range(word.box.top() // _BAND_PX, word.box.bottom() // _BAND_PX + 1):
            bands[band].append(number)
    return dict(bands)
