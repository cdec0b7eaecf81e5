"""What the user wants of pictures at destinations: send, hold, stop, try again, link."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from mayfly.domain.destinations import (
    LONGEST_LINK,
    Destination,
    DestinationId,
    Upload,
    UploadState,
)
from mayfly.domain.errors import AlreadyDeleted, UserError
from mayfly.domain.events import UploadsChanged
from mayfly.domain.exports import ImageLink
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageId, ImageRef
from mayfly.domain.jobs import Job
from mayfly.domain.ports import Clock, Lane
from mayfly.domain.storage_errors import ClockWrong, NotStored
from mayfly.domain.vault_port import Vault
from mayfly.services.bus import EventBus
from mayfly.services.connections import Connections
from mayfly.services.sending import Sending
from mayfly.services.upload_notes import StorageVault
from mayfly.services.uploader import Uploader

_log = logging.getLogger(__name__)

T = TypeVar("T")

_FEW = 10_000


@dataclass(frozen=True, slots=True)
class UploadOverview:
    """How much is how far. at_work: what this process has in hand."""

    counts: Mapping[tuple[DestinationId, UploadState], int]
    paused: bool
    at_work: int

    def total(self, *states: UploadState) -> int:
        """Return how many there are in these states, at all destinations together."""
        return sum(count for (_, state), count in self.counts.items() if state in states)

    @property
    def pending(self) -> int:
        """How many are still to be written or deleted."""
        return self.total(UploadState.WAITING, UploadState.OWED)


class Uploads:
    """Answers with futures; every wish holds for all processes of the vault."""

    def __init__(
        self,
        vault: Vault,
        storage: StorageVault,
        vault_lane: Lane,
        *,
        network_lane: Lane,
        sending: Sending,
        uploader: Uploader,
        connections: Connections,
        bus: EventBus,
        clock: Clock,
        wall: Callable[[], datetime],
    ) -> None:
        """wall: what the machine's clock says, right or wrong; links are signed by it."""
        self._wall = wall
        self._vault = vault
        self._storage = storage
        self._lane = vault_lane
        self._network_lane = network_lane
        self._usable = sending.usable
        self._uploader = uploader
        self._connections = connections
        self._bus = bus
        self._clock = clock

    def start(self) -> None:
        """Write and delete here what is to be, whenever no other process does."""
        self._lane.submit(self._catch_up)
        self._uploader.start()

    # --- wishes ----------------------------------------------------------------------

    def send(self, images: Sequence[ImageRef], destination_id: DestinationId) -> Future[int]:
        """Have these pictures written; return how many are new.

        NotVerified, DestinationMissing, SourceGone, AlreadyDeleted, VaultLocked.
        """
        return self._wish(
            lambda: self._storage.uploads.add(
                images, self._usable(destination_id).destination_id, self._clock.now()
            )
        )

    def send_jobs(
        self, job_ids: Sequence[JobId], destination_id: DestinationId
    ) -> Future[tuple[JobId, ...]]:
        """Have all pictures of these jobs written, now or as soon as each is read.

        Returns the jobs of which that can be; errors as send.
        """
        return self._wish(
            lambda: self._storage.uploads.wish(
                job_ids, self._usable(destination_id).destination_id, self._clock.now()
            )
        )

    def pause(self) -> Future[None]:
        """Hold what is to be written; what is in hand is finished, and deleting goes on."""
        return self._wish(lambda: self._storage.uploads.set_paused(True))

    def resume(self) -> Future[None]:
        """Let it go on; what was left alone for a while is tried at once."""
        return self._wish(lambda: self._storage.uploads.set_paused(False), again=True)

    def cancel(self, job_ids: Sequence[JobId] | None = None) -> Future[int]:
        """Stop what waits or failed, of these jobs or of all; return how many."""
        return self._wish(lambda: self._storage.uploads.cancel(job_ids, self._clock.now()))

    def retry(self, job_ids: Sequence[JobId] | None = None) -> Future[int]:
        """Try again what failed, of these jobs or of all, and at once what is to be deleted."""
        return self._wish(
            lambda: self._storage.uploads.retry(job_ids, self._clock.now()), again=True
        )

    def dismiss(self, job_ids: Sequence[JobId] | None = None) -> Future[int]:
        """Forget what deleted jobs left at destinations, of these jobs or of all; needs no key.

        Nothing changes there: Mayfly does not know of those objects any more.
        """
        return self._wish(lambda: self._storage.uploads.dismiss(job_ids))

    # --- looking ---------------------------------------------------------------------

    def of_job(self, job_id: JobId) -> Future[tuple[Upload, ...]]:
        """Return a job's uploads, by page and number, to every destination."""
        return self._lane.submit(lambda: self._storage.uploads.of_job(job_id), urgent=True)

    def in_state(self, state: UploadState, most: int = _FEW) -> Future[tuple[Upload, ...]]:
        """Return the oldest of a state."""
        return self._lane.submit(lambda: self._storage.uploads.in_state(state, most), urgent=True)

    def by_job(self) -> Future[Mapping[JobId, Mapping[tuple[DestinationId, UploadState], int]]]:
        """Return how much of each job is how far; needs no key."""
        return self._lane.submit(self._storage.uploads.by_job, urgent=True)

    def overview(self) -> Future[UploadOverview]:
        """Return how much is how far; needs no key."""
        return self._lane.submit(self._overview, urgent=True)

    # --- links -----------------------------------------------------------------------

    def link(
        self, ref: ImageRef, destination_id: DestinationId, lifetime: timedelta
    ) -> Future[ImageLink]:
        """Return an address of a stored picture; whoever has it can fetch that until it ends.

        It ends with the lifetime, after 7 days, or with the job's last living part, whichever
        comes first. NotStored, NotVerified, AlreadyDeleted, and what the keyring refuses.
        """
        return self._network_lane.submit(lambda: self._link(ref, destination_id, lifetime))

    def links(
        self, job_id: JobId, lifetime: timedelta, destination_id: DestinationId | None = None
    ) -> Future[Mapping[ImageId, ImageLink]]:
        """Return addresses of all stored pictures of a job, one for each; errors as link.

        destination_id None: wherever each lies at a destination that may be used.
        """
        return self._network_lane.submit(lambda: self._links(job_id, lifetime, destination_id))

    def _link(self, ref: ImageRef, destination_id: DestinationId, lifetime: timedelta) -> ImageLink:
        def stored() -> tuple[Destination, tuple[Upload, ...], datetime]:
            destination = self._usable(destination_id)
            found = tuple(
                one
                for one in self._stored(ref.job_id)
                if (one.image_id, one.destination_id) == (ref.image_id, destination_id)
            )
            return destination, found, self._end_of(ref.job_id)

        destination, found, end = self._lane.submit(stored, urgent=True).result()
        if not found:
            raise NotStored
        return self._address(destination, found[0], end, lifetime)

    def _links(
        self, job_id: JobId, lifetime: timedelta, destination_id: DestinationId | None
    ) -> Mapping[ImageId, ImageLink]:
        def stored() -> tuple[dict[ImageId, tuple[Destination, Upload]], datetime]:
            if destination_id is not None:
                usable = {destination_id: self._usable(destination_id)}
            else:
                now = self._clock.now()
                every = self._storage.destinations.all()
                usable = {one.destination_id: one for one in every if one.may_be_used(now)}
            found = {
                one.image_id: (usable[one.destination_id], one)
                for one in self._stored(job_id)
                if one.destination_id in usable
            }
            return found, self._end_of(job_id)

        found, end = self._lane.submit(stored, urgent=True).result()
        return {
            image_id: self._address(destination, upload, end, lifetime)
            for image_id, (destination, upload) in found.items()
        }

    def _address(
        self, destination: Destination, upload: Upload, end: datetime, lifetime: timedelta
    ) -> ImageLink:
        # A server counts the lifetime from the date that is signed, which is the machine's: one
        # whose clock is ahead would make links that outlive the job.
        now, signed = self._clock.now(), self._wall()
        seconds = int(min(lifetime, LONGEST_LINK, end - max(now, signed)).total_seconds())
        if seconds < 1:
            raise AlreadyDeleted if end <= now else ClockWrong
        span = timedelta(seconds=seconds)
        store = self._connections.open(destination)
        return ImageLink(store.link(upload.key(destination.place.prefix), span), signed + span)

    # --- on the vault lane -----------------------------------------------------------

    def ended(self, job_id: JobId) -> None:
        """Have sent what was wished of a job, in the breath in which its reading was ended."""
        try:
            if self._storage.uploads.fulfil(job_id, self._clock.now()):
                self._uploader.wake()
        except UserError as error:
            _log.warning("pictures are not sent: %s", error.code)

    def _catch_up(self) -> None:
        """Do what a process did not come to that died as a job was read."""
        try:
            for job_id in self._storage.uploads.ripe():
                self.ended(job_id)
        except UserError as error:
            _log.warning("pictures wait to be sent: %s", error.code)

    def _stored(self, job_id: JobId) -> tuple[Upload, ...]:
        every = self._storage.uploads.of_job(job_id)
        return tuple(one for one in every if one.state is UploadState.STORED)

    def _end_of(self, job_id: JobId) -> datetime:
        job = self._vault.job(job_id, self._clock.now())
        ends = _ends(job)
        if not ends:
            raise AlreadyDeleted
        return max(ends)

    def _overview(self) -> UploadOverview:
        ledger = self._storage.uploads
        return UploadOverview(ledger.counts(), ledger.is_paused(), self._uploader.at_work)

    def _wish(self, work: Callable[[], T], *, again: bool = False) -> Future[T]:
        """Do it on the vault lane, and have it seen at once."""

        def done(answered: Future[T]) -> None:
            if answered.cancelled() or answered.exception() is not None:
                return
            if again:
                self._uploader.try_all()
            self._uploader.wake()
            self._bus.publish(UploadsChanged())

        future = self._lane.submit(work, urgent=True)
        future.add_done_callback(done)
        return future


def _ends(job: Job) -> list[datetime]:
    """Return the ends of the parts that live."""
    parts = (
        (job.source_present, job.source_delete_at),
        (job.result_present, job.result_delete_at),
    )
    return [min(end, job.backstop_at) for is_there, end in parts if is_there]
