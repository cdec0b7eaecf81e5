"""What a row of the job list says, to the eye and to a screen reader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from mayfly.domain.destinations import DestinationId, UploadState
from mayfly.domain.error_codes import error_of
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Job
from mayfly.domain.states import DeleteReason, JobState
from mayfly.ui.job_rows import BatchRow, JobRow
from mayfly.ui.storage_texts import sent_text
from mayfly.ui.times import clock_text, ends_text, later_text, left_text, moment_text, wait_text
from mayfly.ui.wording import Tr, count_text, number_text

Counts = Mapping[tuple[DestinationId, UploadState], int]


class RowTexts:
    """Puts rows into words; now is handed in, so that texts stay pure."""

    def __init__(self, tr: Tr) -> None:
        self._tr = tr
        self.sent: Mapping[JobId, Counts] = {}
        """How many of a document's pictures are how far on their way to own storage."""

    def batch_title(self, batch: BatchRow, now: datetime) -> str:
        """Return such as "Today 14:05 · 12 documents"."""
        number = batch.alive or len(batch.everything)
        if batch.alive:
            what = count_text(self._tr, number, "{n} document", "{n} documents")
        else:
            what = count_text(self._tr, number, "{n} deleted document", "{n} deleted documents")
        return f"{moment_text(self._tr, batch.added_at, now)} · {what}"

    def batch_state(self, batch: BatchRow) -> str:
        """Return how far the batch is, with its pace while it runs."""
        tr, counts = self._tr, batch.counts
        if batch.running:
            done = batch.alive - counts[JobState.QUEUED] - counts[JobState.READING]
            parts = [
                tr("{done} of {all} read").format(
                    done=number_text(done), all=number_text(batch.alive)
                )
            ]
            parts.extend(self.pace(batch.pace.pages_per_minute, batch.pace.left_s))
            return " · ".join(parts)
        parts = []
        if counts[JobState.DONE]:
            parts.append(tr("{n} done").format(n=number_text(counts[JobState.DONE])))
        if counts[JobState.FAILED]:
            parts.append(tr("{n} failed").format(n=number_text(counts[JobState.FAILED])))
        if counts[JobState.NEEDS_PASSWORD]:
            parts.append(tr("{n} locked").format(n=number_text(counts[JobState.NEEDS_PASSWORD])))
        if counts[JobState.CANCELLED]:
            parts.append(tr("{n} cancelled").format(n=number_text(counts[JobState.CANCELLED])))
        return " · ".join(parts) or tr("Nothing of it is left")

    def pace(self, pages_per_minute: float | None, left_s: float | None) -> list[str]:
        """Return the pace and the time left, as far as they are known."""
        parts = []
        if pages_per_minute is not None:
            pages = max(1, round(pages_per_minute))
            parts.append(count_text(self._tr, pages, "{n} page/min", "{n} pages/min"))
        if left_s is not None:
            parts.append(wait_text(self._tr, left_s))
        return parts

    def title(self, job: Job) -> str:
        """Return the document's name; a tombstone has none."""
        if job.state is JobState.DELETED:
            return self._tr("Deleted document · {time}").format(
                time=clock_text(job.deleted_at or job.added_at)
            )
        return job.name or self._tr("Document")

    def state(self, row: JobRow) -> str:
        """Return the second line: where the job stands, or why it does not go on."""
        job, tr = row.job, self._tr
        if row.leaving and job.state is not JobState.DELETED:
            return tr("Deleting…")
        match job.state:
            case JobState.QUEUED:
                return tr("Waiting to be read")
            case JobState.READING:
                return self._reading(job)
            case JobState.DONE if job.error_code is None:
                return self._done(job)
            case JobState.CANCELLED:
                return tr("Cancelled")
            case JobState.DELETED:
                return self._deleted(job)
            case JobState.FAILED | JobState.NEEDS_PASSWORD | JobState.DONE:
                # One that is done has a result that could not be handed over.
                return tr(error_of(job.error_code or "").text)

    def left(self, job: Job, now: datetime) -> str:
        """Return the time left, such as "in 23 h"."""
        return left_text(self._tr, job, now)

    def second(self, row: JobRow, now: datetime) -> str:
        """Return the second line: the state, and the later end where two ends differ."""
        state = self.state(row)
        if row.leaving or row.job.state is not JobState.DONE:
            return state
        sent = sent_text(self._tr, self.sent.get(row.job.job_id, {}))
        return " · ".join(filter(None, (state, sent, later_text(self._tr, row.job, now))))

    def tooltip(self, row: JobRow, now: datetime) -> str:
        """Return the sentence and remedy of what failed, and the moments of both ends."""
        job = row.job
        if job.state is JobState.DELETED:
            return self._deleted_tip(job, now)
        parts = [self.title(job)]
        if job.error_code and job.state is not JobState.CANCELLED:
            error = error_of(job.error_code)
            parts.append(f"{self._tr(error.text)}\n{self._tr(error.remedy)}")
        else:
            parts.append(self.state(row))
        parts.append(ends_text(self._tr, job, now))
        return "\n".join(filter(None, parts))

    def spoken(self, row: JobRow, now: datetime) -> str:
        """Return the whole row for a screen reader."""
        return ", ".join(
            filter(None, (self.title(row.job), self.second(row, now), self.left(row.job, now)))
        )

    def _reading(self, job: Job) -> str:
        if not job.pages:
            return self._tr("Opening")
        if job.pages == 1:
            return self._tr("Reading")
        settled = job.pages_read + job.pages_failed
        return self._tr("Reading {n} of {all}").format(
            n=number_text(min(settled + 1, job.pages)), all=number_text(job.pages)
        )

    def _done(self, job: Job) -> str:
        pages = count_text(self._tr, job.pages or 0, "{n} page", "{n} pages")
        if job.pages_failed:
            failed = self._tr("{n} could not be read").format(n=number_text(job.pages_failed))
            return f"{pages} · {failed}"
        if not job.result_present:
            return f"{pages} · {self._tr('document only')}"
        if not job.source_present:
            return f"{pages} · {self._tr('text only')}"
        return pages

    def _deleted_tip(self, job: Job, now: datetime) -> str:
        parts = [
            self._tr("Deleted: {moment}").format(
                moment=moment_text(self._tr, job.deleted_at or now, now)
            ),
            self._deleted(job),
        ]
        if job.pages:
            parts.append(count_text(self._tr, job.pages, "{n} page", "{n} pages"))
        parts.append(self._tr("Nothing of it is left; this line has no name."))
        return "\n".join(parts)

    def _deleted(self, job: Job) -> str:
        return reason_text(self._tr, job.delete_reason)


def reason_text(tr: Tr, reason: DeleteReason | None) -> str:
    """Return why a document was destroyed, short enough for a row."""
    match reason:
        case DeleteReason.SOURCE_DEADLINE | DeleteReason.RESULT_DEADLINE:
            return tr("Its time was up")
        case DeleteReason.BACKSTOP:
            return tr("Its 30 days were over")
        case DeleteReason.ZERO_RETENTION:
            return tr("Not kept after it was read")
        case DeleteReason.EVERYTHING:
            return tr("Deleted by you, with everything else")
        case DeleteReason.USER | None:
            return tr("Deleted by you")
