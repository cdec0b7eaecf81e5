"""Reading a file without keeping anything: what “mayfly read” does. No vault is opened."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from mayfly.domain.document_errors import (
    DocumentError,
    EveryPageFailed,
    ReaderCrashed,
    RecognitionError,
)
from mayfly.domain.errors import NoSuchPage
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.pages import PageImage, PageResult
from mayfly.domain.ports import Engine, FileIntake, Reader

_PAGES_WORTH_A_READER = 2


@dataclass(frozen=True, slots=True)
class OncePage:
    """One page of a document that is not kept; result is None when error_code is set."""

    number: int
    result: PageResult | None
    error_code: str | None
    image: PageImage | None = field(default=None, repr=False)


class ReadOnce:
    """Reads a document straight from its file into memory, page by page."""

    def __init__(self, *, files: FileIntake, engine: Engine, readers: int) -> None:
        self._files = files
        self._engine = engine
        self._readers = max(1, readers)

    def read(
        self,
        path: Path,
        options: ReadOptions,
        *,
        password: str | None = None,
        only: int | None = None,
        on_page: Callable[[int, int], None] = lambda _read, _pages: None,
        on_open: Callable[[int, Callable[[], None]], None] = lambda _pages, _stop: None,
    ) -> Generator[OncePage, None, None]:
        """Yield the pages in order as they are read, or only the one of that number.

        Close it to stop reading: the readers end at once. on_open is told how many pages there
        are, and what ends the readers from another thread; no page comes whole after that.

        on_page is told how many of how many pages are read. Raises IntakeError,
        DocumentError (PasswordNeeded, ...), RecognitionError or NoSuchPage before the first
        page, and EveryPageFailed after the last when no page could be read.
        """
        self._engine.check_languages(options.languages)
        source = self._files.open(path)
        data = b"".join(source.chunks())

        def opened() -> tuple[Reader, int]:
            reader = self._engine.start_reader()
            try:
                return reader, reader.open(iter([data]), len(data), options, password)
            except BaseException:
                reader.kill()
                raise

        reader, pages = opened()
        crew = _Crew(opened, reader)
        on_open(pages, crew.kill)
        try:
            yield from self._pages(crew, _wanted(pages, only), on_page)
        finally:
            crew.kill()

    def _pages(
        self, crew: _Crew, numbers: Sequence[int], on_page: Callable[[int, int], None]
    ) -> Iterator[OncePage]:
        hands = min(self._readers, max(1, len(numbers) // _PAGES_WORTH_A_READER))
        succeeded = 0
        with ThreadPoolExecutor(max_workers=hands) as pool:
            # In order, and only so many pages ahead of the caller as there are hands: a long
            # document is never whole in memory.
            waiting = deque(pool.submit(crew.read, number) for number in numbers[:hands])
            later = iter(numbers[hands:])
            try:
                for count in range(1, len(numbers) + 1):
                    page = waiting.popleft().result()
                    waiting.extend(pool.submit(crew.read, number) for number in islice(later, 1))
                    succeeded += page.error_code is None
                    on_page(count, len(numbers))
                    yield page
            finally:
                for answer in waiting:
                    answer.cancel()
                crew.kill()
        if numbers and not succeeded:
            raise EveryPageFailed


def _wanted(pages: int, only: int | None) -> Sequence[int]:
    if only is None:
        return range(1, pages + 1)
    if not 1 <= only <= pages:
        raise NoSuchPage
    return (only,)


class _Crew:
    """Readers that hold the same document; each page goes to one that is free."""

    def __init__(self, opened: Callable[[], tuple[Reader, int]], first: Reader) -> None:
        self._opened = opened
        self._free = [first]
        self._all = [first]
        self._gate = threading.Lock()
        self._over = threading.Event()

    def read(self, number: int) -> OncePage:
        """Read one page; a page that fails is an answer, not an end."""
        try:
            reader = self._take()
            try:
                reading = reader.read_page(number)
                return OncePage(number, reading.result, None, reading.image)
            finally:
                self._give_back(reader)
        except (DocumentError, RecognitionError) as error:
            return OncePage(number, None, error.code)

    def kill(self) -> None:
        """End every reader."""
        with self._gate:
            self._over.set()
            readers, self._all, self._free = self._all, [], []
        for reader in readers:
            reader.kill()

    def _take(self) -> Reader:
        with self._gate:
            if self._over.is_set():
                raise ReaderCrashed
            if self._free:
                return self._free.pop()
        reader, _ = self._opened()
        with self._gate:
            if self._over.is_set():
                reader.kill()
            self._all.append(reader)
        return reader

    def _give_back(self, reader: Reader) -> None:
        with self._gate:
            if reader.alive and not self._over.is_set():
                self._free.append(reader)
