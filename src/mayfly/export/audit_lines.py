"""The audit log as JSON lines to take along; docs/receipts.md has their fields."""

from __future__ import annotations

import json
from collections.abc import Iterator

from mayfly.domain.audit import AuditCopy

TYPE = "mayfly-audit-log"
VERSION = 1


def log_lines(copy: AuditCopy) -> bytes:
    """Return a line that says whose log this is, and then one for each entry, oldest first."""
    return b"".join(_lines(copy))


def _lines(copy: AuditCopy) -> Iterator[bytes]:
    yield _line(
        {
            "type": TYPE,
            "version": VERSION,
            "vault": copy.vault_id,
            "public_key": copy.public_key.hex() if copy.public_key else None,
            "entries": len(copy.entries),
        }
    )
    for entry in copy.entries:
        yield _line(
            {
                "seq": entry.seq,
                # A record that was tampered with may be any bytes at all.
                "record": entry.record.decode("ascii", "backslashreplace"),
                "chain": entry.chain.hex(),
                "signature": entry.signature.hex() if entry.signature else None,
            }
        )


def _line(shape: dict[str, object]) -> bytes:
    return json.dumps(shape, separators=(",", ":")).encode("ascii") + b"\n"
