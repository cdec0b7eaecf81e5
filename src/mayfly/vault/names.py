"""The sealed names of documents, and how they are to be read.

A name lies under both data keys of its job, so that it can be shown as long as either part
lives and dies with the last.
"""

from __future__ import annotations

import json

from mayfly.domain.errors import VaultDamaged
from mayfly.domain.jobs import ReadOptions
from mayfly.vault.connection import Transaction
from mayfly.vault.sealing import Kind
from mayfly.vault.streams import JobRef, SealedStreams


def encode_name(name: str, path: str | None = None) -> bytes:
    """Return the sealed form's plaintext; file names that are no text keep their bytes."""
    shape = {"name": name} if path is None else {"name": name, "path": path}
    return json.dumps(shape, separators=(",", ":")).encode()


def decode_name(data: bytes) -> str:
    """Return the name that encode_name wrote."""
    try:
        return str(json.loads(data)["name"])
    except (ValueError, KeyError, TypeError) as error:
        raise VaultDamaged from error


def put_options(tx: Transaction, streams: SealedStreams, job: JobRef, options: ReadOptions) -> None:
    """Seal how the document is to be read with its source."""
    shape = {
        "languages": list(options.languages),
        "recognise_anyway": options.recognise_anyway,
    }
    streams.put(tx, job, Kind.OPTIONS, [json.dumps(shape, separators=(",", ":")).encode()])


def read_options(tx: Transaction, streams: SealedStreams, job: JobRef) -> ReadOptions:
    """Open how the document is to be read."""
    try:
        shape = json.loads(streams.need(tx, job, Kind.OPTIONS))
        languages = tuple(str(one) for one in shape["languages"])
        return ReadOptions(languages, recognise_anyway=bool(shape["recognise_anyway"]))
    except (ValueError, KeyError, TypeError) as error:
        raise VaultDamaged from error


def renew_result_name(tx: Transaction, streams: SealedStreams, job: JobRef) -> None:
    """Seal the name under a fresh result key; it is opened from the source's copy."""
    name = decode_name(streams.need(tx, job, Kind.SOURCE_NAME))
    streams.put(tx, job, Kind.RESULT_NAME, [encode_name(name)])
