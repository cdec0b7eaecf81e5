"""What the window says in words: pure, so that every sentence can be looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import Job
from mayfly.domain.pages import PageOrigin
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import DeleteReason, JobState
from mayfly.ui.job_rows import BatchRow, JobRow
from mayfly.ui.row_texts import RowTexts
from mayfly.ui.times import ends_text, left_text, moment_text, span_text, wait_text
from mayfly.ui.wording import count_text, language_name, languages_text, origin_text

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def a_job(state=JobState.DONE, **changes) -> Job:
    job = Job(
        job_id=JobId("a" * 32),
        batch_id=BatchId("b" * 32),
        position=0,
        state=state,
        name="letter.pdf",
        pages=12,
        pages_read=12,
        pages_failed=0,
        added_at=NOW,
        finished_at=NOW,
        source_delete_at=NOW + timedelta(hours=24),
        result_delete_at=NOW + timedelta(hours=48),
        backstop_at=NOW + timedelta(days=30),
        deleted_at=None,
        delete_reason=None,
        error_code=None,
        rule=RetentionRule(24, 48),
        source_present=True,
        result_present=True,
    )
    return replace(job, **changes)


def a_row(job: Job) -> JobRow:
    batch = BatchRow(job.batch_id, 1, job.added_at)
    row = JobRow(job, batch)
    batch.everything[job.job_id] = row
    batch.counts[job.state] += 1
    return row


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (10, "1 min"),
        (59 * 60, "59 min"),
        (3_590, "1 h"),
        (3_600, "1 h"),
        (86_399, "24 h"),
        (47 * 3_600, "47 h"),
        (3 * 86_400, "3 d"),
    ],
)
def test_spans_are_rough_and_short(seconds, text):
    assert span_text(str, seconds) == text


def test_the_time_left_is_that_of_the_next_end():
    assert left_text(str, a_job(), NOW + timedelta(hours=1)) == "in 23 h"
    result_only = a_job(source_present=False)
    assert left_text(str, result_only, NOW + timedelta(hours=1)) == "in 47 h"
    assert left_text(str, a_job(), NOW + timedelta(hours=25)) == "now"


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.READING, JobState.NEEDS_PASSWORD])
def test_a_job_that_is_not_finished_has_no_countdown_yet(state):
    assert left_text(str, a_job(state), NOW) == ""
    assert "not beyond" in ends_text(str, a_job(state), NOW)


def test_both_ends_are_told_as_moments():
    text = ends_text(str, a_job(), NOW)
    assert "Document and page images are destroyed: in 24 h · Tomorrow" in text
    assert "Text is destroyed: in 2 d · 07/01/2026" in text
    assert "already destroyed" in ends_text(str, a_job(source_present=False), NOW)


def test_near_days_have_names():
    assert moment_text(str, NOW, NOW).startswith("Today ")
    assert moment_text(str, NOW - timedelta(days=1), NOW).startswith("Yesterday ")
    assert moment_text(str, NOW - timedelta(days=9), NOW).startswith("27/12/2025 ")


def test_the_wait_is_told_in_words():
    assert wait_text(str, 20) == "under a minute left"
    assert wait_text(str, 70) == "about 1 minute left"
    assert wait_text(str, 3 * 3_600) == "about 3 hours left"


def test_counts_have_their_own_singular():
    assert count_text(str, 1, "{n} file", "{n} files") == "1 file"
    assert count_text(str, 1_234, "{n} file", "{n} files") == "1,234 files"


def test_languages_have_names():
    assert language_name(str, "eng") == "English"
    assert language_name(str, "deu") == "German"
    assert language_name(str, "chi_sim") == "Chinese (simplified)"
    assert language_name(str, "xyz_abc") == "xyz_abc"
    assert languages_text(str, ("eng", "deu")) == "English + German"
    assert languages_text(str, ("eng", "deu", "fra")) == "English + 2 more"


def test_where_words_come_from_is_said_for_every_page():
    assert origin_text(str, PageOrigin.TEXT_LAYER, None) == "Text from the file"
    assert origin_text(str, PageOrigin.BLANK, None) == "This page is blank"
    assert origin_text(str, PageOrigin.RECOGNISED, 93.4) == "Recognised, 93 % confident"
    assert "no words" in origin_text(str, PageOrigin.RECOGNISED, None)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"state": JobState.QUEUED}, "Waiting to be read"),
        ({"state": JobState.READING, "pages": None}, "Opening"),
        ({"state": JobState.READING, "pages_read": 2}, "Reading 3 of 12"),
        ({"state": JobState.DONE}, "12 pages"),
        ({"state": JobState.DONE, "pages_failed": 2}, "12 pages · 2 could not be read"),
        ({"state": JobState.DONE, "source_present": False}, "12 pages · text only"),
        ({"state": JobState.FAILED, "error_code": "damaged"}, "The document is damaged"),
        ({"state": JobState.NEEDS_PASSWORD, "error_code": "password_wrong"}, "That password"),
        ({"state": JobState.CANCELLED}, "Cancelled"),
        ({"state": JobState.DELETED, "delete_reason": DeleteReason.USER}, "Deleted by you"),
        ({"state": JobState.DELETED, "delete_reason": DeleteReason.BACKSTOP}, "Its 30 days"),
        ({"state": JobState.DELETED, "delete_reason": DeleteReason.RESULT_DEADLINE}, "Its time"),
        ({"state": JobState.DELETED, "delete_reason": DeleteReason.ZERO_RETENTION}, "Not kept"),
        ({"state": JobState.DELETED, "delete_reason": DeleteReason.EVERYTHING}, "Deleted by you, "),
    ],
)
def test_every_state_has_its_line(changes, text):
    assert RowTexts(str).state(a_row(a_job(**changes))).startswith(text)


def test_a_tombstone_has_no_name():
    job = a_job(JobState.DELETED, name=None, deleted_at=NOW)
    assert RowTexts(str).title(job).startswith("Deleted document · ")


def test_a_failure_tells_its_remedy_when_asked():
    row = a_row(a_job(JobState.FAILED, error_code="damaged"))
    assert "save a fresh copy" in RowTexts(str).tooltip(row, NOW)


def test_a_screen_reader_hears_the_whole_row():
    assert (
        RowTexts(str).spoken(a_row(a_job()), NOW) == "letter.pdf, 12 pages · text in 2 d, in 24 h"
    )
