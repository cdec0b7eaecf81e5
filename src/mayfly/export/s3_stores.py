"""The ObjectStores of domain/object_store. Importing it costs nothing: botocore comes later."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from mayfly.domain.destinations import Credentials, Place, StepNews, Traits, Verification
from mayfly.domain.ports import Clock
from mayfly.export.s3_line import Patience
from mayfly.export.s3_pool import Pool, Reaching, Unguarded

if TYPE_CHECKING:
    from mayfly.export.s3_client import Clients
    from mayfly.export.s3_store import Bucket, S3Store


class S3Stores:
    """Opens and verifies buckets on servers with the S3 interface.

    clock is the machine's own: requests are signed by it, whatever time counts for documents.
    """

    def __init__(
        self,
        clock: Clock,
        network: Reaching | None = None,
        *,
        patience: Patience | None = None,
    ) -> None:
        self._clock = clock
        self._network = network or Unguarded()
        self._patience = patience or Patience()
        self._lock = threading.Lock()
        self._made: Clients | None = None

    def open(self, place: Place, credentials: Credentials, traits: Traits) -> S3Store:
        """Return the bucket; connects to nothing yet."""
        _pool, bucket = self._bucket(place, credentials)
        from mayfly.export.s3_store import S3Store

        return S3Store(bucket, traits)

    def verify(
        self, place: Place, credentials: Credentials, tell: Callable[[StepNews], None]
    ) -> Verification:
        """Go through all steps with a probe object that is deleted again."""
        pool, bucket = self._bucket(place, credentials)
        from mayfly.export.s3_verify import Verifier

        try:
            return Verifier(pool, bucket, place.prefix, tell).run()
        finally:
            pool.close()

    def _bucket(self, place: Place, credentials: Credentials) -> tuple[Pool, Bucket]:
        pool = Pool(place, self._patience, self._network)
        # As urllib3 is imported it binds a socket to see whether there is IPv6. The guard knows
        # that, and would count it as refused anywhere else.
        with pool.reaching():
            from mayfly.export.s3_store import Bucket
            from mayfly.export.s3_wire import Wire

            wire = Wire(pool, self._clock)
            client = self._clients().make(place, credentials, wire, self._patience.attempts)
        return pool, Bucket(client, wire, pool, place.bucket)

    def _clients(self) -> Clients:
        from mayfly.export.s3_client import Clients

        with self._lock:
            if self._made is None:
                self._made = Clients(self._patience)
            return self._made
