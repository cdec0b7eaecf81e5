"""The seam to the sealed store: what services ask of the vault."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mayfly.domain.handover import ResultTarget
from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.images import FoundImage, ImageBlock, ImageId
from mayfly.domain.jobs import (
    Deadline,
    Deletion,
    Due,
    Job,
    Part,
    ReaderProcess,
    ReadOptions,
    Retained,
)
from mayfly.domain.pages import PageImage, PageResult, PageSummary
from mayfly.domain.ports import SourceFile
from mayfly.domain.readings import PageReading
from mayfly.domain.retention import RetentionRule, RuleChange
from mayfly.domain.states import DeleteReason, JobState
from mayfly.domain.timekeeping import Mark, TimeNews, Toll


@dataclass(frozen=True, slots=True)
class Changes:
    """Job rows that changed after a sequence number, and the number to ask with next."""

    seq: int
    jobs: tuple[Job, ...]


class TimeMemory(Protocol):
    """What the vault remembers of time, for all processes and over restarts; on the vault lane."""

    def load(self) -> Mark | None:
        """Return the mark, or None when none was ever kept."""
        ...

    def save(self, mark: Mark, news: TimeNews | None) -> None:
        """Keep the mark. News goes into the audit log, and makes every process look at all
        living jobs again.
        """
        ...

    def toll(self, sure: datetime, claimed: datetime) -> Toll:
        """Count the living jobs, and those of which a part ends between the two moments."""
        ...


class Vault(Protocol):
    """The sealed store. Every call belongs on the vault lane; none may come from elsewhere.

    Any call can raise VaultError. Reads never return content that is past its deadline. While
    time is in doubt (domain.timekeeping) taking in, reading anew and changing ends raise
    TimeInDoubt, and so do reads of what is past its deadline by the claimed time only.
    """

    # --- taking in -------------------------------------------------------------------

    def add_batch(self, now: datetime) -> BatchId:
        """Begin a batch: what one drop or command brings."""
        ...

    def close_batch(self, batch_id: BatchId, now: datetime) -> None:
        """Take nothing more into this batch: from here admit and admit_refused raise
        AlreadyDeleted for it, in every process.
        """
        ...

    def close_batches(self, now: datetime) -> None:
        """Take nothing more into any batch that there is; one that begins later is not meant."""
        ...

    def admit(
        self,
        batch_id: BatchId,
        source: SourceFile,
        options: ReadOptions,
        rule: RetentionRule,
        now: datetime,
        *,
        target: ResultTarget | None = None,
    ) -> JobId:
        """Seal a document under fresh keys and queue it, in one transaction.

        With a target, a result of 0 hours waits until it is handed over, for an hour at most.

        IntakeError from the source leaves no trace. AlreadyDeleted when the batch was deleted.
        """
        ...

    def admit_refused(
        self,
        batch_id: BatchId,
        name: str,
        error_code: str,
        rule: RetentionRule,
        now: datetime,
    ) -> JobId:
        """Add a FAILED row for a file that could not be taken in, so that nothing is silent."""
        ...

    # --- looking ---------------------------------------------------------------------

    def job(self, job_id: JobId, now: datetime) -> Job:
        """Return one job; NoSuchJob when unknown."""
        ...

    def find_jobs(self, prefix: str) -> tuple[JobId, ...]:
        """Return the ids that begin so, at most two of them."""
        ...

    def find_batches(self, prefix: str) -> tuple[BatchId, ...]:
        """Return the ids of batches that begin so, at most two of them. Needs no key."""
        ...

    def jobs_of(self, batch_id: BatchId) -> tuple[JobId, ...]:
        """Return the ids of a batch's jobs, tombstones included, oldest first. Needs no key."""
        ...

    def jobs(self, now: datetime) -> tuple[Job, ...]:
        """Return every job, tombstones included, oldest first."""
        ...

    def change_seq(self) -> int:
        """Return the number of the last change by any process; cheap, asked 5 times a second."""
        ...

    def changes_since(self, seq: int, now: datetime) -> Changes:
        """Return the rows that changed after seq; 0 asks for all."""
        ...

    def counts(self) -> dict[JobState, int]:
        """Return how many jobs are in each state."""
        ...

    def page_summaries(self, job_id: JobId, now: datetime) -> tuple[PageSummary, ...]:
        """Return the pages known so far; NoSuchJob, AlreadyDeleted or ResultGone otherwise."""
        ...

    def page(self, job_id: JobId, number: int, now: datetime) -> PageResult:
        """Open one page's words; NotFinished, ResultGone or AlreadyDeleted otherwise."""
        ...

    def page_image(self, job_id: JobId, number: int, now: datetime) -> PageImage:
        """Open one page's picture; NotFinished, SourceGone or AlreadyDeleted otherwise."""
        ...

    def images(self, job_id: JobId, now: datetime) -> tuple[ImageBlock, ...]:
        """Return the pictures found so far, in order; SourceGone or AlreadyDeleted otherwise.

        Those of a page whose pictures were destroyed are not among them.
        """
        ...

    def image(self, job_id: JobId, image_id: ImageId, now: datetime) -> FoundImage:
        """Open one picture; NotFinished, SourceGone, AlreadyDeleted or NoSuchImage otherwise.

        SourceGone, too, when it was destroyed with the picture of its page.
        """
        ...

    def options(self, job_id: JobId) -> ReadOptions:
        """Open how the job is to be read; SourceGone when its key is destroyed."""
        ...

    # --- reading ---------------------------------------------------------------------

    def claim_next(self, now: datetime) -> Job | None:
        """Move the oldest queued job to READING and return it; None when none waits."""
        ...

    def source_size(self, job_id: JobId) -> int:
        """Return the document's size in bytes."""
        ...

    def source_chunk_count(self, job_id: JobId) -> int:
        """Return in how many chunks the document is sealed; SourceGone or AlreadyDeleted."""
        ...

    def source_chunk(self, job_id: JobId, index: int) -> bytes:
        """Open one chunk of the document (at most 1 MiB), counted from 0."""
        ...

    def password(self, job_id: JobId) -> str | None:
        """Open the password the user gave for this document, if any."""
        ...

    def set_reader(self, process: ReaderProcess) -> None:
        """Note which process holds the document, to read or to export it.

        AlreadyDeleted or SourceGone when nobody may hold it any more.
        """
        ...

    def clear_reader(self, process: ReaderProcess) -> None:
        """Forget that process."""
        ...

    def readers(self, job_ids: Sequence[JobId]) -> tuple[ReaderProcess, ...]:
        """Return the processes that hold these jobs' documents."""
        ...

    def set_pages(self, job_id: JobId, pages: int) -> tuple[int, ...]:
        """Note the page count of a job in READING; return the numbers still to be read."""
        ...

    def save_page(self, job_id: JobId, reading: PageReading) -> None:
        """Seal one page in its own transaction; refused (AlreadyDeleted, NotNow) unless READING."""
        ...

    def fail_page(self, job_id: JobId, number: int, error_code: str) -> None:
        """Note that one page cannot be read; refused unless READING."""
        ...

    def finish(self, job_id: JobId, now: datetime) -> Job:
        """READING to DONE, or to FAILED when no page could be read; both deadlines begin.

        A password that was given stays sealed with the source, for exports, and dies with it.
        """
        ...

    def fail(self, job_id: JobId, error_code: str, now: datetime) -> None:
        """READING (or QUEUED) to FAILED; both deadlines begin."""
        ...

    def need_password(self, job_id: JobId, error_code: str) -> None:
        """READING to NEEDS_PASSWORD; the code tells a missing from a wrong password.

        A password that did not open the document is destroyed with its key.
        """
        ...

    def requeue_reading(self) -> tuple[ReaderProcess, ...]:
        """Every READING job back to QUEUED, read pages kept; return the readers that were noted.

        Only the holder of the seat calls this: whoever read before is gone.
        """
        ...

    # --- the user's wishes -----------------------------------------------------------

    def give_password(self, job_id: JobId, password: str) -> None:
        """Seal the password with the source until it is read; NEEDS_PASSWORD to QUEUED."""
        ...

    def cancel(self, job_id: JobId, now: datetime) -> None:
        """QUEUED, READING or NEEDS_PASSWORD to CANCELLED; NotNow otherwise."""
        ...

    def retry(self, job_id: JobId) -> None:
        """FAILED or CANCELLED back to QUEUED, failed pages first forgotten; SourceGone, NotNow."""
        ...

    def recognise_anyway(self, job_id: JobId) -> None:
        """DONE back to QUEUED with all pages to be recognised anew; SourceGone, NotNow."""
        ...

    def set_paused(self, paused: bool) -> None:
        """Pause or resume the queue for every process of this vault."""
        ...

    def is_paused(self) -> bool:
        """Whether the queue is paused."""
        ...

    # --- results that are not kept ---------------------------------------------------

    def target(self, job_id: JobId, now: datetime) -> ResultTarget | None:
        """Open where the result is to go; None when it is kept. ResultGone, AlreadyDeleted."""
        ...

    def waiting_targets(self) -> tuple[JobId, ...]:
        """Return the DONE jobs whose results nobody has tried to hand over. Needs no key."""
        ...

    def fail_target(self, job_id: JobId, error_code: str) -> None:
        """Note why the result of a DONE job could not be handed over; its row says so."""
        ...

    # --- ends ------------------------------------------------------------------------

    def due(self, now: datetime) -> tuple[Due, ...]:
        """Return what is past a deadline or the backstop, or was marked and never finished."""
        ...

    def change_rule(
        self, job_ids: Sequence[JobId], change: RuleChange, now: datetime
    ) -> tuple[Retained, ...]:
        """Change how long these jobs are kept, in one transaction; one answer for each, in order.

        The ends of what was read count from when reading ended, and never pass the backstop.
        A part that is destroyed stays so: SourceGone or ResultGone for a change that is about
        nothing else. Needs no key.
        """
        ...

    def next_deadlines(self, most: int) -> tuple[Deadline, ...]:
        """Return the nearest live deadlines (backstops included), nearest first."""
        ...

    def mark_purging(self, job_ids: Sequence[JobId], reason: DeleteReason, now: datetime) -> None:
        """Commit the intent: from here no read shows the jobs and no reader may save a page."""
        ...

    def purge(
        self, job_ids: Sequence[JobId], parts: frozenset[Part], reason: DeleteReason, now: datetime
    ) -> tuple[Deletion, ...]:
        """Destroy keys and rows of those parts in one transaction, then truncate the WAL.

        Then the vault key is changed, or owed until tidy where that cannot be done now.
        A job with nothing left becomes a tombstone. One answer for each id, in order.
        """
        ...

    def purge_page_images(self, job_id: JobId, page: int, now: datetime) -> Deletion:
        """Destroy the pictures of one page; its words and everything else stay.

        The source's data key is renewed for what stays, so that no key is left that opens an
        old copy of the picture. NOT a purge of the job: outcome DELETED, ALREADY_DELETED (the
        page has none any more), NO_SUCH_JOB, or FAILED with no_such_page or not_finished.
        """
        ...

    def older_than(self, moment: datetime, states: frozenset[JobState]) -> tuple[JobId, ...]:
        """Return the living jobs in these states that were added before the moment, oldest first.

        States in which reading has not ended are allowed. Needs no key.
        """
        ...

    def one_key_change(self) -> AbstractContextManager[None]:
        """Purges within it share one truncation of the WAL and one change of the vault key.

        Both come when it is left; what an error keeps from being done stays owed until tidy.
        """
        ...

    def tidy(self) -> None:
        """Truncate the WAL and change the vault key if a purge could not; called by the sweep."""
        ...

    def is_gone(self) -> bool:
        """Whether the vault was destroyed under us (panic); cheap."""
        ...

    def close(self) -> None:
        """Close the connection and overwrite the keys in memory as far as Python allows."""
        ...
