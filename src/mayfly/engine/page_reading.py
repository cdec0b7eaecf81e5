"""Reads one page: its own text, nothing on a blank one, or recognition."""

from __future__ import annotations

from dataclasses import replace

from mayfly.domain.document_errors import PageTooLarge
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.limits import Limits
from mayfly.domain.pages import PageOrigin, PageResult
from mayfly.domain.ports import Recogniser
from mayfly.domain.readings import PageReading
from mayfly.engine.loaded_page import Gray, LoadedPage, OpenDocument
from mayfly.engine.page_pictures import VIEW_TURNS, pictures_on
from mayfly.engine.pictures import numbered
from mayfly.engine.pixels import to_page_image
from mayfly.engine.preparation import is_blank
from mayfly.engine.recognition import PageRecogniser, Reading


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
        self._recogniser = PageRecogniser(
            recogniser, options.languages, timeout_s=limits.page_timeout_s
        )
        self._take_text = not options.recognise_anyway
        self._most_words = limits.words_per_page
        self._most_image_bytes = limits.images_bytes_per_page

    def read(self, number: int) -> PageReading:
        """Return what is on the page, counted from 1; a DocumentError or RecognitionError."""
        page = self._document.load(number, take_text=self._take_text)
        if page.words is not None:
            if len(page.words) > self._most_words:
                raise PageTooLarge
            return self._finished(number, page, PageOrigin.TEXT_LAYER, Reading(page.words, 0))
        gray = page.gray()
        if is_blank(gray):
            return _upright(number, page, PageOrigin.BLANK, Reading((), 0))
        reading = self._recogniser.read(gray, page.dpi)
        return self._finished(number, page, PageOrigin.RECOGNISED, reading, gray)

    def _finished(
        self,
        number: int,
        page: LoadedPage,
        origin: PageOrigin,
        reading: Reading,
        gray: Gray | None = None,
    ) -> PageReading:
        finished = _upright(number, page, origin, reading)
        try:
            pictures = pictures_on(page, gray, reading.words, reading.turned_degrees)
        except Exception:  # noqa: BLE001 - whatever a hostile page makes of MuPDF or OpenCV
            # Its words were read all the same.
            return finished
        return replace(finished, images=numbered(number, pictures, self._most_image_bytes))


def _upright(number: int, page: LoadedPage, origin: PageOrigin, reading: Reading) -> PageReading:
    """Return the page upright: turned sizes and a turned picture where it was on its side."""
    width, height = page.width_px, page.height_px
    if reading.turned_degrees in (90, 270):
        width, height = height, width
    turn = VIEW_TURNS.get(reading.turned_degrees)
    view = page.view if turn is None else page.view.transpose(turn)
    result = PageResult(
        number=number,
        width_px=width,
        height_px=height,
        dpi=page.dpi,
        origin=origin,
        words=reading.words,
        turned_degrees=reading.turned_degrees,
    )
    return PageReading(result, to_page_image(view))
