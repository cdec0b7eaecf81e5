"""The real program under a clock that was set: nothing lives longer, nothing goes unasked."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from mayfly.cli.exit_status import ExitStatus
from mayfly.system.paths import paths_in
from tests.cli.conftest import Ended, Program, with_cheap_vault
from tests.cli.papers import write_pdf
from tests.waiting import eventually

_LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")

pytestmark = pytest.mark.skipif(
    shutil.which("faketime") is None or not _LIBRARY.exists(), reason="needs libfaketime"
)


def steered(program: Program, folder: Path) -> tuple[Program, Path]:
    """Return the program with a wall clock that a file sets while it runs."""
    file = folder / "clock"
    file.write_text("+0")
    steering = {
        "LD_PRELOAD": str(_LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "QT_QPA_PLATFORM": "offscreen",
    }
    return replace(program, variables={**program.variables, **steering}), file


def states(program: Program) -> list[tuple[str, int]]:
    """Return the states and tombstones as they lie in the file; nothing is swept by looking."""
    database = paths_in(program.home).database
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as looking:
        return looking.execute("SELECT state, deleted_at FROM job").fetchall()


@contextmanager
def open_window(program: Program) -> Iterator[subprocess.Popen[bytes]]:
    """Run the window until the block ends; when it begins, it has swept, and ticks."""
    with program.start() as window:
        try:
            # It asks for the right to read the queue last.
            seat = paths_in(program.home).seat.resolve()
            eventually(lambda: seat in _opened(window.pid), patience_s=60)
            yield window
            assert window.poll() is None, window.stderr.read().decode()
        finally:
            window.kill()


def _opened(pid: int) -> set[Path]:
    found = set()
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(one.readlink())
    return found


def faked(program: Program, shift: str, *, slept: bool = False) -> Program:
    """Return the program with its wall clock so far off.

    slept: its boot time too, as after a suspend. Otherwise only the wall clock was set.
    """
    fake = {"LD_PRELOAD": str(_LIBRARY), "FAKETIME": shift}
    real = {} if slept else {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    return replace(program, variables={**program.variables, **fake, **real})


@pytest.fixture
def kept(tmp_path: Path) -> Program:
    """A vault with one document that was read just now; both parts are kept for 24 hours."""
    program = with_cheap_vault(tmp_path)
    write_pdf(tmp_path / "letter.pdf")
    assert program.run("add", tmp_path / "letter.pdf", "--wait").status == ExitStatus.DONE
    return program


def names(ended: Ended) -> list[tuple[str | None, str]]:
    assert ended.status == ExitStatus.DONE, ended.err
    return [(one["name"], one["state"]) for one in ended.json]


def job_of(program: Program) -> str:
    return program.run("list", "--json").json[0]["job"]


def test_what_fell_due_while_closed_is_gone_before_anything_is_shown(kept: Program) -> None:
    assert names(faked(kept, "+25h").run("list", "--json")) == [(None, "deleted")]


def test_a_night_of_sleep_counts(kept: Program) -> None:
    assert names(faked(kept, "+30h", slept=True).run("list", "--json")) == [(None, "deleted")]


def test_a_clock_set_back_lengthens_no_life(kept: Program) -> None:
    back = faked(kept, "-3d")
    assert names(back.run("list", "--json")) == [("letter.pdf", "done")]
    clock = back.run("clock", "--json").json
    assert not clock["doubtful"]
    assert clock["now"] > clock["clock"]

    # Three days back on the wall, and 25 hours of boot time further on.
    asleep = faked(kept, "+25h", slept=True)
    assert names(asleep.run("list", "--json")) == [(None, "deleted")]


def test_ten_years_ahead_hides_asks_and_destroys_on_yes(kept: Program) -> None:
    ahead = faked(kept, "+3650d")
    job = job_of(kept)

    assert names(ahead.run("list", "--json")) == [(None, "done")]
    shown = ahead.run("show", job, "--json")
    assert shown.status == ExitStatus.FAILED
    assert shown.json["error"]["code"] == "time_in_doubt"
    state = ahead.run("clock", "--json").json
    assert (state["doubtful"], state["hidden"]) == (True, 1)
    assert ahead.run("add", kept.folder / "letter.pdf").status == ExitStatus.FAILED

    confirmed = ahead.run("clock", "confirm", "--json").json
    assert [one["outcome"] for one in confirmed["deleted"]] == ["deleted"]
    assert names(ahead.run("list", "--json")) == [(None, "deleted")]


def test_ten_years_ahead_and_no_shows_it_again_until_its_own_end(kept: Program) -> None:
    ahead = faked(kept, "+3650d")
    ahead.run("list")

    assert not ahead.run("clock", "refuse", "--json").json["doubtful"]

    assert names(ahead.run("list", "--json")) == [("letter.pdf", "done")]
    assert names(kept.run("list", "--json")) == [("letter.pdf", "done")]


def test_a_clock_put_right_again_ends_the_doubt_by_itself(kept: Program) -> None:
    assert names(faked(kept, "+3650d").run("list", "--json")) == [(None, "done")]

    assert names(kept.run("list", "--json")) == [("letter.pdf", "done")]
    assert not kept.run("clock", "--json").json["doubtful"]


def test_a_locked_vault_asks_as_well(kept: Program) -> None:
    ahead = faked(kept, "+3650d")
    kept.run("lock")
    assert ahead.run("clock", "--json").json["hidden"] == 1

    assert ahead.run("clock", "confirm", "--json").json["deleted"]

    kept.run("unlock")
    assert names(ahead.run("list", "--json")) == [(None, "deleted")]


def test_a_window_that_was_stopped_over_a_deadline_keeps_it_when_it_wakes(kept: Program) -> None:
    program, clock = steered(kept, kept.folder)
    with open_window(program) as window:
        os.kill(window.pid, signal.SIGSTOP)
        clock.write_text("+25h")
        assert states(program) == [("done", None)]

        os.kill(window.pid, signal.SIGCONT)

        eventually(lambda: states(program)[0][0] == "deleted", patience_s=30)


def test_a_window_under_a_far_jump_waits_for_the_answer_of_a_terminal(kept: Program) -> None:
    program, clock = steered(kept, kept.folder)
    with open_window(program):
        clock.write_text("+3650d")
        eventually(lambda: _is_doubted(program), patience_s=30)
        assert states(program) == [("done", None)]

        assert program.run("clock", "confirm").status == ExitStatus.DONE
        assert states(program)[0][0] == "deleted"


def _is_doubted(program: Program) -> bool:
    database = paths_in(program.home).database
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as looking:
        ((lead,),) = looking.execute("SELECT wall - at FROM time_mark").fetchall()
    return lead > 27 * 3_600_000_000


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"])
def test_a_zone_changes_nothing(kept: Program, zone: str) -> None:
    here = kept.run("list", "--json").json
    there = replace(kept, variables={**kept.variables, "TZ": zone})
    assert there.run("list", "--json").json == here
    assert not there.run("clock", "--json").json["doubtful"]
