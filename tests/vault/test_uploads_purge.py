"""What purges make of uploads, and what the log keeps of it."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from mayfly.domain.audit import AuditKind
from mayfly.domain.destinations import UploadState
from mayfly.domain.jobs import Part
from mayfly.domain.states import DeleteReason
from mayfly.domain.written_objects import Fate, WrittenObjects, written_in
from mayfly.vault.connection import Transaction
from mayfly.vault.opening import open_without_key
from tests.vault.conftest import RULE, Desk
from tests.vault.storage import NOW, destination, ledger_of, refs

ALL, SOURCE = frozenset(Part), frozenset({Part.SOURCE})
STORED = UploadState.STORED
PLACES = ((1, 1), (1, 2), (1, 3), (2, 1), (2, 2))
"""One in each state: stored, begun, failed after it was begun, failed before, waiting."""


class Scene:
    """A job with an upload in every state, at a destination that deletes or does not."""

    def __init__(self, desk: Desk, *, delete_with_job: bool) -> None:
        self.desk = desk
        one = destination(delete_with_job=delete_with_job)
        desk.vault.destinations.add(one)
        self.place = one.destination_id
        self.ledger = ledger_of(desk.vault)
        self.job_id = desk.done_job()
        self.ledger.add(refs(self.job_id, *PLACES), self.place, NOW)
        stored, self.begun, failed, refused, self.waiting = self.ledger.take(NOW, 9)
        for upload in (stored, self.begun, failed):
            assert self.ledger.begin(upload, NOW)
        self.ledger.settle(stored, STORED, NOW)
        for upload in (failed, refused):
            self.ledger.settle(upload, UploadState.FAILED, NOW, error_code="storage_busy")

    def purge(self, parts=ALL, reason=DeleteReason.USER) -> None:
        self.desk.vault.mark_purging([self.job_id], reason, NOW)
        self.desk.vault.purge([self.job_id], parts, reason, NOW)

    def states(self) -> dict[str, tuple[str, str | None]]:
        uploads = self.ledger.of_job(self.job_id)
        return {str(one.image_id): (one.state.value, one.error_code) for one in uploads}

    def told(self):
        """What the last entry about a deletion lists."""
        entries = self.desk.vault.audit.entries()
        return written_in(next(one.detail for one in entries if one.kind is AuditKind.DELETED))

    def check_hands(self) -> None:
        """Whoever carried a row is told that it is another matter now."""
        for upload in (self.begun, self.waiting):
            assert not self.ledger.begin(upload, NOW)
            assert not self.ledger.settle(upload, STORED, NOW)


@pytest.fixture(params=[True, False], ids=["deletes", "keeps"])
def scene(desk: Desk, request) -> Scene:
    return Scene(desk, delete_with_job=request.param)


def is_owed(scene: Scene) -> bool:
    return scene.desk.sql("SELECT delete_with_job FROM destination") == [(1,)]


@pytest.mark.parametrize(
    "reason", [DeleteReason.USER, DeleteReason.BACKSTOP, DeleteReason.EVERYTHING]
)
@pytest.mark.parametrize("is_locked", [False, True])
def test_when_a_job_ends_its_objects_are_owed_or_left(scene, reason, is_locked) -> None:
    if is_locked:
        scene.desk.vault.lock.lock(NOW)
    scene.purge(reason=reason)

    left = ("left", "source_gone")
    if is_owed(scene):
        assert scene.states() == {
            "1-1": ("owed", None),
            "1-2": ("owed", None),
            "1-3": ("owed", None),
        }
    else:
        assert scene.states() == {"1-1": ("left", None), "1-2": left, "1-3": left}
    fate = Fate.OWED if is_owed(scene) else Fate.LEFT
    assert scene.told() == (WrittenObjects(scene.place, 3, fate, "1-1to3"),)
    scene.check_hands()
    assert all(one.was_begun for one in scene.ledger.of_job(scene.job_id))


def test_when_only_the_document_goes_what_is_stored_stays(scene) -> None:
    scene.desk.vault.purge([scene.job_id], SOURCE, DeleteReason.SOURCE_DEADLINE, NOW)

    begun = ("owed", None) if is_owed(scene) else ("left", "source_gone")
    never = ("stopped", "source_gone")
    assert scene.states() == {
        "1-1": ("stored", None),
        "1-2": begun,
        "1-3": begun,
        "2-1": never,
        "2-2": never,
    }
    fate = Fate.OWED if is_owed(scene) else Fate.LEFT
    assert scene.told() == (WrittenObjects(scene.place, 2, fate, "1-2to3"),)
    scene.check_hands()

    scene.desk.vault.purge([scene.job_id], ALL, DeleteReason.RESULT_DEADLINE, NOW)
    assert set(scene.states()) == {"1-1", "1-2", "1-3"}
    assert scene.told() == (WrittenObjects(scene.place, 3, fate, "1-1to3"),)


def test_the_pictures_of_one_page_are_treated_as_a_job(scene) -> None:
    answer = scene.desk.vault.purge_page_images(scene.job_id, 1, NOW)
    assert answer.outcome.value == "deleted"

    other = {"2-1": ("failed", "storage_busy"), "2-2": ("waiting", None)}
    if is_owed(scene):
        expected = dict.fromkeys(("1-1", "1-2", "1-3"), ("owed", None))
    else:
        begun = ("left", "source_gone")
        expected = {"1-1": ("left", None), "1-2": begun, "1-3": begun}
    assert scene.states() == expected | other
    fate = Fate.OWED if is_owed(scene) else Fate.LEFT
    assert scene.told() == (WrittenObjects(scene.place, 3, fate, "1-1to3"),)


def test_a_text_that_goes_leaves_uploads_alone(scene) -> None:
    before = scene.states()
    scene.desk.vault.purge(
        [scene.job_id], frozenset({Part.RESULT}), DeleteReason.RESULT_DEADLINE, NOW
    )
    assert scene.states() == before
    assert scene.told() == ()


def test_what_is_owed_is_tried_until_it_is_gone_and_then_forgotten(desk) -> None:
    scene = Scene(desk, delete_with_job=True)
    scene.purge()
    later = NOW + timedelta(minutes=5)
    first, *others = scene.ledger.take(NOW, 9)

    busy = {"error_code": "storage_busy", "not_before": later}
    assert scene.ledger.settle(first, UploadState.OWED, NOW, **busy)
    for one in others:
        assert scene.ledger.settle(one, UploadState.DELETED, NOW)
    assert scene.ledger.take(NOW, 9) == ()
    assert set(scene.states().values()) == {("deleted", None), ("owed", "storage_busy")}
    assert scene.ledger.retry(None, NOW) == 1
    assert scene.ledger.settle(*scene.ledger.take(NOW, 9), UploadState.DELETED, NOW)

    assert (scene.states(), scene.ledger.counts()) == ({}, {})
    newest = desk.vault.audit.entries()[0]
    assert (newest.kind, newest.job_id) == (AuditKind.OBJECTS_DELETED, scene.job_id)
    assert newest.detail == {"destination": scene.place, "objects": 3}


def test_what_was_left_can_be_dismissed(desk) -> None:
    scene = Scene(desk, delete_with_job=False)
    scene.purge()
    assert scene.ledger.dismiss([]) == 0
    assert scene.ledger.dismiss([scene.job_id]) == 3
    assert scene.states() == {}


def test_what_a_cancel_owes_is_listed_with_the_job(desk) -> None:
    scene = Scene(desk, delete_with_job=False)
    scene.ledger.cancel(None, NOW)
    scene.ledger.add(refs(scene.job_id, (1, 2)), scene.place, NOW)
    scene.purge()

    assert set(scene.told()) == {
        WrittenObjects(scene.place, 2, Fate.OWED, "1-2to3"),
        WrittenObjects(scene.place, 1, Fate.LEFT, "1-1"),
    }
    owed = scene.ledger.take(NOW, 9)
    for one in owed:
        assert scene.ledger.settle(one, UploadState.DELETED, NOW)
    # It was wanted again before the job went, and is not any more.
    assert scene.states() == {"1-1": ("left", None)}


def test_without_any_key_what_is_due_turns_its_uploads(desk) -> None:
    scene = Scene(desk, delete_with_job=True)
    later = NOW + timedelta(days=2)
    desk.vault.close()
    keyless = open_without_key(desk.paths)
    for due in keyless.due(later):
        keyless.purge([due.job_id], due.parts, due.reason, later)

    assert [one.state for one in keyless.uploads.of_job(scene.job_id)] == [UploadState.OWED] * 3
    assert len(keyless.uploads.take(later, 9)) == 3
    keyless.close()
    desk.reopen()
    assert desk.vault.audit.verify().intact


def test_rows_of_a_deleted_job_tell_no_hash_and_no_size(desk) -> None:
    scene = Scene(desk, delete_with_job=True)
    scene.purge()
    columns = {row[1] for row in desk.sql("PRAGMA table_info(upload)")}
    assert columns == {
        *("seq", "job", "destination", "page", "number", "type", "state", "attempts"),
        *("not_before", "error_code", "begun", "turn", "again", "told"),
    }
    assert desk.sql("SELECT count(*) FROM upload_wish") == [(0,)]


def test_ten_thousand_jobs_go_in_one_statement_each(desk, monkeypatch) -> None:
    many = 10_000
    one = destination()
    desk.vault.destinations.add(one)
    first = desk.admit(rule=replace(RULE, source_hours=0))
    (batch,) = desk.sql("SELECT batch FROM job")[0]
    raw = bytes.fromhex(one.destination_id)
    desk.sql(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        " INSERT INTO job (id, batch, changed, state, added_at, source_hours, result_hours,"
        " source_delete_at, result_delete_at, backstop_at)"
        " SELECT randomblob(16), ?, 0, 'done', 0, 1, 1, 0, 0, 0 FROM n",
        many,
        batch,
    )
    desk.sql(
        "INSERT INTO upload (job, destination, page, number, type, state, begun, turn)"
        " SELECT seq, ?, 1, 1, 'image/png', 'stored', 1, 0 FROM job WHERE id <> ?",
        raw,
        bytes.fromhex(first),
    )
    jobs = [row[0].hex() for row in desk.sql("SELECT id FROM job WHERE state = 'done'")]
    statements = []
    run = Transaction.run
    monkeypatch.setattr(
        Transaction, "run", lambda tx, sql, *v: (statements.append(sql), run(tx, sql, *v))[1]
    )

    started = time.monotonic()
    desk.vault.purge(jobs, ALL, DeleteReason.EVERYTHING, NOW)

    assert desk.vault.uploads.counts() == {(one.destination_id, UploadState.OWED): many}
    assert sum("upload" in sql for sql in statements) < 8
    assert time.monotonic() - started < 30
