"""Links: never longer than wished, than a job lives, and only to what is stored."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mayfly.domain.destinations import UploadState
from mayfly.domain.errors import AlreadyDeleted
from mayfly.domain.images import ImageId, ImageRef
from mayfly.domain.storage_errors import ClockWrong, NotStored
from tests.services.conftest import House
from tests.services.storage_house import LONG, RunningClock, Storage
from tests.waiting import eventually


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def storage(house: House) -> Storage:
    return Storage(house)


def test_link_ends_with_the_lifetime_or_with_the_job(storage, house):
    attic = storage.add()
    job_id = storage.read(1, rule=LONG)
    ref = storage.refs(job_id)[0]
    storage.send(job_id, attic)
    storage.wait_for(job_id, UploadState.STORED)
    now = house.clock.now()

    def link(**lifetime):
        return storage.uploads.link(ref, attic.destination_id, timedelta(**lifetime)).result()

    assert link(hours=2).expires_at == now + timedelta(hours=2)
    assert link(hours=2).url.endswith("for=7200")
    assert link(days=30).expires_at == now + timedelta(hours=100)
    house.clock.advance(hours=99)
    assert link(hours=2).expires_at == house.clock.now() + timedelta(hours=1)


def test_key_leaves_the_memory_again_after_a_link(storage, house):
    attic = storage.add()
    job_id = storage.read(1, rule=LONG)
    storage.send(job_id, attic)
    storage.wait_for(job_id, UploadState.STORED)
    eventually(lambda: not storage.connections.is_open(attic.destination_id))
    ref = storage.refs(job_id)[0]

    storage.uploads.link(ref, attic.destination_id, timedelta(hours=2)).result()

    assert storage.connections.is_open(attic.destination_id)
    storage.uploader.wake()
    eventually(lambda: not storage.connections.is_open(attic.destination_id))


def test_link_by_a_clock_that_is_ahead_does_not_outlive_the_job(storage, house):
    attic = storage.add()
    job_id = storage.read(1, rule=LONG)
    ref = storage.refs(job_id)[0]
    storage.send(job_id, attic)
    storage.wait_for(job_id, UploadState.STORED)

    def link():
        return storage.uploads.link(ref, attic.destination_id, timedelta(hours=2))

    # Servers count from the date that is signed, and that is the machine's.
    storage.ahead = timedelta(hours=99)
    assert link().result().url.endswith("for=3600")
    assert link().result().expires_at == house.clock.now() + timedelta(hours=100)
    storage.ahead = timedelta(hours=101)
    assert isinstance(link().exception(), ClockWrong)


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

    storage.send(job_id, attic)
    storage.wait_for(job_id, UploadState.STORED)
    house.deletions.delete([job_id]).result()
    assert isinstance(refusal(), AlreadyDeleted)
