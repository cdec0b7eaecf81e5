"""Pictures of documents that are just being added: sent as soon as they were read."""

from __future__ import annotations

from mayfly.domain.destinations import Destination, DestinationId
from mayfly.domain.ids import JobId
from mayfly.domain.ports import Clock
from mayfly.domain.retention import RetentionRule
from mayfly.domain.storage_errors import NotVerified, SourceTooShort
from mayfly.services.upload_notes import StorageVault


class Sending:
    """Only on the vault lane."""

    def __init__(self, storage: StorageVault, *, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def usable(self, destination_id: DestinationId) -> Destination:
        """Return the destination; NotVerified unless it may be used, DestinationMissing."""
        destination = self._storage.destinations.get(destination_id)
        if not destination.may_be_used(self._clock.now()):
            raise NotVerified
        return destination

    def check(self, destination_id: DestinationId, rule: RetentionRule) -> None:
        """Refuse before anything is added what could not be sent; SourceTooShort, as usable."""
        if rule.source_hours == 0:
            raise SourceTooShort
        self.usable(destination_id)

    def wish(self, job_id: JobId, destination_id: DestinationId) -> None:
        """Have all pictures of a job that was just added sent when it is read."""
        self._storage.uploads.wish([job_id], destination_id, self._clock.now())
