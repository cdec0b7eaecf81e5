"""Uploads that a user, a deletion, a lock or the end of Mayfly stops: nothing is left behind."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from mayfly.domain.destinations import UploadState
from mayfly.domain.errors import LaneClosed
from mayfly.domain.events import VaultGone
from mayfly.domain.storage_errors import (
    DestinationMissing,
    MayNotWrite,
    StorageUnreachable,
)
from tests.fakes_storage import place
from tests.services.conftest import House
from tests.services.storage_house import LONG, RunningClock, Storage, tried
from tests.waiting import eventually


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def storage(house: House) -> Storage:
    return Storage(house)


# --- the user's say ------------------------------------------------------------------


def test_paused_nothing_is_begun_and_resumed_it_goes_on(storage):
    attic = storage.add()
    job_id = storage.read(3)
    storage.uploads.pause().result()

    storage.send(job_id, attic)
    time.sleep(0.4)

    assert storage.server.puts == []
    assert storage.uploads.overview().result().paused

    storage.uploads.resume().result()
    storage.wait_for(job_id, UploadState.STORED)


def test_cancelled_ones_are_not_there_even_when_they_were_under_way(storage):
    attic = storage.add()
    job_id = storage.read(*[10] * 2)

    with storage.server.held():
        storage.send(job_id, attic)
        for _ in range(4):
            storage.server.at_door.acquire(timeout=10)
        assert storage.uploads.cancel([job_id]).result() == 20
    storage.wait_for(job_id, UploadState.STOPPED, UploadState.DELETED)

    eventually(lambda: storage.uploader.at_work == 0)
    assert storage.server.objects() == {}


# --- deleting ------------------------------------------------------------------------


@pytest.mark.parametrize("delete_with_job", [True, False])
def test_deletion_under_way_leaves_nothing_that_was_in_hand(storage, house, delete_with_job):
    attic = storage.add(delete_with_job=delete_with_job)
    job_id = storage.read(*[10] * 2)

    with storage.server.held():
        storage.send(job_id, attic)
        for _ in range(4):
            storage.server.at_door.acquire(timeout=10)
        house.deletions.delete([job_id]).result()
    eventually(lambda: storage.uploader.at_work == 0)

    eventually(lambda: storage.server.objects() == {})
    assert not storage.uploads.overview().result().total(UploadState.WAITING)


def test_what_is_in_hand_is_not_deleted_before_it_is_written(storage, house):
    """Seen to be gone, it would come after all, and nobody would know of it."""
    attic = storage.add(delete_with_job=True)
    # Connections to spare, which could delete meanwhile.
    earlier = storage.read(20)
    storage.send(earlier, attic)
    storage.wait_for(earlier, UploadState.STORED)
    before = storage.server.objects()
    job_id = storage.read(2)
    failing = [StorageUnreachable() for _ in range(2)]
    storage.server.failing = lambda call, _: failing.pop() if call == "delete" and failing else None

    storage.server.at_door = threading.Semaphore(0)
    with storage.server.held():
        storage.send(job_id, attic)
        for _ in range(2):
            storage.server.at_door.acquire(timeout=10)
        house.deletions.delete([job_id]).result()
        storage.uploader.wake()
        time.sleep(0.5)
        assert len(failing) == 2
        assert storage.server.deletes == []
    # That it was to be deleted again was tried, in vain; it is owed all the same.
    eventually(lambda: not failing)
    storage.uploads.retry().result()

    eventually(lambda: storage.server.objects() == before)
    eventually(lambda: storage.uploads.overview().result().total(UploadState.OWED) == 0)


def test_objects_of_a_deleted_job_are_deleted_there_if_wished(storage, house):
    attic = storage.add(delete_with_job=True)
    job_id = storage.read(5)
    storage.send(job_id, attic)
    storage.wait_for(job_id, UploadState.STORED)

    house.deletions.delete([job_id]).result()

    eventually(lambda: storage.server.objects() == {})
    eventually(lambda: storage.uploads.overview().result().total(UploadState.OWED) == 0)


def test_objects_stay_where_that_is_wished(storage, house):
    attic = storage.add(delete_with_job=False)
    job_id = storage.read(5)
    expected = storage.expected(attic, job_id)
    storage.send(job_id, attic)
    storage.wait_for(job_id, UploadState.STORED)

    house.deletions.delete([job_id]).result()
    time.sleep(0.4)

    assert storage.server.objects() == expected
    assert storage.uploads.overview().result().total(UploadState.LEFT) == 5
    assert storage.uploads.dismiss().result() == 5
    assert storage.uploads.overview().result().counts == {}
    assert storage.server.objects() == expected


def test_owed_deletions_are_tried_until_they_are_seen_to_be_done(storage, house):
    attic = storage.add(delete_with_job=True)
    job_id = storage.read(1)
    storage.send(job_id, attic)
    storage.wait_for(job_id, UploadState.STORED)
    storage.server.failing = lambda *_: StorageUnreachable()
    storage.uploads.pause().result()

    house.deletions.delete([job_id]).result()
    for tries in range(1, 9):
        eventually(lambda tries=tries: tried(storage, job_id) >= tries)
        assert storage.rows(job_id)[0].not_before - house.clock.now() <= timedelta(hours=1)
        house.clock.advance(minutes=61)
        storage.uploader.wake()
    eventually(lambda: tried(storage, job_id) >= 9)
    assert storage.states(job_id) == {UploadState.OWED}

    storage.server.failing = lambda *_: None
    house.clock.advance(minutes=61)
    storage.uploader.wake()
    eventually(lambda: storage.server.objects() == {})


def test_owed_deletion_goes_on_at_a_destination_that_is_not_verified_any_more(storage, house):
    attic = storage.add(delete_with_job=True)
    job_id = storage.read(1, rule=LONG)
    storage.send(job_id, attic)
    storage.wait_for(job_id, UploadState.STORED)
    house.on_vault(
        lambda: house.vault.destinations.note_failed(attic.destination_id, MayNotWrite.code)
    )

    house.deletions.delete([job_id]).result()

    eventually(lambda: storage.server.objects() == {})


# --- locked, in doubt, removed, closed ---------------------------------------------------


def test_locked_vault_stops_quietly_and_goes_on_when_it_is_unlocked(storage, house):
    attic = storage.add()
    job_id = storage.read(*[10] * 2)
    expected = storage.expected(attic, job_id)
    locking = house.lockable(house.queues[0])

    with storage.server.held():
        storage.send(job_id, attic)
        storage.server.at_door.acquire(timeout=10)
        locking.lock().result()
        eventually(lambda: storage.uploader.at_work == 0)
    time.sleep(0.3)
    while_locked = len(storage.server.puts)
    assert house.troubles() == set()
    assert storage.connections._opened == {}

    locking.unlock().result()
    storage.wait_for(job_id, UploadState.STORED)

    assert while_locked < 20
    assert storage.server.objects() == expected


def test_nothing_leaves_while_time_is_in_doubt(storage):
    attic = storage.add()
    job_id = storage.read(1)
    storage.doubtful = True

    storage.send(job_id, attic)
    time.sleep(0.4)
    assert storage.server.puts == []

    storage.doubtful = False
    storage.uploader.wake()
    storage.wait_for(job_id, UploadState.STORED)


def test_removed_destination_ends_what_is_in_hand_and_says_what_stays(storage):
    attic = storage.add()
    job_id = storage.read(*[10] * 2)

    with storage.server.held():
        storage.send(job_id, attic)
        for _ in range(4):
            storage.server.at_door.acquire(timeout=10)
        unbound = storage.destinations.remove(attic.destination_id).result()
        eventually(lambda: storage.uploader.at_work == 0)

    assert unbound.objects_left >= 4
    assert storage.rows(job_id) == ()
    assert storage.secrets.held == {}
    assert isinstance(
        storage.uploads.send(storage.refs(job_id), attic.destination_id).exception(),
        DestinationMissing,
    )


def test_closing_ends_calls_in_hand_at_once_and_the_next_start_goes_on(storage, open_house):
    attic = storage.add()
    job_id = storage.read(*[10] * 2)
    expected = storage.expected(attic, job_id)

    with storage.server.held():
        storage.send(job_id, attic)
        storage.server.at_door.acquire(timeout=10)
        began = time.monotonic()
        storage.uploader.stop()
        took = time.monotonic() - began

    assert took < 2
    next_one = Storage(open_house(), server=storage.server, secrets=storage.secrets)
    next_one.uploads.start()
    next_one.wait_for(job_id, UploadState.STORED)
    assert storage.server.objects() == expected


def test_panic_ends_what_is_in_hand_and_drops_the_access_key(storage, house):
    attic = storage.add()
    job_id = storage.read(*[10] * 2)

    with storage.server.held():
        storage.send(job_id, attic)
        storage.server.at_door.acquire(timeout=10)
        house.bus.publish(VaultGone())
        assert not storage.connections.is_open(attic.destination_id)
    storage.uploader.stop()

    assert len(storage.server.puts) <= storage.most
    with pytest.raises(LaneClosed):
        storage.connections.open(attic)


def test_edited_place_gets_nothing_where_it_was_before(storage, house):
    storage.server.buckets["elsewhere"] = {}
    attic = storage.add()
    job_id = storage.read(1)
    storage.uploads.pause().result()
    storage.send(job_id, attic)
    open_before = storage.connections.open

    def edited_meanwhile(destination):
        storage.connections.open = open_before
        storage.destinations.edit(
            attic.destination_id,
            name=attic.name,
            place=place("elsewhere"),
            credentials=None,
            delete_with_job=False,
        ).result()
        return open_before(destination)

    storage.connections.open = edited_meanwhile
    storage.uploads.resume().result()
    eventually(lambda: storage.destinations.find("attic").result().place.bucket == "elsewhere")
    storage.verify(attic.destination_id)
    storage.wait_for(job_id, UploadState.STORED)

    assert storage.server.objects() == {}
    assert len(storage.server.objects("elsewhere")) == 1
