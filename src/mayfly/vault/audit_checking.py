"""Checking the audit log in pieces, so that the vault lane is not held up by a long one."""

from __future__ import annotations

from collections.abc import Callable

from mayfly.domain.audit import AuditVerdict, LoggedEntry
from mayfly.vault.audit_check import LogWalk
from mayfly.vault.connection import Database, Transaction

SELECT_ENTRIES = "SELECT seq, record, chain, signature FROM audit "
_AT_ONCE = 1_000
"""Each with its own signature they take some 0.15 s."""


def rows_after(tx: Transaction, seq: int) -> list[LoggedEntry]:
    """Return the next entries after a number, a thousand at most."""
    sql = SELECT_ENTRIES + "WHERE seq > ? ORDER BY seq LIMIT ?"
    return [LoggedEntry(*row) for row in tx.rows(sql, seq, _AT_ONCE)]


class LogChecking:
    """Implements domain.audit_port.LogChecking: pieces may be done while entries are written."""

    def __init__(self, database: Database, begin: Callable[[], LogWalk]) -> None:
        self._database = database
        self._begin = begin
        self._walk = begin()

    def go_on(self) -> bool:
        """Look at some more entries; tell whether there may be others."""
        with self._database.read() as tx:
            first = tx.row("SELECT seq FROM audit ORDER BY seq LIMIT 1")
            was_trimmed = first is not None and self._walk.first_seq not in (None, first[0])
            rows = [] if was_trimmed else rows_after(tx, self._walk.last_seq)
        if was_trimmed:
            # What comes next went meanwhile, as it may: over again, from the new first.
            self._walk = self._begin()
            return True
        self._walk.take(rows)
        return len(rows) == _AT_ONCE

    def verdict(self) -> AuditVerdict:
        """Return what was found, after go_on said that there is no more; once."""
        return self._walk.verdict()
