"""Two commands on one vault: one reads and waits, the other looks, adds, deletes."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.cli.conftest import Ended, Program, ended, with_cheap_vault
from tests.cli.papers import write_long_scan, write_pdf

PAGES = 60


class Scene:
    """What happened while one process read two long documents."""

    def __init__(self, program: Program, reading: subprocess.Popen[bytes]) -> None:
        self.program = program
        self.reading = reading

    def play(self) -> None:
        self.jobs = self._wait_until_reading()
        workers = _workers_of(self.reading.pid)

        self.deleted = self.program.run("delete", self.jobs[0], "--json")
        still_reads = self.reading.poll() is None
        self.killed = {one for one in workers if still_reads and not _is_alive(one)}
        self.deleted_again = self.program.run("delete", self.jobs[0], "--json")
        self.added = self.program.run("add", "letter.pdf", "--json")
        self.cancelled = self.program.run("cancel", self.jobs[1], "--json")
        self.waited = self.program.run("wait", self.added.json[0]["job"], "--json")

        self.reading_ended: Ended = ended(self.reading)
        self.listed = self.program.run("list", "--json").json

    def state(self, job: str) -> str:
        return next(one["state"] for one in self.listed if one["job"] == job)

    def _wait_until_reading(self) -> list[str]:
        """Return both jobs, first the one of which a page was read; one core reads one by one."""
        for _ in range(100):
            jobs = self.program.run("list", "--json").json
            begun = [one["job"] for one in jobs if one["state"] == "reading" and one["pages_read"]]
            if len(jobs) == 2 and begun:
                return [begun[0], *(one["job"] for one in jobs if one["job"] != begun[0])]
            time.sleep(0.1)
        raise AssertionError("the documents are not being read")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("scene")
    program = with_cheap_vault(folder)
    write_pdf(folder / "letter.pdf")
    papers = [write_long_scan(folder / f"{name}.tif", PAGES) for name in ("one", "two")]
    with program.start("add", *papers, "--wait", "--json") as reading:
        try:
            scene = Scene(program, reading)
            scene.play()
            yield scene
        finally:
            reading.kill()


def test_what_is_being_read_by_another_process_is_deleted(scene: Scene) -> None:
    assert scene.deleted.status == 0
    assert scene.deleted.json[0]["outcome"] == "deleted"
    assert scene.state(scene.jobs[0]) == "deleted"


def test_the_reader_that_held_it_is_dead_while_the_other_reads_on(scene: Scene) -> None:
    assert scene.killed


def test_a_second_delete_says_already_deleted(scene: Scene) -> None:
    assert scene.deleted_again.status == 4
    assert scene.deleted_again.json[0]["outcome"] == "already_deleted"
    assert scene.deleted_again.json[0]["error"]["code"] == "already_deleted"


def test_what_one_adds_the_other_reads(scene: Scene) -> None:
    assert scene.added.json[0]["state"] == "queued"
    assert scene.waited.status == 0, scene.waited.err
    assert scene.waited.json[0]["state"] == "done"


def test_the_one_that_waited_hears_how_its_jobs_ended(scene: Scene) -> None:
    states = {one["job"]: one["state"] for one in scene.reading_ended.json}

    assert scene.cancelled.status == 0
    assert states == {scene.jobs[0]: "deleted", scene.jobs[1]: "cancelled"}
    assert scene.reading_ended.status == 3


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_wait_that_is_stopped_leaves_the_rest_queued(
    furnished: Program, number: signal.Signals, status: int
) -> None:
    write_long_scan(furnished.folder / "long.tif", PAGES)
    process = furnished.start("add", "long.tif", "--wait", "--json")
    _wait_for_workers(process)

    process.send_signal(number)
    answer = ended(process)
    job = furnished.run("list", "--json").json[0]

    assert answer.status == status
    assert "Traceback" not in answer.err
    assert job["state"] in ("queued", "reading")
    assert not list(Path("/dev/shm").glob(f"mayfly-*-{process.pid}-*"))
    if number is signal.SIGINT:
        assert "stays queued" in answer.err
        assert answer.json[0]["job"] == job["job"]


def _wait_for_workers(process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if _workers_of(process.pid):
            return
        time.sleep(0.05)
    raise AssertionError("nothing is being read")


def _workers_of(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def _is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
