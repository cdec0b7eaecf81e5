"""The audit log's words: what happened and when, without a word, name or size of a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mayfly.domain.ids import BatchId, JobId


class AuditKind(StrEnum):
    """What an entry tells. The words are part of the command line's contract."""

    VAULT_MADE = "vault_made"
    ADDED = "added"
    DEADLINE_CHANGED = "deadline_changed"
    EXPORTED = "exported"
    DELETED = "deleted"
    """A whole job, or a part of one; detail says what, why and how late."""
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    KEY_ROTATED = "key_rotated"
    PASSPHRASE_CHANGED = "passphrase_changed"  # noqa: S105 - a word, not a secret
    RECOVERY_CODE_CHANGED = "recovery_code_changed"
    ROLLBACK_FOUND = "rollback_found"
    """An older copy of the vault was put back; what had been deleted was destroyed again."""
    CLOCK_JUMPED = "clock_jumped"
    """The date jumped far ahead, or that was answered; detail has the outcome."""
    DESTINATION_ADDED = "destination_added"
    DESTINATION_VERIFIED = "destination_verified"
    DESTINATION_REMOVED = "destination_removed"
    OBJECTS_DELETED = "objects_deleted"
    """All that was owed of a job at a destination was seen to be gone there."""
    LOG_TRIMMED = "log_trimmed"
    """Entries past the log's own retention were removed; the chain goes on from here."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry, as it was written. Times are aware UTC.

    detail holds short words and numbers only, by kind:
    added: source_hours, result_hours
    deleted: what (job, source, result, page_images), reason (DeleteReason), pages, page,
        late_s (seconds past the deadline when it was overdue), late_why (not_running, ...),
        and what may lie at destinations, as domain.written_objects has it
    exported: target (file, clipboard, destination), format; for a destination its id (no name)
        as destination, and objects (how many were written since the last such entry)
    destination_added, destination_verified: destination (its id)
    destination_removed: destination, objects (how many stay there), owed (of which it was
        promised to delete them; nobody does it any more)
    objects_deleted: destination, objects
    key_rotated: epoch (the new one)
    clock_jumped: outcome (timekeeping.TimeNews)
    passphrase_changed, recovery_code_changed: key_home (what opens the vault now)
    rollback_found: jobs (how many were back although they had been destroyed)
    """

    seq: int
    at: datetime
    kind: AuditKind
    job_id: JobId | None = None
    batch_id: BatchId | None = None
    detail: Mapping[str, str | int] = field(default_factory=dict)


class AuditFault(StrEnum):
    """What is wrong with an entry of a log."""

    CHANGED = "changed"
    REMOVED = "removed"
    REORDERED = "reordered"
    UNSIGNED = "unsigned"
    """Nothing vouches for the last entries: no signature follows them. Fine while locked."""
    FORGED = "forged"
    """A signature is another key's."""
    CUT = "cut"
    """Entries at the end are missing: the state folder remembers a later one."""


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """A fault, and the number of the entry at which it shows."""

    seq: int
    fault: AuditFault


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What checking the whole log found."""

    entries: int
    first_seq: int | None
    last_seq: int | None
    findings: tuple[AuditFinding, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing was changed, removed or reordered."""
        return not any(one.fault is not AuditFault.UNSIGNED for one in self.findings)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A deletion's entry with all that is needed to check it later, without the vault's keys."""

    entry: AuditEntry
    record: bytes
    chain_before: bytes
    chain: bytes
    signature: bytes
    public_key: bytes
    vault_id: str


@dataclass(frozen=True, slots=True)
class LoggedEntry:
    """One entry as it lies in the log; without a signature of its own a later one vouches."""

    seq: int
    record: bytes
    chain: bytes
    signature: bytes | None


@dataclass(frozen=True, slots=True)
class AuditCopy:
    """The whole log, oldest first, with what is needed to check it elsewhere."""

    vault_id: str
    public_key: bytes | None
    entries: tuple[LoggedEntry, ...]


class ReceiptVerdict(StrEnum):
    """What checking a saved receipt found."""

    GENUINE = "genuine"
    """Signed by this vault's key, and the log still holds the very entry."""
    SIGNED = "signed"
    """Signed by this vault's key; the log no longer holds the entry (its own retention)."""
    OTHER_VAULT = "other_vault"
    """Consistent in itself, but signed by the key of another vault (or there is none here)."""
    ALTERED = "altered"
    """The entry, its chain value or its signature do not belong together."""
