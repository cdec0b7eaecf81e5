"""The real program under a clock that was set: nothing lives longer, nothing goes unasked."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mayfly.cli.exit_status import ExitStatus
from tests.cli.conftest import Ended, Program, with_cheap_vault
from tests.cli.papers import write_pdf

_LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")

pytestmark = pytest.mark.skipif(
    shutil.which("faketime") is None or not _LIBRARY.exists(), reason="needs libfaketime"
)


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
