"""What the window asks of own storage: the services' faces. Every answer is a future."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from mayfly.domain.destination_port import Unbound
from mayfly.domain.destinations import (
    Credentials,
    Destination,
    DestinationId,
    Place,
    StepNews,
    Upload,
    UploadState,
    Verification,
)
from mayfly.domain.exports import ImageLink
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageRef


class DestinationsFace(Protocol):
    """The user's buckets: kept, changed, verified, forgotten."""

    def all(self) -> Future[tuple[Destination, ...]]:
        """Return every destination, by name."""
        ...

    def add(
        self, name: str, place: Place, credentials: Credentials, *, delete_with_job: bool
    ) -> Future[Destination]:
        """Keep a new one and its access key; it is not verified yet."""
        ...

    def edit(
        self,
        destination_id: DestinationId,
        *,
        name: str,
        place: Place,
        credentials: Credentials | None,
        delete_with_job: bool,
    ) -> Future[Destination]:
        """Change one; without credentials its access key stays as it is."""
        ...

    def verify(
        self, destination_id: DestinationId, tell: Callable[[StepNews], None]
    ) -> Future[Verification]:
        """Go through the steps; tell is called on some other thread."""
        ...

    def remove(self, destination_id: DestinationId) -> Future[Unbound]:
        """Erase its access key and forget it; its bucket is left alone."""
        ...


class Overview(Protocol):
    """How many objects are how far."""

    @property
    def counts(self) -> Mapping[tuple[DestinationId, UploadState], int]:
        """How many there are of each."""
        ...

    @property
    def paused(self) -> bool:
        """Whether sending is held."""
        ...


class UploadsFace(Protocol):
    """Pictures on their way to destinations."""

    def send_jobs(
        self, job_ids: Sequence[JobId], destination_id: DestinationId
    ) -> Future[tuple[JobId, ...]]:
        """Send all pictures of these jobs; return the jobs of which that can be."""
        ...

    def of_job(self, job_id: JobId) -> Future[tuple[Upload, ...]]:
        """Return a job's uploads."""
        ...

    def overview(self) -> Future[Overview]:
        """Return how many are how far."""
        ...

    def in_state(self, state: UploadState, most: int) -> Future[tuple[Upload, ...]]:
        """Return the oldest of a state."""
        ...

    def by_job(self) -> Future[Mapping[JobId, Mapping[tuple[DestinationId, UploadState], int]]]:
        """Return how many of each job are how far."""
        ...

    def pause(self) -> Future[None]:
        """Hold what is not begun."""
        ...

    def resume(self) -> Future[None]:
        """Go on."""
        ...

    def cancel(self, job_ids: Sequence[JobId] | None) -> Future[int]:
        """Stop what waits or failed, of these jobs or of all."""
        ...

    def retry(self, job_ids: Sequence[JobId] | None) -> Future[int]:
        """Try again what failed, of these jobs or of all."""
        ...

    def link(
        self, ref: ImageRef, destination_id: DestinationId, lifetime: timedelta
    ) -> Future[ImageLink]:
        """Return an address of a stored picture."""
        ...


@dataclass(frozen=True, slots=True)
class StorageServices:
    """Both of them."""

    destinations: DestinationsFace
    uploads: UploadsFace
