"""“mayfly retain” and “mayfly purge --due” on a vault that the real program opens."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Program
from tests.cli.cupboard import Cupboard


@pytest.fixture
def cupboard(tmp_path: Path) -> Cupboard:
    return Cupboard(tmp_path)


def _rule(cupboard: Cupboard) -> tuple:
    connection = sqlite3.connect(cupboard.database)
    (rule,) = connection.execute("SELECT source_hours, result_hours, linked FROM job").fetchall()
    connection.close()
    return rule


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_jobs_are_kept_longer_and_shorter_and_each_answers(cupboard: Cupboard) -> None:
    job, unknown = cupboard.add("letter.pdf"), "0" * 32
    finished = cupboard.vault.job(job, cupboard.now).finished_at

    answer = cupboard.program.run(
        "retain", job[:10], unknown, "--source", "3h", "--result", "7d", "--json"
    )

    changed, missing = answer.json
    assert answer.status == 7
    assert (changed["outcome"], missing["outcome"]) == ("changed", "no_such_job")
    assert missing["error"]["code"] == "no_such_job"
    assert finished is not None
    span = _moment(changed["source_delete_at"]) - finished.replace(microsecond=0)
    assert span == timedelta(hours=3)
    assert _rule(cupboard) == (3, 168, 0)


def test_a_batch_is_linked_again(cupboard: Cupboard) -> None:
    job = cupboard.add("letter.pdf")
    batch = cupboard.vault.job(job, cupboard.now).batch_id

    answer = cupboard.program.run("retain", "--batch", batch[:8], "--source", "2h", "--link")

    assert answer.status == 0
    assert "document in 1" in answer.out
    assert _rule(cupboard) == (2, 2, 1)


@pytest.mark.parametrize(
    "words",
    [
        ["retain", "1234"],
        ["retain", "--source", "2h"],
        ["retain", "1234", "--batch", "1234", "--source", "2h"],
        ["retain", "1234", "--source", "2h", "--result", "3h", "--link"],
        ["retain", "1234", "--source", "169h"],
        ["purge"],
    ],
)
def test_what_makes_no_sense_is_refused(cupboard: Cupboard, words: list[str]) -> None:
    assert cupboard.program.run(*words).status == 2


def test_a_part_that_is_gone_is_not_said_to_be_kept(cupboard: Cupboard) -> None:
    job = cupboard.add("letter.pdf")
    cupboard.program.run("delete", job, "--source")

    answer = cupboard.program.run("retain", job, "--result", "2h")

    assert answer.status == 0
    assert "document gone, result in 1" in answer.out


def test_an_end_in_the_past_destroys_at_once(cupboard: Cupboard) -> None:
    job = cupboard.add("letter.pdf", days=0.5)

    cupboard.program.run("retain", job, "--source", "1h", "--result", "1h")

    assert cupboard.program.run("show", job).status == 4


def test_what_is_due_goes_without_any_key_and_what_is_not_stays(cupboard: Cupboard) -> None:
    old, young = cupboard.add("old.pdf", days=8), cupboard.add("young.pdf")

    cupboard.vault.close()
    keyless = Program(cupboard.program.folder)
    first = keyless.run("purge", "--due", "--json")
    second = keyless.run("purge", "--due")

    assert first.status == second.status == 0
    assert [(one["job"], one["outcome"]) for one in first.json] == [(old, "deleted")]
    assert second.out == "Nothing was due.\n"
    states = {one["job"]: one["state"] for one in cupboard.program.run("list", "--json").json}
    assert states == {old: "deleted", young: "done"}


def test_purging_makes_no_vault(tmp_path: Path) -> None:
    program = Program(tmp_path)

    answer = program.run("purge", "--due", "--json")

    assert (answer.status, answer.json) == (0, [])
    assert not (program.home / "data").exists()
