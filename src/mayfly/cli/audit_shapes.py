"""The JSON of “mayfly audit”: stable field names, written down in docs/cli.md."""

from __future__ import annotations

from mayfly.cli.json_shapes import Shape, moment_shape
from mayfly.domain.audit import AuditEntry, AuditVerdict, Receipt, ReceiptVerdict


def entry_shape(entry: AuditEntry) -> Shape:
    """Return one entry of the log."""
    return {
        "seq": entry.seq,
        "at": moment_shape(entry.at),
        "kind": entry.kind.value,
        "job": entry.job_id,
        "batch": entry.batch_id,
        "detail": dict(entry.detail),
    }


def verdict_shape(verdict: AuditVerdict) -> Shape:
    """Return what checking the log found."""
    return {
        "intact": verdict.intact,
        "entries": verdict.entries,
        "first": verdict.first_seq,
        "last": verdict.last_seq,
        "findings": [{"seq": one.seq, "fault": one.fault.value} for one in verdict.findings],
    }


def receipt_shape(verdict: ReceiptVerdict, receipt: Receipt | None) -> Shape:
    """Return what checking a receipt found; entry is null when its parts contradict each other."""
    return {
        "verdict": verdict.value,
        "entry": entry_shape(receipt.entry) if receipt else None,
        "vault": receipt.vault_id if receipt else None,
        "public_key": receipt.public_key.hex() if receipt else None,
    }
