"""Looking at jobs and pages. Everything is opened on the vault lane, when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import AmbiguousJob, NoSuchBatch, NoSuchJob, SourceGone
from mayfly.domain.exports import ALL_PAGES, PageChoice, chosen_pages
from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.images import FoundImage, ImageRef
from mayfly.domain.jobs import Job
from mayfly.domain.pages import PageImage, PageResult, PageState, PageSummary, Word
from mayfly.domain.ports import Clock, Lane
from mayfly.domain.vault_port import Changes, Vault
from mayfly.services.picture_list import Captions, PictureList, PictureView

_SHORTEST_PREFIX = 4


@dataclass(frozen=True, slots=True)
class PageView:
    """One page to show. image is None when it is destroyed, alone or with the source.

    result is None and error_code is set for a page that could not be read; both are None
    for a page that has not been read yet, or, with an image, one whose result is destroyed.
    job_id is None for a document that is not in the vault.
    """

    job_id: JobId | None
    number: int
    result: PageResult | None
    text: str
    image: PageImage | None
    error_code: str | None


class Library:
    """Answers what the window and the command line want to see; futures, never blocking."""

    def __init__(
        self,
        vault: Vault,
        vault_lane: Lane,
        *,
        clock: Clock,
        page_text: Callable[[Sequence[Word]], str],
        captions: Captions = lambda _page, images: [None] * len(images),
    ) -> None:
        self._vault = vault
        self._lane = vault_lane
        self._clock = clock
        self._page_text = page_text
        self._captions = captions

    def changes(self, seq: int) -> Future[Changes]:
        """Return the job rows that changed after seq; 0 asks for all of them."""
        return self._lane.submit(
            lambda: self._vault.changes_since(seq, self._clock.now()), urgent=True
        )

    def jobs(self) -> Future[tuple[Job, ...]]:
        """Return every job, tombstones included, oldest first."""
        return self._lane.submit(lambda: self._vault.jobs(self._clock.now()), urgent=True)

    def find(self, reference: str) -> Future[Job]:
        """Return the job with that id, or the one whose id begins so (4 digits at least)."""
        return self._lane.submit(lambda: self._find(reference), urgent=True)

    def find_id(self, reference: str) -> Future[JobId]:
        """Return the id of the job that find returns; needs no key, so works while locked."""
        return self._lane.submit(lambda: self._find_id(reference), urgent=True)

    def find_batch(self, reference: str) -> Future[BatchId]:
        """Return the batch with that id or beginning of one; needs no key. NoSuchBatch."""
        return self._lane.submit(lambda: self._find_batch(reference), urgent=True)

    def pages(self, job_id: JobId) -> Future[tuple[PageSummary, ...]]:
        """Return the job's pages, read or not, in order."""
        return self._lane.submit(
            lambda: self._vault.page_summaries(job_id, self._clock.now()), urgent=True
        )

    def page(self, job_id: JobId, number: int) -> Future[PageView]:
        """Open one page: words, text and picture. Fails with a JobError when it may not."""
        return self._lane.submit(lambda: self._view(job_id, number), urgent=True)

    def picture(self, job_id: JobId, number: int) -> Future[PageView]:
        """Open a page's picture alone, where the result is destroyed and the document is not."""
        return self._lane.submit(lambda: self._picture(job_id, number), urgent=True)

    def images(self, job_id: JobId) -> Future[tuple[PictureView, ...]]:
        """Return the pictures found so far, in order; fails with SourceGone or AlreadyDeleted."""
        looking = PictureList(
            self._vault, self._lane, job_id, clock=self._clock, captions=self._captions
        )
        return looking.look()

    def image(self, ref: ImageRef) -> Future[FoundImage]:
        """Open one picture; NoSuchImage or another JobError when there is none to be opened."""
        return self._lane.submit(
            lambda: self._vault.image(ref.job_id, ref.image_id, self._clock.now()), urgent=True
        )

    def results(self, job_id: JobId, pages: PageChoice = ALL_PAGES) -> Iterator[PageResult]:
        """Open the read pages one after the other; blocks, so not for the GUI thread.

        Of pages that were chosen each must be there, see domain.exports.chosen_pages.
        """
        for number in chosen_pages(pages, self.pages(job_id).result()):
            yield self._result(job_id, number)

    def text(self, job_id: JobId, number: int | None = None) -> Iterator[str]:
        """Yield the text of each read page, or of one; blocks like results."""
        if number is not None:
            yield self._page_text(self._result(job_id, number).words)
            return
        for result in self.results(job_id):
            yield self._page_text(result.words)

    def _result(self, job_id: JobId, number: int) -> PageResult:
        return self._lane.submit(
            lambda: self._vault.page(job_id, number, self._clock.now())
        ).result()

    def _find(self, reference: str) -> Job:
        return self._vault.job(self._find_id(reference), self._clock.now())

    def _find_id(self, reference: str) -> JobId:
        found = self._vault.find_jobs(reference.lower()) if _is_long_enough(reference) else ()
        if not found:
            raise NoSuchJob
        if len(found) > 1:
            raise AmbiguousJob
        return found[0]

    def _find_batch(self, reference: str) -> BatchId:
        found = self._vault.find_batches(reference.lower()) if _is_long_enough(reference) else ()
        if not found:
            raise NoSuchBatch
        if len(found) > 1:
            raise AmbiguousJob
        return found[0]

    def _view(self, job_id: JobId, number: int) -> PageView:
        now = self._clock.now()
        summaries = self._vault.page_summaries(job_id, now)
        summary = next((one for one in summaries if one.number == number), None)
        if summary is None or summary.state is PageState.PENDING:
            return PageView(job_id, number, None, "", None, None)
        if summary.state is PageState.FAILED:
            code = summary.error_code or error_of("").code
            return PageView(job_id, number, None, "", None, code)
        result = self._vault.page(job_id, number, now)
        try:
            image = self._vault.page_image(job_id, number, now)
        except SourceGone:
            image = None
        return PageView(job_id, number, result, self._page_text(result.words), image, None)

    def _picture(self, job_id: JobId, number: int) -> PageView:
        image = self._vault.page_image(job_id, number, self._clock.now())
        return PageView(job_id, number, None, "", image, None)


def _is_long_enough(reference: str) -> bool:
    return len(reference) >= _SHORTEST_PREFIX
