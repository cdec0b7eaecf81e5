"""The tree of commands, and what an argument list asks for: the window or a command."""

from __future__ import annotations

import argparse
import difflib
import os
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mayfly.cli import (
    add_command,
    audit_command,
    background_commands,
    challenge_command,
    clock_command,
    delete_command,
    destination_commands,
    export_command,
    images_command,
    lock_commands,
    look_commands,
    machine_commands,
    panic_commands,
    passphrase_command,
    proof_command,
    read_command,
    recovery_command,
    retain_command,
    upload_commands,
    wait_command,
    wish_commands,
)
from mayfly.cli.commands import Commands, add_memory_option, add_passphrase_options

_DESCRIPTION = """\
Mayfly reads documents on this machine, keeps them sealed, and lets them expire.

Without a command it opens its window, with the documents that are named. “mayfly read”
prints a document's text and stores nothing; “mayfly add” keeps documents in an encrypted
vault, where they are destroyed 24 hours after they were read unless you say otherwise.
"""

_EPILOG = """\
examples:
  mayfly                          open the window
  mayfly letter.pdf               open the window and add a document
  mayfly read letter.pdf          print its text, store nothing
  mayfly --memory                 open a window that keeps everything in memory only
  mayfly add scans/ --wait        keep and read a folder of documents
  mayfly COMMAND --help           more about one command

exit status:
  0 done   2 usage   3 failed   4 no such job or already deleted   5 vault locked
  6 needs a password   7 some of several failed   130 interrupted

environment:
  MAYFLY_HOME             a folder for data, settings, cache and state
  MAYFLY_PASSPHRASE_FILE  a file whose first line opens a vault without a keyring
  PYTHON_KEYRING_BACKEND  the keyring to use, as the keyring library reads it
"""


class Parser:
    """Reads argument lists. Wrong ones end the process with status 2 and say why."""

    def __init__(self) -> None:
        self._root = argparse.ArgumentParser(
            prog="mayfly",
            usage="mayfly [--memory] [FILE ...]\n       mayfly COMMAND ...",
            description=_DESCRIPTION,
            epilog=_EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        self._root.add_argument("--version", action="version", version=f"mayfly {_own_version()}")
        add_memory_option(self._root)
        add_passphrase_options(self._root)
        self._commands = Commands(self._root)
        for module in (
            read_command,
            add_command,
            wait_command,
            look_commands,
            export_command,
            images_command,
            destination_commands,
            upload_commands,
            delete_command,
            retain_command,
            background_commands,
            wish_commands,
            audit_command,
            clock_command,
            lock_commands,
            passphrase_command,
            recovery_command,
            panic_commands,
            machine_commands,
            proof_command,
            challenge_command,
        ):
            module.add_parsers(self._commands)

    @property
    def commands(self) -> tuple[str, ...]:
        """Every command's name."""
        return self._commands.names

    def parse_window(self, argv: Sequence[str]) -> argparse.Namespace | None:
        """Return the paths for the window, or None when the list asks for something else.

        A file called like a command is named as ./list.
        """
        first = _first_word(argv)
        if first in self.commands or (first is not None and first.startswith("-")):
            return None
        if first is not None and not os.path.lexists(first):
            self._refuse_unknown(first)
        window = argparse.ArgumentParser(prog="mayfly", add_help=False, allow_abbrev=False)
        add_memory_option(window)
        add_passphrase_options(window)
        window.add_argument("paths", nargs="*", type=Path)
        return self._checked(window.parse_args(argv))

    def parse_command(self, argv: Sequence[str]) -> argparse.Namespace:
        """Return a command's arguments; help and version end the process with status 0."""
        return self._checked(self._root.parse_args(argv))

    def _checked(self, arguments: argparse.Namespace) -> argparse.Namespace:
        """Refuse what makes no sense in a session that is in memory only."""
        if arguments.memory:
            if not getattr(arguments, "may_be_in_memory", True) and not arguments.keeps_nothing:
                self._root.error(
                    f"“{arguments.command}” is about what is kept, and a session in memory begins"
                    " empty; --memory is for the window, add and prove"
                )
            if arguments.passphrase_fd is not None or arguments.passphrase_file is not None:
                self._root.error("a session in memory has no passphrase")
        return arguments

    def help_text(self) -> str:
        """Return what --help prints."""
        return self._root.format_help()

    def _refuse_unknown(self, word: str) -> None:
        near = difflib.get_close_matches(word, self.commands, n=1)
        hint = f"; did you mean “mayfly {near[0]}”?" if near else "; see “mayfly --help”"
        self._root.error(f"“{word}” is neither a command nor a file that is there{hint}")


def _first_word(argv: Sequence[str]) -> str | None:
    """Return the first argument that is no passphrase option nor its value."""
    words = iter(argv)
    for word in words:
        if word in ("--passphrase-file", "--passphrase-fd"):
            next(words, None)
        elif word == "--memory":
            continue
        elif word == "--":
            return next(words, None)
        elif not word.startswith(("--passphrase-file=", "--passphrase-fd=")):
            return word
    return None


def _own_version() -> str:
    try:
        return version("mayfly-ocr")
    except PackageNotFoundError:
        return "(not installed)"
