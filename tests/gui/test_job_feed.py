"""The list comes true again after an answer failed, and asks nothing after its end."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from mayfly.domain.errors import VaultBusy
from mayfly.domain.vault_port import Changes
from mayfly.ui.courier import Courier
from mayfly.ui.job_feed import JobFeed
from mayfly.ui.job_model import JobModel
from tests.gui.test_job_model import NOW, a_job


class FailingLibrary:
    """Fails the first time it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def changes(self, seq) -> Future:
        del seq
        self.asked += 1
        future: Future = Future()
        if self.asked == 1:
            future.set_exception(VaultBusy())
        else:
            future.set_result(Changes(1, (a_job(0),)))
        return future


@pytest.fixture
def library():
    return FailingLibrary()


@pytest.fixture
def feed(qapp, library):
    model = JobModel(str, now=lambda: NOW)
    courier = Courier(model)
    yield JobFeed(library, courier, model)
    model.deleteLater()


def test_what_could_not_be_fetched_is_asked_for_again(qtbot, feed, library):
    with qtbot.waitSignal(feed._courier.trouble_arrived):
        feed.ask()
    with qtbot.waitSignal(feed.filled, timeout=20_000):
        pass
    assert (library.asked, feed._model.alive) == (2, 1)


def test_nothing_is_asked_after_the_end(qtbot, feed, library):
    with qtbot.assertNotEmitted(feed._courier.trouble_arrived, wait=100):
        feed.ask()
        feed.stop()
    feed._pause.timeout.emit()
    feed.ask()
    assert library.asked == 1


def test_an_answer_on_its_way_when_it_stops_is_dropped(qtbot, feed, library):
    library.asked = 1
    feed.ask()
    feed.stop()
    qtbot.wait(100)
    assert feed._model.alive == 0

    with qtbot.waitSignal(feed.filled):
        feed.start_over()
    assert feed._model.alive == 1
