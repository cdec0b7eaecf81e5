"""Real documents through the real program: nothing of them leaves it but through pipes.

Every write of the program and its children is searched as strace saw it, so that a file that
was there for a moment is found, too; and every file that is left after each kind of deletion,
and after a crash. A build without encryption is caught by the same tests.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.leaks.papers import Papers
from tests.leaks.strace_log import require_strace
from tests.leaks.watched import MEMORY, Watch, watched_program
from tests.waiting import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    require_strace()
    return Papers(tmp_path / "mine")


def add_all(program, papers: Papers) -> dict[str, str]:
    """Add and read all documents; return their jobs by name, and the batch as "batch"."""
    rows = program.run("add", papers.folder, "--wait", "--json").json
    assert {row["state"] for row in rows} == {"done"}
    return {row["name"]: row["job"] for row in rows} | {"batch": rows[0]["batch"]}


def check_ways(watch: Watch, needles) -> None:
    """Nothing went any way that is not meant; and what is meant was seen, so the watch sees."""
    ways = watch.ways(needles)
    assert ways.leaked == {}
    assert any("pipe" in way for way in ways.meant)
    assert any("/dev/shm/mayfly-" in way for way in ways.meant)
    assert watch.outside() == set()


def test_nothing_leaks_through_the_command_line(tmp_path: Path, papers: Papers) -> None:
    program = watched_program(tmp_path)
    watch, needles = Watch(program, papers.folder), papers.needles()
    jobs = add_all(program, papers)
    text, scan, wrapped = (jobs[file.name] for file in papers.files)
    assert watch.left(needles) == []

    shown = program.do("show", scan).out
    assert sum(word in shown for word in papers.canary.words) >= 6
    program.do("export", text, scan, "--format", "txt,json,pdf", "--out", program.out)
    assert len(list(program.out.iterdir())) == 6

    # Each kind of deletion, and a look at all that is left after it
    for words in (
        ("delete", wrapped, "--images", "--page", "1"),
        ("delete", scan, "--source"),
        ("delete", wrapped, "--result"),
        ("delete", text),
        ("delete", "--batch", jobs["batch"]),
    ):
        program.do(*words)
        assert watch.left(needles) == [], words
    for words in (("delete", "--older-than", "0m"), ("delete", "--all", "--yes")):
        program.do("add", papers.files[1], "--wait")
        program.do(*words)
        assert watch.left(needles) == [], words

    check_ways(watch, needles)


def started(strace: int) -> psutil.Process | None:
    """Return Mayfly's own process; strace starts others to see what it may do."""
    for child in psutil.Process(strace).children():
        with suppress(psutil.Error):
            # Before it becomes the program it looks like strace, whose arguments name that.
            if child.cmdline()[:1] == [sys.executable]:
                return child
    return None


def test_nothing_is_left_by_a_crash_and_the_start_after_it(tmp_path: Path, papers: Papers) -> None:
    # Given: the program was killed while a page lay in scratch for Tesseract
    program = watched_program(tmp_path)
    watch, needles = Watch(program, papers.folder), papers.needles()
    with program.start("add", papers.folder, "--wait") as strace:
        main = eventually(lambda: started(strace.pid))
        scratch = f"mayfly-{os.getuid()}-{main.pid}-*"
        eventually(lambda: [*MEMORY.glob(f"{scratch}/**/*.*")])
        main.send_signal(signal.SIGKILL)
        strace.communicate(timeout=60)
    # Then: its readers have emptied what lay there; and nothing of it lies anywhere else
    eventually(lambda: not [*MEMORY.glob(f"{scratch}/**/*.*")])
    assert watch.left(needles) == []

    # And: nor when the next start goes on with it, and deletes it
    rows = program.run("wait", "--json").json
    assert {row["state"] for row in rows} == {"done"}
    assert watch.left(needles) == []
    program.do("delete", "--all", "--yes")
    assert watch.left(needles) == []
    check_ways(watch, needles)


def test_a_build_without_encryption_is_caught(tmp_path: Path, papers: Papers) -> None:
    """Control: the same watch on a plain vault finds it while it lives, and in what was written."""
    program = watched_program(tmp_path, "tests.leaks.plain_program")
    watch, needles = Watch(program, papers.folder), papers.needles()
    jobs = add_all(program, papers)
    assert watch.left(needles) == ["home"]
    program.do("delete", jobs[papers.files[1].name])
    leaked = watch.ways(needles).leaked
    assert {way.split("/")[-1] for way in leaked} == {"vault.db", "vault.db-wal"}


def test_every_other_way_of_leaking_is_caught(tmp_path: Path, papers: Papers) -> None:
    """Control: a program that leaves nothing behind, but did for a moment."""
    program = watched_program(tmp_path, "tests.leaks.leaky_program")
    watch, needles = Watch(program, papers.folder), papers.needles()
    outside = tmp_path.with_name(f"{tmp_path.name}-outside")
    program.do(papers.files[0], outside)
    assert watch.left(needles) == []
    leaked = watch.ways(needles).leaked
    assert set(leaked) == {
        "write /tmp/for-a-moment",
        "write /tmp/squeezed",
        "sendto socket",
        "execve start",
        "mkdir name",
        "rename name",
        "openat open",
    }
    assert watch.outside() == {str(outside)}


def test_nothing_leaks_through_the_window(tmp_path: Path, papers: Papers) -> None:
    program = watched_program(tmp_path, "tests.leaks.window_session")
    program.variables["QT_QPA_PLATFORM"] = "offscreen"
    watch, needles = Watch(program, papers.folder), papers.needles()
    shown = program.do(program.out, *papers.files).out
    assert sum(shown.count(word) for word in papers.canary.words) >= 18
    assert len(list(program.out.iterdir())) == 6
    assert watch.left(needles) == []
    check_ways(watch, needles)
