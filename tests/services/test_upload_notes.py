"""What uploads have the vault note: whoever asks is answered, whatever becomes of the others."""

from __future__ import annotations

import pytest

from mayfly.domain.destinations import UploadState
from mayfly.services.lane import ThreadLane
from mayfly.services.upload_notes import UploadNotes
from tests.services.conftest import House
from tests.services.storage_house import RunningClock, Storage


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


class Stumbling:
    """A vault with a bug that one picture meets."""

    def __init__(self, house: House) -> None:
        self.destinations = house.vault.destinations
        self.uploads = house.vault.uploads
        self._image = house.vault.image

    def image(self, job_id, image_id, now):
        if image_id.number == 1:
            raise ZeroDivisionError
        return self._image(job_id, image_id, now)


def test_bug_that_one_picture_meets_leaves_nobody_waiting(house):
    storage = Storage(house)
    attic = storage.add()
    job_id = storage.read(2)
    storage.uploads.send(storage.refs(job_id), attic.destination_id).result()
    first, second = storage.uploads.of_job(job_id).result()
    notes = UploadNotes(Stumbling(house), house.lane, clock=house.clock)

    lanes = ThreadLane("one"), ThreadLane("two")
    stumbled = lanes[0].submit(lambda: notes.begin(first, attic))
    opened = lanes[1].submit(lambda: notes.begin(second, attic))

    assert isinstance(stumbled.exception(timeout=5), ZeroDivisionError)
    assert opened.result(timeout=5).block.image_id == second.image_id
    for one in lanes:
        one.close()

    states = {(one.state, one.was_begun) for one in storage.uploads.of_job(job_id).result()}
    assert states == {(UploadState.WAITING, False), (UploadState.WAITING, True)}
