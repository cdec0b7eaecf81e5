"""Taking documents in: a drop, a folder, a command or a paste becomes a batch of jobs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TypeVar

from mayfly.domain.destinations import DestinationId
from mayfly.domain.document_errors import IntakeError
from mayfly.domain.errors import AlreadyDeleted
from mayfly.domain.events import IntakeProgress, JobsChanged
from mayfly.domain.handover import ResultTarget
from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.ports import Clock, Engine, FileIntake, Lane, SourceFile
from mayfly.domain.retention import RetentionRule
from mayfly.domain.vault_port import Vault
from mayfly.services.bus import EventBus
from mayfly.services.sending import Sending

_TELL_EVERY_S = 0.1
_READ_AHEAD_BYTES = 16 << 20
"""Nearly every document whole, and little beside a reader's memory."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Taken:
    """What one drop became; jobs holds refused ones too, as failed rows."""

    batch_id: BatchId
    jobs: tuple[JobId, ...]
    refused: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Wish:
    """How what is added is to be read and kept."""

    options: ReadOptions
    rule: RetentionRule
    target: ResultTarget | None = None
    """Where a result of 0 hours goes; None: nowhere, and then it is gone when it is read."""
    destination_id: DestinationId | None = None
    """Where all pictures are sent as soon as a document is read."""


class Intake:
    """Adds documents, off the caller's thread, one transaction each.

    Listing a folder and copying documents go on side by side with reading, so the first
    pages of a large drop are read while the rest is still coming in.
    """

    def __init__(
        self,
        vault: Vault,
        vault_lane: Lane,
        *,
        intake_lane: Lane,
        files: FileIntake,
        engine: Engine,
        bus: EventBus,
        clock: Clock,
        sending: Sending | None = None,
    ) -> None:
        """sending: None where nothing can be sent anywhere."""
        self._sending = sending
        self._vault = vault
        self._vault_lane = vault_lane
        self._intake_lane = intake_lane
        self._files = files
        self._engine = engine
        self._bus = bus
        self._clock = clock
        self._closing = threading.Event()

    def add_paths(self, paths: Sequence[Path], wish: Wish) -> Future[Taken]:
        """Add files and folders as one batch. A file that is refused becomes a failed row.

        The future fails with LanguageMissing or RecogniserMissing before anything is added, or,
        with a destination, SourceTooShort, NotVerified or DestinationMissing; or with a
        VaultError, and what was added until then stays.
        """
        return self._intake_lane.submit(lambda: self._take(self._opened(paths), wish))

    def add_source(self, source: SourceFile, wish: Wish) -> Future[Taken]:
        """Add one document that is not a file of the user's, such as a pasted picture."""
        return self._intake_lane.submit(
            lambda: self._take(iter([_Entry(source.name, lambda: source)]), wish)
        )

    def close(self) -> None:
        """Stop after the document in hand."""
        self._closing.set()
        self._intake_lane.close()

    def _opened(self, paths: Sequence[Path]) -> Iterator[_Entry | None]:
        for found in self._files.listing(paths):
            yield _entry_of(found.path, self._files) if found.is_document else None

    def _take(
        self,
        entries: Iterator[_Entry | None],
        wish: Wish,
    ) -> Taken:
        self._engine.check_languages(wish.options.languages)
        sending, destination_id = self._sending, wish.destination_id
        if sending is not None and destination_id is not None:
            self._on_vault(lambda: sending.check(destination_id, wish.rule))
        batch_id = self._on_vault(lambda: self._vault.add_batch(self._clock.now()))
        tally = _Tally(batch_id, self._bus, self._clock)
        try:
            for entry in entries:
                if self._closing.is_set():
                    break
                if entry is None:
                    tally.skipped += 1
                else:
                    self._take_one(entry, wish, tally)
                tally.tell()
        except AlreadyDeleted:
            # The batch was deleted while it came in: what is left of it stays outside.
            pass
        finally:
            # On a full disk, too: whoever shows the drop must not show it as running for ever.
            tally.tell(finished=True)
        return Taken(batch_id, tuple(tally.jobs), tally.refused, tally.skipped)

    def _take_one(self, entry: _Entry, wish: Wish, tally: _Tally) -> None:
        now = self._clock.now()
        try:
            source = _ReadAhead(entry.open())
            job_id = self._on_vault(lambda: self._admit(tally.batch_id, source, wish, now))
        except IntakeError as error:
            code = error.code
            job_id = self._on_vault(
                lambda: self._vault.admit_refused(tally.batch_id, entry.name, code, wish.rule, now)
            )
            tally.refused += 1
        tally.jobs.append(job_id)

    def _admit(self, batch_id: BatchId, source: SourceFile, wish: Wish, now: datetime) -> JobId:
        job_id = self._vault.admit(
            batch_id, source, wish.options, wish.rule, now, target=wish.target
        )
        if self._sending is not None and wish.destination_id is not None:
            # In the same breath: nobody has begun to read it.
            self._sending.wish(job_id, wish.destination_id)
        return job_id

    def _on_vault(self, work: Callable[[], T]) -> T:
        return self._vault_lane.submit(work).result()


@dataclass(frozen=True, slots=True)
class _Entry:
    """A document that is opened when its turn comes, and whose name is known even if that fails."""

    name: str
    open: Callable[[], SourceFile]


class _ReadAhead:
    """A source whose beginning was read on the intake lane.

    A slow disk of the user's holds up what comes in after it, but not the vault lane, where
    a page to show or a job to delete would wait behind it.
    """

    def __init__(self, source: SourceFile) -> None:
        self.name = source.name
        self.path = source.path
        self._rest = source.chunks()
        self._ahead: list[bytes] = []
        size = 0
        for chunk in self._rest:
            self._ahead.append(chunk)
            size += len(chunk)
            if size >= _READ_AHEAD_BYTES:
                break

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes; once only."""
        return chain(self._ahead, self._rest)


def _entry_of(path: Path, files: FileIntake) -> _Entry:
    return _Entry(path.name or str(path), lambda: files.open(path))


class _Tally:
    """Counts one drop and tells about it, at most ten times a second."""

    def __init__(self, batch_id: BatchId, bus: EventBus, clock: Clock) -> None:
        self.batch_id = batch_id
        self.jobs: list[JobId] = []
        self.refused = 0
        self.skipped = 0
        self._bus = bus
        self._clock = clock
        self._told_s = float("-inf")

    def tell(self, *, finished: bool = False) -> None:
        """Publish the counts when it is time to, or when the drop is finished."""
        now_s = self._clock.monotonic_s()
        if not finished and now_s - self._told_s < _TELL_EVERY_S:
            return
        self._told_s = now_s
        taken = len(self.jobs)
        self._bus.publish(
            IntakeProgress(
                self.batch_id,
                found=taken + self.skipped,
                taken=taken,
                refused=self.refused,
                skipped=self.skipped,
                finished=finished,
            )
        )
        self._bus.publish(JobsChanged())
