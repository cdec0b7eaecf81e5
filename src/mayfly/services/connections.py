"""Opens buckets with the keyring's keys: the one place where anything is connected."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mayfly.domain.destinations import (
    Destination,
    DestinationId,
    Place,
    StepNews,
    Traits,
    Verification,
)
from mayfly.domain.errors import LaneClosed
from mayfly.domain.object_store import ObjectStore, ObjectStores
from mayfly.services.credentials import CredentialBox


@dataclass(frozen=True, slots=True)
class _Opened:
    place: Place
    traits: Traits
    verified_at: datetime | None
    """Verified anew: it may have another key since."""
    store: ObjectStore


class Connections:
    """Keeps one open bucket for each destination that is in use. Only the network's threads call
    open and verify, which block; the others may come from any thread.
    """

    def __init__(self, stores: ObjectStores, box: CredentialBox) -> None:
        self._stores = stores
        self._box = box
        self._gate = threading.Lock()
        self._opening: defaultdict[DestinationId, threading.Lock] = defaultdict(threading.Lock)
        self._opened: dict[DestinationId, _Opened] = {}
        self._closed = False

    def open(self, destination: Destination) -> ObjectStore:
        """Return the destination's bucket; connects to nothing yet.

        CredentialsMissing, NoKeyringForKeys, KeyringLocked; LaneClosed after close.
        """
        destination_id = destination.destination_id
        known = self.find(destination)
        if known is not None:
            return known
        with self._gate:
            alone = self._opening[destination_id]
        # The keyring may ask its user: only who wants the same destination waits for that.
        with alone:
            known = self.find(destination)
            if known is not None:
                return known
            self.forget(destination_id)
            credentials = self._box.load(destination_id)
            store = self._stores.open(destination.place, credentials, destination.traits)
            with self._gate:
                is_late = self._closed
                if not is_late:
                    self._opened[destination_id] = _Opened(
                        destination.place, destination.traits, destination.verified_at, store
                    )
        if is_late:
            store.close()
            raise LaneClosed("Mayfly is closing")
        return store

    def find(self, destination: Destination) -> ObjectStore | None:
        """Return the destination's bucket if it is open; asks nobody."""
        with self._gate:
            known = self._opened.get(destination.destination_id)
        return known.store if known is not None and _is_of(known, destination) else None

    def verify(self, destination: Destination, tell: Callable[[StepNews], None]) -> Verification:
        """Go through all steps of verifying; errors as open."""
        credentials = self._box.load(destination.destination_id)
        return self._stores.verify(destination.place, credentials, tell)

    def is_open(self, destination_id: DestinationId) -> bool:
        """Whether it is open. What ends with an error while it is not was ended here."""
        with self._gate:
            return destination_id in self._opened

    def forget(self, destination_id: DestinationId) -> None:
        """Close what is open of a destination; its calls in hand end."""
        with self._gate:
            known = self._opened.pop(destination_id, None)
        if known is not None:
            known.store.close()

    def forget_all(self) -> None:
        """Close everything, with its keys in memory; it is opened again when it is needed."""
        with self._gate:
            ids = tuple(self._opened)
        for one in ids:
            self.forget(one)

    def close(self) -> None:
        """Close everything, and open nothing any more."""
        with self._gate:
            self._closed = True
        self.forget_all()


def _is_of(known: _Opened, destination: Destination) -> bool:
    return (known.place, known.traits, known.verified_at) == (
        destination.place,
        destination.traits,
        destination.verified_at,
    )
