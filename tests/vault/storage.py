"""Destinations and pictures for tests of own storage, and a ledger on a real vault."""

from __future__ import annotations

from datetime import UTC, datetime

from mayfly.domain.destinations import (
    Addressing,
    Destination,
    Place,
    Provider,
    new_destination_id,
)
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageBlock, ImageId, ImageKind, ImageRef, ImageType
from mayfly.domain.pages import Box
from mayfly.vault.uploads import SqliteUploadLedger
from mayfly.vault.vault import SqliteVault

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
ENDPOINT = "https://canary-endpoint.example"
BUCKET = "canary-bucket"
NAME = "Canary Name"
PAGES, PER_PAGE = 2, 3


def destination(name: str = NAME, *, delete_with_job: bool = True, **place) -> Destination:
    # No two may be in one place.
    prefix = "canary-prefix/" if name == NAME else f"canary-prefix/{sum(map(ord, name))}/"
    wanted = {"bucket": BUCKET, "prefix": prefix, "addressing": Addressing.PATH} | place
    where = Place(Provider.MINIO, ENDPOINT, "canary-region", **wanted)
    return Destination(new_destination_id(), name, where, delete_with_job, NOW)


def block(page: int, number: int) -> ImageBlock:
    box, kind = Box(10, 10, 50, 50), ImageKind.UNKNOWN
    image_type = ImageType.JPEG if number == 2 else ImageType.PNG
    return ImageBlock(ImageId(page, number), box, 50, 50, kind, image_type, 100)


def six_images(tx, row) -> tuple[ImageBlock, ...]:
    """Two pages of three pictures, whatever the job."""
    return tuple(
        block(page, number) for page in range(1, PAGES + 1) for number in range(1, PER_PAGE + 1)
    )


def ledger_of(vault: SqliteVault) -> SqliteUploadLedger:
    """The vault's ledger, for documents that have six pictures each."""
    streams, writer = vault._ends._streams, vault._writer
    return SqliteUploadLedger(vault._database, streams, writer, vault._ends, images=six_images)


def refs(job_id: JobId, *places: tuple[int, int]) -> list[ImageRef]:
    wanted = places or tuple((one.image_id.page, one.image_id.number) for one in six_images(0, 0))
    return [ImageRef(job_id, ImageId(*place)) for place in wanted]
