"""Uploads: each picture once and right, whatever the network, the user or a deletion does."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from mayfly.domain.destinations import UploadState
from mayfly.domain.errors import AlreadyDeleted, KeyringLocked
from mayfly.domain.events import Trouble
from mayfly.domain.images import ImageId, ImageRef
from mayfly.domain.storage_errors import (
    ConnectionRefusedHere,
    DestinationMissing,
    MayNotWrite,
    NotStored,
    NotVerified,
    ObjectDiffers,
    SecretWrong,
    StorageBusy,
    StorageUnreachable,
)
from mayfly.services import uploader
from tests.fakes_storage import KEY
from tests.services.conftest import RULE, House
from tests.services.storage_house import RunningClock, Storage
from tests.waiting import eventually

LONG = replace(RULE, source_hours=100, result_hours=100)


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def storage(house: House, monkeypatch: pytest.MonkeyPatch) -> Storage:
    monkeypatch.setattr(uploader, "_HOLD_S", 0.05)
    return Storage(house)


def sent(storage: Storage, job_id, destination) -> None:
    storage.uploads.send(storage.refs(job_id), destination.destination_id).result()
    storage.uploads.start()


# --- the way of a picture ------------------------------------------------------------


def test_chosen_pictures_are_stored_each_once(storage):
    attic = storage.add()
    job_id = storage.read(2, 0, 1)

    new = storage.uploads.send(storage.refs(job_id), attic.destination_id).result()
    again = storage.uploads.send(storage.refs(job_id), attic.destination_id).result()
    storage.uploads.start()
    storage.wait_for(job_id, UploadState.STORED)

    assert (new, again) == (3, 0)
    assert storage.server.objects() == storage.expected(attic, job_id)
    assert sorted(storage.server.puts) == sorted(storage.expected(attic, job_id))
    assert storage.uploads.overview().result().pending == 0


def test_whole_jobs_are_sent_now_or_when_they_are_read(storage, house):
    attic = storage.add()
    done = storage.read(1)
    waiting = house.admit("word", name="later.pdf")
    house.wait_until_read(waiting)
    storage.uploads.start()

    possible = storage.uploads.send_jobs([done, waiting], attic.destination_id).result()

    assert possible == (done, waiting)
    storage.wait_for(done, UploadState.STORED)
    assert storage.rows(waiting) == ()


def test_nothing_is_sent_where_nothing_is_verified(storage):
    attic = storage.add(verify=False)
    job_id = storage.read(1)

    for asked in (
        storage.uploads.send(storage.refs(job_id), attic.destination_id),
        storage.uploads.send_jobs([job_id], attic.destination_id),
        storage.uploads.link(storage.refs(job_id)[0], attic.destination_id, timedelta(hours=1)),
    ):
        assert isinstance(asked.exception(), NotVerified)
    assert storage.server.puts == []


def test_many_are_written_with_few_connections(storage):
    attic = storage.add()
    job_id = storage.read(*[20] * 5)

    sent(storage, job_id, attic)
    storage.wait_for(job_id, UploadState.STORED)

    names = {one.name for one in threading.enumerate() if one.name.startswith("upload-")}
    assert names == {f"upload-{number}" for number in range(1, 5)}
    assert storage.server.objects() == storage.expected(attic, job_id)
    assert len(storage.server.puts) == 100
    assert storage.server.opened == 1


def test_listeners_hear_of_many_changes_a_few_times(storage):
    attic = storage.add()
    job_id = storage.read(*[20] * 5)
    before, began = storage.changes(), time.monotonic()

    sent(storage, job_id, attic)
    storage.wait_for(job_id, UploadState.STORED)
    eventually(lambda: storage.uploader._told and storage.uploader.at_work == 0)

    # One for the wish itself, one for the first look, then five a second at most.
    assert storage.changes() - before <= 3 + 5 * (time.monotonic() - began)


# --- what passes ---------------------------------------------------------------------


@pytest.mark.parametrize("error", [StorageUnreachable, StorageBusy])
def test_what_passes_is_tried_again_later(storage, house, error):
    attic = storage.add()
    job_id = storage.read(1)
    failing = [error(), error()]
    storage.server.failing = lambda call, _: failing.pop() if call == "put" and failing else None

    sent(storage, job_id, attic)
    eventually(lambda: storage.rows(job_id)[0].attempts == 1)
    (row,) = storage.rows(job_id)

    assert row.state is UploadState.WAITING
    assert row.error_code == error.code
    assert timedelta(seconds=1) < row.not_before - house.clock.now() < timedelta(seconds=3)

    storage.uploads.retry().result()
    eventually(lambda: storage.rows(job_id)[0].attempts == 2)
    storage.uploads.retry().result()
    storage.wait_for(job_id, UploadState.STORED)

    assert storage.server.objects() == storage.expected(attic, job_id)


def test_server_that_stays_busy_is_given_up_until_the_user_says_so(storage, house):
    attic = storage.add()
    job_id = storage.read(1, rule=LONG)
    storage.server.failing = lambda call, _: StorageBusy() if call == "put" else None

    sent(storage, job_id, attic)
    for tries in range(1, 6):
        eventually(lambda tries=tries: storage.rows(job_id)[0].attempts == tries)
        house.clock.advance(minutes=13)
        storage.uploader.wake()
    storage.wait_for(job_id, UploadState.FAILED)
    storage.server.failing = lambda *_: None
    storage.uploads.retry([job_id]).result()
    storage.wait_for(job_id, UploadState.STORED)


def test_lost_network_never_gives_up_a_picture(storage, house):
    attic = storage.add()
    job_id = storage.read(1, rule=LONG)
    storage.server.failing = lambda *_: StorageUnreachable()

    sent(storage, job_id, attic)
    for tries in range(1, 10):
        eventually(lambda tries=tries: storage.rows(job_id)[0].attempts >= tries)
        house.clock.advance(minutes=13)
        storage.uploader.wake()
    assert storage.states(job_id) == {UploadState.WAITING}

    storage.server.failing = lambda *_: None
    house.clock.advance(minutes=13)
    storage.uploader.wake()
    storage.wait_for(job_id, UploadState.STORED)


def test_destination_out_of_reach_is_not_asked_for_every_picture(storage):
    attic = storage.add()
    job_id = storage.read(*[20] * 5)
    asked = []
    storage.server.failing = lambda _, key: asked.append(key) or StorageUnreachable()

    sent(storage, job_id, attic)
    eventually(lambda: storage.uploader.at_work == 0 and asked)
    time.sleep(0.5)

    assert len(asked) <= 4 * 8


def test_one_picture_that_differs_does_not_hold_up_the_others(storage):
    attic = storage.add()
    job_id = storage.read(3)
    bad = "page-1-image-2"
    storage.server.failing = lambda call, key: (
        ObjectDiffers() if call == "put" and bad in key else None
    )

    sent(storage, job_id, attic)
    eventually(lambda: [one.attempts for one in storage.rows(job_id)] == [0, 1, 0])
    eventually(lambda: storage.uploader.at_work == 0)

    states = [one.state for one in storage.rows(job_id)]
    assert states == [UploadState.STORED, UploadState.WAITING, UploadState.STORED]
    assert storage.destinations.find("attic").result().verified_at is not None


# --- what does not pass --------------------------------------------------------------


@pytest.mark.parametrize("error", [SecretWrong, MayNotWrite, ConnectionRefusedHere])
def test_destination_that_refuses_is_stopped_and_told_once(storage, house, error):
    attic = storage.add()
    job_id = storage.read(*[20] * 2)
    storage.server.failing = lambda *_: error()

    sent(storage, job_id, attic)
    eventually(lambda: storage.destinations.find("attic").result().error_code == error.code)
    eventually(lambda: storage.uploader.at_work == 0)

    assert storage.states(job_id) == {UploadState.WAITING}
    assert error.code in {one.error_code for one in storage.rows(job_id)}
    told = [one for one in house.events if isinstance(one, Trouble)]
    assert told == [Trouble(error.code)]

    storage.server.failing = lambda *_: None
    assert storage.verify(attic.destination_id) is None
    storage.wait_for(job_id, UploadState.STORED)
    assert storage.server.objects() == storage.expected(attic, job_id)


def test_other_destinations_go_on_when_one_is_stopped(storage):
    storage.server.buckets["cellar"] = {}
    attic, cellar = storage.add("Attic"), storage.add("Cellar", bucket="cellar")
    job_id = storage.read(5)
    del storage.server.buckets["pictures"]

    sent(storage, job_id, attic)
    sent(storage, job_id, cellar)
    eventually(lambda: len(storage.server.objects("cellar")) == 5)

    found = storage.destinations.all().result()
    assert [one.error_code for one in found] == ["bucket_missing", None]


def test_secret_that_left_the_keyring_is_asked_for(storage, house):
    attic = storage.add()
    job_id = storage.read(1)
    storage.secrets.held.clear()

    sent(storage, job_id, attic)
    eventually(lambda: house.troubles() == {"credentials_missing"})

    assert storage.states(job_id) == {UploadState.WAITING}
    storage.destinations.edit(
        attic.destination_id,
        name=attic.name,
        place=attic.place,
        credentials=KEY,
        delete_with_job=False,
    ).result()
    storage.verify(attic.destination_id)
    storage.wait_for(job_id, UploadState.STORED)


def test_locked_keyring_is_asked_once_and_not_for_every_picture(storage, house):
    attic = storage.add()
    job_id = storage.read(20)
    asked = []

    def refuse():
        asked.append(1)
        raise KeyringLocked

    storage._open_secrets, opens = refuse, storage._open_secrets
    storage.box._open_store = refuse
    sent(storage, job_id, attic)
    eventually(lambda: "keyring_locked" in house.troubles())
    eventually(lambda: storage.uploader.at_work == 0)
    told = [one for one in house.events if isinstance(one, Trouble)]

    assert told == [Trouble("keyring_locked")]
    assert len(asked) <= 4 * 8
    assert storage.destinations.find("attic").result().verified_at is not None

    storage.box._open_store = opens
    storage.uploads.retry().result()
    storage.wait_for(job_id, UploadState.STORED)


# --- the user's say ------------------------------------------------------------------


def test_paused_nothing_is_begun_and_resumed_it_goes_on(storage):
    attic = storage.add()
    job_id = storage.read(3)
    storage.uploads.pause().result()

    sent(storage, job_id, attic)
    time.sleep(0.4)

    assert storage.server.puts == []
    assert storage.uploads.overview().result().paused

    storage.uploads.resume().result()
    storage.wait_for(job_id, UploadState.STORED)


def test_cancelled_ones_are_not_there_even_when_they_were_under_way(storage):
    attic = storage.add()
    job_id = storage.read(*[10] * 2)

    with storage.server.held():
        sent(storage, job_id, attic)
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
        sent(storage, job_id, attic)
        for _ in range(4):
            storage.server.at_door.acquire(timeout=10)
        house.deletions.delete([job_id]).result()
    eventually(lambda: storage.uploader.at_work == 0)

    eventually(lambda: storage.server.objects() == {})
    assert not storage.uploads.overview().result().total(UploadState.WAITING)


def test_objects_of_a_deleted_job_are_deleted_there_if_wished(storage, house):
    attic = storage.add(delete_with_job=True)
    job_id = storage.read(5)
    sent(storage, job_id, attic)
    storage.wait_for(job_id, UploadState.STORED)

    house.deletions.delete([job_id]).result()

    eventually(lambda: storage.server.objects() == {})
    eventually(lambda: storage.uploads.overview().result().total(UploadState.OWED) == 0)


def test_objects_stay_where_that_is_wished(storage, house):
    attic = storage.add(delete_with_job=False)
    job_id = storage.read(5)
    expected = storage.expected(attic, job_id)
    sent(storage, job_id, attic)
    storage.wait_for(job_id, UploadState.STORED)

    house.deletions.delete([job_id]).result()
    time.sleep(0.4)

    assert storage.server.objects() == expected
    assert storage.uploads.overview().result().total(UploadState.LEFT) == 5


def test_owed_deletions_are_tried_until_they_are_seen_to_be_done(storage, house):
    attic = storage.add(delete_with_job=True)
    job_id = storage.read(1)
    sent(storage, job_id, attic)
    storage.wait_for(job_id, UploadState.STORED)
    storage.server.failing = lambda *_: StorageUnreachable()
    storage.uploads.pause().result()

    house.deletions.delete([job_id]).result()
    for tries in range(1, 9):
        eventually(lambda tries=tries: storage.rows(job_id)[0].attempts >= tries)
        assert storage.rows(job_id)[0].not_before - house.clock.now() <= timedelta(hours=1)
        house.clock.advance(minutes=61)
        storage.uploader.wake()
    assert storage.states(job_id) == {UploadState.OWED}

    storage.server.failing = lambda *_: None
    house.clock.advance(minutes=61)
    storage.uploader.wake()
    eventually(lambda: storage.server.objects() == {})


def test_owed_deletion_goes_on_at_a_destination_that_is_not_verified_any_more(storage, house):
    attic = storage.add(delete_with_job=True)
    job_id = storage.read(1, rule=replace(RULE, source_hours=168, result_hours=168))
    sent(storage, job_id, attic)
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
        sent(storage, job_id, attic)
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

    sent(storage, job_id, attic)
    time.sleep(0.4)
    assert storage.server.puts == []

    storage.doubtful = False
    storage.uploader.wake()
    storage.wait_for(job_id, UploadState.STORED)


def test_removed_destination_ends_what_is_in_hand_and_says_what_stays(storage):
    attic = storage.add()
    job_id = storage.read(*[10] * 2)

    with storage.server.held():
        sent(storage, job_id, attic)
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
        sent(storage, job_id, attic)
        storage.server.at_door.acquire(timeout=10)
        began = time.monotonic()
        storage.uploader.stop()
        took = time.monotonic() - began

    assert took < 2
    next_one = Storage(open_house(), server=storage.server, secrets=storage.secrets)
    next_one.uploads.start()
    next_one.wait_for(job_id, UploadState.STORED)
    assert storage.server.objects() == expected


# --- several processes ---------------------------------------------------------------


def test_one_process_uploads_and_the_other_sees_it(storage, open_house):
    other = Storage(open_house(), server=storage.server, secrets=storage.secrets)
    attic = storage.add()
    job_id = storage.read(*[10] * 4)
    storage.uploads.start()
    other.uploads.start()

    other.uploads.send(other.refs(job_id), attic.destination_id).result()
    other.wait_for(job_id, UploadState.STORED)

    assert len(storage.server.puts) == len(set(storage.server.puts)) == 40
    assert storage.server.objects() == storage.expected(attic, job_id)


def test_next_process_takes_over_and_writes_nothing_twice(storage, open_house):
    other = Storage(open_house(), server=storage.server, secrets=storage.secrets)
    attic = storage.add()
    job_id = storage.read(*[10] * 2)
    with storage.server.held():
        sent(storage, job_id, attic)
        for _ in range(4):
            storage.server.at_door.acquire(timeout=10)
        # As a process that is killed: its rows say begun, its objects are there.
        storage.uploader.stop()
    other.uploads.start()

    other.wait_for(job_id, UploadState.STORED)

    assert storage.server.objects() == storage.expected(attic, job_id)
    assert len(storage.server.puts) == len(set(storage.server.puts)) == 20


# --- links -----------------------------------------------------------------------------


def test_link_ends_with_the_lifetime_or_with_the_job(storage, house):
    attic = storage.add()
    job_id = storage.read(1, rule=LONG)
    ref = storage.refs(job_id)[0]
    sent(storage, job_id, attic)
    storage.wait_for(job_id, UploadState.STORED)
    now = house.clock.now()

    def link(**lifetime):
        return storage.uploads.link(ref, attic.destination_id, timedelta(**lifetime)).result()

    assert link(hours=2).expires_at == now + timedelta(hours=2)
    assert link(hours=2).url.endswith("for=7200")
    assert link(days=30).expires_at == now + timedelta(hours=100)
    house.clock.advance(hours=99)
    assert link(hours=2).expires_at == house.clock.now() + timedelta(hours=1)


def test_links_of_a_job_are_of_what_is_stored(storage):
    attic = storage.add()
    job_id = storage.read(2, 1)
    refs = storage.refs(job_id)
    storage.uploads.send(refs[:2], attic.destination_id).result()
    storage.uploads.start()
    storage.wait_for(job_id, UploadState.STORED)

    links = storage.uploads.links(job_id, timedelta(hours=1)).result()
    same = storage.uploads.links(job_id, timedelta(hours=1), attic.destination_id).result()

    assert set(links) == {ImageId(1, 1), ImageId(1, 2)}
    assert same == links
    assert "127.0.0.1" not in repr(links)


def test_what_is_not_stored_or_is_gone_has_no_link(storage, house):
    attic = storage.add()
    job_id = storage.read(1)
    ref = ImageRef(job_id, ImageId(1, 1))

    def refusal():
        asked = storage.uploads.link(ref, attic.destination_id, timedelta(hours=1))
        return asked.exception()

    assert isinstance(refusal(), NotStored)

    sent(storage, job_id, attic)
    storage.wait_for(job_id, UploadState.STORED)
    house.deletions.delete([job_id]).result()
    assert isinstance(refusal(), AlreadyDeleted)
