"""A reader ends with all its children; a stranger that got its number is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from mayfly.domain.ids import new_job_id
from mayfly.domain.jobs import ReaderProcess
from mayfly.system.processes import GroupKiller, process_started

# A reader with a child in its group, as Tesseract is; both would run for ever.
FAMILY = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(600)\n"
)


class Family:
    """A process that leads a group, and its child."""

    def __init__(self) -> None:
        self.leader = subprocess.Popen(
            [sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, start_new_session=True
        )
        self.child = int(self.leader.stdout.readline())
        started = process_started(self.leader.pid)
        self.process = ReaderProcess(new_job_id(), self.leader.pid, started)

    def close(self) -> None:
        for pid in (self.leader.pid, self.child):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.leader.wait()
        self.leader.stdout.close()


@pytest.fixture
def family():
    family = Family()
    yield family
    family.close()


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_reader_and_child_have_ended_when_it_returns(family):
    GroupKiller().kill_group(family.process)
    assert not runs(family.leader.pid)
    assert not runs(family.child)


def test_a_stopped_reader_ends_too(family):
    os.killpg(family.leader.pid, signal.SIGSTOP)
    GroupKiller().kill_group(family.process)
    assert not runs(family.leader.pid)
    assert not runs(family.child)


def test_a_child_that_outlived_the_reader_ends_too(family):
    family.leader.kill()
    family.leader.wait()
    assert runs(family.child)

    GroupKiller().kill_group(family.process)

    assert not runs(family.child)


def test_the_exit_status_is_left_for_whoever_started_the_reader(family):
    GroupKiller().kill_group(family.process)
    assert family.leader.wait() == -signal.SIGKILL


def test_a_process_that_got_the_number_later_is_left_alone(family):
    earlier = ReaderProcess(new_job_id(), family.leader.pid, family.process.started - 60)
    GroupKiller().kill_group(earlier)
    time.sleep(0.1)
    assert runs(family.leader.pid)
    assert runs(family.child)


def test_killing_twice_is_no_error(family):
    GroupKiller().kill_group(family.process)
    GroupKiller().kill_group(family.process)
    family.leader.wait()
    GroupKiller().kill_group(family.process)


def test_a_number_that_nobody_has_is_no_error():
    GroupKiller().kill_group(ReaderProcess(new_job_id(), 2**22 + 1, 0.0))
    assert process_started(2**22 + 1) is None


def test_another_process_kills_it_as_well(family):
    """The command line deletes while the window reads."""
    code = (
        "import sys\n"
        "from mayfly.domain.ids import new_job_id\n"
        "from mayfly.domain.jobs import ReaderProcess\n"
        "from mayfly.system.processes import GroupKiller\n"
        "process = ReaderProcess(new_job_id(), int(sys.argv[1]), float(sys.argv[2]))\n"
        "GroupKiller().kill_group(process)\n"
    )
    arguments = [str(family.process.pid), repr(family.process.started)]
    subprocess.run([sys.executable, "-c", code, *arguments], check=True)
    assert not runs(family.leader.pid)
    assert not runs(family.child)
