"""The ObjectStore seam in memory, with servers that can be made to fail."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from mayfly.domain.destinations import (
    Addressing,
    Credentials,
    Place,
    Provider,
    StepNews,
    StepState,
    Traits,
    Verification,
    VerifyStep,
)
from mayfly.domain.images import ImageType
from mayfly.domain.storage_errors import (
    AccessKeyWrong,
    BucketMissing,
    ObjectDiffers,
    SecretWrong,
    StorageError,
    StorageUnreachable,
)

KEY = Credentials("AKIDMAYFLYTEST", "a/secret+that=nobody0knows")
PLACE = Place(Provider.OTHER, "http://127.0.0.1:9", "us-east-1", "pictures", "mayfly/")


def place(
    bucket: str = "pictures", *, endpoint: str = "http://127.0.0.1:9", prefix: str = "mayfly/"
) -> Place:
    """Return a place on a server of memory."""
    return Place(Provider.OTHER, endpoint, "us-east-1", bucket, prefix, Addressing.PATH)


@dataclass
class MemoryServer:
    """What all stores of a test reach: buckets by name, the keys it knows, and its moods."""

    buckets: dict[str, dict[str, tuple[bytes, ImageType]]] = field(
        default_factory=lambda: {"pictures": {}}
    )
    keys: dict[str, str] = field(default_factory=lambda: {KEY.key_id: KEY.secret})
    puts: list[str] = field(default_factory=list)
    deletes: list[str] = field(default_factory=list)
    opened: int = 0
    failing: Callable[[str, str], StorageError | None] = lambda _call, _key: None
    """Given put, is_there or delete and the object's name, the error it fails with."""

    def __post_init__(self) -> None:
        self.gate = threading.Lock()
        self.open_door = threading.Event()
        self.open_door.set()
        self.at_door = threading.Semaphore(0)

    def objects(self, bucket: str = "pictures") -> dict[str, bytes]:
        """Return what a bucket has."""
        with self.gate:
            return {key: data for key, (data, _) in self.buckets[bucket].items()}

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let every put wait, after its bytes arrived, until this is left."""
        self.open_door.clear()
        try:
            yield
        finally:
            self.open_door.set()


class MemoryStore:
    """The ObjectStore seam on a MemoryServer."""

    def __init__(self, server: MemoryServer, place: Place, credentials: Credentials) -> None:
        self._server = server
        self._place = place
        self._credentials = credentials
        self._closed = threading.Event()

    def put(self, key: str, data: bytes, image_type: ImageType) -> None:
        bucket = self._bucket("put", key)
        with self._server.gate:
            self._server.puts.append(key)
            bucket[key] = (data, image_type)
        self._server.at_door.release()
        while not self._server.open_door.wait(0.01):
            if self._closed.is_set():
                raise StorageUnreachable
        if (
            hashlib.sha256(bucket.get(key, (data, None))[0]).digest()
            != hashlib.sha256(data).digest()
        ):
            raise ObjectDiffers

    def is_there(self, key: str, sha256: bytes, most: int = 1 << 30) -> bool:
        found = self._bucket("is_there", key).get(key)
        return found is not None and hashlib.sha256(found[0]).digest() == sha256

    def delete(self, key: str) -> None:
        bucket = self._bucket("delete", key)
        with self._server.gate:
            self._server.deletes.append(key)
            bucket.pop(key, None)

    def link(self, key: str, lifetime: timedelta) -> str:
        return (
            f"{self._place.endpoint}/{self._place.bucket}/{key}?for={lifetime.total_seconds():.0f}"
        )

    def close(self) -> None:
        self._closed.set()

    def _bucket(self, call: str, key: str) -> dict[str, tuple[bytes, ImageType]]:
        if self._closed.is_set():
            raise StorageUnreachable
        error = self._server.failing(call, key)
        if error is not None:
            raise error
        secret = self._server.keys.get(self._credentials.key_id)
        if secret is None:
            raise AccessKeyWrong
        if secret != self._credentials.secret:
            raise SecretWrong
        if self._place.bucket not in self._server.buckets:
            raise BucketMissing
        return self._server.buckets[self._place.bucket]


class MemoryStores:
    """The ObjectStores seam on a MemoryServer."""

    def __init__(self, server: MemoryServer | None = None) -> None:
        self.server = server or MemoryServer()

    def open(self, place: Place, credentials: Credentials, traits: Traits) -> MemoryStore:
        del traits
        self.server.opened += 1
        return MemoryStore(self.server, place, credentials)

    def verify(
        self, place: Place, credentials: Credentials, tell: Callable[[StepNews], None]
    ) -> Verification:
        store, told = MemoryStore(self.server, place, credentials), []
        key, probe = f"{place.prefix}probe", b"probe"
        work = {
            VerifyStep.WRITE: lambda: store.put(key, probe, ImageType.PNG),
            VerifyStep.READ: lambda: store.is_there(key, hashlib.sha256(probe).digest()),
            VerifyStep.DELETE: lambda: store.delete(key),
        }
        for step in VerifyStep:
            tell(StepNews(step, StepState.RUNNING))
            try:
                work.get(step, lambda: None)()
            except StorageError as error:
                told.append(StepNews(step, StepState.FAILED, error.code))
                tell(told[-1])
                return Verification(tuple(told), Traits())
            told.append(StepNews(step, StepState.DONE))
            tell(told[-1])
        with self.server.gate:
            self.server.puts = [one for one in self.server.puts if one != key]
            self.server.deletes = [one for one in self.server.deletes if one != key]
            self.server.at_door = threading.Semaphore(0)
        return Verification(tuple(told), Traits())
