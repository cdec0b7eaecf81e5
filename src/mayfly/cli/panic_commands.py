"""“mayfly panic” and “mayfly fresh”: the whole vault is destroyed, its key first."""

from __future__ import annotations

import argparse

from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus
from mayfly.cli.questions import agrees
from mayfly.cli.secrets_input import can_ask
from mayfly.cli.session import Session
from mayfly.domain.errors import VaultNotWritable
from mayfly.domain.panic import KeyringFate, PanicReport

_PANIC = """
Destroy the whole vault now. Its key goes first, within a second, however large the vault
is: from then on nothing in it can be opened by anybody. Then every window and command that
has it open is ended, and its files, its half of the key in the keyring and the log are
removed. Settings, exported files and your own documents stay. Asks first, unless the
setting “panic_asks” is off.
"""

_FRESH = """
Destroy a vault that opens no more, so that a new one can be made: one whose key is gone,
or an older copy that was brought back from a backup. Whether it opens is not looked at: one
that does is destroyed as well. Nothing of it can be opened afterwards. Asks first.
"""

_GOES = "Every document, result and name in the vault is destroyed, for good."


def add_parsers(commands: Commands) -> None:
    """Declare both commands."""
    for name, run, summary, description in (
        ("panic", run_panic, "destroy the whole vault, its key first", _PANIC),
        ("fresh", run_fresh, "destroy a vault that opens no more, to begin anew", _FRESH),
    ):
        parser = commands.add(
            name,
            run,
            summary=summary,
            description=description,
            examples=f"mayfly {name}\nmayfly {name} --yes",
            keeps_nothing=True,
        )
        parser.add_argument("--yes", action="store_true", help="do not ask")


def run_panic(arguments: argparse.Namespace, session: Session) -> int:
    """Destroy; status 7 when something is left that is worth nothing without the key."""
    asks = session.foundation.preferences().panic_asks and not arguments.yes
    if asks and not _is_sure(session, "Destroy the vault?"):
        return ExitStatus.USAGE
    return _tell(session, session.foundation.panic())


def run_fresh(arguments: argparse.Namespace, session: Session) -> int:
    """Destroy; the next command that needs a vault makes one."""
    if not arguments.yes and not _is_sure(session, "Destroy this vault and begin anew?"):
        return ExitStatus.USAGE
    return _tell(session, session.foundation.start_fresh())


def _is_sure(session: Session, question: str) -> bool:
    if not can_ask():
        session.terminal.show_failure("Nobody is there to be asked; “--yes” goes on.", code="usage")
        return False
    session.terminal.say(_GOES)
    if agrees(session.terminal, question):
        return True
    session.terminal.show_failure("Nothing was destroyed.", code="not_agreed")
    return False


def _tell(session: Session, report: PanicReport) -> int:
    terminal = session.terminal
    if terminal.as_json:
        terminal.print_json(
            {
                "key_destroyed": report.key_destroyed,
                "there_was_one": report.there_was_one,
                "keyring": report.keyring.value,
                "processes_ended": report.ended,
                "left": list(report.left),
            }
        )
    if not report.key_destroyed:
        raise VaultNotWritable
    terminal.print_line(_sentence(report))
    if report.left:
        terminal.say("These files could not be removed; nobody can open what is in them:")
        for name in report.left:
            terminal.say(f"  {name}")
    if report.keyring is KeyringFate.NOT_REACHED:
        terminal.say("The keyring did not answer; what it holds opens nothing any more.")
    return ExitStatus.DONE if report.is_complete else ExitStatus.SOME_FAILED


def _sentence(report: PanicReport) -> str:
    if not report.there_was_one:
        return "There is no vault."
    return "The key is destroyed; what is left on the disk cannot be decrypted."
