"""Looking at jobs and pages."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mayfly.domain.errors import (
    AlreadyDeleted,
    AmbiguousJob,
    NoSuchBatch,
    NoSuchJob,
    NotFinished,
    SourceGone,
)
from mayfly.domain.image_errors import NoSuchImage
from mayfly.domain.images import ImageId, ImageRef
from mayfly.domain.states import JobState
from tests.fakes_engine import ScriptPage, image_of
from tests.services.conftest import House
from tests.waiting import eventually


def test_a_page_that_was_read_is_words_text_and_picture(house: House) -> None:
    job = house.admit("one two", "three")
    house.queue()
    house.wait_until_read(job)
    view = house.library.page(job, 1).result()
    assert (view.job_id, view.number, view.text, view.error_code) == (job, 1, "one two", None)
    assert [word.text for word in view.result.words] == ["one", "two"]
    assert view.image.data.startswith(b"\xff\xd8")


def test_a_page_whose_picture_was_deleted_keeps_words_and_text(house: House) -> None:
    job = house.admit("one two", "three")
    house.queue()
    house.wait_until_read(job)
    house.on_vault(lambda: house.vault.purge_page_images(job, 1, house.clock.now()))
    view = house.library.page(job, 1).result()
    assert (view.image, view.text, view.error_code) == (None, "one two", None)
    assert house.library.page(job, 2).result().image is not None


def test_a_picture_outlives_the_words_that_were_deleted_first(house: House) -> None:
    job = house.admit("one two")
    house.queue()
    house.wait_until_read(job)
    house.deletions.delete_result([job]).result()
    view = house.library.picture(job, 1).result()
    assert (view.result, view.text) == (None, "")
    assert view.image.data.startswith(b"\xff\xd8")
    house.deletions.delete_source([job]).result()
    with pytest.raises(AlreadyDeleted):
        house.library.picture(job, 1).result()


def test_a_page_that_failed_says_why(house: House) -> None:
    job = house.admit("one", ScriptPage("two", fault="damaged"))
    house.queue()
    house.wait_until_read(job)
    view = house.library.page(job, 2).result()
    assert (view.result, view.text, view.image, view.error_code) == (None, "", None, "damaged")


def test_a_failed_page_without_a_reason_has_one_all_the_same(house: House, tmp_path: Path) -> None:
    job = house.admit("one", ScriptPage("two", fault="damaged"))
    house.queue()
    house.wait_until_read(job)
    with sqlite3.connect(tmp_path / "data" / "vault.db") as connection:
        connection.execute("UPDATE page SET error_code = NULL")
    connection.close()
    assert house.library.page(job, 2).result().error_code == "error"


def test_a_page_that_is_still_to_come_is_empty(house: House) -> None:
    job = house.admit("one", ScriptPage("two", gate="two"), name="a.pdf")
    house.queue()
    eventually(lambda: house.engine.happened("page", "a.pdf", 2))
    for number in (2, 99):
        view = house.library.page(job, number).result()
        assert (view.result, view.image, view.error_code) == (None, None, None)
    with pytest.raises(NotFinished):
        list(house.library.text(job, 2))


def test_text_is_of_all_read_pages_or_of_one(house: House) -> None:
    job = house.admit("one", ScriptPage("two", fault="damaged"), "three")
    house.queue()
    house.wait_until_read(job)
    assert list(house.library.text(job)) == ["one", "three"]
    assert list(house.library.text(job, 3)) == ["three"]


def test_a_job_is_found_by_its_id_or_by_how_it_begins(house: House) -> None:
    job = house.admit("one")
    assert house.library.find(job).result().job_id == job
    assert house.library.find(job[:9].upper()).result().job_id == job


@pytest.mark.parametrize("reference", ["", "abc", "zzzz", "not an id at all", "f" * 32])
def test_an_unknown_reference_is_no_job(house: House, reference: str) -> None:
    house.admit("one")
    with pytest.raises(NoSuchJob):
        house.library.find(reference).result()


def test_a_beginning_that_fits_two_jobs_is_refused(house: House, tmp_path: Path) -> None:
    house.admit("one")
    house.admit("two")
    with sqlite3.connect(tmp_path / "data" / "vault.db") as connection:
        for seq in (1, 2):
            connection.execute(
                "UPDATE job SET id = ? WHERE seq = ?", (b"\xab" * 15 + bytes([seq]), seq)
            )
    connection.close()
    with pytest.raises(AmbiguousJob):
        house.library.find("abab").result()


def test_jobs_are_listed_oldest_first_with_tombstones(house: House) -> None:
    jobs = [house.admit(f"{n}", name=f"{n}.pdf") for n in range(3)]
    house.deletions.delete([jobs[1]]).result()
    listed = house.library.jobs().result()
    assert [job.job_id for job in listed] == jobs
    assert [job.name for job in listed] == ["0.pdf", None, "2.pdf"]
    assert listed[1].state is JobState.DELETED


def test_changes_are_only_the_rows_that_changed(house: House) -> None:
    first = house.admit("one")
    house.admit("two")
    changes = house.library.changes(0).result()
    assert len(changes.jobs) == 2
    house.deletions.delete([first]).result()
    assert [job.job_id for job in house.library.changes(changes.seq).result().jobs] == [first]


def test_ids_are_found_by_their_beginning_and_without_any_key(house: House) -> None:
    batch = house.new_batch()
    job = house.admit("x", batch=batch)

    assert house.library.find_id(job[:6].upper()).result() == job
    assert house.library.find_batch(batch[:4]).result() == batch
    for reference in ("", job[:3], "%%%%", "../x", job + "0"):
        with pytest.raises(NoSuchJob):
            house.library.find_id(reference).result()
    for reference in ("", batch[:3], "no such batch"):
        with pytest.raises(NoSuchBatch):
            house.library.find_batch(reference).result()


def test_the_beginning_of_two_ids_is_no_answer(house: House) -> None:
    jobs = [house.admit("x") for _ in range(2)]

    def rename() -> None:
        for table in ("batch", "job"):
            found = connection.execute(f"SELECT id FROM {table}").fetchall()
            for number, (raw,) in enumerate(found):
                new = b"\xab\xcd" + bytes([number]) * 14
                connection.execute(f"UPDATE {table} SET id = ? WHERE id = ?", (new, raw))
                if table == "batch":
                    connection.execute("UPDATE job SET batch = ? WHERE batch = ?", (new, raw))

    connection = house.vault._database._connection
    connection.execute("PRAGMA foreign_keys = OFF")
    house.on_vault(rename)

    assert len(jobs) == 2
    for find in (house.library.find_id, house.library.find_batch):
        with pytest.raises(AmbiguousJob):
            find("abcd").result()


# --- pictures in a document ----------------------------------------------------------------


def test_pictures_come_with_the_captions_of_pages_whose_words_live(house: House) -> None:
    job = house.admit(ScriptPage("one", images=2), "two", ScriptPage("three", images=1))
    house.queue()
    house.wait_until_read(job)

    views = house.library.images(job).result()
    assert [str(view.block.image_id) for view in views] == ["1-1", "1-2", "3-1"]
    assert [view.alternative for view in views] == ["one 1", "one 2", "three 1"]

    house.deletions.delete_result([job]).result()
    again = house.library.images(job).result()
    assert [view.block for view in again] == [view.block for view in views]
    assert {view.alternative for view in again} == {None}


def test_a_picture_is_opened_by_its_id(house: House) -> None:
    job = house.admit(ScriptPage("one", images=2))
    house.queue()
    house.wait_until_read(job)
    found = house.library.image(ImageRef(job, ImageId(1, 2))).result()
    assert found == image_of(ImageId(1, 2))
    with pytest.raises(NoSuchImage):
        house.library.image(ImageRef(job, ImageId(1, 3))).result()

    house.deletions.delete_source([job]).result()

    with pytest.raises(SourceGone):
        house.library.images(job).result()
    with pytest.raises(SourceGone):
        house.library.image(ImageRef(job, ImageId(1, 2))).result()
