"""The window and commands may be open at once on one vault."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from mayfly.domain.errors import VaultBusy
from mayfly.domain.events import Event, JobsChanged
from mayfly.domain.jobs import DeleteOutcome, Deletion
from mayfly.domain.states import JobState
from tests.end2end.running import add, running, wait_until_read
from tests.end2end.victims import PATIENCE_S, Victim, living_in, look_into
from tests.engine.engine_documents import page_picture, pdf_of
from tests.waiting import eventually

SHOWN_WITHIN_S = 10.0
"""A second is promised and five looks a second are made; a busy test machine gets ten."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def other(home: Path):
    victims: list[Victim] = []

    def start(mode: str) -> Victim:
        victims.append(Victim(home, mode))
        victims[-1].wait_for("ready")
        return victims[-1]

    yield start
    for victim in victims:
        victim.signal(signal.SIGCONT)
        if not victim.has_ended:
            victim.kill()


def short(folder: Path, name: str = "short.pdf", text: str = "A short letter") -> Path:
    (folder / name).write_bytes(pdf_of(text))
    return folder / name


def long(folder: Path, pages: int = 40) -> Path:
    """A document that is being read for as long as a test takes."""
    (folder / "long.pdf").write_bytes(pdf_of(*[page_picture()] * pages))
    return folder / "long.pdf"


def shown(victim: Victim, line: str) -> None:
    eventually(lambda: victim.hears(line), patience_s=SHOWN_WITHIN_S)


def wait_until_held(home: Path) -> None:
    eventually(lambda: look_into(home, "SELECT count(*) FROM reader") != [(0,)])


def test_what_one_does_the_other_shows(home: Path, tmp_path: Path, other) -> None:
    with running(home) as mayfly:
        # Given: this process reads, the other one looks
        there = other("watch")
        events: list[Event] = []
        mayfly.bus.subscribe(events.append)

        # When: this one adds and reads / Then: the other one shows it
        (job,) = add(mayfly, [short(tmp_path)]).jobs
        wait_until_read(mayfly, [job], patience_s=PATIENCE_S)
        shown(there, f"state {job} done")

        # When: the other one adds / Then: this one reads it, and both show it
        there.tell("add", short(tmp_path, "theirs.pdf", "Their letter"))
        (theirs,) = there.answer("added")
        eventually(
            lambda: mayfly.library.find(theirs).result().state is JobState.DONE,
            patience_s=PATIENCE_S,
        )
        assert list(mayfly.library.text(theirs)) == ["Their letter"]
        shown(there, f"state {theirs} done")

        # When: the other one deletes / Then: this one is told
        events.clear()
        there.tell("delete", job)
        there.wait_for("deleted deleted")
        eventually(lambda: JobsChanged() in events, patience_s=SHOWN_WITHIN_S)
        assert mayfly.library.find(job).result().state is JobState.DELETED
        there.end()


def test_deleting_here_kills_the_reader_of_another_process(
    home: Path, tmp_path: Path, other
) -> None:
    there = other("read")
    there.wait_for("holds-seat")
    with running(home, read=False) as mayfly:
        (job,) = add(mayfly, [long(tmp_path)]).jobs
        wait_until_held(home)
        noted = [pid for (pid,) in look_into(home, "SELECT pid FROM reader")]

        (answer,) = mayfly.deletions.delete([job]).result()

        assert answer.outcome is DeleteOutcome.DELETED
        assert not living_in(noted)
        shown(there, f"state {job} deleted")
        # And: the other process goes on with what comes next
        (after,) = add(mayfly, [short(tmp_path)]).jobs
        wait_until_read(mayfly, [after], patience_s=PATIENCE_S)
        assert list(mayfly.library.text(after)) == ["A short letter"]
    assert look_into(home, "SELECT count(*) FROM page") == [(1,)]
    there.end()


def test_when_the_reading_process_is_killed_the_other_takes_over(
    home: Path, tmp_path: Path, other
) -> None:
    there = other("read")
    there.wait_for("holds-seat")
    with running(home) as mayfly:
        assert not mayfly.queue.holds_seat
        (job,) = add(mayfly, [long(tmp_path, pages=6)]).jobs
        wait_until_held(home)

        groups = there.kill()

        eventually(lambda: mayfly.queue.holds_seat)
        row = wait_until_read(mayfly, [job], patience_s=PATIENCE_S)[job]
        assert (row.state, row.pages_read) == (JobState.DONE, 6)
        eventually(lambda: not living_in(groups))


def test_a_reading_process_that_stands_still_keeps_the_seat_and_cannot_keep_a_document(
    home: Path, tmp_path: Path, other
) -> None:
    """SIGSTOP frees no file lock, so nobody else reads; deleting works all the same."""
    there = other("read")
    there.wait_for("holds-seat")
    with running(home) as mayfly:
        (job,) = add(mayfly, [long(tmp_path)]).jobs
        wait_until_held(home)
        noted = [pid for (pid,) in look_into(home, "SELECT pid FROM reader")]
        there.signal(signal.SIGSTOP)

        (answer,) = delete_beside_a_writer(mayfly, job, there)

        assert answer.outcome is DeleteOutcome.DELETED
        assert not living_in(noted)
        assert not mayfly.queue.holds_seat
        (waiting,) = add(mayfly, [short(tmp_path)]).jobs
        assert mayfly.library.find(waiting).result().state is JobState.QUEUED

        # When: it goes on / Then: it finds its document gone and reads the next one
        there.signal(signal.SIGCONT)
        wait_until_read(mayfly, [waiting], patience_s=PATIENCE_S)
        shown(there, f"state {job} deleted")
        assert mayfly.library.find(job).result().state is JobState.DELETED
    assert look_into(home, "SELECT count(*) FROM page") == [(1,)]
    there.end()


def delete_beside_a_writer(mayfly, job, there: Victim) -> tuple[Deletion, ...]:
    """Delete; when the other was stopped in the middle of a transaction, let it end that first."""
    try:
        return mayfly.deletions.delete([job]).result()
    except VaultBusy:
        there.signal(signal.SIGCONT)
        answer = mayfly.deletions.delete([job]).result()
        there.signal(signal.SIGSTOP)
        return answer


def test_a_pause_holds_for_every_process(home: Path, tmp_path: Path, other) -> None:
    there = other("read")
    there.wait_for("holds-seat")
    with running(home, read=False) as mayfly:
        mayfly.queue.set_paused(True).result()
        (job,) = add(mayfly, [short(tmp_path)]).jobs
        shown(there, f"state {job} queued")
        assert mayfly.library.find(job).result().state is JobState.QUEUED
        mayfly.queue.set_paused(False).result()
        wait_until_read(mayfly, [job], patience_s=PATIENCE_S)
    there.end()
