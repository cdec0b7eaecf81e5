"""How commands are declared: name, help that is good to read, and the function that does it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mayfly.cli.arguments import descriptor

if TYPE_CHECKING:
    from mayfly.cli.session import Session

Run = Callable[[argparse.Namespace, "Session"], int]
"""Does a command and returns its exit status; UserError when it cannot."""


class Commands:
    """The commands below “mayfly”, in the order in which help shows them."""

    def __init__(self, root: argparse.ArgumentParser, *, below: str | None = None) -> None:
        """below: the command whose own commands these are; one of them must then be given."""
        words = ["mayfly", *([below] if below else [])]
        self._below = root.add_subparsers(
            dest=f"{below}_command" if below else "command",
            metavar="COMMAND",
            title="commands",
            required=below is not None,
            # Its own guess would begin with the root's usage, which has two lines.
            prog=" ".join(words),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Every command's name."""
        return tuple(self._below.choices)

    def add(
        self,
        name: str,
        run: Run,
        *,
        summary: str,
        description: str,
        examples: str,
        keeps_nothing: bool = False,
        in_memory: bool = False,
    ) -> argparse.ArgumentParser:
        """Declare a command. keeps_nothing: not even a log line may be left by it.

        in_memory: it is of use in a session that ends with it.
        """
        parser = self._below.add_parser(
            name,
            help=summary,
            description=description.strip(),
            epilog=f"examples:\n{indented(examples)}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        parser.set_defaults(run=run, keeps_nothing=keeps_nothing, may_be_in_memory=in_memory)
        if in_memory:
            add_memory_option(parser, default=argparse.SUPPRESS)
        parser.add_argument(
            "--json",
            action="store_true",
            dest="as_json",
            help="print one JSON document on standard output (docs/cli.md has its fields)",
        )
        # SUPPRESS: what stands before the command is not overwritten by what does not stand
        # behind it.
        add_passphrase_options(parser, default=argparse.SUPPRESS)
        return parser

    def group(self, name: str, *, summary: str, description: str, examples: str) -> Commands:
        """Declare a command that has commands of its own, and return those."""
        parser = self._below.add_parser(
            name,
            help=summary,
            description=description.strip(),
            epilog=f"examples:\n{indented(examples)}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        return Commands(parser, below=name)


def add_passphrase_options(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """Add the options that say where the vault's passphrase is; the two exclude each other."""
    group = parser.add_argument_group("passphrase, where no keyring can keep the vault's key")
    either = group.add_mutually_exclusive_group()
    either.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        default=default,
        help="take the first line of FILE (default: MAYFLY_PASSPHRASE_FILE)",
    )
    either.add_argument(
        "--passphrase-fd",
        type=descriptor,
        metavar="N",
        default=default,
        help="take the first line from the open file N",
    )


def add_memory_option(parser: argparse.ArgumentParser, default: bool | str = False) -> None:
    """Add the option for a session of which nothing is left."""
    parser.add_argument(
        "--memory",
        action="store_true",
        default=default,
        help="keep everything in memory only: the end of Mayfly is the deletion",
    )


def add_password_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where a locked PDF's password is."""
    group = parser.add_argument_group("password of a locked PDF (default: asked on a terminal)")
    either = group.add_mutually_exclusive_group()
    either.add_argument(
        "--password-file", type=Path, metavar="FILE", help="take the first line of FILE"
    )
    either.add_argument(
        "--password-fd",
        type=descriptor,
        metavar="N",
        help="take the first line from the open file N",
    )


def indented(text: str) -> str:
    """Return the lines of a text, each two spaces in."""
    return "\n".join(f"  {line}" for line in text.strip().splitlines())
