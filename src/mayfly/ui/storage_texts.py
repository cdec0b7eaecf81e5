"""What the window says of destinations and of what is sent there. Pure: now is handed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mayfly.domain.destinations import (
    Destination,
    DestinationId,
    Provider,
    UploadState,
    VerifyStep,
    VersionNews,
)
from mayfly.domain.error_codes import error_of
from mayfly.domain.storage_errors import NotVerified
from mayfly.ui.times import moment_text
from mayfly.ui.wording import Tr, count_text, number_text

_MOST_CHARACTERS = 28

WISHED = (UploadState.STORED, UploadState.WAITING, UploadState.FAILED)
"""What is, or is to be, at a destination."""


@dataclass(frozen=True, slots=True)
class Told:
    """A line with an icon in one of the theme's tones."""

    icon: str
    tone: str
    text: str


def short_name(name: str) -> str:
    """Return a destination's name, short enough for a button or a heading."""
    return name if len(name) <= _MOST_CHARACTERS else f"{name[: _MOST_CHARACTERS - 1].rstrip()}…"


def menu_name(tr: Tr, destination: Destination, *, usable: bool) -> str:
    """Return what a destination is called in a menu, where an ampersand would mark a key."""
    name = short_name(destination.name).replace("&", "&&")
    return name if usable else tr("{name} (verify first…)").format(name=name)


def provider_name(tr: Tr, provider: Provider) -> str:
    """Return what a provider is called."""
    return {
        Provider.AMAZON_S3: "Amazon S3",
        Provider.CLOUDFLARE_R2: "Cloudflare R2",
        Provider.GOOGLE_CLOUD: "Google Cloud Storage",
        Provider.MINIO: "MinIO",
        Provider.BACKBLAZE_B2: "Backblaze B2",
        Provider.WASABI: "Wasabi",
        Provider.OTHER: tr("Other S3-compatible storage"),
    }[provider]


def place_text(tr: Tr, destination: Destination) -> str:
    """Return kind, server and bucket in one line."""
    place = destination.place
    server = place.endpoint.partition("://")[2]
    return f"{provider_name(tr, place.provider)} · {server} · {place.bucket}/{place.prefix}"


def standing(tr: Tr, destination: Destination, now: datetime) -> Told:
    """Return whether it can be used, since when, or what failed."""
    verified_at, code = destination.verified_at, destination.error_code
    if verified_at is not None and destination.may_be_used(now):
        moment = moment_text(tr, verified_at, now)
        return Told("done", "good", tr("Verified: {moment}").format(moment=moment))
    if code is not None and code != NotVerified.code:
        error = error_of(code)
        return Told("failed", "bad", f"{tr(error.text)} {tr(error.remedy)}")
    if verified_at is not None:
        moment = moment_text(tr, verified_at, now)
        text = tr("Verified too long ago ({moment}): verify it again before it is used.")
        return Told("notice", "warn", text.format(moment=moment))
    return Told("notice", "warn", tr("Not verified yet: nothing can be sent there."))


def remarks(tr: Tr, destination: Destination) -> list[Told]:
    """Return what one has to know of a destination, warnings first."""
    told = []
    if destination.place.is_insecure:
        text = tr("Insecure, without TLS: whoever is on the way can read along.")
        told.append(Told("notice", "warn", text))
    match destination.traits.versions:
        case VersionNews.KEEPS_VERSIONS:
            text = tr(
                "This bucket keeps old versions: what is deleted there can come back, unless its "
                "versions are deleted, too."
            )
            told.append(Told("notice", "warn", text))
        case VersionNews.LOCKS_OBJECTS:
            text = tr(
                "This bucket locks objects: what is sent there cannot be deleted before its lock "
                "ends."
            )
            told.append(Told("notice", "warn", text))
        case _:
            pass
    told.append(Told("delete", "dim", fate_text(tr, destination)))
    return told


def fate_text(tr: Tr, destination: Destination) -> str:
    """Return what becomes of objects there when their job is deleted here."""
    if destination.delete_with_job:
        return tr("Objects are deleted there when their document is deleted here.")
    return tr("Objects stay there when their document is deleted here.")


def step_name(tr: Tr, step: VerifyStep) -> str:
    """Return what a step of verifying does."""
    return {
        VerifyStep.CONNECT: tr("Connect to the server"),
        VerifyStep.TLS: tr("Check its certificate (TLS)"),
        VerifyStep.CLOCK: tr("Compare the clocks"),
        VerifyStep.WRITE: tr("Write a probe object"),
        VerifyStep.READ: tr("Read it back"),
        VerifyStep.COMPARE: tr("Compare it with what was written"),
        VerifyStep.DELETE: tr("Delete it"),
        VerifyStep.GONE: tr("See that it is gone"),
        VerifyStep.VERSIONS: tr("Look for old versions"),
    }[step]


def counts_text(tr: Tr, counts: Mapping[UploadState, int]) -> str:
    """Return such as "12 stored · 8 waiting · 1 failed"; what is nothing is left out."""
    parts = []
    for state, text in (
        (UploadState.STORED, tr("{n} stored")),
        (UploadState.WAITING, tr("{n} waiting")),
        (UploadState.FAILED, tr("{n} not sent")),
        (UploadState.OWED, tr("{n} still to be deleted")),
        (UploadState.LEFT, tr("{n} left there, their documents gone")),
    ):
        if counts.get(state):
            parts.append(text.format(n=number_text(counts[state])))
    return " · ".join(parts)


def sent_text(tr: Tr, counts: Mapping[tuple[DestinationId, UploadState], int]) -> str:
    """Return how many pictures of a document are sent; nothing where none is wished.

    Of several destinations the one to which the most is still to be sent.
    """
    stored, wished = 0, 0
    for one in {destination_id for destination_id, _ in counts}:
        is_there = counts.get((one, UploadState.STORED), 0)
        in_all = sum(counts.get((one, state), 0) for state in WISHED)
        if not wished or in_all - is_there > wished - stored:
            stored, wished = is_there, in_all
    if not wished:
        return ""
    if stored == wished:
        return count_text(tr, stored, "{n} picture sent", "{n} pictures sent")
    return tr("{n} of {all} pictures sent").format(n=number_text(stored), all=number_text(wished))


def fates(
    tr: Tr,
    destinations: Sequence[Destination],
    counts: Iterable[Mapping[tuple[DestinationId, UploadState], int]],
) -> list[str]:
    """Return what becomes of objects at destinations when these jobs are deleted here."""
    there: Counter[DestinationId] = Counter()
    for one in counts:
        for (destination_id, state), n in one.items():
            if state is UploadState.STORED:
                there[destination_id] += n
    found = ((one, there[one.destination_id]) for one in destinations)
    return [_fate(tr, one, n) for one, n in found if n]


def _fate(tr: Tr, destination: Destination, n: int) -> str:
    if destination.delete_with_job:
        text = tr(
            "{n} picture at “{name}” is deleted there, too"
            if n == 1
            else "{n} pictures at “{name}” are deleted there, too"
        )
    else:
        text = tr(
            "{n} picture at “{name}” stays there"
            if n == 1
            else "{n} pictures at “{name}” stay there"
        )
    return text.format(n=number_text(n), name=destination.name)
