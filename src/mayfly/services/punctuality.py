"""How punctually deadlines were kept, told from the audit log. Pure: entries in, numbers out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mayfly.domain.audit import AuditEntry, AuditKind
from mayfly.domain.states import DeleteReason

_ASKED_FOR = frozenset({DeleteReason.USER, DeleteReason.EVERYTHING})


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Deletions that a deadline asked for: how many, how many in time, and the latest."""

    due: int
    on_time: int
    overdue: int
    latest_s: int
    """How much after its end the latest of them was destroyed; 0 when all were in time."""

    def __add__(self, other: Punctuality) -> Punctuality:
        """Return what both told together."""
        return Punctuality(
            self.due + other.due,
            self.on_time + other.on_time,
            self.overdue + other.overdue,
            max(self.latest_s, other.latest_s),
        )


def punctuality(entries: Iterable[AuditEntry]) -> Punctuality:
    """Count the deletions for a deadline among these entries.

    What a user asked for has no deadline and does not count.
    """
    late_s = [
        int(one.detail.get("late_s", 0))
        for one in entries
        if one.kind is AuditKind.DELETED and one.detail.get("reason") not in _ASKED_FOR
    ]
    overdue = sum(one > 0 for one in late_s)
    return Punctuality(len(late_s), len(late_s) - overdue, overdue, max(late_s, default=0))
