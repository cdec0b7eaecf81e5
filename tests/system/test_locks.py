"""One reader and one window per vault; the system frees both on any death."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mayfly.domain.errors import VaultNotWritable
from mayfly.system.instance import WindowInstance
from mayfly.system.seat import FileSeat

HOLD = (
    "import sys, time; from pathlib import Path\n"
    "from mayfly.system.seat import FileSeat\n"
    "print(FileSeat(Path(sys.argv[1])).try_take() and 'held', flush=True)\n"
    "time.sleep(600)\n"
)


@pytest.fixture
def place(tmp_path) -> Path:
    return tmp_path / "state" / "reader.lock"


def test_a_seat_that_another_process_holds_is_free_once_it_is_killed(place):
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(place)], stdout=subprocess.PIPE)
    try:
        # Dropping the object must not give up the seat of a running process.
        assert holder.stdout.readline() == b"held\n"
        seat = FileSeat(place)
        assert not seat.try_take()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert seat.try_take()
        seat.release()
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


def test_a_seat_whose_file_was_removed_is_not_held_twice(place):
    first, second = FileSeat(place), FileSeat(place)
    assert first.try_take()
    place.unlink()
    assert second.try_take()
    # first's lock lies on a file that is gone; what counts is that a third cannot come in.
    assert not FileSeat(place).try_take()
    first.release()
    second.release()


def test_a_file_that_is_removed_while_it_is_locked_gives_no_seat(place, monkeypatch):
    """The lock would lie on a file that the next process does not find."""
    real = fcntl.flock

    def removed_first(fd: int, operation: int) -> None:
        place.unlink()
        real(fd, operation)

    seat = FileSeat(place)
    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", removed_first)
        assert not seat.try_take()
    assert seat.try_take()
    seat.release()


def test_the_file_is_private_and_stays(place):
    seat = FileSeat(place)
    seat.try_take()
    seat.release()
    assert place.stat().st_mode & 0o777 == 0o600
    assert place.read_bytes() == b""


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(VaultNotWritable):
        FileSeat(tmp_path / "file" / "reader.lock").try_take()
    (tmp_path / "folder.lock").mkdir()
    with pytest.raises(VaultNotWritable):
        FileSeat(tmp_path / "folder.lock").try_take()


# --- the window ------------------------------------------------------------------------


@pytest.fixture
def windows(tmp_path):
    places = (tmp_path / "state" / "window.lock", tmp_path / "state" / "window.request")
    pair = WindowInstance(*places), WindowInstance(*places)
    yield pair
    for one in pair:
        one.release()


def test_only_the_first_start_gets_the_window(windows):
    first, second = windows
    assert first.claim()
    assert not second.claim()
    first.release()
    assert second.claim()


def test_a_second_start_raises_the_first_once(windows):
    first, second = windows
    first.claim()
    assert not first.is_asked_to_raise()

    second.ask_to_raise()

    assert first.is_asked_to_raise()
    assert not first.is_asked_to_raise()
    second.ask_to_raise()
    assert first.is_asked_to_raise()


def test_a_request_from_before_is_not_answered(windows):
    first, second = windows
    second.ask_to_raise()
    first.claim()
    assert not first.is_asked_to_raise()
