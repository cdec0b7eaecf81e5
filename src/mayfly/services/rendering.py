"""A job's result as the bytes of a file, in any form; and whether it may be written at all."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from functools import partial
from itertools import groupby
from typing import TypeVar

from mayfly.domain.document_errors import ReaderCrashed
from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import NotFinished, SourceGone, VaultError
from mayfly.domain.exports import (
    ALL_PAGES,
    ExportDocument,
    ExportFormat,
    ImageLink,
    PageChoice,
    Renderer,
    chosen_pages,
)
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageBlock, ImageId, ImageRef
from mayfly.domain.jobs import Job, ReaderProcess
from mayfly.domain.pages import PageResult
from mayfly.domain.ports import Clock, Engine, Lane
from mayfly.domain.states import JobState
from mayfly.domain.vault_port import Vault
from mayfly.services.cancelling import Cancelling
from mayfly.services.library import Library

T = TypeVar("T")

Links = Callable[[JobId, timedelta], Mapping[ImageId, ImageLink]]
"""Makes links to the pictures of a job that lie at a destination; blocks, StorageError."""

OnPage = Callable[[int], object]
"""Hears the number of each page when it is written down; perhaps more than once."""


class Renderings:
    """Makes files of results. Everything here blocks, so nothing is for the GUI thread."""

    def __init__(
        self,
        vault: Vault,
        vault_lane: Lane,
        *,
        library: Library,
        engine: Engine,
        renderers: Mapping[str, Renderer],
        clock: Clock,
        links: Links,
    ) -> None:
        self._links = links
        self._vault = vault
        self._clock = clock
        self._lane = vault_lane
        self._library = library
        self._engine = engine
        self._renderers = renderers

    @property
    def formats(self) -> tuple[ExportFormat, ...]:
        """What a result can be exported as."""
        return (*map(ExportFormat, self._renderers), ExportFormat.PDF)

    def ready(
        self, job_id: JobId, file_format: ExportFormat | None, pages: PageChoice = ALL_PAGES
    ) -> Job:
        """Return the job if all that this file needs may be opened now; else its own error.

        No format: for a form that needs what was read, and no more.
        """
        job = self._library.find(job_id).result()
        # A deleted job answers here, with its own error, and so does a result past its end.
        summaries = self._library.pages(job_id).result()
        _check_done(job)
        chosen_pages(pages, summaries)
        if file_format is not None and file_format.needs_source:
            self._on_vault(lambda: self._vault.source_chunk_count(job_id))
        return job

    def some_pages(self, job_id: JobId, pages: PageChoice) -> Job:
        """Return the job if these pages were read, be it still at work on others."""
        job = self._library.find(job_id).result()
        summaries = self._library.pages(job_id).result()
        if not summaries:
            _check_done(job)
        chosen_pages(pages, summaries)
        return job

    def job(self, job_id: JobId) -> Job:
        """Return the job as it is now."""
        return self._library.find(job_id).result()

    def pictures(self, job_id: JobId) -> tuple[ImageBlock, ...]:
        """Return the pictures of a job that was read; NotFinished, SourceGone, AlreadyDeleted."""
        found = self._on_vault(lambda: self._vault.images(job_id, self._clock.now()))
        _check_done(self._library.find(job_id).result())
        return found

    def picture(self, ref: ImageRef) -> bytes:
        """Open one picture; NoSuchImage, SourceGone, AlreadyDeleted."""
        return self._library.image(ref).result().data

    def change_seq(self) -> int:
        """Return the number of the vault's last change."""
        return self._on_vault(self._vault.change_seq)

    def changed_since(self, seq: int) -> frozenset[JobId] | None:
        """Return the jobs that changed since; None where that cannot be told."""
        try:
            changes = self._library.changes(seq).result()
        except VaultError:
            return None
        return frozenset(job.job_id for job in changes.jobs)

    def pieces(
        self,
        job: Job,
        file_format: ExportFormat,
        pages: PageChoice = ALL_PAGES,
        *,
        cancelling: Cancelling | None = None,
        on_page: OnPage = lambda _: None,
        links: timedelta | None = None,
    ) -> Generator[bytes, None, None]:
        """Yield the file. To be closed: a PDF has a reader that holds the document."""
        cancelling = cancelling or Cancelling()
        found = Pages(lambda: self._library.results(job.job_id, pages), on_page)
        if file_format.needs_source:
            pieces = self._pdf(job.job_id, found, pages, cancelling)
        else:
            images = self._images(job.job_id, pages)
            wished = self._links(job.job_id, links) if links and file_format.holds_links else {}
            document = ExportDocument(job, found, images, wished)
            pieces = _generator(self._renderers[file_format](document))
        with closing(pieces):
            for piece in pieces:
                cancelling.check()
                yield piece

    def _images(self, job_id: JobId, pages: PageChoice) -> dict[int, tuple[ImageBlock, ...]]:
        """Return the pictures of each page; none once the source is gone."""
        try:
            found = self._on_vault(lambda: self._vault.images(job_id, self._clock.now()))
        except SourceGone:
            return {}
        by_page = groupby(found, key=lambda one: one.image_id.page)
        return {number: tuple(blocks) for number, blocks in by_page if pages.has(number)}

    def _pdf(
        self, job_id: JobId, found: Pages, pages: PageChoice, cancelling: Cancelling
    ) -> Generator[bytes, None, None]:
        results = list(found)
        options = self._on_vault(lambda: self._vault.options(job_id))
        password = self._on_vault(lambda: self._vault.password(job_id))
        size = self._on_vault(lambda: self._vault.source_size(job_id))
        reader = self._engine.start_reader()
        process = ReaderProcess(job_id, reader.pid, reader.started)
        try:
            self._on_vault(lambda: self._vault.set_reader(process))
            with cancelling.ending(reader.kill):
                reader.open(self._source(job_id), size, options, password)
                yield from reader.compose_pdf(results, excerpt=bool(pages.ranges))
        except ReaderCrashed:
            # Cancelling kills whoever holds the document, and so does a deletion; then that
            # is what happened.
            cancelling.check()
            self.ready(job_id, ExportFormat.PDF)
            raise
        finally:
            reader.kill()
            self._on_vault(lambda: self._vault.clear_reader(process))

    def _source(self, job_id: JobId) -> Iterator[bytes]:
        count = self._on_vault(lambda: self._vault.source_chunk_count(job_id))
        for index in range(count):
            yield self._on_vault(partial(self._vault.source_chunk, job_id, index))

    def _on_vault(self, work: Callable[[], T]) -> T:
        return self._lane.submit(work).result()


class Pages:
    """Pages that can be gone through again: each time they come from the vault, one by one."""

    def __init__(self, find: Callable[[], Iterator[PageResult]], on_page: OnPage) -> None:
        self._find = find
        self._on_page = on_page

    def __iter__(self) -> Iterator[PageResult]:
        for page in self._find():
            self._on_page(page.number)
            yield page


def _check_done(job: Job) -> None:
    if job.state is not JobState.DONE:
        raise error_of(job.error_code) if job.error_code else NotFinished


def _generator(pieces: Iterator[bytes]) -> Generator[bytes, None, None]:
    yield from pieces
