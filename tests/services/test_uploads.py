"""Uploads: each picture once and right, in whichever process has the seat."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from mayfly.domain.destinations import UploadState
from mayfly.domain.storage_errors import (
    NotVerified,
)
from tests.services.conftest import House
from tests.services.storage_house import RunningClock, Storage
from tests.waiting import eventually


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def storage(house: House) -> Storage:
    return Storage(house)


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

    storage.send(job_id, attic)
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

    storage.send(job_id, attic)
    storage.wait_for(job_id, UploadState.STORED)
    eventually(lambda: storage.uploader._told and storage.uploader.at_work == 0)

    # One for the wish itself, one for the first look, then five a second at most.
    assert storage.changes() - before <= 3 + 5 * (time.monotonic() - began)


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
        storage.send(job_id, attic)
        for _ in range(4):
            storage.server.at_door.acquire(timeout=10)
        # As a process that is killed: its rows say begun, its objects are there.
        storage.uploader.stop()
    other.uploads.start()

    other.wait_for(job_id, UploadState.STORED)

    assert storage.server.objects() == storage.expected(attic, job_id)
    assert len(storage.server.puts) == len(set(storage.server.puts)) == 20
