"""One row of what is to be written or deleted at a destination, from taking it to settling it."""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import TypeVar

from mayfly.domain.destination_port import Settlement
from mayfly.domain.destinations import Destination, Upload, UploadState
from mayfly.domain.errors import (
    JobError,
    KeyringLocked,
    KeyringUnavailable,
    LaneClosed,
    UserError,
    VaultDamaged,
    VaultLocked,
)
from mayfly.domain.object_store import ObjectStore
from mayfly.domain.ports import Clock, Lane
from mayfly.domain.storage_errors import (
    DestinationMissing,
    ObjectDiffers,
    StorageError,
    StorageUnreachable,
)
from mayfly.services.backoff import MOST_TRIES, wait_after, wait_owed
from mayfly.services.connections import Connections
from mayfly.services.upload_notes import StorageVault, UploadNotes

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Fate(Enum):
    """What a try says of the destination."""

    WELL = auto()
    NOTHING = auto()
    """Nothing is known: the row was turned meanwhile, or the vault was locked."""
    PASSES = auto()
    """Out of reach or busy: leave it alone for a little."""
    NO_KEY = auto()
    """The keyring does not give its key."""
    STOPPED = auto()
    """It does not work as it is set: nothing more until it was verified anew."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try; code says why nothing more goes there, when that is news."""

    fate: Fate
    code: str | None = None


_NOTHING = Outcome(Fate.NOTHING)


class UploadWork:
    """Carries out rows, each on the thread that calls, which blocks on the network.

    Work for the vault is short and never waits for the network. A row that somebody turned
    meanwhile (a deletion, a cancel) is seen by the vault, and what was just written is deleted.
    """

    def __init__(
        self, vault: StorageVault, vault_lane: Lane, *, connections: Connections, clock: Clock
    ) -> None:
        self._vault = vault
        self._notes = UploadNotes(vault, vault_lane, clock=clock)
        self._connections = connections
        self._clock = clock

    def carry_out(self, upload: Upload, destination: Destination) -> Outcome:
        """Write or delete one object, and have the row say what became of it."""
        try:
            if upload.state is UploadState.OWED:
                return self._delete(upload, destination)
            return self._write(upload, destination)
        except (LaneClosed, VaultLocked, DestinationMissing):
            # Closing, locked or forgotten: whoever looks next finds the row as it is.
            return _NOTHING
        except (KeyringLocked, KeyringUnavailable) as error:
            self._settle_again(upload, error, upload.attempts)
            return Outcome(Fate.NO_KEY, error.code)
        except StorageError as error:
            return self._failed(upload, error)
        except JobError as error:
            # The picture is gone: nothing of it is to lie there, either.
            self._settle(upload, UploadState.STOPPED, error_code=error.code)
            return _NOTHING
        except VaultDamaged as error:
            self._settle(upload, UploadState.FAILED, error_code=error.code)
            return _NOTHING

    # --- writing ---------------------------------------------------------------------

    def _write(self, upload: Upload, destination: Destination) -> Outcome:
        store = self._opened(upload, destination)
        image = self._notes.begin(upload, destination)
        if image is None:
            return _NOTHING
        key = upload.key(destination.place.prefix)
        is_there = upload.was_begun and store.is_there(
            key, hashlib.sha256(image.data).digest(), len(image.data)
        )
        if not is_there:
            store.put(key, image.data, image.block.image_type)
        if not self._settle(upload, UploadState.STORED):
            self._undo(upload, store, key)
        return Outcome(Fate.WELL)

    def _opened(self, upload: Upload, destination: Destination) -> ObjectStore:
        """Return the bucket; no key is fetched once the vault is locked, or it was forgotten."""
        store = self._connections.find(destination)
        if store is not None:
            return store
        self._notes.ask(lambda: self._vault.destinations.get(upload.destination_id))
        return self._connections.open(destination)

    def _undo(self, upload: Upload, store: ObjectStore, key: str) -> None:
        """Delete what was written for a row that was turned while it was.

        Where that fails the row says by itself what is owed: it was noted as begun.
        """
        try:
            store.delete(key)
        except StorageError as error:
            _log.warning("what was cancelled is still to be deleted: %s", error.code)

    # --- deleting --------------------------------------------------------------------

    def _delete(self, upload: Upload, destination: Destination) -> Outcome:
        # Where it points does not change while something of Mayfly's may lie there.
        store = self._opened(upload, destination)
        store.delete(upload.key(destination.place.prefix))
        self._settle(upload, UploadState.DELETED)
        return Outcome(Fate.WELL)

    # --- when it did not go well -----------------------------------------------------

    def _failed(self, upload: Upload, error: StorageError) -> Outcome:
        is_unreached = isinstance(error, StorageUnreachable)
        if is_unreached and not self._connections.is_open(upload.destination_id):
            # Not the network broke: it was closed here, by a lock, an edit or the end of Mayfly.
            return _NOTHING
        tries = upload.attempts + 1
        if upload.state is UploadState.OWED:
            self._settle_again(upload, error, tries)
        elif is_unreached or (_is_of_object(error) and tries < MOST_TRIES):
            # No network is no fault of the picture's: it waits as long as it lives itself.
            self._settle_again(upload, error, tries)
        elif _is_of_object(error):
            self._settle(upload, UploadState.FAILED, error_code=error.code)
        else:
            # As it is set nothing goes there: it waits until the destination is verified again.
            self._settle(upload, UploadState.WAITING, error_code=error.code)
        if error.is_passing:
            return Outcome(Fate.PASSES)
        return _NOTHING if _is_of_object(error) else self._stop(upload, error)

    def _settle_again(self, upload: Upload, error: UserError, tries: int) -> None:
        is_owed = upload.state is UploadState.OWED
        wait = wait_owed(tries) if is_owed else wait_after(tries)
        with suppress(LaneClosed):
            self._settle(
                upload,
                upload.state,
                error_code=error.code,
                not_before=self._clock.now() + wait,
            )

    def _stop(self, upload: Upload, error: StorageError) -> Outcome:
        """Use the destination no more until it was verified again; news only the first time."""
        destination_id, code = upload.destination_id, error.code
        self._connections.forget(destination_id)

        def note() -> bool:
            is_news = self._vault.destinations.get(destination_id).error_code != code
            if is_news:
                self._vault.destinations.note_failed(destination_id, code)
            return is_news

        with suppress(UserError):
            if self._notes.ask(note):
                _log.warning("a destination is not used any more: %s", code)
                return Outcome(Fate.STOPPED, code)
        return Outcome(Fate.STOPPED)

    def _settle(
        self,
        upload: Upload,
        state: UploadState,
        *,
        error_code: str | None = None,
        not_before: datetime | None = None,
    ) -> bool:
        return self._notes.settle(Settlement(upload, state, error_code, not_before))


def _is_of_object(error: StorageError) -> bool:
    """Whether another object may fare better at the same destination."""
    return error.is_passing or isinstance(error, ObjectDiffers)
