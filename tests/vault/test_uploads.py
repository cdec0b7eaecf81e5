"""The ledger of uploads on a real vault: what is to be done, and what became of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mayfly.domain.audit import AuditKind
from mayfly.domain.destinations import DestinationId, UploadState, new_destination_id
from mayfly.domain.errors import (
    AlreadyDeleted,
    InternalError,
    NoSuchJob,
    SourceGone,
    VaultLocked,
)
from mayfly.domain.ids import JobId, new_job_id
from mayfly.domain.images import ImageId, ImageType
from mayfly.domain.jobs import Part
from mayfly.domain.states import DeleteReason
from mayfly.domain.storage_errors import DestinationMissing
from tests.vault.conftest import Desk, reading
from tests.vault.storage import NOW, destination, ledger_of, refs

LATER = NOW + timedelta(minutes=1)


def states(ledger, job_id: JobId) -> list[str]:
    return [one.state.value for one in ledger.of_job(job_id)]


@pytest.fixture
def place(desk: Desk) -> DestinationId:
    one = destination()
    desk.vault.destinations.add(one)
    return one.destination_id


def test_what_is_added_is_taken_oldest_first_until_it_is_settled(desk, place) -> None:
    job_id, ledger = desk.done_job(), ledger_of(desk.vault)

    assert ledger.add(refs(job_id, (2, 1), (1, 2), (2, 1), (9, 9)), place, NOW) == 2
    assert ledger.add(refs(job_id, (1, 2), (1, 1)), place, NOW) == 1

    taken = ledger.take(NOW, 2)
    assert taken == ledger.take(NOW, 2)
    assert [one.image_id for one in taken] == [ImageId(1, 2), ImageId(2, 1)]
    assert [one.image_type for one in taken] == [ImageType.JPEG, ImageType.PNG]
    assert all(ledger.begin(one, NOW) for one in taken)
    assert ledger.settle(taken[0], UploadState.STORED, NOW)
    assert not ledger.settle(taken[0], UploadState.STORED, NOW)
    assert [one.image_id for one in ledger.take(NOW, 9)] == [ImageId(2, 1), ImageId(1, 1)]
    assert [one.was_begun for one in ledger.of_job(job_id)] == [False, True, True]
    assert ledger.counts() == {(place, UploadState.STORED): 1, (place, UploadState.WAITING): 2}
    (stored,) = ledger.in_state(UploadState.STORED, 9)
    assert (stored.image_id, stored.key("p/")) == (
        ImageId(1, 2),
        f"p/{job_id}/page-1-image-2.jpg",
    )


def test_the_pictures_that_a_document_has_can_be_wished_for(desk, place) -> None:
    job_id = desk.reading_job(2)
    desk.vault.uploads.wish([job_id], place, NOW)
    for page, images in ((1, 2), (2, 1)):
        desk.vault.save_page(job_id, reading(page, "word", images=images))
    desk.vault.finish(job_id, NOW)

    assert desk.vault.uploads.fulfil(job_id, NOW) == 3

    known = {one.image_id: one.image_type for one in desk.vault.images(job_id, NOW)}
    assert {one.image_id: one.image_type for one in desk.vault.uploads.of_job(job_id)} == known


def test_what_is_refused(desk, place) -> None:
    job_id, ledger = desk.done_job(), ledger_of(desk.vault)
    with pytest.raises(DestinationMissing):
        ledger.add(refs(job_id), new_destination_id(), NOW)
    with pytest.raises(NoSuchJob):
        ledger.add(refs(new_job_id()), place, NOW)
    with pytest.raises(SourceGone):
        ledger.add(refs(job_id), place, NOW + timedelta(hours=2))
    desk.vault.mark_purging([job_id], DeleteReason.USER, NOW)
    with pytest.raises(AlreadyDeleted):
        ledger.add(refs(job_id), place, NOW)
    desk.vault.lock.lock(NOW)
    with pytest.raises(VaultLocked):
        ledger.add(refs(job_id), place, NOW)
    assert ledger.of_job(job_id) == ()


def test_a_failure_waits_for_its_moment_and_counts_as_an_attempt(desk, place) -> None:
    job_id, ledger = desk.done_job(), ledger_of(desk.vault)
    ledger.add(refs(job_id, (1, 1)), place, NOW)
    (upload,) = ledger.take(NOW, 1)
    assert ledger.next_moment() is None

    code = {"error_code": "storage_busy", "not_before": LATER}
    assert ledger.settle(upload, UploadState.WAITING, NOW, **code)

    assert (ledger.take(NOW, 1), ledger.next_moment()) == ((), LATER)
    (upload,) = ledger.take(LATER, 1)
    assert (upload.attempts, upload.error_code, upload.not_before) == (1, "storage_busy", LATER)
    assert ledger.settle(upload, UploadState.FAILED, LATER, error_code="storage_busy")
    assert (ledger.take(LATER, 1), ledger.next_moment()) == ((), None)
    assert ledger.retry([job_id], LATER) == 1
    (upload,) = ledger.take(LATER, 1)
    assert (upload.attempts, upload.error_code) == (0, None)
    assert ledger.settle(upload, UploadState.FAILED, LATER, error_code="storage_busy")
    assert ledger.add(refs(job_id, (1, 1)), place, LATER) == 1
    assert states(ledger, job_id) == ["waiting"]
    with pytest.raises(InternalError):
        ledger.settle(upload, UploadState.OWED, LATER)


def test_a_wish_waits_for_the_reading(desk, place) -> None:
    ledger = ledger_of(desk.vault)
    done, waiting = desk.done_job(pages=1), desk.admit()

    assert ledger.wish([done, waiting, new_job_id()], place, NOW) == (done, waiting)
    assert (len(states(ledger, done)), states(ledger, waiting)) == (6, [])
    assert (ledger.ripe(), ledger.fulfil(waiting, NOW)) == ((), 0)

    desk.vault.claim_next(NOW)
    desk.vault.set_pages(waiting, 1)
    desk.vault.save_page(waiting, reading(1, "word"))
    desk.vault.finish(waiting, NOW)
    assert ledger.ripe() == (waiting,)
    assert (ledger.fulfil(waiting, NOW), ledger.fulfil(waiting, NOW)) == (6, 0)
    assert (ledger.ripe(), states(ledger, waiting)) == ((), ["waiting"] * 6)


def test_held_uploads_stay_and_owed_ones_go_on(desk, place) -> None:
    job_id, ledger = desk.done_job(), ledger_of(desk.vault)
    ledger.add(refs(job_id, (1, 1), (1, 2)), place, NOW)
    ledger.begin(*ledger.take(NOW, 1), NOW)
    ledger.cancel([job_id], NOW)
    ledger.retry([job_id], NOW)
    ledger.add(refs(job_id, (1, 2), (1, 3)), place, NOW)
    ledger.set_paused(True)
    desk.reopen()
    ledger = ledger_of(desk.vault)

    assert ledger.is_paused()
    assert [one.state for one in ledger.take(NOW, 9)] == [UploadState.OWED]
    ledger.set_paused(False)
    assert [one.state.value for one in ledger.take(NOW, 9)] == ["owed", "waiting", "waiting"]


def test_cancelling_stops_what_was_not_begun_and_owes_the_rest(desk, place) -> None:
    job_id, ledger = desk.done_job(), ledger_of(desk.vault)
    ledger.wish([desk.admit()], place, NOW)
    ledger.add(refs(job_id, (1, 1), (1, 2), (1, 3)), place, NOW)
    stored, begun, _ = ledger.take(NOW, 3)
    for one in (stored, begun):
        ledger.begin(one, NOW)
    ledger.settle(stored, UploadState.STORED, NOW)

    assert ledger.cancel(None, NOW) == 2

    assert states(ledger, job_id) == ["stored", "owed", "stopped"]
    assert not ledger.settle(begun, UploadState.STORED, NOW)
    assert not ledger.begin(begun, NOW)
    assert desk.sql("SELECT count(*) FROM upload_wish") == [(0,)]
    (owed,) = ledger.take(NOW, 9)
    assert ledger.begin(owed, NOW)
    assert ledger.settle(owed, UploadState.DELETED, NOW)
    assert states(ledger, job_id) == ["stored", "stopped"]


def test_what_is_wanted_while_it_is_owed_waits_until_it_is_gone(desk, place) -> None:
    job_id, ledger = desk.done_job(), ledger_of(desk.vault)
    ledger.add(refs(job_id, (1, 1)), place, NOW)
    (first,) = ledger.take(NOW, 1)
    ledger.begin(first, NOW)
    ledger.cancel([job_id], NOW)

    assert [ledger.add(refs(job_id, (1, 1)), place, NOW) for _ in "ab"] == [1, 0]

    (owed,) = ledger.take(NOW, 9)
    assert owed.state is UploadState.OWED
    assert ledger.settle(owed, UploadState.DELETED, NOW)
    assert not ledger.settle(first, UploadState.STORED, NOW)
    (again,) = ledger.take(NOW, 9)
    assert (again.state, again.was_begun) == (UploadState.WAITING, False)


def test_who_carried_a_row_that_was_forgotten_since_cannot_settle_the_next_one(desk, place) -> None:
    job_id, ledger = desk.done_job(), ledger_of(desk.vault)
    ledger.add(refs(job_id, (1, 1)), place, NOW)
    (old,) = ledger.take(NOW, 1)
    ledger.begin(old, NOW)
    ledger.cancel([job_id], NOW)
    ledger.settle(*ledger.take(NOW, 1), UploadState.DELETED, NOW)
    assert ledger.of_job(job_id) == ()
    ledger.add(refs(job_id, (1, 1)), place, NOW)

    assert not ledger.begin(old, NOW)
    assert not ledger.settle(old, UploadState.STORED, NOW)
    assert states(ledger, job_id) == ["waiting"]


def test_a_marked_or_overdue_job_is_neither_taken_nor_begun(desk, place) -> None:
    job_id, ledger = desk.done_job(), ledger_of(desk.vault)
    ledger.add(refs(job_id), place, NOW)
    (upload,) = ledger.take(NOW, 1)
    past = NOW + timedelta(hours=2)

    assert (ledger.take(past, 1), ledger.begin(upload, past)) == ((), False)
    desk.vault.mark_purging([job_id], DeleteReason.USER, NOW)
    assert (ledger.take(NOW, 1), ledger.begin(upload, NOW)) == ((), False)
    assert ledger.retry(None, NOW) == 0


def test_the_log_tells_of_each_run_once(desk, place) -> None:
    job_id, ledger = desk.done_job(), ledger_of(desk.vault)
    ledger.add(refs(job_id, (1, 1), (1, 2), (1, 3)), place, NOW)
    for one in ledger.take(NOW, 3):
        ledger.begin(one, NOW)
        is_last = one.image_id == ImageId(1, 3)
        ledger.settle(one, UploadState.FAILED if is_last else UploadState.STORED, NOW)
    ledger.retry(None, NOW)
    (last,) = ledger.take(NOW, 3)
    ledger.begin(last, NOW)
    ledger.settle(last, UploadState.STORED, NOW)

    told = [one for one in desk.vault.audit.entries() if one.kind is AuditKind.EXPORTED]
    detail = {"target": "destination", "destination": place}
    assert [(one.job_id, dict(one.detail)) for one in told] == [
        (job_id, detail | {"objects": 1}),
        (job_id, detail | {"objects": 2}),
    ]


def test_a_settled_upload_of_a_marked_job_is_still_noted(desk, place) -> None:
    job_id, ledger = desk.done_job(), ledger_of(desk.vault)
    ledger.add(refs(job_id, (1, 1)), place, NOW)
    (upload,) = ledger.take(NOW, 1)
    ledger.begin(upload, NOW)
    desk.vault.mark_purging([job_id], DeleteReason.USER, NOW)

    assert ledger.settle(upload, UploadState.STORED, NOW)

    desk.vault.purge([job_id], frozenset(Part), DeleteReason.USER, NOW)
    assert states(ledger, job_id) == ["owed"]
