"""Where passphrases and passwords come from: a file, an open descriptor, or the terminal.

Never from the argument list, which every process of the machine can read.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PASSPHRASE_VARIABLE = "MAYFLY_PASSPHRASE_FILE"  # noqa: S105 - a variable's name

_MOST_BYTES = 64 << 10


class SecretNotGiven(Exception):
    """What was to be read holds no secret. The message names the option, never the content."""


@dataclass(frozen=True, slots=True)
class SecretSource:
    """A file or a descriptor that a secret is the first line of."""

    what: str
    file: Path | None = None
    fd: int | None = None

    @property
    def is_named(self) -> bool:
        """Whether the user said where the secret is."""
        return self.file is not None or self.fd is not None

    def read(self) -> str:
        """Return the first line without its end; SecretNotGiven when there is none.

        Bytes that are no text come as surrogates, so that no two secrets become one. From a
        descriptor no byte behind the line is taken: a second secret can follow on the next.
        """
        try:
            line = _line_of_file(self.file) if self.file is not None else _line_of(self.fd)
        except (OSError, ValueError):
            raise SecretNotGiven(f"The {self.what} could not be read from there.") from None
        secret = line.decode("utf-8", "surrogateescape").removesuffix("\r")
        if not secret:
            raise SecretNotGiven(f"The {self.what} is empty: its first line holds nothing.")
        return secret


def passphrase_source(
    arguments: argparse.Namespace, environment: Mapping[str, str]
) -> SecretSource:
    """Return where the vault's passphrase is: an option, else the environment, else nowhere."""
    what = "passphrase"
    if arguments.passphrase_fd is not None:
        return SecretSource(what, fd=arguments.passphrase_fd)
    if arguments.passphrase_file is not None:
        return SecretSource(what, file=arguments.passphrase_file)
    if named := environment.get(PASSPHRASE_VARIABLE):
        return SecretSource(what, file=Path(named).expanduser())
    return SecretSource(what)


def password_source(arguments: argparse.Namespace) -> SecretSource:
    """Return where the password of a PDF is: an option, else nowhere."""
    return SecretSource("password", file=arguments.password_file, fd=arguments.password_fd)


@dataclass(frozen=True, slots=True)
class KeySource:
    """A file or a descriptor whose first two lines are an access key's id and its secret."""

    file: Path | None = None
    fd: int | None = None

    @property
    def is_named(self) -> bool:
        """Whether the user said where the access key is."""
        return self.file is not None or self.fd is not None

    def read(self) -> tuple[str, str]:
        """Return id and secret; SecretNotGiven when there are no two lines."""
        try:
            lines = self._lines()
        except (OSError, ValueError):
            raise SecretNotGiven("The access key could not be read from there.") from None
        key_id, secret = (one.decode("utf-8", "surrogateescape").strip() for one in lines)
        if not (key_id and secret):
            raise SecretNotGiven("An access key is two lines: its id, and its secret.")
        return key_id, secret

    def _lines(self) -> tuple[bytes, bytes]:
        if self.file is None:
            return _line_of(self.fd), _line_of(self.fd)
        with self.file.open("rb") as file:
            return file.readline(_MOST_BYTES), file.readline(_MOST_BYTES)


def ask_key() -> tuple[str, str]:
    """Ask on the terminal for an access key; the secret is not shown. SecretNotGiven."""
    if not can_ask():
        raise SecretNotGiven(
            "The access key is asked for on a terminal, or taken with --credentials-file or"
            " --credentials-fd."
        )
    key_id = ask_secret("Access key id: ").strip()
    secret = ask_secret("Secret access key: ").strip() if key_id else ""
    if not secret:
        raise SecretNotGiven("No access key was entered.")
    return key_id, secret


def can_ask() -> bool:
    """Tell whether somebody sits at a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask_secret(prompt: str) -> str:
    """Ask on the terminal without showing what is typed; "" when nothing is."""
    try:
        return getpass.getpass(prompt)
    except EOFError:
        return ""


def ask_twice(prompt: str) -> str | None:
    """Ask for a new secret twice; None when nothing or two things are typed."""
    first = ask_secret(prompt)
    if not first:
        return None
    return first if ask_secret("The same once more: ") == first else None


def _line_of_file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.readline(_MOST_BYTES).removesuffix(b"\n")


def _line_of(fd: int | None) -> bytes:
    if fd is None:
        raise ValueError("no descriptor")
    line = bytearray()
    while len(line) < _MOST_BYTES:
        one = os.read(fd, 1)
        if one in (b"", b"\n"):
            break
        line += one
    return bytes(line)
