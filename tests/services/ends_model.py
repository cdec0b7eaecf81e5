"""What must be true of jobs after any deletion, in a few lines that know no table and no key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import DeleteOutcome, Part
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import DeleteReason, JobState

ALL = frozenset(Part)
UNREAD = frozenset({JobState.QUEUED, JobState.READING, JobState.NEEDS_PASSWORD})
MONTH = timedelta(days=30)


@dataclass
class Model:
    """One job: what lives of it until when, and each deletion that a receipt must tell of."""

    job_id: JobId
    batch: BatchId
    name: str
    data: bytes
    rule: RetentionRule
    added_at: datetime
    state: JobState = JobState.QUEUED
    parts: set[Part] = field(default_factory=lambda: set(Part))
    words: dict[int, str] = field(default_factory=dict)
    pictures: dict[int, bytes] = field(default_factory=dict)
    failed: set[int] = field(default_factory=set)
    ends: dict[Part, datetime] = field(default_factory=dict)
    deleted_at: datetime | None = None
    reason: DeleteReason | None = None
    receipts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wait()

    def wait(self) -> None:
        """Queued: both ends are 30 days after the job was added."""
        self.state = JobState.QUEUED
        self.ends = dict.fromkeys(Part, self.added_at + MONTH)

    def end(self, state: JobState, now: datetime) -> None:
        """Reading has ended: both ends count from now, and never pass the 30 days."""
        self.state = state
        hours = {Part.SOURCE: self.rule.source_hours, Part.RESULT: self.rule.result_hours}
        for part in Part:
            self.ends[part] = min(now + timedelta(hours=hours[part]), self.added_at + MONTH)

    def shows(self, part: Part, now: datetime) -> bool:
        """Tell whether anybody may see something of this part."""
        return part in self.parts and now < min(self.ends[part], self.added_at + MONTH)

    def shown_words(self, now: datetime) -> dict[int, str]:
        return self.words if self.shows(Part.RESULT, now) else {}

    def shown_pictures(self, now: datetime) -> dict[int, bytes]:
        return self.pictures if self.shows(Part.SOURCE, now) else {}

    def read_anew(self) -> None:
        """The words went with their key; pages are to be read again."""
        self.parts.add(Part.RESULT)
        self.words.clear()
        self.failed.clear()

    def destroy(self, parts: frozenset[Part], reason: DeleteReason, now: datetime) -> DeleteOutcome:
        """Let parts go; the last one takes the job with it."""
        going = self.parts & parts
        if not going:
            return DeleteOutcome.ALREADY_DELETED
        self.parts -= going
        if Part.SOURCE in going:
            self.pictures.clear()
        if Part.RESULT in going:
            self.words.clear()
            self.failed.clear()
        if not self.parts:
            self.state, self.deleted_at, self.reason = JobState.DELETED, now, reason
            self.receipts.append("job")
            return DeleteOutcome.DELETED
        self.receipts.extend(part.value for part in going)
        if self.state in UNREAD:
            self.end(JobState.CANCELLED, now)
        return DeleteOutcome.DELETED

    def sweep(self, now: datetime) -> None:
        """Let everything go whose end has come."""
        due = {part for part in self.parts if now >= self.ends[part]}
        if now >= self.added_at + MONTH:
            self.destroy(ALL, DeleteReason.BACKSTOP, now)
        elif due:
            last = max(sorted(due, reverse=True), key=lambda part: self.ends[part])
            self.destroy(frozenset(due), self._reason(last), now)

    def keep_end_of_result(self, now: datetime) -> None:
        """Let the result alone go where only its end has come."""
        due = {part for part in self.parts if now >= self.ends[part]}
        if due == {Part.RESULT} and now < self.added_at + MONTH:
            self.destroy(frozenset(due), self._reason(Part.RESULT), now)

    def _reason(self, last: Part) -> DeleteReason:
        if last is Part.SOURCE:
            hours, reason = self.rule.source_hours, DeleteReason.SOURCE_DEADLINE
        else:
            hours, reason = self.rule.result_hours, DeleteReason.RESULT_DEADLINE
        return reason if hours else DeleteReason.ZERO_RETENTION
