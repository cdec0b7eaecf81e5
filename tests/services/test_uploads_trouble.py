"""Uploads with a vault that cannot be written, a picture that is broken, and bugs: they go on."""

from __future__ import annotations

import pytest

from mayfly.domain.destinations import UploadState
from mayfly.domain.errors import DiskFull, SourceGone, VaultBusy, VaultDamaged
from mayfly.domain.events import Trouble
from mayfly.domain.images import ImageId, ImageRef
from mayfly.domain.storage_errors import NotVerified
from mayfly.services import uploader
from tests.services.conftest import House
from tests.services.storage_house import LONG, RunningClock, Storage
from tests.waiting import eventually


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def storage(house: House, monkeypatch: pytest.MonkeyPatch) -> Storage:
    monkeypatch.setattr(uploader, "_HOLD_S", 0.05)
    return Storage(house)


def test_vault_that_cannot_take_note_holds_uploads_and_loses_none(storage, house):
    attic = storage.add()
    job_id = storage.read(3)
    note, refused = house.vault.uploads.note, []

    def note_or_not(begun, settled, now):
        if len(refused) < 5:
            refused.append(begun)
            raise DiskFull
        return note(begun, settled, now)

    house.vault.uploads.note = note_or_not
    storage.send(job_id, attic)

    storage.wait_for(job_id, UploadState.STORED)
    assert len(refused) == 5
    assert storage.server.objects() == storage.expected(attic, job_id)


@pytest.mark.parametrize("error", [VaultBusy, RuntimeError])
def test_look_that_fails_is_made_again(storage, house, monkeypatch, error):
    attic = storage.add()
    job_id = storage.read(1)
    counts, failing = house.vault.uploads.counts, [error(), error()]

    def counts_or_not():
        if failing:
            raise failing.pop()
        return counts()

    monkeypatch.setattr(house.vault.uploads, "counts", counts_or_not)
    storage.send(job_id, attic)

    storage.wait_for(job_id, UploadState.STORED)
    assert failing == []


def test_bug_met_by_one_picture_stops_no_connection(storage):
    attic = storage.add()
    job_id = storage.read(4)
    failing = [RuntimeError("a bug"), RuntimeError("a bug")]

    def fail(call, _key):
        if call == "put" and failing:
            raise failing.pop()

    storage.server.failing = fail
    storage.send(job_id, attic)

    storage.wait_for(job_id, UploadState.STORED)
    assert storage.server.objects() == storage.expected(attic, job_id)


@pytest.mark.parametrize(
    ("error", "state"), [(SourceGone, UploadState.STOPPED), (VaultDamaged, UploadState.FAILED)]
)
def test_picture_that_cannot_be_opened_is_given_up_alone(storage, house, error, state):
    attic = storage.add()
    job_id = storage.read(3)
    opened = house.vault.image

    def image(job_id, image_id, now):
        if image_id.number == 2:
            raise error
        return opened(job_id, image_id, now)

    house.vault.image = image
    storage.send(job_id, attic)
    storage.wait_for(job_id, UploadState.STORED, state)

    assert [one.state for one in storage.rows(job_id)] == [
        UploadState.STORED,
        state,
        UploadState.STORED,
    ]
    assert len(storage.server.objects()) == 2


def test_verification_that_became_too_old_is_told_once(storage, house):
    attic = storage.add()
    house.clock.advance(days=28)
    job_id = storage.read(2, rule=LONG)
    storage.uploads.pause().result()
    storage.send(job_id, attic)
    house.clock.advance(days=3)

    storage.uploads.resume().result()
    eventually(lambda: NotVerified.code in house.troubles())
    for _ in range(3):
        storage.uploads.retry().result()

    told = [one for one in house.events if isinstance(one, Trouble)]
    assert told == [Trouble(NotVerified.code)]
    assert storage.states(job_id) == {UploadState.WAITING}
    assert storage.server.puts == []

    storage.verify(attic.destination_id)
    storage.wait_for(job_id, UploadState.STORED)


def test_wish_that_the_vault_refuses_fails_its_future_and_changes_nothing(storage, house):
    attic = storage.add()
    job_id = storage.read(1)
    before = storage.changes()
    house.lockable().lock().result()

    refs = [ImageRef(job_id, ImageId(1, 1))]

    refused = storage.uploads.send(refs, attic.destination_id)

    assert refused.exception() is not None
    assert storage.changes() == before
    assert storage.uploads.in_state(UploadState.WAITING).result() == ()
    assert storage.uploads.by_job().result() == {}


def test_wishes_that_cannot_be_turned_into_uploads_wait(storage, house, monkeypatch):
    attic = storage.add()
    job_id = house.admit("words")
    storage.uploads.send_jobs([job_id], attic.destination_id).result()
    ledger = house.vault.uploads

    def refuse(*_):
        raise VaultBusy

    with monkeypatch.context() as patched:
        patched.setattr(ledger, "fulfil", refuse)
        patched.setattr(ledger, "ripe", refuse)
        house.on_vault(lambda: storage.uploads.ended(job_id))
        storage.uploads.start()
        house.queue()
        house.wait_until_read(job_id)

    assert house.on_vault(ledger.ripe) == (job_id,)
    # It has no pictures: that is no trouble, either.
    house.on_vault(lambda: storage.uploads.ended(job_id))
    assert house.on_vault(ledger.ripe) == ()


def test_lane_that_ends_first_ends_uploads_quietly(storage, house, caplog):
    attic = storage.add()
    job_id = storage.read(*[10] * 2)
    with storage.server.held():
        storage.send(job_id, attic)
        storage.server.at_door.acquire(timeout=10)
        house.queues[0].stop()
        house.lane.close()
    storage.uploader.wake()

    eventually(lambda: not any(one.is_alive() for one in storage.uploader._threads[:1]))
    storage.uploader.stop()
    assert "failed" not in caplog.text
