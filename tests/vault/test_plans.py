"""Every statement finds its rows by an index: chunks are gigabytes and are never read through."""

from __future__ import annotations

import sqlite3

from mayfly.domain.images import ImageId
from mayfly.domain.jobs import Part, ReaderProcess
from mayfly.domain.states import DeleteReason, JobState
from tests.vault.conftest import Desk, reading


def use_everything(desk: Desk) -> None:
    vault, now = desk.vault, desk.clock.now()
    job_id = desk.reading_job(3)
    vault.set_reader(ReaderProcess(job_id, 1, 1.0))
    vault.requeue_reading()
    vault.claim_next(now)
    vault.save_page(job_id, reading(1, images=2))
    vault.save_page(job_id, reading(1, images=1))
    vault.fail_page(job_id, 2, "timed_out")
    vault.set_pages(job_id, 2)
    vault.source_size(job_id)
    vault.source_chunk(job_id, 0)
    vault.options(job_id)
    vault.password(job_id)
    vault.finish(job_id, now)
    vault.jobs(now)
    vault.changes_since(1, now)
    vault.job(job_id, now)
    vault.find_jobs("a")
    vault.counts()
    vault.page(job_id, 1, now)
    vault.page_image(job_id, 1, now)
    vault.images(job_id, now)
    vault.image(job_id, ImageId(1, 1), now)
    vault.page_summaries(job_id, now)
    vault.purge_page_images(job_id, 1, now)
    vault.purge_page_images(job_id, 2, now)
    vault.recognise_anyway(job_id)
    vault.cancel(job_id, now)
    vault.retry(job_id)
    vault.due(now)
    vault.next_deadlines(10)
    vault.older_than(now, frozenset(JobState))
    vault.find_batches("a")
    vault.jobs_of(vault.job(job_id, now).batch_id)
    vault.close_batches(now)
    vault.purge_page_images(job_id, 1, now)
    vault.purge([job_id], frozenset({Part.RESULT}), DeleteReason.USER, now)
    vault.mark_purging([job_id], DeleteReason.USER, now)
    vault.purge([job_id], frozenset(Part), DeleteReason.USER, now)


def test_no_statement_reads_through_streams_or_chunks(desk: Desk) -> None:
    statements: list[str] = []
    desk.vault._database._connection.set_trace_callback(statements.append)
    use_everything(desk)
    desk.vault._database._connection.set_trace_callback(None)
    verbs = ("SELECT", "INSERT", "UPDATE", "DELETE")
    wanted = {one for one in statements if one.strip().upper().startswith(verbs)}

    looking = sqlite3.connect(desk.paths.database)
    plans = {
        statement: [row[3] for row in looking.execute(f"EXPLAIN QUERY PLAN {statement}")]
        for statement in wanted
    }
    looking.close()

    assert len(plans) > 40
    scans = {
        line
        for statement, plan in plans.items()
        for line in plan
        if line.startswith(("SCAN chunk", "SCAN stream", "SCAN page", "SCAN data_key"))
    }
    assert scans == set()
