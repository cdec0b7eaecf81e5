"""“mayfly export”: words that contradict each other are refused before anything is opened."""

from __future__ import annotations

import pytest

from mayfly.cli.export_command import run_export
from mayfly.cli.parser import Parser


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
