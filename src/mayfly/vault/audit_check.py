"""Walks the audit log and names what is wrong with it, entry by entry."""

from __future__ import annotations

import json
from collections.abc import Iterable

from mayfly.domain.audit import AuditFault, AuditFinding, AuditKind, AuditVerdict, LoggedEntry
from mayfly.domain.audit_record import first_link, link, seq_of
from mayfly.vault.audit_anchor import Mark
from mayfly.vault.audit_signing import chain_message, is_signed, trim_message

MOST_FINDINGS = 1_000


class LogWalk:
    """Takes the rows in order of their numbers, then gives the verdict.

    An entry's chain value is right when it follows from the one before; after a faulty entry
    every value that could be the one before is tried, so that a fault is named where it is and
    not at all that follow. Whether the log is intact never rests on that: one finding suffices.
    """

    def __init__(self, vault_id: bytes, public: bytes | None, mark: Mark | None) -> None:
        """public: the key that signed, None when there is none; mark: the end as remembered."""
        self._vault_id = vault_id
        self._public = public
        self._mark = mark
        self._findings: dict[int, AuditFault] = {}
        self._entries = 0
        self._first: int | None = None
        self._expected = 1
        self._before = {first_link(vault_id)}
        self._displaced: dict[int, bytes] = {}
        self._doubted: list[LoggedEntry] = []
        self._last_signed = 0

    @property
    def first_seq(self) -> int | None:
        """The number of the first entry; None before there was one."""
        return self._first

    @property
    def last_seq(self) -> int:
        """The number of the last entry that was taken, or 0."""
        return self._expected - 1

    def take(self, rows: Iterable[LoggedEntry]) -> None:
        """Look at the next rows."""
        for row in rows:
            self._take(row)

    def verdict(self) -> AuditVerdict:
        """Return what was found, after every row was taken; once."""
        last = self.last_seq
        for row in self._doubted:
            self._doubt(row)
        self._check_end(last)
        if self._entries and self._last_signed < last:
            self._find(self._last_signed + 1, AuditFault.UNSIGNED)
        return AuditVerdict(
            entries=self._entries,
            first_seq=self._first,
            last_seq=last if self._entries else None,
            findings=tuple(AuditFinding(*one) for one in sorted(self._findings.items())),
        )

    def _take(self, row: LoggedEntry) -> None:
        is_first = self._first is None
        self._entries += 1
        if is_first:
            self._first = row.seq
        if is_first and _is_trim(row):
            self._take_trim(row)
        else:
            self._take_entry(row)
        if self._mark is not None and self._mark.seq == row.seq and self._mark.head != row.chain:
            self._find(row.seq, AuditFault.CHANGED)
        self._expected = row.seq + 1

    def _take_trim(self, row: LoggedEntry) -> None:
        """Take the record that stands for removed entries: the chain goes on from its value."""
        message = trim_message(self._vault_id, row.seq, row.record)
        if not self._is_signed(row, message):
            self._find(row.seq, AuditFault.FORGED)
        elif seq_of(row.record) != row.seq or chain_of_trim(row.record) != row.chain:
            self._find(row.seq, AuditFault.CHANGED)
        self._before = {row.chain}
        self._last_signed = row.seq

    def _take_entry(self, row: LoggedEntry) -> None:
        is_after_gap = row.seq != self._expected
        for missing in range(self._expected, row.seq):
            self._find(missing, AuditFault.REMOVED)
            if len(self._findings) >= MOST_FINDINGS:
                break
        own = seq_of(row.record)
        followed = {link(before, row.record) for before in self._candidates(row.seq)}
        is_linked = row.chain in followed
        if own is not None and own != row.seq:
            self._find(row.seq, AuditFault.REORDERED)
            self._displaced[own] = row.chain
        elif not is_linked and not is_after_gap:
            self._doubted.append(row)
        elif row.signature is not None:
            self._check_signature(row)
        # Where it is linked the stored value is the computed one.
        self._before = {row.chain} if is_linked else {row.chain, *followed}

    def _doubt(self, row: LoggedEntry) -> None:
        """Judge an entry that follows from none before it, now that every row was seen.

        What it follows from may stand further on, where its row was moved to.
        """
        before = self._displaced.get(row.seq - 1)
        if before is None or link(before, row.record) != row.chain:
            self._find(row.seq, AuditFault.CHANGED)

    def _check_signature(self, row: LoggedEntry) -> None:
        if self._is_signed(row, chain_message(self._vault_id, row.seq, row.chain)):
            self._last_signed = row.seq
        else:
            self._find(row.seq, AuditFault.FORGED)

    def _candidates(self, seq: int) -> set[bytes]:
        displaced = self._displaced.get(seq - 1)
        return self._before if displaced is None else {*self._before, displaced}

    def _check_end(self, last: int) -> None:
        if self._mark is not None and self._mark.seq > last:
            self._find(last + 1, AuditFault.CUT)

    def _is_signed(self, row: LoggedEntry, message: bytes) -> bool:
        return (
            self._public is not None
            and row.signature is not None
            and is_signed(self._public, row.signature, message)
        )

    def _find(self, seq: int, fault: AuditFault) -> None:
        if len(self._findings) < MOST_FINDINGS:
            # The first word on an entry says most.
            self._findings.setdefault(seq, fault)


def chain_of_trim(record: bytes) -> bytes | None:
    """Return the chain value that the record of removed entries carries; None for another."""
    try:
        shape = json.loads(record)
        if shape["kind"] == AuditKind.LOG_TRIMMED:
            return bytes.fromhex(shape["detail"]["chain"])
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    return None


def _is_trim(row: LoggedEntry) -> bool:
    return chain_of_trim(row.record) is not None
