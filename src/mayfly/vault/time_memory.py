"""The mark by which time goes on: one row for every process and every start of the machine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from mayfly.domain.audit import AuditKind
from mayfly.domain.timekeeping import Mark, Reading, TimeNews, Toll
from mayfly.vault.audit_writer import AuditWriter
from mayfly.vault.connection import Database
from mayfly.vault.moments import micros_of, moment_of
from mayfly.vault.rows import BACKSTOP_MICROS

_MICROSECOND = timedelta(microseconds=1)

_MOST_MICROS = 50_000_000_000_000_000
"""1,500 years. Sums of what is within that are moments, too; what is not, no program wrote."""

_NUMBERS = (0, 1, 3, 4, 5, 6)
"""The columns that are numbers, as load asks for them."""

_TOLL = """
    SELECT count(*), coalesce(sum(first <= ?), 0) FROM (
        SELECT min(end) AS first FROM (
            SELECT job.seq AS seq, min(CASE data_key.part WHEN 'source'
                THEN job.source_delete_at ELSE job.result_delete_at END, job.added_at + ?) AS end
            FROM job CROSS JOIN data_key ON data_key.job = job.seq
            WHERE job.deleted_at IS NULL
        ) WHERE end > ? GROUP BY seq
    )
"""
"""Jobs with a part that ends after the one moment, and those of them by the other."""


class SqliteTimeMemory:
    """Implements domain.vault_port.TimeMemory, which says what each method promises."""

    def __init__(
        self,
        database: Database,
        audit: AuditWriter,
        *,
        even_when_full: Callable[[Callable[[], None]], None],
    ) -> None:
        """even_when_full does work that a full disk must not stop: an answer is one."""
        self._database = database
        self._audit = audit
        self._even_when_full = even_when_full

    def load(self) -> Mark | None:
        """Return the mark, or None when none was ever kept, or what is kept is no mark."""
        row = self._database.ask(
            "SELECT at, wall, boot, boot_at, ahead, refused, doubted FROM time_mark"
        )
        if row is None or not all(abs(row[n]) <= _MOST_MICROS for n in _NUMBERS):
            return None
        at, wall, boot, boot_at, *spans = row
        ahead, refused, doubted = (span * _MICROSECOND for span in spans)
        return Mark(
            moment_of(at),
            Reading(moment_of(wall), boot.hex(), boot_at / 1_000_000),
            ahead=ahead,
            refused=refused,
            doubted=doubted,
        )

    def save(self, mark: Mark, news: TimeNews | None) -> None:
        """Keep the mark; on news every living job counts as changed, and the log tells of it."""
        self._even_when_full(lambda: self._save(mark, news))

    def _save(self, mark: Mark, news: TimeNews | None) -> None:
        reading = mark.reading
        spans = (mark.ahead, mark.refused, mark.doubted)
        with self._database.write() as tx:
            tx.run(
                "INSERT OR REPLACE INTO time_mark"
                " (one, at, wall, boot, boot_at, ahead, refused, doubted)"
                " VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
                micros_of(mark.at),
                micros_of(reading.wall),
                bytes.fromhex(reading.boot_id),
                round(reading.boot_s * 1_000_000),
                *(span // _MICROSECOND for span in spans),
            )
            if news is not None:
                detail = {"outcome": news.value}
                self._audit.append_in(tx, AuditKind.CLOCK_JUMPED, mark.at, detail=detail)
                tx.run("UPDATE job SET changed = ? WHERE deleted_at IS NULL", tx.stamp())

    def toll(self, sure: datetime, claimed: datetime) -> Toll:
        """Count the living jobs, and those of which a part ends between the two moments."""
        row = self._database.ask(_TOLL, micros_of(claimed), BACKSTOP_MICROS, micros_of(sure))
        living, going = row if row else (0, 0)
        return Toll(going=going, living=living)
