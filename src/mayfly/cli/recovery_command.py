"""“mayfly recovery”: a code to print, which stands in for a keyring that was lost."""

from __future__ import annotations

import argparse
from pathlib import Path

from mayfly.cli.arguments import descriptor
from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus
from mayfly.cli.secrets_input import SecretNotGiven, SecretSource, ask_secret, can_ask
from mayfly.cli.session import Session
from mayfly.domain.errors import NotNow

_DESCRIPTION = """
A recovery code stands in for the keyring's half of the vault's key, should the keyring be
lost; never for the other half on this disk, nor for a passphrase. “make” prints a fresh
one, once; print it or write it down, and keep it apart from this machine. An older code
opens nothing any more. “drop” has no code any more. “use” asks for the code (or takes it
from a file) and puts the keyring's half back.
"""

_NO_KEYRING = "This vault needs no keyring, so there is nothing that a code could stand in for."


def add_parsers(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add(
        "recovery",
        run_recovery,
        summary="make, drop or use a code that stands in for the keyring",
        description=_DESCRIPTION,
        examples="mayfly recovery make | lp\nmayfly recovery use",
    )
    parser.add_argument("action", choices=("make", "drop", "use"), help="what to do")
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--code-file", type=Path, metavar="FILE", help="take the code from the first line of FILE"
    )
    either.add_argument(
        "--code-fd", type=descriptor, metavar="N", help="take the code from the open file N"
    )


def run_recovery(arguments: argparse.Namespace, session: Session) -> int:
    """Make, drop or use; “make” is refused in a vault that needs no keyring."""
    if not session.has_vault():
        session.terminal.show_failure("There is no vault yet.", code="no_vault")
        return ExitStatus.FAILED
    if arguments.action == "use":
        session.recover(_code(arguments))
        return _tell(session, "The keyring holds its half of the vault's key again.", has_code=True)
    locking = session.vault().locking
    if arguments.action == "drop":
        locking.drop_recovery_code().result()
        return _tell(session, "There is no recovery code any more.", has_code=False)
    try:
        code = locking.make_recovery_code().result()
    except NotNow as error:
        session.terminal.show_failure(_NO_KEYRING, code=error.code)
        return ExitStatus.FAILED
    session.terminal.say("Print or write down this code; it is shown once and kept nowhere:")
    session.terminal.print_line(code)
    if session.terminal.as_json:
        session.terminal.print_json({"recovery_code": True, "code": code})
    return ExitStatus.DONE


def _code(arguments: argparse.Namespace) -> str:
    source = SecretSource("recovery code", file=arguments.code_file, fd=arguments.code_fd)
    if source.is_named:
        return source.read()
    typed = ask_secret("Recovery code: ") if can_ask() else ""
    if not typed:
        raise SecretNotGiven("No recovery code was given.")
    return typed


def _tell(session: Session, sentence: str, *, has_code: bool) -> int:
    session.terminal.print_line(sentence)
    if session.terminal.as_json:
        session.terminal.print_json({"recovery_code": has_code})
    return ExitStatus.DONE
