"""Reading without keeping."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from mayfly.domain.document_errors import (
    EveryPageFailed,
    FileMissing,
    LanguageMissing,
    PasswordNeeded,
    ReaderCrashed,
)
from mayfly.domain.errors import NoSuchPage
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.limits import Limits
from mayfly.services.once import OncePage, ReadOnce
from mayfly.system.files import LocalFiles
from tests.fakes_engine import EchoEngine, ScriptPage, document
from tests.waiting import eventually

ENGLISH = ReadOptions(("eng",))


@pytest.fixture
def read(engine: EchoEngine, tmp_path: Path):
    def read_script(*pages, readers: int = 2, options=ENGLISH, script=None, **others):
        path = tmp_path / "a.pdf"
        path.write_bytes(document(*pages, title="a.pdf", **(script or {})))
        once = ReadOnce(files=LocalFiles(Limits()), engine=engine, readers=readers)
        return once.read(path, options, **others)

    return read_script


def texts(pages: list[OncePage]) -> list[str | None]:
    return [
        None if page.result is None else " ".join(word.text for word in page.result.words)
        for page in pages
    ]


def test_pages_come_in_order_from_several_readers(read, engine: EchoEngine) -> None:
    # Given: the first page is held up until the second reader has read the second
    told: list[tuple[int, int]] = []
    texts_in_file = ["p1", *(f"p{n}" for n in range(2, 10))]
    script = [ScriptPage(text, gate="go" if text == "p1" else None) for text in texts_in_file]
    pages = read(*script, on_page=lambda *what: told.append(what))
    threading.Timer(0.0, lambda: _open_after_second(engine)).start()

    got = list(pages)

    assert [page.number for page in got] == list(range(1, 10))
    assert texts(got) == texts_in_file
    assert told == [(n, 9) for n in range(1, 10)]
    assert len(engine.readers) == 2
    assert not engine.alive


def _open_after_second(engine: EchoEngine) -> None:
    eventually(lambda: engine.happened("page", "a.pdf", 2))
    engine.gate("go").set()


def test_one_page_needs_one_reader(read, engine: EchoEngine) -> None:
    assert texts(list(read("only"))) == ["only"]
    assert len(engine.readers) == 1


def test_only_the_page_that_is_wanted_is_read(read, engine: EchoEngine) -> None:
    assert texts(list(read("one", "two", "three", only=2))) == ["two"]
    assert engine.happened("page", "a.pdf", 1) == 0


@pytest.mark.parametrize("number", [0, 4, -1])
def test_a_page_that_is_not_there_is_said(read, engine: EchoEngine, number: int) -> None:
    with pytest.raises(NoSuchPage):
        list(read("one", "two", "three", only=number))
    assert not engine.alive


def test_it_never_runs_far_ahead_of_whoever_reads(read, engine: EchoEngine) -> None:
    pages = read(*(f"p{n}" for n in range(1, 101)))
    first = next(pages)
    eventually(lambda: engine.happened("page", "a.pdf", 3))
    assert first.number == 1
    assert engine.happened("page", "a.pdf", 5) == 0
    pages.close()
    assert not engine.alive


def test_a_page_that_fails_is_an_answer_and_a_dead_reader_is_replaced(
    read, engine: EchoEngine
) -> None:
    pages = list(read("one", ScriptPage("x", fault="crash"), "three", "four", readers=1))
    assert texts(pages) == ["one", None, "three", "four"]
    assert pages[1].error_code == ReaderCrashed.code
    assert len(engine.readers) == 2
    assert not engine.alive


def test_no_page_at_all_is_an_error_after_the_last(read) -> None:
    pages = read(ScriptPage(fault="damaged"), ScriptPage(fault="damaged"))
    assert [next(pages).error_code, next(pages).error_code] == ["damaged", "damaged"]
    with pytest.raises(EveryPageFailed):
        next(pages)


def test_what_stops_it_is_said_before_the_first_page(
    read, engine: EchoEngine, tmp_path: Path
) -> None:
    with pytest.raises(PasswordNeeded):
        next(read("one", script={"password": "Sesam"}))
    with pytest.raises(LanguageMissing):
        next(read("one", options=ReadOptions(("tlh",))))
    once = ReadOnce(files=LocalFiles(Limits()), engine=engine, readers=1)
    with pytest.raises(FileMissing):
        next(once.read(tmp_path / "missing.pdf", ENGLISH))
    assert not engine.alive


def test_a_password_opens_it_for_every_reader(read) -> None:
    pages = read("1", "2", "3", "4", script={"password": "Sesam"}, password="Sesam")
    assert texts(list(pages)) == ["1", "2", "3", "4"]


def test_letting_go_in_the_middle_kills_readers_that_hang(read, engine: EchoEngine) -> None:
    pages = read("one", "two", ScriptPage(fault="hang"), ScriptPage(fault="hang"))
    next(pages)
    eventually(lambda: engine.happened("page", "a.pdf", 3))
    pages.close()
    assert not engine.alive


def test_a_reader_that_comes_up_after_the_end_is_killed(
    read, engine: EchoEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given: the second reader comes up only when everything is over
    start = engine.start_reader
    pages = read("1", ScriptPage("2", gate="never"), "3", "4")

    def start_second():
        if engine.readers:
            engine.note("starting")
            eventually(lambda: not engine.readers[0].alive)
        return start()

    monkeypatch.setattr(engine, "start_reader", start_second)
    next(pages)
    eventually(lambda: engine.happened("starting"))
    pages.close()
    assert len(engine.readers) == 2
    assert not engine.alive
