"""The courier's promises: on the GUI thread, only to the living, never too early."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest
from PySide6.QtCore import QObject
from shiboken6 import delete

from mayfly.domain.errors import DiskFull, UserError
from mayfly.domain.events import JobsChanged
from mayfly.services.lane import ThreadLane
from mayfly.ui.courier import Courier


@pytest.fixture
def courier(qapp):
    return Courier()


@pytest.fixture
def lane():
    lane = ThreadLane("lane")
    yield lane
    lane.close()


def test_an_answer_arrives_on_the_gui_thread(qtbot, courier, lane):
    heard = []
    courier.ask(
        courier,
        lane.submit(lambda: "page"),
        then=lambda answer: heard.append((answer, threading.current_thread())),
    )
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [("page", threading.main_thread())]


def test_a_failure_arrives_as_the_error_it_is(qtbot, courier, lane):
    def fail():
        raise DiskFull

    heard = []
    courier.ask(courier, lane.submit(fail), then=heard.append, failed=heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert isinstance(heard[0], DiskFull)


def test_an_unexpected_failure_is_told_in_plain_words(qtbot, courier, lane, caplog):
    def fail():
        raise ZeroDivisionError("zebracanary")

    heard = []
    courier.trouble_arrived.connect(heard.append)
    courier.ask(courier, lane.submit(fail))
    qtbot.waitUntil(lambda: bool(heard))
    assert type(heard[0]) is UserError
    assert "zebracanary" not in str(heard[0])
    assert "unexpected failure" in caplog.text


def test_it_never_calls_back_before_it_returns(qtbot, courier):
    future: Future[int] = Future()
    future.set_result(1)
    heard = []
    courier.ask(courier, future, then=heard.append)
    assert heard == []
    qtbot.waitUntil(lambda: heard == [1])


def test_a_late_answer_for_a_widget_that_is_gone_is_dropped(qtbot, courier):
    receiver = QObject()
    late: Future[str] = Future()
    heard = []
    courier.ask(receiver, late, then=heard.append, failed=heard.append)
    delete(receiver)
    late.set_result("late")
    after: Future[str] = Future()
    after.set_result("after")
    courier.ask(courier, after, then=heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == ["after"]


def test_an_answer_after_the_end_harms_nobody(qapp):
    courier = Courier()
    late: Future[str] = Future()
    courier.ask(courier, late, then=lambda _: pytest.fail("called"))
    delete(courier)
    late.set_result("late")
    courier.hear(JobsChanged())


def test_a_cancelled_question_has_no_answer(qtbot, courier):
    cancelled: Future[str] = Future()
    heard = []
    courier.ask(courier, cancelled, then=heard.append, failed=heard.append)
    cancelled.cancel()
    cancelled.set_running_or_notify_cancel()
    qtbot.wait(20)
    assert heard == []


def test_events_arrive_on_the_gui_thread(qtbot, courier, lane):
    heard = []
    courier.event_arrived.connect(lambda event: heard.append((event, threading.current_thread())))
    lane.submit(lambda: courier.hear(JobsChanged())).result()
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [(JobsChanged(), threading.main_thread())]
