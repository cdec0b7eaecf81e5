"""The lane does one thing at a time; the bus tells everybody."""

from __future__ import annotations

import logging
import threading

import pytest

from mayfly.domain.errors import InternalError
from mayfly.domain.events import JobsChanged
from mayfly.services.bus import EventBus
from mayfly.services.lane import InlineLane, ThreadLane


class LaneContract:
    """What the real lane and the one for tests both promise."""

    def make(self):
        raise NotImplementedError

    def test_answers_come_back(self):
        lane = self.make()
        assert lane.submit(lambda: 7).result() == 7
        lane.close()

    def test_an_exception_reaches_whoever_asked_and_harms_nothing(self):
        lane = self.make()
        with pytest.raises(ZeroDivisionError):
            lane.submit(lambda: 1 // 0).result()
        assert lane.submit(lambda: "still here", urgent=True).result() == "still here"
        lane.close()


class TestThreadLane(LaneContract):
    def make(self):
        return ThreadLane("test")

    def test_urgent_work_overtakes_and_equals_keep_their_order(self):
        lane = ThreadLane("test")
        gate = threading.Event()
        seen: list[str] = []
        lane.submit(gate.wait)
        for name in ("a", "b"):
            lane.submit(lambda name=name: seen.append(name))
        for name in ("urgent 1", "urgent 2"):
            lane.submit(lambda name=name: seen.append(name), urgent=True)
        gate.set()
        lane.close()
        assert seen == ["urgent 1", "urgent 2", "a", "b"]

    def test_all_work_is_done_on_one_thread_that_is_not_ours(self):
        lane = ThreadLane("test")
        threads = {lane.submit(threading.get_ident).result() for _ in range(20)}
        lane.close()
        assert len(threads) == 1
        assert threading.get_ident() not in threads

    def test_a_closed_lane_refuses(self):
        lane = ThreadLane("test")
        lane.close()
        lane.close()
        with pytest.raises(InternalError):
            lane.submit(lambda: None)


class TestInlineLane(LaneContract):
    def make(self):
        return InlineLane()


def test_everybody_hears_even_when_one_listener_fails(caplog):
    bus = EventBus()
    heard: list[str] = []
    bus.subscribe(lambda _event: 1 // 0)
    stop = bus.subscribe(lambda event: heard.append(type(event).__name__))
    with caplog.at_level(logging.CRITICAL):
        bus.publish(JobsChanged())
    stop()
    bus.publish(JobsChanged())
    assert heard == ["JobsChanged"]
