"""What a command says: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterable
from typing import Any, TextIO

from mayfly.cli.json_shapes import error_shape
from mayfly.domain.errors import UserError


class Terminal:
    """Standard output and error of one command.

    With JSON wished for, standard output holds exactly one document and nothing else.
    """

    def __init__(self, out: TextIO, err: TextIO, *, as_json: bool) -> None:
        self._out = out
        self._err = err
        self._as_json = as_json
        self._answered = False

    @property
    def as_json(self) -> bool:
        """Whether the user asked for JSON."""
        return self._as_json

    @property
    def err(self) -> TextIO:
        """Standard error, for progress."""
        return self._err

    @property
    def shows_progress(self) -> bool:
        """Whether a bar would be seen and would not disturb a pager behind a pipe."""
        return self._err.isatty() and not _is_pipe(self._out)

    @property
    def prints_to_screen(self) -> bool:
        """Whether results scroll over the screen that a bar would stand on."""
        return self._out.isatty()

    def say(self, text: str) -> None:
        """Tell something beside the result."""
        print(text, file=self._err, flush=True)

    def print_line(self, text: str) -> None:
        """Print a line of the result for people; nothing when JSON was wished for."""
        if not self._as_json:
            print(text, file=self._out)

    def print_text(self, pieces: Iterable[str]) -> None:
        """Print a result piece by piece, each as soon as it is there."""
        for piece in pieces:
            self._out.write(piece)
            self._out.flush()

    def print_json(self, value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
        """Print the one JSON document, in UTF-8 whatever the locale."""
        self.print_document([json.dumps(value, ensure_ascii=False, indent=2).encode(), b"\n"])

    def print_document(self, pieces: Iterable[bytes]) -> None:
        """Print a JSON document that is made already; whole or, on an error, not at all."""
        whole = b"".join(pieces)
        self._answered = True
        self._out.flush()
        self._out.buffer.write(whole)
        self._out.flush()

    def show_error(self, error: UserError) -> None:
        """Say what happened and what to do; as JSON, too, when there was no answer yet."""
        self.say(f"mayfly: {error.text} {error.remedy}")
        if self._as_json and not self._answered:
            self.print_json({"error": error_shape(error)})

    def show_failure(self, sentence: str, *, code: str = "internal") -> None:
        """Say that something went wrong which is not in the tree of errors."""
        self.say(f"mayfly: {sentence}")
        if self._as_json and not self._answered:
            shape = {"code": code, "text": sentence, "remedy": UserError.remedy}
            self.print_json({"error": shape})


def open_terminal(*, as_json: bool) -> Terminal:
    """Return the terminal of this process; a closed stream takes what is said to nowhere."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            # A word that the locale cannot write must not end the command.
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    return Terminal(sys.stdout or _nowhere(), sys.stderr or _nowhere(), as_json=as_json)


def silence_output() -> None:
    """Point standard output to nowhere, so that the end of the process writes to no dead pipe."""
    if sys.stdout is None:
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - lives with the process


def _is_pipe(stream: TextIO) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False
