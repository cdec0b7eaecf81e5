"""“mayfly recovery”: made, lost keyring, used, with a real keyring."""

from __future__ import annotations

from pathlib import Path

import pytest

from mayfly.cli.exit_status import ExitStatus
from tests.cli.conftest import Program
from tests.cli.papers import write_pdf
from tests.keyring_session import keyring_session, require_keyring


def test_a_vault_with_a_passphrase_alone_has_none(furnished: Program) -> None:
    refused = furnished.run("recovery", "make", "--json")
    assert refused.status == ExitStatus.FAILED
    assert refused.json["error"]["code"] == "not_now"
    assert "needs no keyring" in refused.json["error"]["text"]
    assert furnished.run("recovery", "drop", "--json").json == {"recovery_code": False}


def test_a_code_must_be_given(furnished: Program, tmp_path: Path) -> None:
    assert furnished.run("recovery", "use").status == ExitStatus.USAGE
    code = tmp_path / "code"
    code.write_text("AAAA-BBBB\n")
    mistyped = furnished.run("recovery", "use", "--code-file", code, "--json")
    assert mistyped.status == ExitStatus.VAULT_LOCKED
    assert mistyped.json["error"]["code"] == "recovery_code_mistyped"


def test_no_vault_is_made(program: Program) -> None:
    assert program.run("recovery", "make").status == ExitStatus.FAILED
    assert not (program.home / "data" / "vault.db").exists()


@pytest.mark.keyring
def test_a_code_stands_in_for_a_keyring_that_was_lost(tmp_path: Path) -> None:
    require_keyring()
    code = tmp_path / "code"
    with keyring_session(tmp_path / "first") as session:
        program = Program(tmp_path, session)
        write_pdf(tmp_path / "letter.pdf")
        assert program.run("add", tmp_path / "letter.pdf").status == ExitStatus.DONE
        made = program.run("recovery", "make")
        assert made.status == ExitStatus.DONE
        code.write_text(made.out)
    with keyring_session(tmp_path / "second") as session:
        program = Program(tmp_path, session)
        lost = program.run("list", "--json")
        assert lost.status == ExitStatus.VAULT_LOCKED
        assert lost.json["error"]["code"] == "key_missing"

        used = program.run("recovery", "use", "--code-file", code, "--json")

        assert (used.status, used.json) == (ExitStatus.DONE, {"recovery_code": True})
        assert [job["name"] for job in program.run("list", "--json").json] == ["letter.pdf"]
