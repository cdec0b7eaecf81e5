"""“mayfly passphrase”: what opens the vault, the keyring, a passphrase, or both."""

from __future__ import annotations

import argparse
from pathlib import Path

from mayfly.cli.arguments import descriptor
from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus
from mayfly.cli.secrets_input import SecretSource, ask_twice, can_ask
from mayfly.cli.session import Session
from mayfly.domain.errors import PassphraseNeeded
from mayfly.domain.lock_port import KeyHome

_DESCRIPTION = """
“set” sets or changes the vault's passphrase, in place of the keyring or, with
“--with-keyring”, beside it: then the vault opens only with both. “remove” has the keyring
alone open the vault. Either way the vault gets a new key, and what opened it before opens
nothing any more, an older copy of the vault included. The new passphrase is asked for
twice on a terminal, or taken from a file. Nobody can open the vault without it.
"""

_SENTENCES = {
    KeyHome.KEYRING: "The keyring alone opens the vault now.",
    KeyHome.PASSPHRASE: "The new passphrase opens the vault now; the keyring is not needed.",
    KeyHome.BOTH: "The vault opens with the keyring and the new passphrase together now.",
}


def add_parsers(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add(
        "passphrase",
        run_passphrase,
        summary="set, change or remove the vault's passphrase",
        description=_DESCRIPTION,
        examples="mayfly passphrase set --with-keyring\nmayfly passphrase remove",
    )
    parser.add_argument("action", choices=("set", "remove"), help="what to do")
    parser.add_argument(
        "--with-keyring", action="store_true", help="have the vault need the keyring as well"
    )
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--new-passphrase-file",
        type=Path,
        metavar="FILE",
        help="take the new passphrase from the first line of FILE",
    )
    either.add_argument(
        "--new-passphrase-fd",
        type=descriptor,
        metavar="N",
        help="take the new passphrase from the open file N",
    )


def run_passphrase(arguments: argparse.Namespace, session: Session) -> int:
    """Set or remove; PassphraseNeeded when there is nobody to ask for a new one."""
    if not session.has_vault():
        session.terminal.show_failure("There is no vault yet.", code="no_vault")
        return ExitStatus.FAILED
    source = SecretSource(
        "new passphrase",
        file=arguments.new_passphrase_file,
        fd=arguments.new_passphrase_fd,
    )
    if arguments.action == "remove" and (source.is_named or arguments.with_keyring):
        session.terminal.show_failure("“remove” takes no passphrase.", code="usage")
        return ExitStatus.USAGE
    locking = session.vault().locking
    if arguments.action == "remove":
        locking.remove_passphrase().result()
    else:
        chosen = _new_passphrase(source, session)
        locking.set_passphrase(chosen, with_keyring=arguments.with_keyring).result()
    key_home = locking.key_home().result()
    session.terminal.print_line(_SENTENCES[key_home])
    if session.terminal.as_json:
        session.terminal.print_json({"key_home": key_home.value})
    return ExitStatus.DONE


def _new_passphrase(source: SecretSource, session: Session) -> str:
    if source.is_named:
        return source.read()
    chosen = ask_twice("New passphrase of the vault: ") if can_ask() else None
    if chosen is None:
        session.terminal.say("No new passphrase was given, so nothing is changed.")
        raise PassphraseNeeded
    return chosen
