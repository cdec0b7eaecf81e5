"""What a server, a network or a keyring does wrong costs no picture and no patience."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from mayfly.domain.destinations import UploadState
from mayfly.domain.errors import KeyringLocked
from mayfly.domain.events import Trouble
from mayfly.domain.storage_errors import (
    ConnectionRefusedHere,
    MayNotWrite,
    ObjectDiffers,
    SecretWrong,
    StorageBusy,
    StorageUnreachable,
)
from tests.fakes_storage import KEY
from tests.services.conftest import House
from tests.services.storage_house import LONG, RunningClock, Storage, tried
from tests.waiting import eventually


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def storage(house: House) -> Storage:
    return Storage(house)


# --- what passes ---------------------------------------------------------------------


@pytest.mark.parametrize("error", [StorageUnreachable, StorageBusy])
def test_what_passes_is_tried_again_later(storage, house, error):
    attic = storage.add()
    job_id = storage.read(1)
    failing = [error(), error()]
    storage.server.failing = lambda call, _: failing.pop() if call == "put" and failing else None

    storage.send(job_id, attic)
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

    storage.send(job_id, attic)
    for tries in range(1, 6):
        eventually(lambda tries=tries: tried(storage, job_id) == tries)
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

    storage.send(job_id, attic)
    for tries in range(1, 10):
        eventually(lambda tries=tries: tried(storage, job_id) >= tries)
        house.clock.advance(minutes=13)
        storage.uploader.wake()
    eventually(lambda: tried(storage, job_id) >= 10)
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

    storage.send(job_id, attic)
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

    storage.send(job_id, attic)
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

    storage.send(job_id, attic)
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


def test_other_destinations_go_on_when_the_row_of_one_is_damaged(storage, house):
    storage.server.buckets["cellar"] = {}
    attic, cellar = storage.add("Attic"), storage.add("Cellar", bucket="cellar")
    job_id = storage.read(2)
    storage.uploads.send(storage.refs(job_id), attic.destination_id).result()
    house.on_vault(lambda: damage(house, attic))

    storage.send(job_id, cellar)

    eventually(lambda: len(storage.server.objects("cellar")) == 2)


def damage(house: House, destination) -> None:
    with house.vault.destinations._database.write() as tx:
        tx.stamp()
        tx.run(
            "UPDATE destination SET sealed = zeroblob(1024) WHERE id = ?",
            bytes.fromhex(destination.destination_id),
        )


def test_other_destinations_go_on_when_one_is_stopped(storage):
    storage.server.buckets["cellar"] = {}
    attic, cellar = storage.add("Attic"), storage.add("Cellar", bucket="cellar")
    job_id = storage.read(5)
    del storage.server.buckets["pictures"]

    storage.send(job_id, attic)
    storage.send(job_id, cellar)
    eventually(lambda: len(storage.server.objects("cellar")) == 5)

    found = storage.destinations.all().result()
    assert [one.error_code for one in found] == ["bucket_missing", None]


def test_secret_that_left_the_keyring_is_asked_for(storage, house):
    attic = storage.add()
    job_id = storage.read(1)
    storage.secrets.held.clear()

    storage.send(job_id, attic)
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
    storage.send(job_id, attic)
    eventually(lambda: "keyring_locked" in house.troubles())
    eventually(lambda: storage.uploader.at_work == 0)
    told = [one for one in house.events if isinstance(one, Trouble)]

    assert told == [Trouble("keyring_locked")]
    assert len(asked) <= 4 * 8
    assert storage.destinations.find("attic").result().verified_at is not None

    storage.box._open_store = opens
    storage.uploads.retry().result()
    storage.wait_for(job_id, UploadState.STORED)
