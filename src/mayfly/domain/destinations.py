"""Destinations: the user's own S3-compatible buckets, and what lies there."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageId, ImageType

DestinationId = NewType("DestinationId", str)

VERIFIED_FOR = timedelta(days=30)
"""A destination that was verified longer ago is verified again before it is used."""

LONGEST_LINK = timedelta(days=7)
"""What Signature Version 4 allows for a presigned address."""

_SHAPE = re.compile(r"[0-9a-f]{32}")


def new_destination_id() -> DestinationId:
    """Return 32 hex digits that say nothing."""
    return DestinationId(secrets.token_hex(16))


def is_destination_id(text: str) -> bool:
    """Tell whether the text has the shape of a destination's id."""
    return _SHAPE.fullmatch(text) is not None


def credentials_entry(destination_id: DestinationId) -> str:
    """Return the name under which the keyring keeps a destination's access key."""
    return f"destination-{destination_id}"


class Provider(StrEnum):
    """Whose storage it is; fills endpoint, region and addressing."""

    AMAZON_S3 = "s3"
    CLOUDFLARE_R2 = "r2"
    GOOGLE_CLOUD = "gcs"
    MINIO = "minio"
    BACKBLAZE_B2 = "b2"
    WASABI = "wasabi"
    OTHER = "other"


class Addressing(StrEnum):
    """Where the bucket stands in an address: in its path, or in the host's name."""

    PATH = "path"
    VIRTUAL = "virtual"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a destination is. Nothing in it is secret, but it is sealed in the vault all the same.

    endpoint is an address with scheme and host and nothing behind. prefix is "" or ends with
    “/”. ca_file is the path of certificates to trust instead of the usual ones.
    """

    provider: Provider
    endpoint: str
    region: str
    bucket: str
    prefix: str = ""
    addressing: Addressing = Addressing.PATH
    ca_file: str | None = None

    @property
    def is_insecure(self) -> bool:
        """Whether it is reached without TLS: whoever is on the way can read along."""
        return not self.endpoint.lower().startswith("https://")


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key. Only ever in memory and in the keyring; never printed."""

    key_id: str = field(repr=False)
    secret: str = field(repr=False)


class VersionNews(StrEnum):
    """What is known of old versions in a bucket."""

    UNKNOWN = "unknown"
    """The key may not ask, or the server does not know the question."""
    NONE = "none"
    KEEPS_VERSIONS = "keeps_versions"
    LOCKS_OBJECTS = "locks_objects"


@dataclass(frozen=True, slots=True)
class Traits:
    """What verifying learnt of a server."""

    versions: VersionNews = VersionNews.UNKNOWN
    answers_sha256: bool = False
    """It checks a SHA-256, keeps it with an object and gives it back; else an object is read
    back whole.
    """
    hides_missing: bool = False
    """To this key it says of an object that is not there what it says of a forbidden one: the
    key may not list. Then forbidden means gone, as long as the key may read.
    """


@dataclass(frozen=True, slots=True)
class Destination:
    """A registered destination as the vault keeps it.

    verified_at is when every step of verifying last succeeded; None before that, after an edit
    and after a failure that puts it in question. error_code says what failed last.
    """

    destination_id: DestinationId
    name: str
    place: Place
    delete_with_job: bool
    """Whether objects of a job are deleted there when the job is deleted here."""
    added_at: datetime
    verified_at: datetime | None = None
    error_code: str | None = None
    traits: Traits = Traits()

    def may_be_used(self, now: datetime) -> bool:
        """Whether it was fully verified, and not too long ago."""
        return self.verified_at is not None and now - self.verified_at < VERIFIED_FOR


class VerifyStep(StrEnum):
    """The steps of verifying, in their order."""

    CONNECT = "connect"
    TLS = "tls"
    """Skipped for an address without TLS."""
    CLOCK = "clock"
    WRITE = "write"
    READ = "read"
    COMPARE = "compare"
    DELETE = "delete"
    GONE = "gone"
    VERSIONS = "versions"
    """Looks whether the bucket keeps old versions; never fails."""


class StepState(StrEnum):
    """How far a step of verifying is."""

    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StepNews:
    """One step's news; error_code is set when it failed."""

    step: VerifyStep
    state: StepState
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of verifying: every step that was begun, in order."""

    steps: tuple[StepNews, ...]
    traits: Traits

    @property
    def error_code(self) -> str | None:
        """The code of the step that failed; None when all are done."""
        return next((one.error_code for one in self.steps if one.state is StepState.FAILED), None)


class UploadState(StrEnum):
    """How far one object is."""

    WAITING = "waiting"
    STORED = "stored"
    """Written, and seen to have the picture's own SHA-256."""
    FAILED = "failed"
    """Given up after all tries, or refused; waits for “try again”."""
    OWED = "owed"
    """To be deleted in the bucket; tried until it is seen to be gone."""
    LEFT = "left"
    """The job is deleted and the destination keeps its objects: they are the user's alone now."""
    STOPPED = "stopped"
    """Never written, because it was cancelled or the picture was deleted first."""
    DELETED = "deleted"
    """Seen to be gone from the bucket."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One picture on its way to a destination, or there. May outlive its job (OWED, LEFT)."""

    job_id: JobId
    destination_id: DestinationId
    image_id: ImageId
    image_type: ImageType
    state: UploadState
    attempts: int = 0
    not_before: datetime | None = None
    """When it is tried again after a failure that may pass."""
    error_code: str | None = None
    was_begun: bool = False
    """Bytes may have reached the bucket."""
    turn: int = 0
    """Another number each time that it is turned by a purge, a cancel or a new wish, so that
    whoever carried it before is told that it is another matter now."""

    def key(self, prefix: str) -> str:
        """The object's name; says nothing of the document."""
        stem = self.image_id.stem
        return f"{prefix}{self.job_id}/{stem}.{self.image_type.extension}"
