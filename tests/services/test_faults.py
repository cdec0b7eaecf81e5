"""Documents and readers that go wrong: each ends in a state, and the queue goes on."""

from __future__ import annotations

import threading

import pytest

from mayfly.domain.document_errors import ReaderCrashed
from mayfly.domain.errors import InternalError
from mayfly.domain.states import JobState
from tests.fakes_engine import ScriptPage
from tests.services.conftest import House
from tests.waiting import eventually

MUCH = "word " * 4_000
"""A page that does not fit into the room that is left in the vault's file."""


def codes(house: House, job) -> list[str | None]:
    return [page.error_code for page in house.pages(job)]


def test_a_page_that_crashes_its_reader_once_is_read_by_the_next(house: House) -> None:
    job = house.admit("one", ScriptPage("two", fault="crash_once"), "three", name="a.pdf")
    house.queue()
    house.wait_until_read(job)
    assert house.texts(job) == ["one", "two", "three"]
    assert house.engine.happened("page", "a.pdf", 2) == 2
    assert house.engine.happened("page", "a.pdf", 1) == 1


def test_a_page_that_always_crashes_its_reader_fails_and_the_others_are_read(house: House) -> None:
    job = house.admit("one", ScriptPage("two", fault="crash"), "three", name="a.pdf")
    house.queue()
    house.wait_until_read(job)
    assert codes(house, job) == [None, "reader_crashed", None]
    assert house.engine.happened("page", "a.pdf", 2) == 2
    assert len(house.engine.alive) == 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("timed_out", "timed_out"),
        ("out_of_memory", "out_of_memory"),
        ("damaged", "damaged"),
        ("no_recogniser", "recogniser_missing"),
    ],
)
def test_a_page_that_cannot_be_read_fails_with_its_reason(
    house: House, fault: str, code: str
) -> None:
    job = house.admit(ScriptPage("one", fault=fault), "two", name="a.pdf")
    other = house.admit("other", name="b.pdf")
    house.queue()
    house.wait_until_read(job, other)
    assert codes(house, job) == [code, None]
    assert house.engine.happened("page", "a.pdf", 1) == 1


@pytest.mark.parametrize(
    ("fault", "code", "opened"),
    [
        ("crash", "reader_crashed", 2),
        ("timed_out", "timed_out", 1),
        ("out_of_memory", "out_of_memory", 1),
        ("damaged", "damaged", 1),
        ("no_recogniser", "recogniser_missing", 1),
    ],
)
def test_a_document_that_cannot_be_opened_fails_with_its_reason(
    house: House, fault: str, code: str, opened: int
) -> None:
    job = house.admit(name="a.pdf", fault=fault)
    other = house.admit("other", name="b.pdf")
    house.queue()
    failed = house.wait_for(job, JobState.FAILED)
    assert failed.error_code == code
    assert failed.finished_at == house.clock.now()
    assert house.engine.happened("open", "a.pdf") == opened
    house.wait_until_read(other)


def test_opening_that_crashes_once_is_tried_again(house: House) -> None:
    job = house.admit("one", name="a.pdf", fault="crash_once")
    house.queue()
    house.wait_until_read(job)
    assert house.engine.happened("open", "a.pdf") == 2


def test_a_document_left_by_its_crashed_reader_goes_on_before_later_ones(house: House) -> None:
    first = house.admit(ScriptPage("one", fault="crash_once"), name="a.pdf")
    others = [house.admit("x", name=f"{n}.pdf") for n in range(3)]
    house.queue()
    house.wait_until_read(first, *others)
    opened = [what[1] for what in house.engine.what_happened if what[0] == "open"]
    assert opened == ["a.pdf", "a.pdf", "0.pdf", "1.pdf", "2.pdf"]


def test_a_job_whose_pages_all_failed_for_one_reason_failed_for_that_reason(house: House) -> None:
    job = house.admit(ScriptPage(fault="damaged"), ScriptPage(fault="damaged"))
    house.queue()
    assert house.wait_for(job, JobState.FAILED).error_code == "damaged"


def test_a_reader_that_cannot_join_loses_nothing(house: House) -> None:
    # Given: a document whose second opening fails
    pages = [ScriptPage(f"p{n}", gate="go") for n in range(1, 4)]
    job = house.admit(*pages, name="a.pdf")
    start = house.engine.start_reader
    seen = threading.Event()

    def start_weak():
        reader = start()
        if len(house.engine.readers) > 1:

            def refuse(*_: object) -> int:
                seen.set()
                reader.kill()
                raise ReaderCrashed

            reader.open = refuse
        return reader

    house.engine.start_reader = start_weak
    house.queue(readers=2)
    assert seen.wait(20)
    eventually(lambda: len(house.engine.readers) == 3)  # tried once more
    house.engine.gate("go").set()

    house.wait_until_read(job)
    assert house.texts(job) == ["p1", "p2", "p3"]


@pytest.mark.parametrize("fault", ["bug", "wrong_number"])
def test_a_bug_met_by_a_page_ends_its_document_and_not_the_queue(
    house: House, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    job = house.admit("one", ScriptPage("two", fault=fault), "three", name="a.pdf")
    other = house.admit("other", name="b.pdf")
    house.queue()
    assert house.wait_for(job, JobState.FAILED).error_code == "reader_crashed"
    house.wait_until_read(other)
    assert "reading a document failed" in caplog.text


def test_a_bug_met_once_costs_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    job = house.admit("one", "two", name="a.pdf")
    save, failures = house.vault.save_page, iter([InternalError("once")])

    def fail_once(job_id, reading) -> None:
        for error in failures:
            raise error
        save(job_id, reading)

    monkeypatch.setattr(house.vault, "save_page", fail_once)
    house.queue()
    house.wait_until_read(job)
    assert house.texts(job) == ["one", "two"]
    assert "reading a document failed" in caplog.text
