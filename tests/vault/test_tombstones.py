"""What stays of a deleted job: exactly what the page on the format says, in every way of going."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import DeleteReason, JobState
from tests.conftest import ROOT
from tests.vault.conftest import Desk, reading
from tests.vault.rotating import HOMES, NOW, Place

ALL = frozenset(Part)
KEPT = {
    "seq",
    "id",
    "batch",
    "changed",
    "state",
    "pages",
    "added_at",
    "finished_at",
    "deleted_at",
    "delete_reason",
}
FIXTURES = Path(__file__).parent / "fixtures"


def filled(names: list[str], values: tuple) -> set[str]:
    """Return the columns that hold anything: not NULL, not 0."""
    return {name for name, value in zip(names, values, strict=True) if value not in (None, 0)}


def columns(desk: Desk, job_id: JobId) -> set[str]:
    names = [row[0] for row in desk.sql("SELECT name FROM pragma_table_info('job')")]
    (values,) = desk.sql("SELECT * FROM job WHERE id = ?", bytes.fromhex(job_id))
    return filled(names, values)


def troubled_job(desk: Desk) -> JobId:
    """Add a job whose row says as much as a row can: pages that failed, its source gone."""
    job_id = desk.reading_job(3, rule=RetentionRule(source_hours=7, result_hours=77))
    desk.vault.save_page(job_id, reading(1, "word"))
    desk.vault.fail_page(job_id, 2, "page_too_large")
    desk.clock.advance(minutes=1)
    desk.vault.fail(job_id, "timed_out", desk.clock.now())
    desk.vault.purge([job_id], frozenset({Part.SOURCE}), DeleteReason.USER, desk.clock.now())
    desk.vault.mark_purging([job_id], DeleteReason.BACKSTOP, desk.clock.now())
    return job_id


def test_only_the_columns_of_a_tombstone_hold_anything(desk: Desk) -> None:
    job_id = troubled_job(desk)
    before = columns(desk, job_id)
    # The control: all of this was there and could have stayed.
    assert before - KEPT == {
        "error_code",
        "pages_read",
        "pages_failed",
        "source_hours",
        "result_hours",
        "source_delete_at",
        "result_delete_at",
        "backstop_at",
        "source_gone_at",
        "purging_at",
        "purging_reason",
    }

    desk.vault.purge([job_id], ALL, DeleteReason.USER, desk.clock.now())

    assert columns(desk, job_id) == KEPT


@pytest.mark.parametrize("reason", DeleteReason)
def test_a_tombstone_is_the_same_whatever_the_reason(desk: Desk, reason: DeleteReason) -> None:
    job_id = desk.done_job()

    desk.vault.purge([job_id], ALL, reason, desk.clock.now())

    assert columns(desk, job_id) == KEPT
    assert desk.vault.job(job_id, desk.clock.now()).delete_reason is reason


def test_a_job_that_was_never_read_leaves_even_less(desk: Desk) -> None:
    waiting = desk.admit()
    desk.vault.purge([waiting], ALL, DeleteReason.USER, desk.clock.now())

    assert columns(desk, waiting) == KEPT - {"pages", "finished_at"}


def test_a_tombstone_says_when_and_knows_no_rule(desk: Desk) -> None:
    job_id = troubled_job(desk)
    desk.clock.advance(minutes=5)
    now = desk.clock.now()

    desk.vault.purge([job_id], ALL, DeleteReason.USER, now)

    job = desk.vault.job(job_id, now + timedelta(hours=1))
    assert (job.state, job.pages, job.finished_at) == (
        JobState.DELETED,
        3,
        now - timedelta(minutes=5),
    )
    # Deadlines would tell the hours of the rule.
    assert {job.source_delete_at, job.result_delete_at, job.deleted_at} == {now}
    assert (job.rule.source_hours, job.rule.result_hours) == (0, 0)


def test_the_vaults_files_hold_nothing_else_of_the_row_either(desk: Desk) -> None:
    """secure_delete overwrites what an update shortens, and the log is cut."""
    job_id = troubled_job(desk)
    assert b"timed_out" in desk.every_byte()

    desk.vault.purge([job_id], ALL, DeleteReason.USER, desk.clock.now())

    everything = desk.every_byte()
    assert b"timed_out" not in everything
    assert b"page_too_large" not in everything


@pytest.mark.parametrize("home", HOMES)
@pytest.mark.parametrize("version", ["version_1", "version_3"])
def test_the_upgrade_blanks_what_older_versions_left(
    version: str, home: str, tmp_path: Path
) -> None:
    place = Place(tmp_path / "today", home)
    shutil.copytree(FIXTURES / version / home, place.folder)
    deadlines = "SELECT result_hours, result_delete_at FROM job WHERE deleted_at IS NOT NULL"
    ((hours, end),) = place.ask(deadlines)
    assert hours
    assert end

    vault = place.open()
    vault.tidy()

    assert place.ask(deadlines) == [(0, 0)]
    names = [row[0] for row in place.ask("SELECT name FROM pragma_table_info('job')")]
    (values,) = place.ask("SELECT * FROM job WHERE deleted_at IS NOT NULL")
    assert filled(names, values) <= KEPT
    (gone,) = (job for job in vault.jobs(NOW) if job.state is JobState.DELETED)
    assert gone.source_delete_at == gone.deleted_at
    vault.close()


def test_the_page_on_the_format_names_these_columns() -> None:
    page = (ROOT / "docs" / "vault-format.md").read_text(encoding="utf-8")
    (sentence,) = re.findall(r"Of a deleted job: the tombstone.*?\.\n?(?= |The)", page, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", sentence)) == KEPT
