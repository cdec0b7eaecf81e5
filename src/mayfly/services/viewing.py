"""View once: a document that is read into the memory of this process and never reaches a vault."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from mayfly.domain.errors import InternalError
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.pages import Word
from mayfly.domain.ports import Lane
from mayfly.services.library import PageView
from mayfly.services.once import OncePage, ReadOnce

PageText = Callable[[Sequence[Word]], str]


class ViewOnce:
    """Opens documents for one look. There is no job, no row, no entry and no file of them."""

    def __init__(
        self,
        make_reader: Callable[[], ReadOnce],
        *,
        make_lane: Callable[[str], Lane],
        page_text: PageText,
    ) -> None:
        """make_reader: makes what reads without storing; it may look at folders, so on a lane."""
        self._make_reader = make_reader
        self._make_lane = make_lane
        self._page_text = page_text

    def open(self, path: Path, options: ReadOptions, password: str | None = None) -> Viewed:
        """Return a document whose pages can be asked for; nothing is opened before that."""
        return Viewed(
            lambda on_open: self._make_reader().read(
                path, options, password=password, on_open=on_open
            ),
            lane=self._make_lane("once"),
            page_text=self._page_text,
        )


OnOpen = Callable[[int, Callable[[], None]], None]


class Viewed:
    """One document on show. Its pages are here and nowhere else; close drops them."""

    def __init__(
        self,
        read: Callable[[OnOpen], Generator[OncePage, None, None]],
        *,
        lane: Lane,
        page_text: PageText,
    ) -> None:
        self._read = read
        self._lane = lane
        self._page_text = page_text
        self._gate = threading.Lock()
        self._stop: Callable[[], None] = lambda: None
        self._closed = threading.Event()
        self._pages: Generator[OncePage, None, None] | None = None
        self._views: list[PageView] = []
        self.count = 0
        """How many pages there are; 0 until the document is open."""

    @property
    def views(self) -> tuple[PageView, ...]:
        """The pages that were read so far, in order."""
        with self._gate:
            return tuple(self._views)

    def read_next(self) -> Future[PageView | None]:
        """Read one page more; None when there is none. Fails as ReadOnce.read does."""
        return self._lane.submit(self._next)

    def close(self) -> None:
        """End the readers at once and drop every page; blocks no longer than that takes."""
        with self._gate:
            self._closed.set()
            self._views.clear()
            stop = self._stop
        stop()
        with suppress(InternalError):
            # On its lane: a generator that is at work cannot be closed from elsewhere.
            self._lane.submit(self._drop)

    def _next(self) -> PageView | None:
        if self._closed.is_set():
            return None
        if self._pages is None:
            self._pages = self._read(self._note_open)
        page = next(self._pages, None)
        if page is None:
            return None
        text = "" if page.result is None else self._page_text(page.result.words)
        view = PageView(None, page.number, page.result, text, page.image, page.error_code)
        with self._gate:
            if self._closed.is_set():
                return None
            self._views.append(view)
        return view

    def _note_open(self, pages: int, stop: Callable[[], None]) -> None:
        with self._gate:
            self.count = pages
            self._stop = stop
            closed = self._closed.is_set()
        if closed:
            stop()

    def _drop(self) -> None:
        if self._pages is not None:
            self._pages.close()
            self._pages = None
        self._lane.close()
