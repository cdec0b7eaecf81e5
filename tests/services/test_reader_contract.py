"""What every reader promises: the scripted ones of these tests and the real workers alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mayfly.domain.document_errors import (
    LanguageMissing,
    PasswordNeeded,
    PasswordWrong,
    ReaderCrashed,
    UnknownKind,
)
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.limits import Limits
from mayfly.domain.page_codec import decode_page, encode_page
from mayfly.domain.ports import Engine, Reader
from mayfly.engine.worker_engine import WorkerEngine
from tests.engine.engine_documents import pdf_of
from tests.fakes_engine import EchoEngine, document


@dataclass(frozen=True)
class Subject:
    """An engine, and documents in the form that it reads."""

    engine: Engine
    two_pages: bytes
    locked: bytes


@pytest.fixture(params=["scripted", "real"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Subject:
    if request.param == "scripted":
        two, locked = document("first", "second"), document("secret", password="Sesam")
        return Subject(EchoEngine(), two, locked)
    engine = WorkerEngine(
        Limits(),
        tessdata=tmp_path / "tessdata",
        user_tessdata=tmp_path / "user",
        fallback_scratch=tmp_path / "scratch",
    )
    locked = pdf_of("secret", encryption=4, user_pw="Sesam", owner_pw="Owner")
    return Subject(engine, pdf_of("first", "second"), locked)


@pytest.fixture
def reader(subject: Subject) -> Iterator[Reader]:
    started = subject.engine.start_reader()
    yield started
    started.kill()


def open_in(reader: Reader, data: bytes, password: str | None = None) -> int:
    return reader.open(iter([data[:99], data[99:]]), len(data), ReadOptions(("eng",)), password)


def test_it_reads_the_pages_that_are_asked_for(subject: Subject, reader: Reader) -> None:
    assert open_in(reader, subject.two_pages) == 2
    for number, text in [(2, "second"), (1, "first"), (1, "first")]:
        reading = reader.read_page(number)
        assert reading.result.number == number
        assert [word.text for word in reading.result.words] == [text]
        assert decode_page(encode_page(reading.result)) == reading.result
        assert reading.image.data
        assert reading.image.width_px > 0
    pages = [reader.read_page(1).result, reader.read_page(2).result]
    assert b"".join(reader.compose_pdf(pages)).startswith(b"%PDF")


def test_a_locked_document_is_refused_and_another_can_be_opened(
    subject: Subject, reader: Reader
) -> None:
    with pytest.raises(PasswordNeeded):
        open_in(reader, subject.locked)
    with pytest.raises(PasswordWrong):
        open_in(reader, subject.locked, "sesam")
    assert open_in(reader, subject.locked, "Sesam") == 1
    reader.close_document()
    reader.close_document()
    assert open_in(reader, subject.two_pages) == 2
    assert reader.alive


def test_what_is_no_document_is_refused_and_harms_nothing(subject: Subject, reader: Reader) -> None:
    with pytest.raises(UnknownKind):
        open_in(reader, b"neither a script nor a PDF, but long enough to be handed over in two" * 9)
    assert open_in(reader, subject.two_pages) == 2


def test_a_killed_reader_is_dead_for_good(subject: Subject, reader: Reader) -> None:
    open_in(reader, subject.two_pages)
    reader.kill()
    reader.kill()
    assert not reader.alive
    with pytest.raises(ReaderCrashed):
        reader.read_page(1)
    reader.close_document()


def test_readers_can_be_told_apart(subject: Subject, reader: Reader) -> None:
    other = subject.engine.start_reader()
    assert (other.pid, other.started) != (reader.pid, reader.started)
    other.kill()
    assert reader.alive


@pytest.mark.parametrize("languages", [(), ("tlh",), ("eng", "tlh")])
def test_a_missing_language_is_refused(subject: Subject, languages: tuple[str, ...]) -> None:
    subject.engine.check_languages(("eng",))
    with pytest.raises(LanguageMissing):
        subject.engine.check_languages(languages)
    assert "eng" in subject.engine.describe().languages
