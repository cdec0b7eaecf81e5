"""Taking documents in: batches, folders, refusals, progress."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from mayfly.domain.document_errors import FileUnreadable, LanguageMissing
from mayfly.domain.errors import DiskFull
from mayfly.domain.events import IntakeProgress, JobsChanged
from mayfly.domain.jobs import DeleteOutcome, ReadOptions
from mayfly.domain.ports import Found
from mayfly.domain.states import JobState
from mayfly.services.intake import Wish
from tests.fakes import BytesSource, ChangingSource
from tests.fakes_engine import document
from tests.services.conftest import RULE, House
from tests.waiting import eventually


def progress(house: House) -> list[IntakeProgress]:
    return [event for event in house.events if isinstance(event, IntakeProgress)]


def write(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(document(f"text of {Path(name).stem}", title=name))
    return [folder / name for name in names]


def test_one_drop_is_one_batch_in_the_order_given(house: House, tmp_path: Path) -> None:
    paths = write(tmp_path / "in", "b.pdf", "a.pdf", "c.pdf")
    taken = house.intake.add_paths(paths, house.wish()).result()

    jobs = house.library.jobs().result()
    assert [job.job_id for job in jobs] == list(taken.jobs)
    assert [job.name for job in jobs] == ["b.pdf", "a.pdf", "c.pdf"]
    assert [job.position for job in jobs] == [1, 2, 3]
    assert {job.batch_id for job in jobs} == {taken.batch_id}
    assert {job.state for job in jobs} == {JobState.QUEUED}
    assert (taken.refused, taken.skipped) == (0, 0)
    assert {job.rule for job in jobs} == {RULE}


def test_a_folder_gives_its_documents_and_counts_what_is_none(house: House, tmp_path: Path) -> None:
    write(tmp_path / "in", "page2.pdf", "page10.png", "sub/deep.tiff", "notes.txt", "sub/x.zip")
    taken = house.intake.add_paths([tmp_path / "in"], house.wish()).result()
    names = [job.name for job in house.library.jobs().result()]
    assert names == ["page2.pdf", "page10.png", "deep.tiff"]
    assert taken.skipped == 2
    last = progress(house)[-1]
    assert last == IntakeProgress(
        taken.batch_id, found=5, taken=3, refused=0, skipped=2, finished=True
    )


def test_a_refused_file_becomes_a_failed_row_with_its_name(house: House, tmp_path: Path) -> None:
    good, empty = write(tmp_path / "in", "good.pdf", "empty.pdf")
    empty.write_bytes(b"")
    missing = tmp_path / "in" / "missing.pdf"

    taken = house.intake.add_paths([empty, missing, good], house.wish()).result()

    first, second, third = house.library.jobs().result()
    assert (first.name, first.state, first.error_code) == (
        "empty.pdf",
        JobState.FAILED,
        "file_empty",
    )
    assert (second.name, second.state, second.error_code) == (
        "missing.pdf",
        JobState.FAILED,
        "file_missing",
    )
    assert third.state is JobState.QUEUED
    assert taken.refused == 2
    assert taken.jobs == (first.job_id, second.job_id, third.job_id)
    assert not first.source_present
    assert first.result_delete_at > first.added_at


def test_a_file_that_changes_while_it_is_read_leaves_only_its_row(house: House) -> None:
    source = ChangingSource("growing.pdf", document("one"))
    taken = house.intake.add_source(source, house.wish()).result()
    (job,) = house.library.jobs().result()
    assert (job.name, job.error_code) == ("growing.pdf", "file_changed")
    assert taken.refused == 1


def test_a_large_file_that_changes_behind_what_was_read_ahead_is_refused(house: House) -> None:
    source = ChangingSource("large.pdf", bytes(17 << 20), piece_bytes=1 << 20)
    house.intake.add_source(source, house.wish()).result()
    (job,) = house.library.jobs().result()
    assert job.error_code == "file_changed"
    assert not job.source_present


def test_every_byte_of_a_large_file_comes_in_once(house: House) -> None:
    data = bytes(range(256)) * (18 << 12)
    source = BytesSource("large.pdf", data, path="/home/a/large.pdf", piece_bytes=1_000_003)
    (job,) = house.intake.add_source(source, house.wish()).result().jobs
    vault = house.vault
    chunks = house.on_vault(
        lambda: [vault.source_chunk(job, n) for n in range(vault.source_chunk_count(job))]
    )
    assert b"".join(chunks) == data


def test_a_missing_language_adds_nothing(house: House, tmp_path: Path) -> None:
    wish = Wish(ReadOptions(("eng", "tlh")), RULE)
    with pytest.raises(LanguageMissing):
        house.intake.add_paths(write(tmp_path / "in", "a.pdf"), wish).result()
    assert house.library.jobs().result() == ()
    assert house.events == []


def test_what_was_wished_is_kept_with_the_job(house: House, tmp_path: Path) -> None:
    options = ReadOptions(("deu", "eng"), recognise_anyway=True)
    paths = write(tmp_path / "in", "a.pdf")
    (job,) = house.intake.add_paths(paths, Wish(options, RULE)).result().jobs
    assert house.on_vault(lambda: house.vault.options(job)) == options


def test_a_slow_disk_of_the_users_holds_up_no_deletion(house: House) -> None:
    # Given: a file that does not come
    job = house.admit("one")
    reading, going_on = threading.Event(), threading.Event()

    class Slow(BytesSource):
        def chunks(self):
            reading.set()
            assert going_on.wait(20)
            yield from super().chunks()

    adding = house.intake.add_source(Slow("slow.pdf", document()), house.wish())
    assert reading.wait(20)

    # When: a job is deleted meanwhile / Then: it is gone at once
    (deletion,) = house.deletions.delete([job]).result(timeout=20)
    assert deletion.outcome is DeleteOutcome.DELETED
    assert not adding.done()
    going_on.set()
    assert len(adding.result().jobs) == 1


def test_progress_is_told_at_most_ten_times_a_second(house: House, tmp_path: Path) -> None:
    paths = write(tmp_path / "in", *(f"{n}.pdf" for n in range(30)))
    house.intake.add_paths(paths, house.wish()).result()
    # The clock stands still: only the first and the last are told.
    assert [(one.taken, one.finished) for one in progress(house)] == [(1, False), (30, True)]
    assert JobsChanged() in house.events


def test_a_drop_that_a_full_disk_ends_says_that_it_ended(house: House, tmp_path: Path) -> None:
    first, second = write(tmp_path / "in", "a.pdf", "b.pdf")
    second.write_bytes(bytes(3 << 20))
    house.fill_disk()
    with pytest.raises(DiskFull):
        house.intake.add_paths([second, first], house.wish()).result()
    assert progress(house)[-1].finished


class OneByOne:
    """The FileIntake seam: every path is a document that opens as the test says."""

    def __init__(self, open_it) -> None:
        self.open = open_it

    def listing(self, paths):
        return (Found(path, is_document=True) for path in paths)


def test_closing_stops_after_the_document_in_hand(house: House) -> None:
    reading, going_on = threading.Event(), threading.Event()

    class Slow(BytesSource):
        def chunks(self):
            reading.set()
            assert going_on.wait(20)
            yield from super().chunks()

    house.intake._files = OneByOne(lambda path: Slow(path.name, document()))
    adding = house.intake.add_paths([Path(f"{n}.pdf") for n in range(5)], house.wish())
    assert reading.wait(20)
    closing = threading.Thread(target=house.intake.close)
    closing.start()
    eventually(house.intake._closing.is_set)
    going_on.set()
    assert len(adding.result().jobs) == 1
    closing.join()


@pytest.mark.parametrize(("path", "name"), [("/a/locked.pdf", "locked.pdf"), ("/", "/")])
def test_what_cannot_be_opened_is_a_row_with_a_name(house: House, path: str, name: str) -> None:
    def refuse(_: Path) -> None:
        raise FileUnreadable

    house.intake._files = OneByOne(refuse)
    house.intake.add_paths([Path(path)], house.wish()).result()
    (job,) = house.library.jobs().result()
    assert (job.name, job.error_code) == (name, "file_unreadable")


def test_a_batch_that_is_deleted_while_it_comes_in_takes_nothing_more(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given: a drop of four, whose batch is deleted when two are in
    paths = write(tmp_path / "in", *(f"{number}.pdf" for number in range(4)))
    opened = house.files.open

    def open_and_delete(path: Path):
        if path == paths[2]:
            batch_id = house.library.jobs().result()[0].batch_id
            house.deletions.delete_batch(batch_id).result()
        return opened(path)

    monkeypatch.setattr(house.files, "open", open_and_delete)

    taken = house.intake.add_paths(paths, house.wish()).result()

    states = [job.state for job in house.library.jobs().result()]
    assert states == [JobState.DELETED, JobState.DELETED]
    assert len(taken.jobs) == 2
    assert progress(house)[-1].finished
