"""The check with a canary: the whole road, an honest answer, and never a canary left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from mayfly.domain.canary import Canary, Quarry, new_canary
from mayfly.domain.document_errors import DamagedDocument, LanguageMissing
from mayfly.domain.errors import (
    CanaryNotRead,
    DiskFull,
    InternalError,
    QueueIsPaused,
    TargetNotWritable,
    VaultLocked,
)
from mayfly.domain.events import LockChanged
from mayfly.domain.jobs import DeleteOutcome
from mayfly.domain.proof import Place, PlaceScan, ProofStep
from mayfly.domain.states import JobState
from mayfly.services import proof as proof_module
from mayfly.services.lane import ThreadLane
from mayfly.services.proof import Proof, Road
from tests.fakes_engine import ScriptPage, document
from tests.services.conftest import House
from tests.services.test_exporting import make_exporting
from tests.waiting import eventually

CLEAN = PlaceScan(Place.VAULT, True, 1, 10, 0)


@dataclass
class NoPlaces:
    """The TraceSearch seam: remembers what was to be searched for, and finds what it is told."""

    answer: PlaceScan = CLEAN
    asked: list[Quarry] = field(default_factory=list)
    gate: threading.Event | None = None
    still_goes_on: bool | None = None
    clipboards: list[object] = field(default_factory=list)

    def search(self, quarry, *, since, clipboard, goes_on):
        assert since > 0
        self.asked.append(quarry)
        self.clipboards.append(clipboard)
        if self.gate is not None:
            self.gate.wait(20)
        self.still_goes_on = goes_on()
        return (self.answer,)

    def test_itself(self, canary, folder, *, goes_on):
        assert folder.is_dir()
        assert canary.document
        return (replace(self.answer, hits=int(goes_on())),)


@dataclass
class Desk:
    """A house with a proof in it, whose canaries read as the test says."""

    house: House
    proof: Proof
    places: NoPlaces
    queue: object
    canaries: list[Canary]
    folders: list[Path]
    road: Road

    def left(self) -> list[JobState]:
        """Return the states of all jobs; a canary that was deleted is a tombstone."""
        return [job.state for job in self.house.library.jobs().result()]


@pytest.fixture
def make_desk(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def make(page: Callable[[Canary], ScriptPage] | None = None, **script) -> Desk:
        canaries, folders = [], []

        def canary() -> Canary:
            made = new_canary()
            said = page(made) if page else ScriptPage(" ".join(made.words))
            canaries.append(replace(made, document=document(said, **script)))
            return canaries[-1]

        @contextmanager
        def folder() -> Iterator[Path]:
            place = tmp_path / f"private-{len(folders)}"
            place.mkdir()
            folders.append(place)
            yield place
            for file in place.iterdir():
                file.unlink()
            place.rmdir()

        monkeypatch.setattr(proof_module, "new_canary", canary)
        monkeypatch.setattr(proof_module, "_LOOK_EVERY_S", 0.02)
        queue, places, exporting = house.queue(), NoPlaces(), make_exporting(house)
        road = Road(
            house.intake, house.library, queue, exporting, house.deletions, house.engine, folder
        )
        proof = Proof(road, ThreadLane("proof"), search=places, bus=house.bus, clock=house.clock)
        desks.append(Desk(house, proof, places, queue, canaries, folders, road))
        return desks[-1]

    yield make
    for desk in desks:
        desk.proof.close()
        desk.road.exporting.close()


def test_a_canary_goes_the_whole_road_and_is_searched_for(make_desk) -> None:
    desk, told = make_desk(), []

    report = desk.proof.run(told.append).result()

    road = [ProofStep.ADD, ProofStep.READ, ProofStep.SHOW, ProofStep.EXPORT, ProofStep.DELETE]
    assert told == [*road, ProofStep.SEARCH]
    assert report.steps == tuple(told)
    assert report.clean
    assert report.scanned_bytes == 10
    assert desk.left() == [JobState.DELETED]
    (job,) = desk.house.library.jobs().result()
    assert report.job_id == job.job_id
    # And: it looked for all that there was
    (quarry,), (canary,) = desk.places.asked, desk.canaries
    assert quarry.stem == canary.stem
    assert quarry.marks == canary.marks
    (picture,) = quarry.images
    assert picture
    assert {Path(path).suffix for path in quarry.paths} == {".pdf", ".txt", ".json"}
    assert not any(folder.exists() for folder in desk.folders)


def test_what_was_found_is_said(make_desk) -> None:
    desk = make_desk()
    desk.places.answer = replace(CLEAN, hits=2)
    report = desk.proof.run().result()
    assert (report.clean, report.hits) == (False, 2)


def test_the_clipboard_that_it_is_given_is_searched(make_desk) -> None:
    desk = make_desk()
    mine = lambda: [b"held"]  # noqa: E731
    desk.proof.run(clipboard=mine).result()
    assert desk.places.clipboards == [mine]


def test_misread_words_are_searched_for_as_they_were_read(make_desk) -> None:
    desk = make_desk(lambda made: ScriptPage(" ".join((*made.words[:5], "quitemisread"))))
    desk.proof.run().result()
    assert desk.places.asked[0].readings == ("quitemisread",)


def test_the_search_can_check_itself(make_desk) -> None:
    desk, told = make_desk(), []
    report = desk.proof.test_itself(told.append).result()
    assert told == [ProofStep.PLANT]
    assert report.blind == ()
    assert report.job_id is None
    assert desk.left() == []
    desk.places.answer = replace(CLEAN, place=Place.LOG)
    assert desk.proof.test_itself().result().blind == ()


def test_two_at_once_are_done_one_after_the_other(make_desk) -> None:
    desk = make_desk()
    desk.places.gate = threading.Event()
    first, second = desk.proof.run(), desk.proof.run()
    eventually(lambda: desk.places.asked)
    assert not second.done()
    assert len(desk.canaries) == 1
    desk.places.gate.set()
    assert first.result().clean
    assert second.result().clean
    assert desk.left() == [JobState.DELETED] * 2


def test_while_reading_is_paused_nothing_is_added(make_desk) -> None:
    desk = make_desk()
    desk.queue.set_paused(True).result()
    with pytest.raises(QueueIsPaused):
        desk.proof.run().result()
    assert desk.left() == []


def test_a_pause_while_it_waits_ends_it_and_deletes_the_canary(make_desk) -> None:
    desk = make_desk(lambda made: ScriptPage(" ".join(made.words), gate="later"))
    asked = desk.proof.run()
    eventually(lambda: JobState.READING in desk.left())
    desk.queue.set_paused(True).result()
    with pytest.raises(QueueIsPaused):
        asked.result()
    assert desk.left() == [JobState.DELETED]


def test_a_vault_that_is_locked_while_it_waits_ends_it_and_deletes_the_canary(make_desk) -> None:
    desk = make_desk(lambda made: ScriptPage(" ".join(made.words), gate="later"))
    asked = desk.proof.run()
    eventually(lambda: JobState.READING in desk.left())
    desk.house.bus.publish(LockChanged(locked=False))
    desk.house.bus.publish(LockChanged(locked=True))
    with pytest.raises(VaultLocked):
        asked.result(timeout=20)
    assert desk.left() == [JobState.DELETED]


def test_words_that_were_not_read_prove_nothing(make_desk) -> None:
    desk = make_desk(lambda made: ScriptPage(" ".join(made.words[:3])))
    with pytest.raises(CanaryNotRead):
        desk.proof.run().result()
    assert desk.left() == [JobState.DELETED]
    assert desk.places.asked == []


def test_a_canary_that_cannot_be_read_says_why_and_is_deleted(make_desk) -> None:
    desk = make_desk(fault="damaged")
    with pytest.raises(DamagedDocument):
        desk.proof.run().result()
    assert desk.left() == [JobState.DELETED]


def test_a_canary_that_somebody_cancels_proves_nothing(make_desk) -> None:
    desk = make_desk(lambda made: ScriptPage(" ".join(made.words), gate="later"))
    asked = desk.proof.run()
    eventually(lambda: JobState.READING in desk.left())
    (job,) = desk.house.library.jobs().result()
    desk.queue.cancel(job.job_id).result()
    with pytest.raises(CanaryNotRead):
        asked.result()
    assert desk.left() == [JobState.DELETED]


def test_it_waits_as_long_as_something_happens_and_no_longer(make_desk) -> None:
    desk = make_desk(lambda made: ScriptPage(" ".join(made.words), gate="never"))
    asked = desk.proof.run()
    eventually(lambda: JobState.READING in desk.left())
    desk.house.clock.advance(seconds=170)
    desk.house.admit("another document comes meanwhile")
    eventually(lambda: len(desk.left()) == 2)
    # A few looks later the patience counts from that change.
    threading.Event().wait(0.2)
    desk.house.clock.advance(seconds=170)
    threading.Event().wait(0.2)
    assert not asked.done()
    desk.house.clock.advance(seconds=20)
    with pytest.raises(CanaryNotRead):
        asked.result(timeout=20)
    assert desk.left()[0] is JobState.DELETED


def test_an_export_that_fails_deletes_the_canary(make_desk, monkeypatch) -> None:
    desk = make_desk()

    def refuse(*_args) -> Future[Path]:
        failed: Future[Path] = Future()
        failed.set_exception(TargetNotWritable())
        return failed

    monkeypatch.setattr(desk.road.exporting, "export", refuse)
    with pytest.raises(TargetNotWritable):
        desk.proof.run().result()
    assert desk.left() == [JobState.DELETED]


def test_an_empty_export_proves_nothing(make_desk, monkeypatch, tmp_path: Path) -> None:
    desk = make_desk()
    (tmp_path / "empty").touch()
    empty: Future[Path] = Future()
    empty.set_result(tmp_path / "empty")
    monkeypatch.setattr(desk.road.exporting, "export", lambda *_: empty)
    with pytest.raises(CanaryNotRead):
        desk.proof.run().result()


def test_a_deletion_that_fails_is_no_proof(make_desk, monkeypatch) -> None:
    desk = make_desk()
    real = desk.house.deletions.delete

    def fail(job_ids, **others):
        outcomes = real(job_ids, **others).result()
        failed = [
            replace(one, outcome=DeleteOutcome.FAILED, error_code="disk_full") for one in outcomes
        ]
        answer: Future = Future()
        answer.set_result(tuple(failed))
        return answer

    monkeypatch.setattr(desk.house.deletions, "delete", fail)
    with pytest.raises(DiskFull):
        desk.proof.run().result()
    assert desk.places.asked == []


def test_closing_ends_it_and_deletes_the_canary(make_desk) -> None:
    desk = make_desk(lambda made: ScriptPage(" ".join(made.words), gate="never"))
    asked = desk.proof.run()
    eventually(lambda: JobState.READING in desk.left())
    desk.proof.close()
    with pytest.raises(InternalError):
        asked.result()
    assert desk.left() == [JobState.DELETED]
    with pytest.raises(InternalError):
        desk.proof.run()


def test_closing_ends_the_search(make_desk) -> None:
    desk = make_desk()
    desk.places.gate = threading.Event()
    asked = desk.proof.run()
    eventually(lambda: desk.places.asked)
    closing = threading.Thread(target=desk.proof.close)
    closing.start()
    eventually(desk.proof._closing.is_set)
    desk.places.gate.set()
    closing.join()
    with pytest.raises(InternalError):
        asked.result()
    assert desk.places.still_goes_on is False


def test_what_is_asked_for_while_everything_closes_adds_nothing(make_desk) -> None:
    desk = make_desk()
    desk.house.intake._closing.set()
    with pytest.raises(InternalError):
        desk.proof.run().result()
    assert desk.left() == []


def test_without_any_language_it_says_so(make_desk) -> None:
    desk = make_desk()
    desk.house.engine.languages = ()
    with pytest.raises(LanguageMissing):
        desk.proof.run().result()
    assert desk.left() == []


def test_without_english_another_language_does(make_desk) -> None:
    desk = make_desk()
    desk.house.engine.languages = ("deu",)
    assert desk.proof.run().result().clean
