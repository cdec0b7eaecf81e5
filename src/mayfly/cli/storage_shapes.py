"""The JSON of destinations, uploads and links; docs/cli.md has its fields."""

from __future__ import annotations

from mayfly.cli.json_shapes import Shape, moment_shape, stored_error_shape
from mayfly.domain.destination_port import Unbound
from mayfly.domain.destinations import (
    Destination,
    DestinationId,
    Upload,
    UploadState,
    Verification,
)
from mayfly.domain.exports import ImageLink
from mayfly.services.uploads import UploadOverview


def destination_shape(destination: Destination) -> Shape:
    """Return one destination; nothing of its access key."""
    place = destination.place
    return {
        "destination": destination.destination_id,
        "name": destination.name,
        "provider": place.provider.value,
        "endpoint": place.endpoint,
        "region": place.region,
        "bucket": place.bucket,
        "prefix": place.prefix,
        "addressing": place.addressing.value,
        "ca_file": place.ca_file,
        "insecure": place.is_insecure,
        "delete_with_job": destination.delete_with_job,
        "added_at": moment_shape(destination.added_at),
        "verified_at": moment_shape(destination.verified_at),
        "versions": destination.traits.versions.value,
        "error": stored_error_shape(destination.error_code),
    }


def verification_shape(destination: Destination, verification: Verification) -> Shape:
    """Return what became of verifying, step by step."""
    return {
        "destination": destination.destination_id,
        "verified": verification.error_code is None,
        "steps": [
            {
                "step": one.step.value,
                "state": one.state.value,
                "error": stored_error_shape(one.error_code),
            }
            for one in verification.steps
        ],
        "versions": verification.traits.versions.value,
    }


def unbound_shape(destination: Destination, unbound: Unbound) -> Shape:
    """Return what was forgotten, and what stays in the bucket."""
    return {
        "destination": destination.destination_id,
        "name": destination.name,
        "secret_erased": True,
        "objects_left": unbound.objects_left,
        "owed": unbound.owed,
    }


def upload_shape(upload: Upload) -> Shape:
    """Return how far one picture is."""
    return {
        "job": upload.job_id,
        "image": str(upload.image_id),
        "destination": upload.destination_id,
        "state": upload.state.value,
        "attempts": upload.attempts,
        "not_before": moment_shape(upload.not_before),
        "error": stored_error_shape(upload.error_code),
    }


def overview_shape(
    overview: UploadOverview, destinations: tuple[Destination, ...], uploads: tuple[Upload, ...]
) -> Shape:
    """Return how much is how far at each destination, and the rows that are not at their end."""
    return {
        "paused": overview.paused,
        "destinations": [
            {
                "destination": one.destination_id,
                "name": one.name,
                **counts_of(overview, one.destination_id),
            }
            for one in destinations
        ],
        "uploads": [upload_shape(one) for one in uploads],
    }


def counts_of(overview: UploadOverview, destination_id: DestinationId) -> dict[str, int]:
    """Return how many are in each state at one destination."""
    return {state.value: overview.counts.get((destination_id, state), 0) for state in UploadState}


def link_shape(job_id: str, image_id: str, destination: Destination, link: ImageLink) -> Shape:
    """Return a link and when it ends."""
    return {
        "job": job_id,
        "image": image_id,
        "destination": destination.destination_id,
        "url": link.url,
        "expires_at": moment_shape(link.expires_at),
    }
