"""docs/cli.md names everything that scripts rely on."""

from __future__ import annotations

import pytest

from mayfly.cli.exit_status import ExitStatus
from mayfly.cli.parser import Parser
from mayfly.domain.error_codes import BY_CODE
from mayfly.domain.errors import UserError
from mayfly.domain.states import JobState
from tests.conftest import ROOT

MANUAL = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def error_row(kind: type[UserError]) -> str:
    """Return the error's line in the manual's table."""
    return f"| `{kind.code}` | {int(kind.exit_status)} | {kind.text} | {kind.remedy} |"


@pytest.mark.parametrize("kind", BY_CODE.values(), ids=BY_CODE.keys())
def test_every_error_is_in_the_table_with_its_remedy(kind: type[UserError]) -> None:
    assert kind.text
    assert kind.remedy
    assert error_row(kind) in MANUAL.splitlines()


@pytest.mark.parametrize("command", Parser().commands)
def test_every_command_has_its_section(command: str) -> None:
    assert f"\n### mayfly {command}" in MANUAL


@pytest.mark.parametrize("status", ExitStatus)
def test_every_exit_status_is_named(status: ExitStatus) -> None:
    assert f"\n| {int(status)} |" in MANUAL


@pytest.mark.parametrize("state", JobState)
def test_every_state_is_named(state: JobState) -> None:
    assert f"`{state.value}`" in MANUAL


@pytest.mark.parametrize(
    "variable",
    ["MAYFLY_HOME", "MAYFLY_PASSPHRASE_FILE", "PYTHON_KEYRING_BACKEND", "QT_QPA_PLATFORM"],
)
def test_every_variable_is_named(variable: str) -> None:
    assert f"`{variable}" in MANUAL
