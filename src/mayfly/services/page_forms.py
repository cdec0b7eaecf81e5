"""One page, or a whole result, in a form to be looked at or copied: Markdown, JSON, tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol

from mayfly.domain.exports import ExportFormat, PageChoice, PageRange
from mayfly.domain.ids import JobId
from mayfly.domain.pages import PageResult
from mayfly.domain.ports import Lane


@dataclass(frozen=True, slots=True)
class CopiedTables:
    """All tables of some pages, in the two forms that a clipboard carries."""

    html: str = field(repr=False)
    tsv: str = field(repr=False)


class Rendering(Protocol):
    """What makes the bytes of a form (Exporting.render)."""

    def __call__(
        self, job_id: JobId, file_format: ExportFormat, pages: PageChoice
    ) -> Iterator[bytes]:
        """Yield them."""
        ...


class PageForms:
    """Works on a lane of its own, so that a long export holds up no look at a page.

    number None means all pages. Futures fail with NoSuchPage, PageNotRead, ResultGone, NoTables
    or another JobError.
    """

    def __init__(
        self,
        render: Rendering,
        results: Callable[[JobId, PageChoice], Iterable[PageResult]],
        *,
        find_tables: Callable[[Iterable[PageResult]], CopiedTables],
        lane: Lane,
    ) -> None:
        self._render = render
        self._results = results
        self._find_tables = find_tables
        self._lane = lane

    def form(self, job_id: JobId, file_format: ExportFormat, number: int | None) -> Future[str]:
        """Return the text of a form."""
        return self._lane.submit(lambda: self._form(job_id, file_format, number))

    def readable(self, job_id: JobId, file_format: ExportFormat, number: int | None) -> Future[str]:
        """Return the text of a form as it is looked at: JSON with its parts on lines of their own.

        An export has JSON without them, which is a third of the size.
        """
        return self._lane.submit(
            lambda: _readable(self._form(job_id, file_format, number), file_format)
        )

    def tables(self, job_id: JobId, number: int | None) -> Future[CopiedTables]:
        """Return the tables; NoTables where there is none."""
        pages = _choice(number)
        return self._lane.submit(lambda: self._find_tables(self._results(job_id, pages)))

    def close(self) -> None:
        """Finish what is in hand."""
        self._lane.close()

    def _form(self, job_id: JobId, file_format: ExportFormat, number: int | None) -> str:
        pieces = self._render(job_id, file_format, _choice(number))
        with closing(_generator(pieces)) as each:
            return b"".join(each).decode()


def _readable(text: str, file_format: ExportFormat) -> str:
    if file_format is not ExportFormat.JSON:
        return text
    return json.dumps(json.loads(text), ensure_ascii=False, indent=2)


def _generator(pieces: Iterator[bytes]) -> Generator[bytes, None, None]:
    yield from pieces


def _choice(number: int | None) -> PageChoice:
    return PageChoice() if number is None else PageChoice((PageRange(number, number),))
