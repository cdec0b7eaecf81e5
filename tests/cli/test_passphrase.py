"""“mayfly passphrase”: what opens the vault is changed, with and without a real keyring."""

from __future__ import annotations

from pathlib import Path

import pytest

from mayfly.cli.exit_status import ExitStatus
from tests.cli.conftest import PASSPHRASE, Program
from tests.cli.papers import write_pdf
from tests.keyring_session import keyring_session, require_keyring

NEW = "entirely new words"


@pytest.fixture
def new_file(tmp_path: Path) -> Path:
    file = tmp_path / "new"
    file.write_text(f"{NEW}\n")
    return file


def names(program: Program, *words: str | Path) -> list[str]:
    return [job["name"] for job in program.run("list", "--json", *words).json]


def test_a_passphrase_is_changed_and_the_old_one_opens_nothing(
    furnished: Program, new_file: Path
) -> None:
    write_pdf(furnished.folder / "letter.pdf")
    furnished.run("add", furnished.folder / "letter.pdf")

    changed = furnished.run("passphrase", "set", "--new-passphrase-file", new_file, "--json")

    assert (changed.status, changed.json) == (ExitStatus.DONE, {"key_home": "passphrase"})
    assert furnished.run("list").status == ExitStatus.VAULT_LOCKED
    assert names(furnished, "--passphrase-file", new_file) == ["letter.pdf"]
    log = furnished.home / "state" / "mayfly.log"
    assert not log.exists() or NEW not in log.read_text()


def test_without_a_keyring_it_cannot_be_removed(furnished: Program, new_file: Path) -> None:
    refused = furnished.run("passphrase", "remove", "--json")
    assert refused.status == ExitStatus.VAULT_LOCKED
    assert refused.json["error"]["code"] == "keyring_unavailable"
    assert furnished.run("list").status == ExitStatus.DONE


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("remove", "--with-keyring"), ExitStatus.USAGE),
        (("remove", "--new-passphrase-fd", "3"), ExitStatus.USAGE),
        (("change",), ExitStatus.USAGE),
        (("set",), ExitStatus.VAULT_LOCKED),
        (("set", "--new-passphrase-file", "/nowhere"), ExitStatus.USAGE),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    furnished: Program, words: tuple[str, ...], status: int
) -> None:
    assert furnished.run("passphrase", *words).status == status
    assert furnished.run("list").status == ExitStatus.DONE


def test_no_vault_is_made(program: Program, new_file: Path) -> None:
    asked = program.run("passphrase", "set", "--new-passphrase-file", new_file)
    assert asked.status == ExitStatus.FAILED
    assert not (program.home / "data" / "vault.db").exists()


@pytest.mark.keyring
def test_keyring_and_passphrase_through_every_home(tmp_path: Path, new_file: Path) -> None:
    require_keyring()
    with keyring_session(tmp_path / "keyring") as session:
        # Given: a vault that the keyring alone opens
        program = Program(tmp_path, session)
        write_pdf(tmp_path / "letter.pdf")
        assert program.run("add", tmp_path / "letter.pdf").status == ExitStatus.DONE

        # When, then: beside it, and neither is enough
        beside = program.run(
            "passphrase", "set", "--with-keyring", "--new-passphrase-file", new_file, "--json"
        )
        assert beside.json == {"key_home": "both"}
        needed = program.run("list", "--json")
        assert needed.json["error"]["code"] == "passphrase_needed"
        assert names(program, "--passphrase-file", new_file) == ["letter.pdf"]
        without = Program(tmp_path).run("list", "--json", "--passphrase-file", new_file)
        assert without.json["error"]["code"] == "keyring_unavailable"

        # In place of it: the keyring holds nothing any more
        instead = program.run(
            *("passphrase", "set", "--passphrase-file", new_file),
            *("--new-passphrase-file", new_file, "--json"),
        )
        assert instead.json == {"key_home": "passphrase"}
        assert names(Program(tmp_path), "--passphrase-file", new_file) == ["letter.pdf"]
        assert_nothing_kept(session)

        # And back, locked meanwhile
        back = program.run("passphrase", "remove", "--passphrase-file", new_file, "--json")
        assert back.json == {"key_home": "keyring"}
        assert program.run("lock").status == ExitStatus.DONE
        assert program.run("list").status == ExitStatus.VAULT_LOCKED
        assert program.run("unlock").status == ExitStatus.DONE
        assert names(program) == ["letter.pdf"]
    assert PASSPHRASE != NEW


def assert_nothing_kept(session: dict[str, str]) -> None:
    """No secret of Mayfly's is in this keyring, as its own tool sees it."""
    import os
    import subprocess
    import sys

    code = (
        "import secretstorage as s; c = s.dbus_init();"
        "print([i.get_label() for i in s.get_default_collection(c).get_all_items()"
        " if 'vault-' in str(i.get_attributes())])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **session},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == "[]"
