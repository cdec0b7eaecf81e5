"""How punctually deadlines were kept, by what the log tells."""

from __future__ import annotations

from datetime import UTC, datetime

from mayfly.domain.audit import AuditEntry, AuditKind
from mayfly.services.punctuality import Punctuality, punctuality

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def deleted(reason: str, **detail: int) -> AuditEntry:
    return AuditEntry(1, NOW, AuditKind.DELETED, detail={"reason": reason, **detail})


def test_an_empty_log_has_nothing_due() -> None:
    assert punctuality([]) == Punctuality(due=0, on_time=0, overdue=0, latest_s=0)


def test_deadlines_count_and_wishes_do_not() -> None:
    entries = [
        AuditEntry(1, NOW, AuditKind.ADDED),
        deleted("source_deadline"),
        deleted("result_deadline", late_s=600),
        deleted("backstop", late_s=7_200),
        deleted("zero_retention"),
        deleted("user", late_s=9_000),
        deleted("everything"),
    ]

    assert punctuality(entries) == Punctuality(due=4, on_time=2, overdue=2, latest_s=7_200)
