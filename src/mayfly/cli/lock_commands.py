"""“mayfly lock” and “mayfly unlock”: who may open the vault, in every window and command."""

from __future__ import annotations

import argparse

from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus
from mayfly.cli.session import Session

_LOCK = """
Lock the vault in every window and command, now. Keys are dropped from memory, reading
stops, and nothing is shown or added until “mayfly unlock” or the window opens the vault
again. What falls due meanwhile is destroyed all the same. Takes neither keyring nor
passphrase.
"""

_UNLOCK = """
Unlock the vault for every window and command, with the keyring, the passphrase, or both,
as the vault needs. What fell due meanwhile is destroyed before anything can be shown. A
window that needs the passphrase asks for it itself.
"""

_NO_VAULT = "There is no vault yet."


def add_parsers(commands: Commands) -> None:
    """Declare both commands."""
    commands.add(
        "lock",
        run_lock,
        summary="lock the vault in every window and command",
        description=_LOCK,
        examples="mayfly lock",
    )
    commands.add(
        "unlock",
        run_unlock,
        summary="unlock the vault again",
        description=_UNLOCK,
        examples="mayfly unlock\nmayfly unlock --passphrase-file secret.txt",
    )


def run_lock(_arguments: argparse.Namespace, session: Session) -> int:
    """Lock; no error when the vault is locked already or when there is none."""
    there = session.foundation.lock()
    return _tell(session, locked=there, sentence="The vault is locked." if there else _NO_VAULT)


def run_unlock(_arguments: argparse.Namespace, session: Session) -> int:
    """Unlock; no error when the vault is not locked or when there is none."""
    if not session.has_vault():
        return _tell(session, locked=False, sentence=_NO_VAULT)
    session.vault(unlocking=True)
    return _tell(session, locked=False, sentence="The vault is unlocked.")


def _tell(session: Session, *, locked: bool, sentence: str) -> int:
    session.terminal.print_line(sentence)
    if session.terminal.as_json:
        session.terminal.print_json({"locked": locked})
    return ExitStatus.DONE
