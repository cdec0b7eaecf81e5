"""A vault, a disk or a machine that goes wrong: it is told, waited for, and nothing is lost."""

from __future__ import annotations

import sqlite3
import threading

import pytest

from mayfly.domain.document_errors import ReaderCrashed, RecogniserMissing
from mayfly.domain.errors import InternalError, VaultBusy
from mayfly.domain.states import DeleteReason, JobState
from mayfly.services.deletion import EVERYTHING
from tests.fakes_engine import ScriptPage
from tests.services.conftest import House
from tests.waiting import eventually

MUCH = "word " * 4_000
"""A page that does not fit into the room that is left in the vault's file."""


def codes(house: House, job) -> list[str | None]:
    return [page.error_code for page in house.pages(job)]


def test_a_damaged_document_in_the_vault_fails_and_the_others_are_read(
    house: House, tmp_path
) -> None:
    # Given: the middle of one sealed document was altered
    bad, good = house.admit(MUCH, name="a.pdf"), house.admit("good", name="b.pdf")
    with sqlite3.connect(tmp_path / "data" / "vault.db") as connection:
        connection.execute(
            "UPDATE chunk SET data = zeroblob(length(data))"
            " WHERE rowid = (SELECT rowid FROM chunk ORDER BY length(data) DESC LIMIT 1)"
        )
    connection.close()

    house.queue()

    assert house.wait_for(bad, JobState.FAILED).error_code == "vault_damaged"
    house.wait_until_read(good)


def test_a_damaged_document_that_is_deleted_meanwhile_is_let_go(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    bad, good = house.admit(MUCH, name="a.pdf"), house.admit("good", name="b.pdf")
    with sqlite3.connect(tmp_path / "data" / "vault.db") as connection:
        connection.execute("UPDATE chunk SET data = zeroblob(length(data)) WHERE length(data)>9999")
    connection.close()
    fail = house.vault.fail

    def fail_late(job_id, code, now) -> None:
        house.deletions.destroy([job_id], EVERYTHING, DeleteReason.USER)
        fail(job_id, code, now)

    monkeypatch.setattr(house.vault, "fail", fail_late)
    house.queue()
    house.wait_until_read(good)
    assert house.state_of(bad) is JobState.DELETED
    assert not house.troubles()


def test_a_full_disk_is_told_and_reading_goes_on_when_there_is_room(house: House) -> None:
    job = house.admit(ScriptPage(MUCH, gate="go"), "two", name="a.pdf")
    house.queue()
    eventually(lambda: house.engine.happened("page", "a.pdf", 1))
    house.fill_disk()
    house.engine.gate("go").set()
    eventually(lambda: "disk_full" in house.troubles())
    assert house.state_of(job) is JobState.READING

    house.free_disk()

    house.wait_until_read(job)
    assert house.texts(job) == [MUCH.strip(), "two"]


def test_a_page_that_cannot_be_noted_as_failed_is_read_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = house.admit(ScriptPage("one", fault="damaged"), "two", name="a.pdf")
    fail_page, failures = house.vault.fail_page, iter([VaultBusy()])

    def fail_once(job_id, number, code) -> None:
        for error in failures:
            raise error
        fail_page(job_id, number, code)

    monkeypatch.setattr(house.vault, "fail_page", fail_once)
    house.queue()
    house.wait_until_read(job)
    assert codes(house, job) == ["damaged", None]
    assert "vault_busy" in house.troubles()


def test_a_document_that_cannot_be_finished_at_once_is_finished_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = house.admit("one")
    finish, failures = house.vault.finish, iter([VaultBusy(), VaultBusy()])

    def fail_twice(job_id, now):
        for error in failures:
            raise error
        return finish(job_id, now)

    monkeypatch.setattr(house.vault, "finish", fail_twice)
    house.queue()
    house.wait_until_read(job)


def test_a_missing_tesseract_is_told_and_waited_for(house: House) -> None:
    house.engine.start_faults = [RecogniserMissing(), ReaderCrashed()]
    job = house.admit("one")
    house.queue()
    house.wait_until_read(job)
    assert house.troubles() == {"recogniser_missing", "reader_crashed"}


def test_a_bug_of_the_vault_does_not_end_the_loop(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    claim, failures = house.vault.claim_next, iter([InternalError("once")])

    def fail_once(now):
        for error in failures:
            raise error
        return claim(now)

    monkeypatch.setattr(house.vault, "claim_next", fail_once)
    job = house.admit("one")
    house.queue()
    house.wait_until_read(job)
    assert "a reader's loop failed" in caplog.text


def test_stopping_does_not_wait_for_a_vault_that_stays_busy(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given: all pages are saved, but the job cannot be finished
    job = house.admit("one", name="a.pdf")
    finish = house.vault.finish

    def busy(job_id, now):
        raise VaultBusy

    monkeypatch.setattr(house.vault, "finish", busy)
    queue = house.queue()
    eventually(lambda: "vault_busy" in house.troubles())

    queue.stop()

    # Then: the next start finishes it without reading a page again
    assert house.state_of(job) is JobState.QUEUED
    monkeypatch.setattr(house.vault, "finish", finish)
    house.queue()
    house.wait_until_read(job)
    assert house.engine.happened("page", "a.pdf", 1) == 1


def test_a_vault_that_fails_while_everything_stops_is_not_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = house.queue(start=False)
    asked = threading.Event()

    def fail_late(now):
        asked.set()
        assert queue._slots[0]._stopping.wait(20)
        raise VaultBusy

    monkeypatch.setattr(house.vault, "claim_next", fail_late)
    queue.start()
    assert asked.wait(20)
    queue.stop()
    assert house.troubles() == set()


def test_a_job_that_is_deleted_just_before_it_is_finished_stays_deleted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, other = house.admit("one"), house.admit("other")
    finish = house.vault.finish

    def finish_late(job_id, now):
        if job_id == job:
            house.deletions.destroy([job_id], EVERYTHING, DeleteReason.USER)
        return finish(job_id, now)

    monkeypatch.setattr(house.vault, "finish", finish_late)
    house.queue()
    house.wait_until_read(other)
    assert house.state_of(job) is JobState.DELETED
    assert house.troubles() == set()
