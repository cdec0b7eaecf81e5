"""The sealed vault as the services see it: one thin face over the parts that do the work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from mayfly.domain.audit_port import AuditLog
from mayfly.domain.destination_port import DestinationShelf, UploadLedger
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
from mayfly.domain.vault_port import Changes, TimeMemory
from mayfly.vault.audit import SqliteAuditLog
from mayfly.vault.audit_writer import AuditWriter
from mayfly.vault.connection import Database
from mayfly.vault.deletion import Ends
from mayfly.vault.destinations import SqliteDestinationShelf
from mayfly.vault.finding import Finding
from mayfly.vault.hiding import Hiding
from mayfly.vault.images import Images
from mayfly.vault.intake import Intake
from mayfly.vault.key_changes import KeyChanges
from mayfly.vault.keys import VaultKeys
from mayfly.vault.ledger import Ledger
from mayfly.vault.listing import Listing
from mayfly.vault.lock import Lock
from mayfly.vault.pages import Pages
from mayfly.vault.reading import Reading
from mayfly.vault.reserve import Reserve
from mayfly.vault.rollback import Rollback
from mayfly.vault.rotation import Rotation
from mayfly.vault.rules import Rules
from mayfly.vault.streams import SealedStreams
from mayfly.vault.targets import Targets
from mayfly.vault.time_memory import SqliteTimeMemory
from mayfly.vault.uploads import SqliteUploadLedger
from mayfly.vault.wishes import Wishes


class SqliteVault:
    """Implements domain.ports.Vault, which says what each method promises.

    Made by opening.open_vault. Used by one thread at a time; other processes may have the
    same vault open. Where the port passes no time, the latest that any call passed counts.
    Beside it, audit, time, key_changes, destinations and uploads have ports of their own.
    """

    def __init__(
        self,
        database: Database,
        keys: VaultKeys,
        rotation: Rotation,
        reserve: Reserve,
        *,
        lock: Lock,
        writer: AuditWriter,
        key_changes: KeyChanges,
        ledger: Ledger,
        rollback: Rollback,
    ) -> None:
        streams = SealedStreams(database, keys)
        self._database = database
        self._rotation = rotation
        self._lock = lock
        self.key_changes = key_changes
        self._listing = Listing(database, streams)
        self._finding = Finding(database)
        self._images = Images(streams)
        self._pages = Pages(database, streams, self._images)
        self._reading = Reading(database, streams)
        self._wishes = Wishes(database, streams)
        self._rules = Rules(database, writer)
        self._targets = Targets(database, streams)
        self._ends = Ends(
            database,
            streams,
            rotation=rotation,
            reserve=reserve,
            audit=writer,
            ledger=ledger,
            rollback=rollback,
        )
        self._intake = Intake(database, streams, writer, on_torn=self._ends.destroy_torn)
        self.destinations: DestinationShelf = SqliteDestinationShelf(
            database, streams, keys, writer, self._ends
        )
        self.uploads: UploadLedger = SqliteUploadLedger(
            database, streams, writer, self._ends, images=self._images.listed
        )
        self._writer = writer
        self.audit: AuditLog = SqliteAuditLog(database, keys, writer)
        self.time: TimeMemory = SqliteTimeMemory(
            database, writer, even_when_full=self._ends.even_when_full
        )
        self._hiding = Hiding()
        self._latest = datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def lock(self) -> Lock:
        """Who holds the vault key."""
        return self._lock

    def hide_by(self, claimed: Callable[[], datetime | None]) -> None:
        """Show nothing that is past its end at the claimed time; nothing is destroyed by it.

        None: time is not in doubt (domain.timekeeping).
        """
        self._hiding.follow(claimed)

    # --- taking in -------------------------------------------------------------------

    def add_batch(self, now: datetime) -> BatchId:
        """Begin a batch."""
        self._hiding.require_certainty()
        return self._intake.add_batch(self._at(now))

    def close_batch(self, batch_id: BatchId, now: datetime) -> None:
        """Take nothing more into this batch."""
        at = self._at(now)
        self._ends.even_when_full(lambda: self._intake.close_batch(batch_id, at))

    def close_batches(self, now: datetime) -> None:
        """Take nothing more into any batch that there is."""
        at = self._at(now)
        self._ends.even_when_full(lambda: self._intake.close_batches(at))

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
        """Seal a document under fresh keys and queue it."""
        self._hiding.require_certainty()
        return self._intake.admit(batch_id, source, options, rule, self._at(now), target=target)

    def admit_refused(
        self, batch_id: BatchId, name: str, error_code: str, rule: RetentionRule, now: datetime
    ) -> JobId:
        """Add a FAILED row for a file that could not be taken in."""
        self._hiding.require_certainty()
        return self._intake.admit_refused(batch_id, name, error_code, rule, self._at(now))

    # --- looking ---------------------------------------------------------------------

    def job(self, job_id: JobId, now: datetime) -> Job:
        """Return one job."""
        return self._listing.job(job_id, self._hiding.shown_by(self._at(now)))

    def find_jobs(self, prefix: str) -> tuple[JobId, ...]:
        """Return the ids that begin so, at most two."""
        return self._finding.find_jobs(prefix)

    def find_batches(self, prefix: str) -> tuple[BatchId, ...]:
        """Return the ids that begin so, at most two."""
        return self._finding.find_batches(prefix)

    def jobs_of(self, batch_id: BatchId) -> tuple[JobId, ...]:
        """Return the ids of a batch's jobs, tombstones included."""
        return self._finding.jobs_of(batch_id)

    def jobs(self, now: datetime) -> tuple[Job, ...]:
        """Return every job, oldest first."""
        return self._listing.jobs(self._hiding.shown_by(self._at(now)))

    def change_seq(self) -> int:
        """Return the number of the last change by any process."""
        return self._listing.change_seq()

    def changes_since(self, seq: int, now: datetime) -> Changes:
        """Return the rows that changed after seq."""
        return self._listing.changes_since(seq, self._hiding.shown_by(self._at(now)))

    def counts(self) -> dict[JobState, int]:
        """Return how many jobs are in each state."""
        return self._listing.counts()

    def page_summaries(self, job_id: JobId, now: datetime) -> tuple[PageSummary, ...]:
        """Return the pages known so far."""
        return self._hiding.look(self._at(now), lambda at: self._pages.summaries(job_id, at))

    def page(self, job_id: JobId, number: int, now: datetime) -> PageResult:
        """Open one page's words."""
        return self._hiding.look(self._at(now), lambda at: self._pages.page(job_id, number, at))

    def page_image(self, job_id: JobId, number: int, now: datetime) -> PageImage:
        """Open one page's picture."""
        return self._hiding.look(self._at(now), lambda at: self._pages.image(job_id, number, at))

    def images(self, job_id: JobId, now: datetime) -> tuple[ImageBlock, ...]:
        """Return the pictures found so far."""
        return self._hiding.look(self._at(now), lambda at: self._images.all(job_id, at))

    def image(self, job_id: JobId, image_id: ImageId, now: datetime) -> FoundImage:
        """Open one picture."""
        return self._hiding.look(self._at(now), lambda at: self._images.image(job_id, image_id, at))

    def options(self, job_id: JobId) -> ReadOptions:
        """Open how the job is to be read."""
        return self._hiding.look(self._latest, lambda at: self._reading.options(job_id, at))

    # --- reading ---------------------------------------------------------------------

    def claim_next(self, now: datetime) -> Job | None:
        """Move the oldest queued job to READING and return it."""
        if self._lock.is_locked() or self._hiding.is_doubtful():
            return None
        job_id = self._reading.claim_next(self._at(now))
        return None if job_id is None else self.job(job_id, now)

    def source_size(self, job_id: JobId) -> int:
        """Return the document's size in bytes."""
        return self._hiding.look(self._latest, lambda at: self._reading.source_size(job_id, at))

    def source_chunk_count(self, job_id: JobId) -> int:
        """Return in how many chunks the document is sealed."""
        return self._hiding.look(
            self._latest, lambda at: self._reading.source_chunk_count(job_id, at)
        )

    def source_chunk(self, job_id: JobId, index: int) -> bytes:
        """Open one chunk of the document."""
        return self._hiding.look(
            self._latest, lambda at: self._reading.source_chunk(job_id, index, at)
        )

    def password(self, job_id: JobId) -> str | None:
        """Open the password the user gave, if any."""
        return self._hiding.look(self._latest, lambda at: self._reading.password(job_id, at))

    def set_reader(self, process: ReaderProcess) -> None:
        """Note which process holds the document."""
        self._reading.set_reader(process, self._latest)

    def clear_reader(self, process: ReaderProcess) -> None:
        """Forget that process."""
        self._reading.clear_reader(process)

    def readers(self, job_ids: Sequence[JobId]) -> tuple[ReaderProcess, ...]:
        """Return the processes that hold these jobs' documents."""
        return self._reading.readers(job_ids)

    def set_pages(self, job_id: JobId, pages: int) -> tuple[int, ...]:
        """Note the page count; return the numbers still to be read."""
        return self._pages.set_pages(job_id, pages)

    def save_page(self, job_id: JobId, reading: PageReading) -> None:
        """Seal one page in its own transaction."""
        self._pages.save_page(job_id, reading)

    def fail_page(self, job_id: JobId, number: int, error_code: str) -> None:
        """Note that one page cannot be read."""
        self._pages.fail_page(job_id, number, error_code)

    def finish(self, job_id: JobId, now: datetime) -> Job:
        """READING to DONE or FAILED."""
        self._reading.finish(job_id, self._at(now))
        return self.job(job_id, now)

    def fail(self, job_id: JobId, error_code: str, now: datetime) -> None:
        """READING or QUEUED to FAILED."""
        self._reading.fail(job_id, error_code, self._at(now))

    def need_password(self, job_id: JobId, error_code: str) -> None:
        """READING to NEEDS_PASSWORD."""
        if self._reading.need_password(job_id, error_code):
            self._ends.tidy()

    def requeue_reading(self) -> tuple[ReaderProcess, ...]:
        """Every READING job back to QUEUED; return their readers."""
        return self._reading.requeue()

    # --- the user's wishes -----------------------------------------------------------

    def give_password(self, job_id: JobId, password: str) -> None:
        """NEEDS_PASSWORD to QUEUED."""
        self._wishes.give_password(job_id, password)

    def cancel(self, job_id: JobId, now: datetime) -> None:
        """QUEUED, READING or NEEDS_PASSWORD to CANCELLED."""
        self._wishes.cancel(job_id, self._at(now))

    def retry(self, job_id: JobId) -> None:
        """FAILED or CANCELLED back to QUEUED."""
        self._hiding.require_certainty()
        # What is past its end goes first, as a sweep would have it go: told of, and for good.
        self._ends.keep_end_of_result(job_id, self._latest)
        self._wishes.retry(job_id, self._latest)

    def recognise_anyway(self, job_id: JobId) -> None:
        """DONE back to QUEUED, all pages to be recognised anew."""
        self._hiding.require_certainty()
        self._wishes.recognise_anyway(job_id, self._latest)
        self._ends.tidy()

    def set_paused(self, paused: bool) -> None:
        """Pause or resume the queue."""
        self._wishes.set_paused(paused)

    def is_paused(self) -> bool:
        """Tell whether the queue is paused."""
        return self._wishes.is_paused()

    # --- results that are not kept ---------------------------------------------------

    def target(self, job_id: JobId, now: datetime) -> ResultTarget | None:
        """Open where the result goes, if it is not kept."""
        return self._hiding.look(self._at(now), lambda at: self._targets.target(job_id, at))

    def waiting_targets(self) -> tuple[JobId, ...]:
        """Return the jobs whose results are to be handed over."""
        return self._targets.waiting()

    def fail_target(self, job_id: JobId, error_code: str) -> None:
        """Note why a result could not be handed over."""
        self._targets.fail(job_id, error_code)

    # --- ends ------------------------------------------------------------------------

    def due(self, now: datetime) -> tuple[Due, ...]:
        """Return what is past its end."""
        return self._ends.due(self._at(now), doubtful=self._hiding.is_doubtful())

    def change_rule(
        self, job_ids: Sequence[JobId], change: RuleChange, now: datetime
    ) -> tuple[Retained, ...]:
        """Change how long these jobs are kept."""
        self._hiding.require_certainty()
        answers = self._rules.change(job_ids, change, self._at(now))
        self._ends.note_moved(answers, now)
        return answers

    def next_deadlines(self, most: int) -> tuple[Deadline, ...]:
        """Return the nearest ends."""
        return self._ends.next_deadlines(most)

    def mark_purging(self, job_ids: Sequence[JobId], reason: DeleteReason, now: datetime) -> None:
        """Commit the intent to destroy whole jobs."""
        self._ends.mark_purging(job_ids, reason, self._at(now))

    def purge(
        self, job_ids: Sequence[JobId], parts: frozenset[Part], reason: DeleteReason, now: datetime
    ) -> tuple[Deletion, ...]:
        """Destroy keys and rows of those parts."""
        return self._ends.purge(job_ids, parts, reason, self._at(now))

    def purge_page_images(self, job_id: JobId, page: int, now: datetime) -> Deletion:
        """Destroy the pictures of one page."""
        return self._ends.purge_page_images(job_id, page, self._at(now))

    def older_than(self, moment: datetime, states: frozenset[JobState]) -> tuple[JobId, ...]:
        """Return the living jobs in these states that were added before the moment."""
        return self._finding.older_than(moment, states)

    def one_key_change(self) -> AbstractContextManager[None]:
        """Let purges share one change of the vault key."""
        return self._ends.one_key_change()

    def tidy(self) -> None:
        """Pay what purges left owed, and keep room for later deletions."""
        self._ends.tidy()

    def is_gone(self) -> bool:
        """Whether the vault was destroyed under us, and another may be in its place."""
        return self._database.is_gone()

    def close(self) -> None:
        """Close the connection and overwrite the keys; may be called again."""
        self._rotation.forget()
        self._database.close()

    def _at(self, now: datetime) -> datetime:
        self._latest = max(self._latest, now)
        self._writer.note_time(now)
        return now
