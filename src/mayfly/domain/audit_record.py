"""An audit entry as bytes, and the chain over them. Pure; docs/vault-format.md has each byte."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mayfly.domain.audit import AuditEntry, AuditKind
from mayfly.domain.errors import InternalError
from mayfly.domain.ids import BatchId, JobId, is_id

_VERSION = 1
_MOST_BYTES = 4_096
_WORD = re.compile(r"[a-z0-9_-]{1,64}")
"""No space, dot, slash or capital: neither a file name nor a path gets into a record."""

MOST_NUMBER = (1 << 53) - 1
"""What every reader of JSON takes without rounding."""


def encode_entry(entry: AuditEntry) -> bytes:
    """Return the record: JSON with sorted keys, no space, ASCII only.

    InternalError for a detail that is neither a short word nor a number.
    """
    shape: dict[str, object] = {
        "at": stamp_of(entry.at),
        "detail": _checked(entry.detail),
        "kind": entry.kind.value,
        "seq": entry.seq,
        "v": _VERSION,
    }
    if entry.job_id is not None:
        shape["job"] = _checked_id(entry.job_id)
    if entry.batch_id is not None:
        shape["batch"] = _checked_id(entry.batch_id)
    return json.dumps(shape, sort_keys=True, separators=(",", ":")).encode("ascii")


def decode_entry(record: bytes) -> AuditEntry:
    """Return the entry of a record; ValueError for anything that encode_entry does not write."""
    try:
        entry = _entry_of(json.loads(record[: _MOST_BYTES + 1]))
        is_one = encode_entry(entry) == record
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InternalError):
        is_one = False
    if not is_one:
        raise ValueError("no record")
    return entry


def seq_of(record: bytes) -> int | None:
    """Return the number that a record bears, whatever else it says; None when it bears none."""
    try:
        shape = json.loads(record)
    except (ValueError, RecursionError):
        return None
    seq = shape.get("seq") if isinstance(shape, dict) else None
    return seq if type(seq) is int else None


def first_link(vault_id: bytes) -> bytes:
    """Return the chain value before the first entry of a vault's log."""
    return hashlib.sha256(b"mayfly/1/audit" + vault_id).digest()


def link(before: bytes, record: bytes) -> bytes:
    """Return the chain value after a record."""
    return hashlib.sha256(before + record).digest()


def stamp_of(moment: datetime) -> str:
    """Return the moment in UTC to the second, such as 2026-01-05T09:30:00Z."""
    if moment.tzinfo is None:
        raise InternalError("a moment without a time zone reached the log")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _entry_of(shape: Any) -> AuditEntry:  # noqa: ANN401 - untrusted JSON
    return AuditEntry(
        seq=int(shape["seq"]),
        at=datetime.fromisoformat(shape["at"]),
        kind=AuditKind(shape["kind"]),
        job_id=JobId(shape["job"]) if "job" in shape else None,
        batch_id=BatchId(shape["batch"]) if "batch" in shape else None,
        detail=dict(shape["detail"]),
    )


def _checked(detail: Mapping[str, str | int]) -> dict[str, str | int]:
    for name, value in detail.items():
        if not _WORD.fullmatch(name) or not _is_plain(value):
            raise InternalError("a detail of the log is neither a short word nor a number")
    return dict(detail)


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return _WORD.fullmatch(value) is not None
    return type(value) is int and 0 <= value <= MOST_NUMBER


def _checked_id(text: str) -> str:
    if not is_id(text):
        raise InternalError("an id of the log is none")
    return text
