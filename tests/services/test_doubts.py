"""Doubtful words are counted in pieces, and a count that cannot be made says so."""

from __future__ import annotations

import pytest

from mayfly.domain.errors import LaneClosed, NoSuchJob
from mayfly.domain.ids import JobId
from mayfly.services.doubts import Doubting, Doubts
from mayfly.services.lane import ThreadLane
from tests.services.conftest import House


def test_words_of_a_file_have_no_doubts(house: House) -> None:
    job_id = house.admit(*["sure"] * 10)
    queue = house.queue()
    house.wait_until_read(job_id)
    queue.stop()

    doubting = Doubting(house.vault, house.lane, clock=house.clock)

    assert doubting.count(job_id).result(timeout=10) == Doubts(0, None)


def test_what_cannot_be_counted_says_why(house: House) -> None:
    doubting = Doubting(house.vault, house.lane, clock=house.clock)
    with pytest.raises(NoSuchJob):
        doubting.count(JobId("0" * 32)).result(timeout=10)


def test_after_the_end_nothing_is_counted(house: House) -> None:
    lane = ThreadLane("closed")
    lane.close()
    doubting = Doubting(house.vault, lane, clock=house.clock)
    with pytest.raises(LaneClosed):
        doubting.count(JobId("0" * 32)).result(timeout=10)
