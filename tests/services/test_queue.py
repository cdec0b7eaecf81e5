"""Reading the queue: order, sharing, pausing, and what the user wants of a job in it."""

from __future__ import annotations

import threading

import pytest

from mayfly.domain.document_errors import PasswordNeeded, PasswordWrong
from mayfly.domain.errors import NotNow, VaultBusy
from mayfly.domain.events import JobsChanged
from mayfly.domain.pages import PageOrigin, PageState
from mayfly.domain.states import JobState
from mayfly.system.seat import FileSeat
from tests.fakes_engine import ScriptPage
from tests.services.conftest import House
from tests.waiting import eventually


def opened(house: House) -> list[str]:
    return [what[1] for what in list(house.engine.what_happened) if what[0] == "open"]


def test_documents_are_read_in_the_order_they_were_added(house: House) -> None:
    jobs = [house.admit(f"text {n}", name=f"{n}.pdf") for n in range(5)]

    house.queue()
    house.wait_until_read(*jobs)

    assert opened(house) == ["0.pdf", "1.pdf", "2.pdf", "3.pdf", "4.pdf"]
    assert [house.texts(job) for job in jobs] == [[f"text {n}"] for n in range(5)]


def test_a_document_that_comes_later_is_read_without_being_asked_for(house: House) -> None:
    house.queue()
    job = house.admit("later")
    house.bus.publish(JobsChanged())
    house.wait_until_read(job)


def test_two_readers_share_a_long_document_and_finish_it_once(house: House) -> None:
    pages = [ScriptPage(f"p{n}", gate="go") for n in range(1, 7)]
    job = house.admit(*pages, name="long.pdf")

    house.queue(readers=2)
    eventually(lambda: len([w for w in house.engine.what_happened if w[0] == "page"]) == 2)
    house.engine.gate("go").set()
    house.wait_until_read(job)

    assert opened(house) == ["long.pdf", "long.pdf"]
    assert house.texts(job) == [f"p{n}" for n in range(1, 7)]
    assert all(house.engine.happened("page", "long.pdf", n) == 1 for n in range(1, 7))
    assert house.job(job).pages_read == 6


def test_a_helper_leaves_a_long_document_for_one_that_waits(house: House) -> None:
    # Given: both readers are at a long document
    long = house.admit(*(ScriptPage(f"p{n}", gate=f"g{n}") for n in range(1, 5)), name="long.pdf")
    house.queue(readers=2)
    eventually(lambda: len(opened(house)) == 2)
    eventually(lambda: house.engine.happened("page", "long.pdf", 2))

    # When: a short one comes, and one of them has its page done
    short = house.admit("short", name="short.pdf")
    house.engine.gate("g2").set()

    # Then: the short one is read while the long one goes on
    house.wait_until_read(short)
    assert house.state_of(long) is JobState.READING
    for number in range(1, 5):
        house.engine.gate(f"g{number}").set()
    house.wait_until_read(long)
    assert all(house.engine.happened("page", "long.pdf", n) == 1 for n in range(1, 5))


def test_a_pause_lets_the_page_in_hand_end_and_begins_no_other(house: House) -> None:
    job = house.admit(ScriptPage("one", gate="one"), "two", name="a.pdf")
    later = house.admit("three", name="b.pdf")
    queue = house.queue()
    eventually(lambda: house.engine.happened("page", "a.pdf", 1))

    queue.set_paused(True).result()
    house.engine.gate("one").set()
    eventually(lambda: house.job(job).pages_read == 1)
    eventually(lambda: not house.on_vault(lambda: house.vault.readers([job])))

    assert queue.is_paused().result()
    assert house.engine.happened("page", "a.pdf", 2) == 0
    assert house.state_of(later) is JobState.QUEUED

    queue.set_paused(False).result()
    house.wait_until_read(job, later)
    assert opened(house) == ["a.pdf", "a.pdf", "b.pdf"]
    assert house.engine.happened("page", "a.pdf", 1) == 1


def test_cancelling_kills_the_reader_and_keeps_the_pages_that_were_read(house: House) -> None:
    job = house.admit("one", ScriptPage("two", fault="hang"), name="a.pdf")
    other = house.admit("other", name="b.pdf")
    queue = house.queue()
    eventually(lambda: house.engine.happened("page", "a.pdf", 2))
    (reader,) = house.engine.alive

    queue.cancel(job).result()

    assert not reader.alive
    house.wait_until_read(other)
    assert house.state_of(job) is JobState.CANCELLED
    assert [page.state for page in house.pages(job)] == [PageState.READ, PageState.PENDING]
    assert house.job(job).finished_at == house.clock.now()


def test_cancelling_what_is_done_is_refused(house: House) -> None:
    job = house.admit("one")
    queue = house.queue()
    house.wait_until_read(job)
    with pytest.raises(NotNow):
        queue.cancel(job).result()


def test_a_retry_reads_only_what_is_missing(house: House) -> None:
    job = house.admit("one", ScriptPage("two", fault="hang"), "three", name="a.pdf")
    queue = house.queue()
    eventually(lambda: house.engine.happened("page", "a.pdf", 2))
    queue.cancel(job).result()

    queue.retry(job).result()
    eventually(lambda: house.engine.happened("page", "a.pdf", 2) == 2)

    assert house.engine.happened("page", "a.pdf", 1) == 1
    assert house.job(job).pages_read == 1


def test_a_retry_reads_failed_pages_again(house: House) -> None:
    job = house.admit("one", ScriptPage("two", fault="damaged"), name="a.pdf")
    queue = house.queue()
    house.wait_for(job, JobState.DONE)
    assert house.job(job).pages_failed == 1

    only = house.admit(ScriptPage("x", fault="damaged"), name="b.pdf")
    house.wait_for(only, JobState.FAILED)
    queue.retry(only).result()

    eventually(lambda: house.engine.happened("page", "b.pdf", 1) == 2)
    failed = house.wait_for(only, JobState.FAILED)
    assert failed.error_code == "damaged"


def test_a_locked_document_waits_for_its_password_and_the_queue_goes_on(house: House) -> None:
    locked = house.admit("secret", name="locked.pdf", password="Sesam")
    other = house.admit("other", name="other.pdf")
    queue = house.queue()

    house.wait_until_read(other)
    needs = house.wait_for(locked, JobState.NEEDS_PASSWORD)
    assert needs.error_code == PasswordNeeded.code

    queue.give_password(locked, "wrong").result()
    eventually(lambda: house.job(locked).error_code == PasswordWrong.code)
    assert house.state_of(locked) is JobState.NEEDS_PASSWORD

    queue.give_password(locked, "Sesam").result()
    house.wait_until_read(locked)
    assert house.texts(locked) == ["secret"]


def test_recognise_anyway_reads_every_page_anew(house: House) -> None:
    job = house.admit("", name="a.pdf")
    queue = house.queue()
    house.wait_until_read(job)
    assert house.library.page(job, 1).result().result.origin is PageOrigin.BLANK

    queue.recognise_anyway(job).result()
    eventually(lambda: house.engine.happened("page", "a.pdf", 1) == 2)
    house.wait_until_read(job)

    assert house.library.page(job, 1).result().result.origin is PageOrigin.RECOGNISED


def test_what_the_user_wants_is_told_to_everybody(house: House) -> None:
    job = house.admit("one")
    queue = house.queue(start=False)
    house.events.clear()
    queue.cancel(job).result()
    eventually(lambda: JobsChanged() in house.events)


def test_stopping_kills_the_readers_and_the_next_start_goes_on_at_the_next_page(
    house: House,
) -> None:
    job = house.admit("one", ScriptPage("two", gate="two"), "three", name="a.pdf")
    queue = house.queue()
    eventually(lambda: house.engine.happened("page", "a.pdf", 2))

    queue.stop()

    assert not queue.holds_seat
    assert not house.engine.alive
    assert house.job(job).pages_read == 1
    assert house.state_of(job) is JobState.QUEUED
    house.engine.gate("two").set()
    house.queue()
    house.wait_until_read(job)
    assert house.engine.happened("page", "a.pdf", 1) == 1
    assert house.texts(job) == ["one", "two", "three"]


def test_stopping_with_a_vault_that_is_busy_leaves_the_rest_to_the_next_start(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = house.admit("one", ScriptPage("two", gate="two"), name="a.pdf")
    queue = house.queue()
    eventually(lambda: house.engine.happened("page", "a.pdf", 2))
    requeue = house.vault.requeue_reading

    def busy():
        raise VaultBusy

    monkeypatch.setattr(house.vault, "requeue_reading", busy)
    queue.stop()
    assert house.state_of(job) is JobState.READING

    monkeypatch.setattr(house.vault, "requeue_reading", requeue)
    house.engine.gate("two").set()
    house.queue()
    house.wait_until_read(job)
    assert house.texts(job) == ["one", "two"]


def test_stopping_while_a_reader_starts_leaves_none_behind(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given: a worker that comes up only after everything was told to stop
    start_reader = house.engine.start_reader
    house.admit(ScriptPage("one"), name="a.pdf", fault="hang")
    queue = house.queue(start=False)

    def start_late():
        house.engine.note("starting")
        queue._slots[0]._stopping.wait()
        return start_reader()

    monkeypatch.setattr(house.engine, "start_reader", start_late)
    queue.start()
    eventually(lambda: house.engine.happened("starting"))

    queue.stop()

    assert not house.engine.alive


def test_a_queue_that_never_started_can_be_stopped(house: House) -> None:
    house.queue(start=False).stop()


def test_a_suspended_queue_has_given_everything_back_when_it_says_so(house: House) -> None:
    house.admit(ScriptPage("one", gate="go"))
    queue = house.queue()
    eventually(lambda: house.engine.happened("page", "letter.pdf", 1))
    busy = threading.Event()
    house.lane.submit(lambda: busy.wait(20), urgent=True)

    suspending = threading.Thread(target=queue.suspend)
    suspending.start()
    suspending.join(0.3)

    # The vault has not taken the job back yet: another process must not be let on the seat.
    assert suspending.is_alive()
    other = FileSeat(house.state / "reader.lock")
    assert not other.try_take()
    busy.set()
    suspending.join(20)
    assert other.try_take()
    assert house.on_vault(house.vault.counts)[JobState.QUEUED] == 1
    other.release()

    queue.go_on()
    house.engine.gate("go").set()
    eventually(lambda: house.on_vault(house.vault.counts)[JobState.DONE] == 1)
