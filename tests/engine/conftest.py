"""Real workers with the real Tesseract."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fake_worker import FAKE

from mayfly.domain.limits import Limits
from mayfly.engine.reader import WorkerReader
from mayfly.engine.worker_engine import WorkerEngine


@pytest.fixture(scope="session")
def engine_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engine")


@pytest.fixture(scope="session")
def make_engine(engine_folders: Path) -> Callable[..., WorkerEngine]:
    """Return a maker of engines over shared folders."""

    def make(limits: Limits | None = None, **others: object) -> WorkerEngine:
        places = {
            "tessdata": engine_folders / "tessdata",
            "user_tessdata": engine_folders / "user",
            "fallback_scratch": engine_folders / "scratch",
        }
        return WorkerEngine(limits or Limits(), **(places | others))

    return make


@pytest.fixture
def engine(make_engine: Callable[..., WorkerEngine]) -> WorkerEngine:
    return make_engine()


@pytest.fixture
def reader(engine: WorkerEngine) -> Iterator[WorkerReader]:
    """A fresh worker; its group is killed after the test."""
    started = engine.start_reader()
    yield started
    started.kill()


@pytest.fixture(scope="session")
def long_lived_reader(make_engine: Callable[..., WorkerEngine]) -> Iterator[WorkerReader]:
    started = make_engine().start_reader()
    yield started
    started.kill()


@pytest.fixture
def shared_reader(long_lived_reader: WorkerReader) -> Iterator[WorkerReader]:
    """One worker for all tests that leave it alive, as in a long queue."""
    yield long_lived_reader
    long_lived_reader.close_document()


@pytest.fixture
def fake(make_engine, tmp_path):
    """Return a maker of readers whose worker does as a script says after its start."""
    readers = []

    def make(script: str, **limits: object):
        program = tmp_path / "fake.py"
        program.write_text(FAKE + script)
        engine = make_engine(Limits(**limits), worker_command=[sys.executable, str(program)])
        readers.append(engine.start_reader())
        return readers[-1]

    yield make
    for reader in readers:
        reader.kill()
