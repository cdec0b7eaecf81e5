"""“mayfly clock” where nothing is in doubt; tests/end2end/test_clock.py has the jumps."""

from __future__ import annotations

import pytest

from mayfly.cli.exit_status import ExitStatus
from tests.cli.conftest import Program


def test_where_there_is_no_vault_none_is_made(bare: Program) -> None:
    answer = bare.run("clock", "--json")
    assert answer.status == ExitStatus.DONE
    assert (answer.json["doubtful"], answer.json["now"]) == (False, None)
    assert not bare.home.exists() or not any(bare.home.rglob("vault.db"))
    assert bare.run("clock").out == "There is no vault yet.\n"


def test_it_says_what_time_counts(furnished: Program) -> None:
    answer = furnished.run("clock")
    assert answer.status == ExitStatus.DONE
    (line,) = answer.out.splitlines()
    assert line.startswith("Ends are kept by ")


@pytest.mark.parametrize("word", ["confirm", "refuse"])
def test_an_answer_that_nobody_waits_for_changes_nothing(furnished: Program, word: str) -> None:
    answer = furnished.run("clock", word)
    assert answer.status == ExitStatus.DONE
    assert answer.out.splitlines()[0] == "The date was not in doubt; nothing has changed."
    assert furnished.run("clock", word, "--json").json["deleted"] == []


def test_another_word_is_no_answer(furnished: Program) -> None:
    assert furnished.run("clock", "perhaps").status == ExitStatus.USAGE
