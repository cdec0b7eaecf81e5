"""The model follows the vault's rows, touches only what changed, and stays fluent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QModelIndex, Qt

from mayfly.domain.destinations import DestinationId, UploadState
from mayfly.domain.ids import BatchId, JobId
from mayfly.domain.jobs import Job
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import JobState
from mayfly.ui.job_model import JobModel
from mayfly.ui.job_rows import Column

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def a_job(number, *, batch=0, state=JobState.QUEUED, **changes) -> Job:
    added = NOW + timedelta(minutes=batch)
    job = Job(
        job_id=JobId(f"{batch:016x}{number:016x}"),
        batch_id=BatchId(f"{batch:032x}"),
        position=number,
        state=state,
        name=f"scan {number}.png",
        pages=None,
        pages_read=0,
        pages_failed=0,
        added_at=added,
        finished_at=None,
        source_delete_at=added + timedelta(days=30),
        result_delete_at=added + timedelta(days=30),
        backstop_at=added + timedelta(days=30),
        deleted_at=None,
        delete_reason=None,
        error_code=None,
        rule=RetentionRule(),
        source_present=True,
        result_present=True,
    )
    return replace(job, **changes)


def gone(job: Job) -> Job:
    return replace(job, state=JobState.DELETED, name=None, deleted_at=NOW)


@pytest.fixture
def model(qapp):
    return JobModel(str, now=lambda: NOW)


@pytest.fixture
def changes(model):
    """Everything the model announces, as (what, first row, last row)."""
    heard = []
    model.rowsInserted.connect(lambda _, first, last: heard.append(("in", first, last)))
    model.rowsRemoved.connect(lambda _, first, last: heard.append(("out", first, last)))
    model.modelReset.connect(lambda: heard.append(("reset",)))
    model.dataChanged.connect(lambda top, end: heard.append(("data", top.row(), end.row())))
    return heard


def names(model, batch=0):
    return [model.index_of(row).data() for row in model.batches[batch].shown]


def list_of(model):
    """All texts of the list, top down."""
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_the_model_keeps_qts_rules(model, qtmodeltester):
    model.apply([a_job(n, batch=b) for b in range(3) for n in range(4)])
    qtmodeltester.check(model, force_py=True)
    model.apply([a_job(9, batch=1), a_job(0, batch=7), gone(a_job(2, batch=1))])
    model.set_show_deleted(False)
    qtmodeltester.check(model, force_py=True)


def test_the_newest_batch_is_on_top_and_jobs_keep_their_order(model):
    model.apply([a_job(0), a_job(1), a_job(0, batch=1)])
    model.apply([a_job(0, batch=2)])
    assert [batch.batch_id for batch in model.batches] == [
        BatchId(f"{batch:032x}") for batch in (2, 1, 0)
    ]
    assert names(model, 2) == ["scan 0.png", "scan 1.png"]


def test_jobs_that_come_later_are_appended(model, changes):
    model.apply([a_job(0)])
    changes.clear()
    model.apply([a_job(1), a_job(2)])
    assert ("in", 2, 3) in changes
    assert names(model) == ["scan 0.png", "scan 1.png", "scan 2.png"]


def test_a_job_that_comes_out_of_order_finds_its_place(model):
    model.apply([a_job(0), a_job(3)])
    model.apply([a_job(1), a_job(2), a_job(4)])
    assert names(model) == [f"scan {n}.png" for n in range(5)]
    for place, row in enumerate(model.batches[0].shown):
        assert model.number_of(row) == place + 1


def test_only_rows_that_changed_are_touched(model, changes):
    jobs = [a_job(n) for n in range(20)]
    model.apply(jobs)
    changes.clear()
    model.apply([replace(jobs[n], state=JobState.READING) for n in (3, 4, 11)])
    assert changes == [("data", 4, 5), ("data", 12, 12), ("data", 0, 0)]
    changes.clear()
    model.apply(jobs[5:6])
    assert changes == []


def test_only_rows_whose_uploads_went_on_are_painted_anew(model, changes):
    jobs = [a_job(number) for number in range(5)]
    model.apply(jobs)
    where = (DestinationId("d"), UploadState.STORED)
    model.show_sent({job.job_id: {where: 1} for job in jobs})
    changes.clear()
    model.show_sent({job.job_id: {where: 2 if job is jobs[3] else 1} for job in jobs})
    assert changes == [("data", 4, 4)]
    model.clear()
    assert model.texts.sent == {}


def test_a_batch_can_be_closed_and_takes_in_more_meanwhile(model, changes):
    model.apply([a_job(0), a_job(1), a_job(0, batch=1)])
    old = model.batches[1]
    changes.clear()
    model.set_open(old, False)
    assert changes[0] == ("out", 3, 4)
    assert model.rowCount() == 3
    changes.clear()
    model.apply([a_job(2), replace(a_job(0), state=JobState.READING)])
    assert changes == [("data", 2, 2)]
    assert not model.index_of(old.shown[0]).isValid()
    model.set_open(old, True)
    assert list_of(model)[2:] == [model.index_of(old).data(), *names(model, 1)]
    assert len(names(model, 1)) == 3


def test_every_row_knows_its_number(model):
    model.apply([a_job(n, batch=b) for b in range(4) for n in range(b + 1)])
    model.set_open(model.batches[1], False)
    for number in range(model.rowCount()):
        assert model.number_of(model.row_number(number)) == number
    assert model.row_number(model.rowCount()) is None


def test_counts_follow(model):
    jobs = [a_job(n) for n in range(3)]
    model.apply(jobs)
    model.apply([replace(jobs[0], state=JobState.DONE), gone(jobs[1])])
    assert model.counts[JobState.DONE] == model.counts[JobState.QUEUED] == 1
    assert model.alive == model.batches[0].alive == 2


def test_a_deleted_job_stays_as_a_row_without_a_name(model):
    job = a_job(0)
    model.apply([job, a_job(1)])
    model.mark_leaving([model.find(job.job_id)])
    model.apply([gone(job)])
    assert names(model)[0].startswith("Deleted document · ")
    assert not model.find(job.job_id).leaving
    assert model.index(1, Column.DELETE).data(_TIP) is None


def test_deleted_jobs_can_be_hidden_and_shown_again(model, changes):
    jobs = [a_job(n) for n in range(3)]
    model.apply([*jobs, a_job(0, batch=1)])
    model.set_show_deleted(False)
    changes.clear()
    model.apply([gone(jobs[1])])
    assert ("out", 4, 4) in changes
    assert names(model, 1) == ["scan 0.png", "scan 2.png"]
    model.apply([gone(a_job(0, batch=1))])
    assert len(model.batches) == 1
    assert model.rowCount() == 3
    model.set_show_deleted(True)
    assert model.rowCount() == 6
    assert len(names(model, 1)) == 3


def test_ten_thousand_jobs_come_and_go_in_few_steps(model, changes):
    jobs = [a_job(n) for n in range(10_000)]
    model.apply(jobs[:5_000])
    model.apply(jobs[5_000:])
    assert changes[0] == ("reset",)
    assert ("in", 5_001, 10_000) in changes
    changes.clear()
    model.apply([replace(job, state=JobState.DONE) for job in jobs])
    assert len(changes) <= 2
    changes.clear()
    model.set_show_deleted(False)
    model.apply([gone(job) for job in jobs])
    assert len(changes) <= 4
    assert model.rowCount() == 0


def test_only_a_locked_document_can_be_edited(model):
    model.apply([a_job(0), a_job(1, state=JobState.NEEDS_PASSWORD)])
    editable = Qt.ItemFlag.ItemIsEditable
    assert not model.flags(model.index(1, 0)) & editable
    assert model.flags(model.index(2, 0)) & editable
    assert not model.flags(model.index(2, Column.LEFT)) & editable


def test_nothing_is_at_an_invalid_place(model):
    assert model.row_at(QModelIndex()) is None
    assert model.data(QModelIndex()) is None


_TIP = Qt.ItemDataRole.ToolTipRole
