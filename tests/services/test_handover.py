"""Results of 0 hours: handed over, read back, destroyed; and those that cannot be handed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from mayfly.domain.errors import TargetMissing
from mayfly.domain.handover import LONGEST_WAIT, NotHandedOver, ResultTarget, TargetDiffers
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.retention import RetentionRule, RuleChange
from mayfly.domain.states import DeleteReason, JobState
from mayfly.export.files import FolderTarget
from mayfly.services.handover import Handover
from mayfly.services.reading import Queue
from tests.fakes import BytesSource
from tests.fakes_engine import ScriptPage, document
from tests.services.conftest import House
from tests.services.test_exporting import make_exporting
from tests.waiting import eventually

NOTHING = RetentionRule(source_hours=0, result_hours=0)
SOURCE_ONLY = RetentionRule(source_hours=24, result_hours=0)


class Desk:
    """A house that hands over, and a folder to hand over to."""

    def __init__(self, house: House, folder: Path, target: FolderTarget | None = None) -> None:
        self.house = house
        self.folder = folder
        self.exporting = make_exporting(house, target)
        self.handover = Handover(
            house.vault,
            house.lane,
            exporting=self.exporting,
            deletions=house.deletions,
            bus=house.bus,
            clock=house.clock,
        )
        house.endings.append(self.exporting.close)

    def admit(
        self,
        *pages: str | ScriptPage,
        rule: RetentionRule = NOTHING,
        here: bool = False,
        formats: tuple[str, ...] = ("txt",),
    ) -> JobId:
        house = self.house
        target = ResultTarget(formats, None if here else self.folder)
        source = BytesSource("letter.pdf", document(*(pages or ("one", "two"))))
        batch = house.new_batch()
        return house.on_vault(
            lambda: house.vault.admit(
                batch, source, ReadOptions(), rule, house.clock.now(), target=target
            )
        )

    def read(self) -> Queue:
        queue = self.house.queue(start=False)
        before = queue._on_ended

        def ended(job_id: JobId) -> None:
            before(job_id)
            self.handover.ended(job_id)

        queue._on_ended = ended
        queue._on_seat = self.handover.look
        queue.start()
        return queue

    def files(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.folder.iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


@pytest.fixture
def desk(house: House, folder: Path) -> Desk:
    return Desk(house, folder)


def keys(house: House) -> int:
    return house.on_vault(lambda: house.vault._database.ask("SELECT count(*) FROM data_key"))[0]


def test_it_is_written_and_then_nothing_of_it_is_left(desk: Desk) -> None:
    job = desk.admit()
    desk.read()
    buried = desk.house.wait_for(job, JobState.DELETED)
    assert buried.delete_reason is DeleteReason.ZERO_RETENTION
    assert list(desk.files()) == ["letter.txt"]
    assert "one" in desk.files()["letter.txt"]
    assert desk.handover.files(job) == (desk.folder / "letter.txt",)
    assert keys(desk.house) == 0


def test_the_document_stays_for_as_long_as_it_was_to_be_kept(desk: Desk) -> None:
    job = desk.admit(rule=SOURCE_ONLY, formats=("txt", "json"))
    desk.read()
    eventually(lambda: not desk.house.job(job).result_present)
    kept = desk.house.job(job)
    assert (kept.state, kept.source_present) == (JobState.DONE, True)
    assert sorted(desk.files()) == ["letter.json", "letter.txt"]


def test_nothing_is_overwritten(desk: Desk) -> None:
    (desk.folder / "letter.txt").write_text("mine")
    job = desk.admit()
    desk.read()
    desk.house.wait_for(job, JobState.DELETED)
    assert desk.files()["letter.txt"] == "mine"
    assert "one" in desk.files()["letter (2).txt"]


def test_a_folder_that_is_gone_loses_nothing_and_the_row_says_so(desk: Desk) -> None:
    job = desk.admit()
    desk.folder.rmdir()
    desk.read()
    eventually(lambda: desk.house.job(job).error_code)
    row = desk.house.job(job)
    assert (row.state, row.error_code) == (JobState.DONE, TargetMissing.code)
    assert desk.house.texts(job) == ["one", "two"]
    assert row.result_delete_at == row.finished_at + LONGEST_WAIT


def test_what_could_not_be_handed_over_lingers_for_an_hour_at_most(desk: Desk) -> None:
    house = desk.house
    job = desk.admit()
    desk.folder.rmdir()
    desk.read()
    eventually(lambda: house.job(job).error_code)
    house.clock.advance(minutes=59)
    house.on_vault(house.retention.sweep)
    assert house.texts(job) == ["one", "two"]
    house.clock.advance(minutes=1)
    house.on_vault(house.retention.sweep)
    assert house.job(job).delete_reason is DeleteReason.ZERO_RETENTION
    assert keys(house) == 0


def test_another_rule_does_not_keep_it_for_longer_than_it_says(desk: Desk) -> None:
    """Changing what is kept of the document leaves the hour as it is."""
    house = desk.house
    job = desk.admit()
    house.on_vault(
        lambda: house.vault.change_rule([job], RuleChange(source_hours=5), house.clock.now())
    )
    desk.folder.rmdir()
    desk.read()
    eventually(lambda: house.job(job).error_code)
    house.on_vault(
        lambda: house.vault.change_rule([job], RuleChange(source_hours=9), house.clock.now())
    )
    row = house.job(job)
    assert row.result_delete_at == row.finished_at + LONGEST_WAIT


class Forgetful(FolderTarget):
    """A disk that does not give back what was written to it."""

    def digest(self, path: Path) -> bytes:
        path.write_text("something else")
        return super().digest(path)


def test_what_does_not_read_back_is_no_hand_over(house: House, folder: Path) -> None:
    desk = Desk(house, folder, Forgetful())
    job = desk.admit()
    desk.read()
    eventually(lambda: house.job(job).error_code)
    assert house.job(job).error_code == TargetDiffers.code
    assert house.texts(job) == ["one", "two"]


def test_a_death_before_the_hand_over_is_made_up_for_by_who_reads_next(
    open_house, folder: Path
) -> None:
    first = open_house()
    dying = Desk(first, folder)
    job = dying.admit()
    queue = first.queue()  # it reads, and dies before it hands anything over
    first.wait_until_read(job)
    queue.stop()

    second = Desk(open_house(), folder)
    second.read()
    second.house.wait_for(job, JobState.DELETED)
    assert list(second.files()) == ["letter.txt"]


def test_a_death_after_the_hand_over_writes_no_second_file(open_house, folder: Path) -> None:
    first = open_house()
    dying = Desk(first, folder)
    job = dying.admit()
    queue = first.queue()
    first.wait_until_read(job)
    dying.exporting.hand_over(job, ResultTarget(("txt",), folder), again=False).result()
    queue.stop()

    second = Desk(open_house(), folder)
    second.read()
    second.house.wait_for(job, JobState.DELETED)
    assert list(second.files()) == ["letter.txt"]


def test_another_file_of_that_name_is_not_taken_for_it(open_house, folder: Path) -> None:
    """The control for the test above."""
    first = open_house()
    job = Desk(first, folder).admit()
    queue = first.queue()
    first.wait_until_read(job)
    (folder / "letter.txt").write_text("one\ntwo, but not quite")
    queue.stop()

    second = Desk(open_house(), folder)
    second.read()
    second.house.wait_for(job, JobState.DELETED)
    assert sorted(second.files()) == ["letter (2).txt", "letter.txt"]


def test_who_added_it_takes_it_and_says_so(desk: Desk) -> None:
    house = desk.house
    job = desk.admit(here=True)
    desk.read()
    house.wait_until_read(job)
    assert house.texts(job) == ["one", "two"]
    desk.handover.delivered([job]).result()
    assert house.state_of(job) is JobState.DELETED
    with pytest.raises(Exception):  # noqa: B017 - deleted, whatever it is called
        house.texts(job)


def test_who_could_not_take_it_says_so_too(desk: Desk) -> None:
    house = desk.house
    job = desk.admit(here=True)
    desk.read()
    house.wait_until_read(job)
    desk.handover.not_delivered(job).result()
    assert house.job(job).error_code == NotHandedOver.code


def test_the_folder_is_nowhere_in_plain_text(desk: Desk, tmp_path: Path) -> None:
    desk.folder = tmp_path / "zebracanary"
    desk.admit()
    desk.house.on_vault(desk.house.vault.tidy)
    files = [one for one in (tmp_path / "data").rglob("*") if one.is_file()]
    assert files and not any(b"zebracanary" in one.read_bytes() for one in files)


def test_a_job_that_is_kept_has_no_target(desk: Desk) -> None:
    house = desk.house
    job = house.admit("one")
    desk.read()
    house.wait_until_read(job)
    assert desk.handover.target(job).result() is None
    desk.handover.not_delivered(job).result()
    assert house.job(job).error_code is None


def test_reading_anew_keeps_the_target(desk: Desk) -> None:
    house = desk.house
    job = desk.admit(rule=SOURCE_ONLY)
    desk.folder.rmdir()
    queue = desk.read()
    eventually(lambda: house.job(job).error_code)
    desk.folder.mkdir()
    queue.recognise_anyway(job).result()
    eventually(lambda: not house.job(job).result_present)
    assert list(desk.files()) == ["letter.txt"]
