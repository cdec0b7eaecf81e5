"""The audit log as people read it in a terminal: one line for each entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mayfly.cli.json_shapes import moment_shape
from mayfly.cli.listing import SHORT_ID
from mayfly.domain.audit import AuditEntry, AuditFault, AuditFinding, Receipt

_FAULTS = {
    AuditFault.CHANGED: "was changed",
    AuditFault.REMOVED: "is missing",
    AuditFault.REORDERED: "stands in another's place",
    AuditFault.UNSIGNED: "and those after it are not signed yet; the next one that is vouches"
    " for them",
    AuditFault.FORGED: "bears a signature that this vault's key did not make",
    AuditFault.CUT: "is missing, and so may be those after it: the log was cut off there",
}

_LABEL_WIDTH = 12


def entry_lines(entries: Sequence[AuditEntry]) -> Iterator[str]:
    """Yield a head and a line for each entry, in columns; nothing for none."""
    if not entries:
        return
    rows = [("ENTRY", "WHEN", "WHAT", "JOB", "DETAIL"), *(_row(one) for one in entries)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[-1]]).rstrip()


def finding_line(finding: AuditFinding) -> str:
    """Return what is wrong with an entry."""
    return f"Entry {finding.seq} {_FAULTS[finding.fault]}."


def receipt_lines(receipt: Receipt) -> Iterator[str]:
    """Yield what a receipt says, and whose it is."""
    entry = receipt.entry
    for label, value in (
        ("job", entry.job_id or ""),
        ("when", moment_shape(entry.at) or ""),
        ("what", _detail(entry)),
        ("entry", str(entry.seq)),
        ("vault", receipt.vault_id),
        ("public key", receipt.public_key.hex()),
    ):
        yield f"{label:<{_LABEL_WIDTH}}{value}"


def _row(entry: AuditEntry) -> tuple[str, str, str, str, str]:
    when = (moment_shape(entry.at) or "").replace("T", " ").replace("Z", "")
    job = (entry.job_id or "")[:SHORT_ID]
    return str(entry.seq), when, entry.kind.value, job, _detail(entry)


def _detail(entry: AuditEntry) -> str:
    return " ".join(f"{name}={value}" for name, value in entry.detail.items())
