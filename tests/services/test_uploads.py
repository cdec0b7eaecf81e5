"""Uploads: each picture once and right, in whichever process has the seat."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from mayfly.domain.destinations import UploadState
from mayfly.domain.storage_errors import (
    NotVerified,
    SourceTooShort,
)
from mayfly.services.intake import Intake
from mayfly.services.sending import Sending
from tests.fakes import BytesSource
from tests.fakes_engine import ScriptPage, document
from tests.services.conftest import RULE, House
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


# --- wished when a document is added ----------------------------------------------------


def adding(storage: Storage, house: House) -> Intake:
    return Intake(
        house.vault,
        house.lane,
        intake_lane=house.intake_lane,
        files=house.files,
        engine=house.engine,
        bus=house.bus,
        clock=house.clock,
        sending=Sending(house.vault, clock=house.clock),
    )


def test_what_is_wished_when_adding_is_sent_when_it_was_read(storage, house):
    attic = storage.add()
    wish = replace(house.wish(), destination_id=attic.destination_id)
    source = BytesSource("letter.pdf", document(ScriptPage(images=2)))
    storage.uploads.start()

    (job_id,) = adding(storage, house).add_source(source, wish).result().jobs
    assert storage.rows(job_id) == ()
    house.queue(on_ended=storage.uploads.ended)

    storage.wait_for(job_id, UploadState.STORED)
    assert storage.server.objects() == storage.expected(attic, job_id)


def test_wish_of_a_process_that_died_is_fulfilled_by_the_next(storage, house):
    attic = storage.add()
    wish = replace(house.wish(), destination_id=attic.destination_id)
    source = BytesSource("letter.pdf", document(ScriptPage(images=1)))
    (job_id,) = adding(storage, house).add_source(source, wish).result().jobs
    # Read, and nobody came to what follows from that.
    house.queue()
    house.wait_until_read(job_id)
    assert storage.rows(job_id) == ()

    storage.uploads.start()

    storage.wait_for(job_id, UploadState.STORED)


def test_wish_of_a_process_that_died_is_fulfilled_by_one_that_goes_on(storage, house):
    attic = storage.add()
    storage.uploads.start()
    wish = replace(house.wish(), destination_id=attic.destination_id)
    source = BytesSource("letter.pdf", document(ScriptPage(images=1)))
    (job_id,) = adding(storage, house).add_source(source, wish).result().jobs
    # Read by another, which came to nothing that follows from it.
    house.queue()
    house.wait_until_read(job_id)

    storage.uploader.wake()

    storage.wait_for(job_id, UploadState.STORED)


@pytest.mark.parametrize(
    ("hours", "verified", "error"), [(0, True, SourceTooShort), (1, False, NotVerified)]
)
def test_wish_that_cannot_be_fulfilled_is_refused_before_anything_is_added(
    storage, house, hours, verified, error
):
    attic = storage.add(verify=verified)
    rule = replace(RULE, source_hours=hours)
    wish = replace(house.wish(), rule=rule, destination_id=attic.destination_id)

    refused = adding(storage, house).add_source(BytesSource("a.pdf", document("a")), wish)

    assert isinstance(refused.exception(), error)
    assert house.library.jobs().result() == ()
