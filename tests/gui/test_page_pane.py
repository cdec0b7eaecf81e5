"""Answers that come late, out of order or not at all never show the wrong page."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QWidget

from mayfly.domain.document_errors import DamagedDocument
from mayfly.domain.errors import ResultGone
from mayfly.domain.pages import Box, PageOrigin, PageResult, Word
from mayfly.domain.states import JobState
from mayfly.services.lane import InlineLane
from mayfly.services.library import PageView
from mayfly.services.page_forms import CopiedTables, PageForms
from mayfly.ui.courier import Courier
from mayfly.ui.icons import Icons
from mayfly.ui.job_model import JobModel
from mayfly.ui.page_pane import PagePane
from tests.conftest import ROOT
from tests.gui.test_job_model import NOW, a_job


class SlowLibrary:
    """Answers when the test says so, in whatever order."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, Future]] = []

    def picture(self, job_id, number) -> Future:
        return self.page(job_id, number)

    def page(self, job_id, number) -> Future:
        self.asked.append((job_id, number, Future()))
        return self.asked[-1][2]

    def images(self, job_id) -> Future:
        """Return what is never answered: pictures are another test's."""
        del job_id
        return Future()

    def answer(self, place: int, text: str) -> None:
        job_id, number, future = self.asked[place]
        words = (Word(text, Box(10, 10, 50, 20), 90.0, 0, 0, 0),)
        result = PageResult(number, 500, 700, 150, PageOrigin.RECOGNISED, words)
        future.set_result(PageView(job_id, number, result, text, None, None))


class SlowLane:
    """A lane whose work is done when the test says so."""

    def __init__(self) -> None:
        self.waiting: list = []

    def submit(self, work, *, urgent=False) -> Future:
        del urgent
        future: Future = Future()
        self.waiting.append((work, future))
        return future

    def work(self) -> None:
        for work, future in self.waiting:
            future.set_result(work())
        self.waiting.clear()


NO_FORMS = PageForms(
    lambda *_: iter(()),
    lambda *_: (),
    find_tables=lambda _: CopiedTables("", ""),
    lane=InlineLane(),
)
"""Nothing but the text of a page is looked at here."""


@pytest.fixture
def library():
    return SlowLibrary()


@pytest.fixture
def lane():
    return SlowLane()


@pytest.fixture
def now():
    """The moments of the clock; the last one is now."""
    return [NOW]


@pytest.fixture
def model(qapp, now):
    model = JobModel(str, now=lambda: now[-1])
    done = {"state": JobState.DONE, "pages": 3, "pages_read": 3}
    model.apply([a_job(0, **done), a_job(1, **done)])
    return model


@pytest.fixture
def pane(qtbot, theme, library, lane, model):
    window = QWidget()
    qtbot.addWidget(window)
    pane = PagePane(
        library,
        lane,
        forms=NO_FORMS,
        model=model,
        courier=Courier(window),
        tr=str,
        theme=theme,
        icons=Icons(ROOT / "resources" / "icons", theme),
        parent=window,
    )
    window.show()
    yield pane


def test_a_page_of_the_document_before_is_dropped(qtbot, pane, library, lane, model):
    one, two = model.batches[0].shown
    pane.show_job(one)
    pane.show_job(two)
    library.answer(1, "two")
    qtbot.waitUntil(lambda: bool(lane.waiting))
    lane.work()
    qtbot.waitUntil(lambda: pane.page is not None)
    library.answer(0, "one")
    qtbot.wait(30)
    lane.work()
    qtbot.wait(30)
    assert pane.text.toPlainText() == "two"


def test_a_page_that_was_being_decoded_for_another_is_dropped(qtbot, pane, library, lane, model):
    one, two = model.batches[0].shown
    pane.show_job(one)
    library.answer(0, "one")
    qtbot.waitUntil(lambda: bool(lane.waiting))
    ready = [(work(), future) for work, future in lane.waiting]
    lane.waiting.clear()
    pane.show_job(two)
    for page, future in ready:
        assert page is not None
        future.set_result(page)
    qtbot.wait(30)
    assert pane.page is None


def test_nothing_is_decoded_for_a_document_that_was_left(qtbot, pane, library, lane, model):
    one, two = model.batches[0].shown
    pane.show_job(one)
    library.answer(0, "one")
    qtbot.waitUntil(lambda: bool(lane.waiting))
    pane.show_job(two)
    work, _ = lane.waiting[0]
    assert work() is None


def test_an_answer_after_deleting_shows_nothing(qtbot, pane, library, lane, model):
    one, _ = model.batches[0].shown
    pane.show_job(one)
    model.mark_leaving([one])
    pane.refresh()
    library.answer(0, "one")
    qtbot.wait(30)
    assert lane.waiting == []
    assert pane.page is None


def test_an_answer_after_hiding_shows_nothing(qtbot, pane, library, lane, model):
    one, _ = model.batches[0].shown
    pane.show_job(one)
    library.answer(0, "one")
    qtbot.waitUntil(lambda: bool(lane.waiting))
    pane.forget()
    lane.work()
    qtbot.wait(30)
    assert pane.page is None
    assert pane.note.text == ""


def test_an_error_is_told_with_its_remedy(qtbot, pane, library, model):
    one, two = model.batches[0].shown
    pane.show_job(one)
    library.asked[0][2].set_exception(ResultGone())
    qtbot.waitUntil(lambda: "has been destroyed" in pane.note.text)
    pane.show_job(two)
    job_id, number, future = library.asked[1]
    future.set_result(PageView(job_id, number, None, "", None, DamagedDocument.code))
    qtbot.waitUntil(lambda: "damaged" in pane.note.text)
    assert "Fetch or scan it again" in pane.note.text


@pytest.mark.parametrize("source_present", [False, True])
def test_a_page_without_its_picture_says_so_and_keeps_its_text(
    qtbot, pane, library, lane, model, source_present: bool
):
    job = a_job(0, state=JobState.DONE, pages=3, pages_read=3, source_present=source_present)
    model.apply([job])
    pane.show_job(model.find(job.job_id))
    library.answer(-1, "kept")
    qtbot.waitUntil(lambda: bool(lane.waiting))
    lane.work()
    qtbot.waitUntil(lambda: pane.page is not None)
    assert "page image has been destroyed" in pane.note.text
    assert pane.text.toPlainText() == "kept"


def show_page(qtbot, pane, library, lane, model, **changes):
    """Show a finished document whose page has arrived; return its job."""
    job = a_job(0, state=JobState.DONE, pages=3, pages_read=3, **changes)
    model.apply([job])
    pane.show_job(model.find(job.job_id))
    library.answer(-1, "secret")
    qtbot.waitUntil(lambda: bool(lane.waiting))
    lane.work()
    qtbot.waitUntil(lambda: pane.page is not None)
    return job


@pytest.mark.parametrize(
    ("lost", "note"),
    [
        ({"result_present": False}, "The text has been destroyed; the document is still here."),
        (
            {"result_present": False, "source_present": False},
            "The document and its page images have been destroyed.",
        ),
    ],
)
def test_a_destroyed_result_leaves_the_screen_at_once(
    qtbot, pane, library, lane, model, lost, note
):
    job = show_page(qtbot, pane, library, lane, model)
    model.apply([replace(job, **lost)])
    assert (pane.page, pane.text.toPlainText()) == (None, "")
    assert note in pane.note.text


def test_a_destroyed_source_takes_the_page_image_and_the_text_comes_back(
    qtbot, pane, library, lane, model
):
    job = show_page(qtbot, pane, library, lane, model)
    asked = len(library.asked)
    model.apply([replace(job, source_present=False)])
    assert pane.page is None
    assert len(library.asked) == asked + 1


def test_a_page_goes_at_its_deadline_though_no_sweep_ran(qtbot, pane, library, lane, model, now):
    end = NOW + timedelta(hours=1)
    show_page(qtbot, pane, library, lane, model, source_delete_at=end, result_delete_at=end)
    pane._clock.timeout.emit()
    assert pane.page is not None
    now.append(end)
    pane._clock.timeout.emit()
    assert (pane.page, pane.text.toPlainText()) == (None, "")
