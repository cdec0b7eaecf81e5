"""“mayfly export”: words that contradict each other are refused before anything is opened."""

from __future__ import annotations

import pytest

from mayfly.cli.export_command import run_export
from mayfly.cli.parser import Parser
from tests.cli.cupboard import Cupboard


@pytest.mark.parametrize(
    "words",
    [
        ("--format", "txt"),
        ("--all-done",),
        ("--all-done", "--batch", "abcd", "--format", "txt"),
        ("--all-done", "--format", "exe"),
        ("--all-done", "--format", "txt", "--pages", "3-1"),
    ],
)
def test_export_refuses_what_contradicts_itself(words: tuple[str, ...], capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        run_export(Parser().parse_command(["export", "--out", ".", *words]), None)
    assert ended.value.code == 2
    assert "mayfly export: error: " in capsys.readouterr().err


def test_links_that_lead_nowhere_are_said(tmp_path) -> None:
    cupboard = Cupboard(tmp_path)
    job = cupboard.add("letter.pdf")
    cupboard.vault.close()

    wanted = ("export", job, "--format", "json,csv", "--links", "2", "--out", tmp_path)
    answer = cupboard.program.run(*wanted)

    assert "there are no links" in answer.err
    assert f"mayfly: {job[:8]} as csv: No table was found" in answer.err
