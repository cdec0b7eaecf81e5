"""What is said about a document or a page that is chosen. Pure: values in, sentences out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import UserError
from mayfly.domain.jobs import Job, Part
from mayfly.domain.pages import PageOrigin
from mayfly.domain.states import JobState
from mayfly.ui.page_picture import PagePicture
from mayfly.ui.row_texts import reason_text
from mayfly.ui.times import moment_text
from mayfly.ui.wording import Tr, error_text, origin_text


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence, its icon, its tone, and what the button that reads again is called, if any."""

    text: str
    icon: str
    tone: str = "dim"
    offer: str = ""


def parts_left(job: Job, now: datetime) -> frozenset[Part]:
    """Return what of a job may still be shown: a deadline counts even before its sweep ran."""
    source = job.source_present and now < job.source_delete_at
    result = job.result_present and now < job.result_delete_at
    kept = {Part.SOURCE: source, Part.RESULT: result}
    return frozenset(part for part in Part if kept[part])


def note_of_page(tr: Tr, page: PagePicture, job: Job, now: datetime) -> Note:
    """Say where the page's words come from."""
    source_left = Part.SOURCE in parts_left(job, now)
    may = job.state is JobState.DONE and source_left
    if page.origin is None:
        return note_of_lost_text(tr, may=may)
    text = origin_text(tr, page.origin, page.confidence)
    if page.image is None:
        text = f"{text}. {_note_of_no_picture(tr, page, source_left=source_left)}"
    if page.origin is PageOrigin.TEXT_LAYER:
        return Note(text, "done", "good", offer=tr("Recognise anyway") if may else "")
    if page.origin is PageOrigin.BLANK:
        return Note(text, "deleted")
    doubtful = page.confidence is None or page.confidence < 70
    return Note(text, "recognise", "warn" if doubtful else "good")


def note_of_lost_text(tr: Tr, *, may: bool) -> Note:
    """Say that only the document is left; may: whether it can be read again."""
    text = tr("The text has been destroyed; the document is still here.")
    return Note(text, "deleted", offer=tr("Read again") if may else "")


def note_of_error(tr: Tr, error: UserError) -> Note:
    """Say what went wrong and what to do now."""
    return Note(error_text(tr, error), "failed", "bad")


def note_of_job(tr: Tr, job: Job, now: datetime) -> Note | None:
    """Say why a document has no page to show; None when pages may be asked for."""
    match job.state:
        case JobState.DELETED:
            when = moment_text(tr, job.deleted_at or now, now)
            why = reason_text(tr, job.delete_reason)
            return Note(
                tr("Deleted: {moment}. {reason}. Nothing of it is left.").format(
                    moment=when, reason=why
                ),
                "deleted",
            )
        case JobState.NEEDS_PASSWORD:
            return Note(error_text(tr, error_of(job.error_code or "")), "locked", "warn")
        case JobState.FAILED if not job.pages_read:
            return note_of_error(tr, error_of(job.error_code or ""))
        case JobState.QUEUED if not job.pages_read:
            return Note(tr("Waiting to be read."), "queued")
        case JobState.READING if not job.pages:
            return Note(tr("The document is being opened."), "reading", "accent")
        case JobState.CANCELLED if not job.pages_read:
            return Note(tr("Reading was cancelled; try again to read it."), "cancelled")
        case _:
            return _note_of_loss(tr, parts_left(job, now))


def note_of_pending(tr: Tr, job: Job) -> Note:
    """Say that a page is still to be read."""
    if job.state is JobState.CANCELLED:
        return Note(tr("Reading was cancelled before this page."), "cancelled")
    return Note(tr("This page has not been read yet."), "reading", "accent")


def hint_of_job(tr: Tr, job: Job) -> str:
    """Say in the place of the page what to expect there."""
    return {
        JobState.QUEUED: tr("Its pages appear here as they are read."),
        JobState.READING: tr("Its pages appear here as they are read."),
        JobState.NEEDS_PASSWORD: tr("Enter the password in the row of the document."),
        JobState.FAILED: tr("There is no page to show."),
    }.get(job.state, "")


def _note_of_no_picture(tr: Tr, page: PagePicture, *, source_left: bool) -> str:
    if not source_left:
        return tr("The page image has been destroyed; the text is still here.")
    if page.encoded:
        return tr("The page image cannot be shown.")
    return tr("The page image has been destroyed; the text and the document are still here.")


def _note_of_loss(tr: Tr, left: frozenset[Part]) -> Note | None:
    """Say that nothing is left to show; None while there is."""
    if left:
        return None
    return Note(tr("The document and its page images have been destroyed."), "deleted")
