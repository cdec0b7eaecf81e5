"""Changing how long jobs are kept: rows only, no key, and never past the backstop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mayfly.domain.audit import AuditKind
from mayfly.domain.errors import AlreadyDeleted, JobError, ResultGone, SourceGone, VaultDamaged
from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import Part, Retained, RetainOutcome
from mayfly.domain.retention import RetentionRule, RuleChange
from mayfly.domain.states import JobState
from mayfly.vault.audit_writer import AuditWriter
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.moments import micros_of, moment_of
from mayfly.vault.rows import UNREAD, JobRow, ends_of, find_rows


class Rules:
    """Writes the rules of jobs that are there; see domain.vault_port.Vault.change_rule."""

    def __init__(self, database: Database, audit: AuditWriter) -> None:
        self._database = database
        self._audit = audit

    def change(
        self, job_ids: Sequence[JobId], change: RuleChange, now: datetime
    ) -> tuple[Retained, ...]:
        """Change each job that can be; one that cannot holds up no other."""
        with self._database.write() as tx:
            rows = find_rows(tx, job_ids)
            return tuple(self._change_one(tx, one, rows.get(one), change, now) for one in job_ids)

    def _change_one(
        self,
        tx: Transaction,
        job_id: JobId,
        row: JobRow | None,
        change: RuleChange,
        now: datetime,
    ) -> Retained:
        if row is None:
            return Retained(job_id, RetainOutcome.NO_SUCH_JOB)
        try:
            rule = _checked(row, change, micros_of(now))
        except AlreadyDeleted:
            return Retained(job_id, RetainOutcome.ALREADY_DELETED)
        except (JobError, VaultDamaged) as error:
            return Retained(job_id, RetainOutcome.FAILED, error_code=error.code)
        ends = _write(tx, row, rule, micros_of(now))
        if rule != row.rule:
            self._tell(tx, row, rule, now)
        source, result = (moment_of(ends[part]) for part in (Part.SOURCE, Part.RESULT))
        return Retained(job_id, RetainOutcome.CHANGED, source, result)

    def _tell(self, tx: Transaction, row: JobRow, rule: RetentionRule, now: datetime) -> None:
        self._audit.append_in(
            tx,
            AuditKind.DEADLINE_CHANGED,
            now,
            job_id=JobId(row.id.hex()),
            batch_id=BatchId(row.batch.hex()),
            detail={"source_hours": rule.source_hours, "result_hours": rule.result_hours},
        )


def _checked(row: JobRow, change: RuleChange, now: int) -> RetentionRule:
    """Return the rule that the job is to have; AlreadyDeleted, SourceGone or ResultGone."""
    row.require_alive()
    rule = change.of(row.rule)
    living = {part for part in Part if row.shows(part, now)}
    named = _parts_named(change)
    if named and not named & living:
        # What is past its end is as good as destroyed: nothing brings it back. Nor is the other
        # part touched, which would follow a linked one: it was not named.
        raise SourceGone if Part.SOURCE in named else ResultGone
    return rule


def _parts_named(change: RuleChange) -> set[Part]:
    if change.linked:
        return set(Part)
    hours = {Part.SOURCE: change.source_hours, Part.RESULT: change.result_hours}
    return {part for part in Part if hours[part] is not None}


def _write(tx: Transaction, row: JobRow, rule: RetentionRule, now: int) -> dict[Part, int]:
    """Write rule and ends; an end that has come is never moved, destroyed yet or not."""
    ends = {part: row.end_of(part) for part in Part}
    if JobState(row.state) not in UNREAD and row.finished_at is not None:
        new = ends_of(tx, row, rule, moment_of(row.finished_at))
        ends.update({part: new[part] for part in Part if row.shows(part, now)})
    tx.run(
        "UPDATE job SET source_hours = ?, result_hours = ?, linked = ?, source_delete_at = ?,"
        " result_delete_at = ?, changed = ? WHERE seq = ?",
        rule.source_hours,
        rule.result_hours,
        int(rule.linked),
        ends[Part.SOURCE],
        ends[Part.RESULT],
        tx.stamp(),
        row.seq,
    )
    return ends
