"""A deletion's receipt as JSON to check; docs/receipts.md has its fields."""

from __future__ import annotations

import json
import re
from typing import Any

from mayfly.domain.audit import AuditKind, Receipt
from mayfly.domain.audit_record import decode_entry
from mayfly.domain.errors import ReceiptUnreadable

TYPE = "mayfly-deletion-receipt"
VERSION = 1
MOST_BYTES = 64 << 10

_HEX = {"chain_before": 32, "chain": 32, "signature": 64, "public_key": 32, "vault": 16}
"""Fields that are bytes, and how many each has."""

HOW_TO_CHECK = (
    "chain = SHA-256(chain_before bytes | record bytes, ASCII)",
    "signature = Ed25519 by public_key over: 'mayfly/1/audit-chain' | vault (16 bytes)"
    " | seq of the record (8 bytes, big-endian) | chain (32 bytes)",
    "public_key is the vault's: compare it with the one that its owner names"
    " ('mayfly audit export', or another receipt)",
    "mayfly audit verify-receipt FILE does all of this; docs/receipts.md describes each field",
)


def receipt_json(receipt: Receipt) -> bytes:
    """Return the receipt as JSON. entry is the record once more, to be read by people."""
    shape = {
        "type": TYPE,
        "version": VERSION,
        "entry": json.loads(receipt.record),
        "record": receipt.record.decode("ascii"),
        "chain_before": receipt.chain_before.hex(),
        "chain": receipt.chain.hex(),
        "signature": receipt.signature.hex(),
        "public_key": receipt.public_key.hex(),
        "vault": receipt.vault_id,
        "how_to_check": list(HOW_TO_CHECK),
    }
    return json.dumps(shape, indent=2, ensure_ascii=True).encode("ascii") + b"\n"


def read_receipt(data: bytes) -> Receipt | None:
    """Return what receipt_json wrote; None when its entry and its record contradict each other.

    ReceiptUnreadable for anything else. Whether the signature holds is not looked at here.
    """
    if len(data) > MOST_BYTES:
        raise ReceiptUnreadable
    try:
        shape = json.loads(data)
        raw = {name: _bytes_of(shape[name], size) for name, size in _HEX.items()}
        record = shape["record"].encode("ascii")
        is_one = (shape["type"], shape["version"]) == (TYPE, VERSION)
        shown = shape["entry"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        is_one = False
    if not is_one:
        # Raised out here: no word of a foreign file may hang on the error as its context.
        raise ReceiptUnreadable
    return _receipt_of(record, shown, raw)


def _receipt_of(record: bytes, shown: Any, raw: dict[str, bytes]) -> Receipt | None:  # noqa: ANN401
    try:
        entry = decode_entry(record)
    except ValueError:
        return None
    if entry.kind is not AuditKind.DELETED or json.loads(record) != shown:
        return None
    return Receipt(
        entry=entry,
        record=record,
        chain_before=raw["chain_before"],
        chain=raw["chain"],
        signature=raw["signature"],
        public_key=raw["public_key"],
        vault_id=raw["vault"].hex(),
    )


def _bytes_of(text: str, size: int) -> bytes:
    if not re.fullmatch(f"[0-9a-f]{{{2 * size}}}", text):
        raise ValueError("not so many bytes")
    return bytes.fromhex(text)
