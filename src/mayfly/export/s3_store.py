"""One bucket of the user's: writing, comparing, deleting, and addresses to give away."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from mayfly.domain.destinations import LONGEST_LINK, Traits, VersionNews
from mayfly.domain.images import ImageType
from mayfly.domain.storage_errors import (
    MayNotRead,
    ObjectDiffers,
    ObjectStays,
    StorageError,
    StorageRefused,
    VersionsStay,
)
from mayfly.export.s3_errors import Doing, error_of, is_missing, is_unsaid
from mayfly.export.s3_line import BLOCK
from mayfly.export.s3_pool import Pool
from mayfly.export.s3_wire import Wire

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

_ROUNDS = 3
"""How often old versions are looked for: another program may write while they are deleted."""
_MOST_PAGES = 100
"""Of a list of versions in one go: a server can say for ever that there are more."""
_MOST_BYTES = 1 << 30
_NONSENSE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What botocore raises over answers that no server should give: it was not made for liars."""
_KEEPING = frozenset({VersionNews.KEEPS_VERSIONS, VersionNews.LOCKS_OBJECTS})


@dataclass(frozen=True, slots=True)
class Written:
    """What an answer told of an object that was written or deleted."""

    keeps_versions: bool


class Bucket:
    """The single calls, each with its StorageError. Nothing here tries again or compares."""

    def __init__(self, client: Any, wire: Wire, pool: Pool, name: str) -> None:  # noqa: ANN401
        self._client = client
        self._wire = wire
        self._pool = pool
        self._name = name

    @property
    def clock_off(self) -> timedelta | None:
        """By how much the server's clock was ahead at its last answer."""
        return self._wire.clock_off

    def call(self, doing: Doing, ask: Callable[[Any], _T], *, missing: _T | None = None) -> _T:
        """Return what asking the client answers; missing, where given, for what is not there.

        The StorageError has nothing behind it: botocore's error, and the frames that it comes
        from, hold addresses, signatures and keys.
        """
        try:
            return ask(self._client)
        except Exception as error:
            if missing is not None and is_missing(error):
                return missing
            known = error_of(error, doing, self.clock_off)
            if known is None and isinstance(error, _NONSENSE):
                _log.warning("an answer made no sense: %s", type(error))
                known = StorageRefused()
            if known is None:
                raise
        raise known.with_traceback(None)

    def write(self, key: str, data: bytes, content_type: str, sha256: bytes) -> Written:
        """Write an object; the server is told its SHA-256."""
        answer = self.call(
            Doing.WRITE,
            lambda client: client.put_object(
                Bucket=self._name,
                Key=key,
                Body=data,
                ContentType=content_type,
                ChecksumSHA256=base64.b64encode(sha256).decode("ascii"),
            ),
        )
        return Written(_tells_of_versions(answer))

    def kept_sha256(self, key: str) -> bytes | None:
        """Return the SHA-256 that the server keeps; None when it has none or no such object."""
        head = self._head(key, ChecksumMode="ENABLED")
        text = head.get("ChecksumSHA256", "")
        with suppress(ValueError):
            # Of an object in parts it is a checksum of checksums, with a dash.
            return base64.b64decode(text) if text and "-" not in text else None
        return None

    def read_sha256(self, key: str, most: int) -> bytes | None:
        """Read an object whole and return its SHA-256; None when there is none.

        Of one that is longer than most, the SHA-256 of no object that is not.
        """

        def ask(client: Any) -> bytes:  # noqa: ANN401
            return _hash(self._get(client, key), most)

        return self.call(Doing.READ, ask, missing=b"") or None

    def read(self, key: str) -> bytes:
        """Return an object, of which no more than a block is wanted."""

        def ask(client: Any) -> bytes:  # noqa: ANN401
            with self._get(client, key)["Body"] as body:
                return bytes(body.read(BLOCK))

        return self.call(Doing.READ, ask)

    def is_there(self, key: str) -> bool:
        """Tell whether there is such an object; MayNotRead when the server does not say."""
        return bool(self._head(key))

    def delete(self, key: str, version: str | None = None) -> Written:
        """Delete an object or one version of it; one that is not there is no error."""
        words = {"Bucket": self._name, "Key": key, **({"VersionId": version} if version else {})}
        answer = self.call(
            Doing.DELETE, lambda client: client.delete_object(**words), missing={"": ""}
        )
        return Written(_tells_of_versions(answer))

    def versions(self, key: str) -> tuple[str, ...]:
        """Return all versions and delete markers of just this key."""
        return self.call(Doing.OTHER, lambda client: tuple(self._versions(client, key)))

    def link(self, key: str, lifetime_s: int) -> str:
        """Return a signed address; works it out without the network."""
        return self.call(
            Doing.OTHER,
            lambda client: str(
                client.generate_presigned_url(
                    "get_object", Params={"Bucket": self._name, "Key": key}, ExpiresIn=lifetime_s
                )
            ),
        )

    def settings_of_versions(self) -> VersionNews:
        """Return what the bucket says of old versions; UNKNOWN where it does not answer."""
        status = lock = None
        with suppress(StorageError):
            answer = self.call(
                Doing.OTHER, lambda client: client.get_bucket_versioning(Bucket=self._name)
            )
            status = answer.get("Status", "Never")
        with suppress(StorageError):
            answer = self.call(
                Doing.OTHER,
                lambda client: client.get_object_lock_configuration(Bucket=self._name),
            )
            lock = answer.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled")
        if lock == "Enabled":
            return VersionNews.LOCKS_OBJECTS
        if status in {"Enabled", "Suspended"}:
            return VersionNews.KEEPS_VERSIONS
        return VersionNews.UNKNOWN if status is None else VersionNews.NONE

    def close(self) -> None:
        """End every call."""
        self._pool.close()

    # --- parts ---------------------------------------------------------------------------

    def _head(self, key: str, **words: str) -> dict[str, Any]:
        """Return the headers of an object; an empty dictionary when there is none."""

        def ask(client: Any) -> dict[str, Any]:  # noqa: ANN401
            try:
                return dict(client.head_object(Bucket=self._name, Key=key, **words))
            except Exception as error:
                if not is_unsaid(error):
                    raise
            # An answer to HEAD has no body: the same question with GET says why.
            with self._get(client, key, Range="bytes=0-0")["Body"] as body:
                body.read()
            return {"": ""}

        return self.call(Doing.READ, ask, missing={})

    def _get(self, client: Any, key: str, **words: str) -> dict[str, Any]:  # noqa: ANN401
        return dict(client.get_object(Bucket=self._name, Key=key, **words))

    def _versions(self, client: Any, key: str) -> Iterator[str]:  # noqa: ANN401
        after: dict[str, str] = {}
        for _page in range(_MOST_PAGES):
            page = client.list_object_versions(Bucket=self._name, Prefix=key, **after)
            for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                if one["Key"] == key:
                    yield str(one["VersionId"])
            if not page.get("IsTruncated") or page.get("NextKeyMarker", key) != key:
                return
            after = {"KeyMarker": key, "VersionIdMarker": page.get("NextVersionIdMarker", "")}


class S3Store:
    """The ObjectStore of domain/object_store on a server with the S3 interface."""

    def __init__(self, bucket: Bucket, traits: Traits) -> None:
        self._bucket = bucket
        self._traits = traits

    def put(self, key: str, data: bytes, image_type: ImageType) -> None:
        """Write an object whole, and see that its SHA-256 is data's; else delete it again."""
        sha256 = hashlib.sha256(data).digest()
        self._bucket.write(key, data, image_type.value, sha256)
        if self._found_sha256(key, len(data)) == sha256:
            return
        with suppress(StorageError):
            self.delete(key)
        raise ObjectDiffers

    def is_there(self, key: str, sha256: bytes, most: int = _MOST_BYTES) -> bool:
        """Tell whether an object of this name with just this content is there."""
        try:
            return self._found_sha256(key, most) == sha256
        except MayNotRead:
            if self._traits.hides_missing:
                return False
            raise

    def delete(self, key: str) -> None:
        """Delete an object with its old versions, and see that it is gone."""
        keeps_versions = self._traits.versions in _KEEPING
        if not (keeps_versions and self._is_hidden(key)):
            keeps_versions |= self._bucket.delete(key).keeps_versions
        if keeps_versions:
            self.delete_versions(key)
        if not self.is_gone(key):
            raise ObjectStays

    def delete_versions(self, key: str) -> None:
        """Delete every version and marker of this key; VersionsStay when that cannot be."""
        refused = False
        try:
            for _round in range(_ROUNDS):
                versions = self._bucket.versions(key)
                if not versions:
                    return
                for version in versions:
                    self._bucket.delete(key, version)
        except StorageError as error:
            if error.is_passing:
                raise
            refused = True
        if refused or self._bucket.versions(key):
            raise VersionsStay

    def is_gone(self, key: str) -> bool:
        """Tell whether the server is seen to have no such object."""
        try:
            return not self._bucket.is_there(key)
        except MayNotRead:
            if self._traits.hides_missing:
                return True
            raise

    def link(self, key: str, lifetime: timedelta) -> str:
        """Return an address that gives the object to whoever has it, for whole seconds."""
        seconds = lifetime // timedelta(seconds=1)
        if not 1 <= seconds <= LONGEST_LINK.total_seconds():
            raise ValueError("a link lives a second at least and seven days at most")
        return self._bucket.link(key, seconds)

    def close(self) -> None:
        """End every call in hand, and all later ones."""
        self._bucket.close()

    def _is_hidden(self, key: str) -> bool:
        """Tell whether a marker hides it already: each deletion more would write another one,
        every hour where old versions may not be deleted. “Forbidden” does not tell.
        """
        with suppress(MayNotRead):
            return not self._bucket.is_there(key)
        return False

    def _found_sha256(self, key: str, most: int) -> bytes | None:
        if self._traits.answers_sha256:
            kept = self._bucket.kept_sha256(key)
            if kept is not None:
                return kept
        return self._bucket.read_sha256(key, most)


def _tells_of_versions(answer: dict[str, Any]) -> bool:
    return bool(answer.get("VersionId") or answer.get("DeleteMarker"))


def _hash(answer: dict[str, Any], most: int) -> bytes:
    """Return the SHA-256 of a body, of which no more is read than tells that it is too long."""
    found = hashlib.sha256()
    with answer["Body"] as body:
        while most >= 0 and (block := body.read(BLOCK)):
            found.update(block)
            most -= len(block)
    return found.digest()
