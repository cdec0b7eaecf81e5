"""What people read of destinations and uploads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mayfly.cli.json_shapes import moment_shape
from mayfly.cli.listing import SHORT_ID
from mayfly.cli.storage_shapes import counts_of
from mayfly.domain.destinations import (
    Destination,
    StepNews,
    StepState,
    Upload,
    UploadState,
    VerifyStep,
    VersionNews,
)
from mayfly.domain.error_codes import error_of
from mayfly.domain.storage_errors import NotVerified
from mayfly.services.uploads import UploadOverview

_STEPS = {
    VerifyStep.CONNECT: "connect to the server",
    VerifyStep.TLS: "check its certificate",
    VerifyStep.CLOCK: "compare the clocks",
    VerifyStep.WRITE: "write a probe object",
    VerifyStep.READ: "read it back",
    VerifyStep.COMPARE: "compare it",
    VerifyStep.DELETE: "delete it",
    VerifyStep.GONE: "see that it is gone",
    VerifyStep.VERSIONS: "look for old versions",
}

_MARKS = {StepState.DONE: "✓", StepState.SKIPPED: "–", StepState.FAILED: "✗"}

_VERSIONS = {
    VersionNews.KEEPS_VERSIONS: (
        "This bucket keeps old versions: deleting takes a right to delete those, too."
    ),
    VersionNews.LOCKS_OBJECTS: (
        "This bucket locks objects: what is written there can perhaps not be deleted for a time."
    ),
}


def destination_lines(destination: Destination, now: datetime) -> Iterator[str]:
    """Yield a destination's name, and below it where and how it is."""
    place = destination.place
    yield f"{destination.name}  ({place.provider.value})"
    yield f"  {place.endpoint}  {place.bucket}/{place.prefix}  {place.region}"
    if place.is_insecure:
        yield "  not encrypted on the way: whoever is on the same network can read along"
    if destination.error_code not in (None, NotVerified.code):
        yield f"  not verified: {error_of(destination.error_code)}"
    elif destination.verified_at is None:
        yield "  not verified"
    else:
        old = "" if destination.may_be_used(now) else ", too long ago"
        yield f"  verified {moment_shape(destination.verified_at)}{old}"
    if destination.delete_with_job:
        yield "  objects are deleted there with their job"


def step_line(news: StepNews) -> str | None:
    """Return the line for a step that ended; None while it runs."""
    mark = _MARKS.get(news.state)
    return None if mark is None else f"{mark} {_STEPS[news.step]}"


def versions_line(versions: VersionNews) -> str | None:
    """Return what to know of a bucket that keeps more than is seen."""
    return _VERSIONS.get(versions)


def overview_lines(
    overview: UploadOverview, destinations: tuple[Destination, ...]
) -> Iterator[str]:
    """Yield how much is how far at each destination."""
    if overview.paused:
        yield "Uploads are paused; “mayfly uploads resume” lets them go on."
    for one in destinations:
        counts = counts_of(overview, one.destination_id)
        shown = [f"{count} {state}" for state, count in counts.items() if count]
        yield f"{one.name}  {', '.join(shown) or 'nothing'}"


def upload_line(upload: Upload, names: dict[str, str]) -> str:
    """Return how far one picture is, and why it is not further."""
    where = names.get(upload.destination_id, "")
    line = f"{upload.job_id[:SHORT_ID]}  {upload.image_id}  {where}  {upload.state.value}"
    if upload.error_code is not None and upload.state is not UploadState.STORED:
        line += f": {error_of(upload.error_code)}"
    return line
