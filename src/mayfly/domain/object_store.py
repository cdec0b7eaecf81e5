"""The seam to an S3-compatible server. Only the network lane calls it, and every call blocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from mayfly.domain.destinations import Credentials, Place, StepNews, Traits, Verification
from mayfly.domain.images import ImageType


class ObjectStore(Protocol):
    """One bucket, opened with one access key. Calls may come from several threads.

    Each raises a StorageError (domain.storage_errors) that says what is wrong in plain words;
    none takes longer than its timeouts (connect 5 s, answer 30 s) times three tries.
    """

    def put(self, key: str, data: bytes, image_type: ImageType) -> None:
        """Write an object whole, over any other of that name, and see that its SHA-256 is data's.

        ObjectDiffers when it is not; the object that differs is deleted again where that works.
        """
        ...

    def is_there(self, key: str, sha256: bytes, most: int = 1 << 30) -> bool:
        """Tell whether an object of this name with just this content is there; most: how long
        that is, for a server that sends for ever.
        """
        ...

    def delete(self, key: str) -> None:
        """Delete an object, its old versions included where the bucket keeps them.

        Returns when the object is seen to be gone; one that was never there is no error.
        ObjectStays or VersionsStay otherwise.
        """
        ...

    def link(self, key: str, lifetime: timedelta) -> str:
        """Return an address that gives the object to whoever has it; needs no network."""
        ...

    def close(self) -> None:
        """Close every connection; calls in hand on other threads end with StorageUnreachable."""
        ...


class ObjectStores(Protocol):
    """Opens buckets, and verifies that one does all that is needed."""

    def open(self, place: Place, credentials: Credentials, traits: Traits) -> ObjectStore:
        """Return the bucket; connects to nothing yet."""
        ...

    def verify(
        self, place: Place, credentials: Credentials, tell: Callable[[StepNews], None]
    ) -> Verification:
        """Go through all steps of verifying with a probe object that is deleted again.

        tell hears of every step as it begins and ends. Never raises for what the server, the
        network or the key does; the step that failed says so, and later ones are not begun.
        """
        ...
