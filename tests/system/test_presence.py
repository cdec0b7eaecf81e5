"""Who has the vault open: found by others, and ended with all children."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mayfly.system.presence import Presence
from tests.waiting import eventually

PROGRAM = """
import subprocess, sys, time
from pathlib import Path
from mayfly.system.presence import Presence
Presence(Path(sys.argv[1])).enter()
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def other(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "present")], stdout=subprocess.PIPE
    )
    process.child = int(process.stdout.readline())
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]


def test_others_are_killed_with_their_children_and_we_are_not(tmp_path: Path, other) -> None:
    presence = Presence(tmp_path / "present")
    presence.enter()
    assert (tmp_path / "present").stat().st_mode & 0o777 == 0o700
    began = time.monotonic()

    assert presence.end_others() == 1

    assert time.monotonic() - began < 1.0
    assert other.wait(5) == -signal.SIGKILL
    eventually(lambda: not is_there(other.child))
    assert len(list((tmp_path / "present").iterdir())) == 1
    assert presence.end_others() == 0


def test_a_number_that_is_another_process_now_is_left_alone(tmp_path: Path, other) -> None:
    folder = tmp_path / "present"
    (mark,) = folder.iterdir()
    mark.rename(folder / f"{other.pid}-{1_000}")
    (folder / "nonsense").touch()

    assert Presence(folder).end_others() == 0

    assert other.poll() is None
    assert [one.name for one in folder.iterdir()] == ["nonsense"]


def test_marks_of_the_dead_are_swept_and_ones_own_goes_at_the_end(tmp_path: Path, other) -> None:
    other.kill()
    other.wait()
    presence = Presence(tmp_path / "present")
    presence.enter()
    (own,) = (tmp_path / "present").iterdir()
    assert own.name.startswith(f"{os.getpid()}-")
    presence.leave()
    presence.leave()
    assert list((tmp_path / "present").iterdir()) == []


def test_where_no_mark_can_be_made_nothing_fails(tmp_path: Path) -> None:
    presence = Presence(tmp_path / "nowhere" / "present")
    presence.enter()
    assert presence.end_others() == 0
    presence.leave()
