"""The seam to what the vault keeps of destinations and uploads; all on the vault lane."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mayfly.domain.destinations import (
    Destination,
    DestinationId,
    Traits,
    Upload,
    UploadState,
)
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageRef


@dataclass(frozen=True, slots=True)
class Unbound:
    """What was forgotten with a destination: the objects that stay in its bucket."""

    objects_left: int
    owed: int
    """Those of them that were still to be deleted there; nobody does it any more."""


class DestinationShelf(Protocol):
    """Destinations, sealed under the vault key: nothing of them is readable while it is locked.

    Never holds credentials. DestinationMissing for an unknown id or name.
    """

    def all(self) -> tuple[Destination, ...]:
        """Return every destination, by name. One whose row is damaged is not among them; it can
        still be removed.
        """
        ...

    def get(self, destination_id: DestinationId) -> Destination:
        """Return one."""
        ...

    def add(self, destination: Destination) -> None:
        """Keep a new one; DestinationExists when the name is taken (letter case aside), or
        the place: endpoint, bucket and prefix.
        """
        ...

    def change(self, destination: Destination) -> None:
        """Keep name, place and delete_with_job as they are given; not verified any more when
        the place changed. DestinationExists; DestinationInUse when endpoint, bucket or prefix
        would change while objects are known to lie there.
        """
        ...

    def note_verified(self, destination_id: DestinationId, traits: Traits, at: datetime) -> None:
        """Every step of verifying succeeded."""
        ...

    def note_failed(self, destination_id: DestinationId, error_code: str) -> None:
        """Verifying, or a use that puts it in question, failed: not verified from here."""
        ...

    def remove(self, destination_id: DestinationId, now: datetime) -> Unbound:
        """Destroy it with all its uploads' rows; an old copy of the vault opens it no more.

        Works while the vault is locked, too; the change of the key is then owed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of one upload, as UploadLedger.settle takes it."""

    upload: Upload
    state: UploadState
    error_code: str | None = None
    not_before: datetime | None = None


class UploadLedger(Protocol):
    """What is to be written to destinations and deleted there, and how far each is.

    The rows need no key, and hold ids, page numbers, types and states only. Purges turn rows in
    the purging transaction. When nothing is left of a job, or the pictures of a page are
    deleted: what was begun becomes OWED or LEFT (delete_with_job), what never was is forgotten
    with the job, or STOPPED with the page. When only the document goes: what is stored stays
    so, what waits or failed becomes STOPPED, or OWED or LEFT where it was begun (LEFT with
    source_gone as its code: what is there may be nothing). A row in the hands of another thread
    is turned all the same, so every later call for it answers False.

    DELETED rows are seen only until nothing of their job is owed at the destination any more;
    LEFT ones until they are dismissed or the destination is removed.
    """

    def add(self, images: Sequence[ImageRef], destination_id: DestinationId, now: datetime) -> int:
        """Have these pictures written; return how many wait because of this call. One that
        waits or is stored is left as it is; a failed or stopped one waits again, and one that is
        still to be deleted there waits once that is done. One that the job does not have is
        passed over. DestinationMissing, NoSuchJob, SourceGone, AlreadyDeleted, VaultLocked.
        """
        ...

    def wish(
        self, job_ids: Sequence[JobId], destination_id: DestinationId, now: datetime
    ) -> tuple[JobId, ...]:
        """Have all pictures of these jobs written, now or as soon as each job is DONE; return the
        jobs of which that can be (a source is there).
        """
        ...

    def fulfil(self, job_id: JobId, now: datetime) -> int:
        """A job was just read: turn its wish into rows; return how many."""
        ...

    def ripe(self) -> tuple[JobId, ...]:
        """Return the DONE jobs whose wishes nobody has fulfilled yet. Needs no key."""
        ...

    def take(
        self,
        now: datetime,
        most: int,
        *,
        held: Collection[DestinationId] = (),
        stopped: Collection[DestinationId] = (),
    ) -> tuple[Upload, ...]:
        """Return what is to be done now, OWED first, then WAITING, oldest first; nothing that is
        paused (OWED is never paused) or whose not_before has not come, nothing of destinations
        that are held, and of those that are stopped only what is OWED.

        A row is answered again until it is settled: whoever carries some asks for as many more.
        """
        ...

    def next_moment(self) -> datetime | None:
        """When the next not_before comes; None when nothing waits for one."""
        ...

    def begin(self, upload: Upload, now: datetime) -> bool:
        """Note, durably, that bytes may reach the bucket from here. False: not any more. For an
        OWED one, whether it still is.
        """
        ...

    def settle(
        self,
        upload: Upload,
        state: UploadState,
        now: datetime,
        *,
        error_code: str | None = None,
        not_before: datetime | None = None,
    ) -> bool:
        """Note what became of it. False when the row was turned meanwhile (purge, cancel).

        WAITING becomes WAITING, STORED, FAILED or STOPPED (OWED in its place where it was
        begun); OWED becomes OWED or DELETED. An error code counts as an attempt.
        """
        ...

    def note(
        self, begun: Sequence[Upload], settled: Sequence[Settlement], now: datetime
    ) -> tuple[tuple[bool, ...], tuple[bool, ...]]:
        """As begin and settle for each of these, in one commit; the answers, in order."""
        ...

    def of_job(self, job_id: JobId) -> tuple[Upload, ...]:
        """Return a job's uploads, by page and number, to every destination."""
        ...

    def in_state(self, state: UploadState, most: int) -> tuple[Upload, ...]:
        """Return the oldest of a state."""
        ...

    def counts(self) -> Mapping[tuple[DestinationId, UploadState], int]:
        """Return how many there are of each."""
        ...

    def by_job(self) -> Mapping[JobId, Mapping[tuple[DestinationId, UploadState], int]]:
        """Return how many of each job there are of each."""
        ...

    def cancel(self, job_ids: Sequence[JobId] | None, now: datetime) -> int:
        """Stop what waits or failed, of these jobs or of all; wishes are forgotten, too.

        What was begun becomes OWED, for a part of it may be there. Needs no key.
        """
        ...

    def retry(self, job_ids: Sequence[JobId] | None, now: datetime) -> int:
        """Have what failed wait again, of these jobs or of all; OWED is tried at once. Return how
        many of either.
        """
        ...

    def dismiss(self, job_ids: Sequence[JobId] | None) -> int:
        """Forget what was LEFT, of these jobs or of all; return how many."""
        ...

    def set_paused(self, paused: bool) -> None:
        """Hold or go on, for every process of this vault."""
        ...

    def is_paused(self) -> bool:
        """Whether uploads are held."""
        ...
