"""“mayfly read”: print a document's text and keep nothing of it anywhere."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from contextlib import closing
from itertools import chain
from pathlib import Path

from mayfly.cli.arguments import languages, page_number
from mayfly.cli.commands import Commands, add_password_options
from mayfly.cli.exit_status import ExitStatus
from mayfly.cli.progress import Progress, open_progress
from mayfly.cli.secrets_input import ask_secret, can_ask, password_source
from mayfly.cli.session import Session
from mayfly.domain.document_errors import EveryPageFailed, PasswordNeeded, PasswordWrong
from mayfly.domain.error_codes import error_of
from mayfly.domain.exports import ExportDocument, ExportFormat
from mayfly.domain.jobs import ReadOptions
from mayfly.domain.pages import PageResult
from mayfly.services.once import OncePage

_MOST_TRIES = 3

_DESCRIPTION = """
Read one document and print its text. Nothing is stored: no vault is opened or made,
no folder, setting or log is written, and the document is in memory only as long as
it is read. Pages are parted by a form feed.

A page that cannot be read is named on standard error; the status is then 7, or 3
when no page could be read at all.
"""

_EXAMPLES = """
mayfly read letter.pdf
mayfly read --lang eng+deu scan.png > scan.txt
mayfly read --page 3 --json report.pdf
mayfly read --password-file secret.txt locked.pdf
"""


def add_parsers(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add(
        "read",
        run_read,
        summary="print a document's text and store nothing",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
        keeps_nothing=True,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the document")
    add_reading_options(parser)
    parser.add_argument("--page", type=page_number, metavar="N", help="read only page N")
    add_password_options(parser)


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a document is to be read."""
    parser.add_argument(
        "--lang",
        type=languages,
        metavar="CODES",
        help="languages of the document, such as eng+deu (default: as set; see “languages”)",
    )
    parser.add_argument(
        "--recognise-anyway",
        action="store_true",
        help="recognise the pages even where the file brings its text",
    )


def run_read(arguments: argparse.Namespace, session: Session) -> int:
    """Read and print; ExitStatus.SOME_FAILED when a page failed."""
    terminal = session.terminal
    wished = not terminal.prints_to_screen or terminal.as_json
    with open_progress(terminal, wished=wished) as progress:
        reading = _Reading(arguments, session, progress)
        with closing(reading.pages()) as pages:
            # The first page decides whether there is an answer at all.
            whole = chain([first] if (first := next(pages, None)) else [], pages)
            document = ExportDocument(None, whole)
            if terminal.as_json:
                terminal.print_document(session.foundation.render(ExportFormat.JSON, document))
            else:
                pieces = session.foundation.render(ExportFormat.TEXT, document)
                terminal.print_text(piece.decode() for piece in pieces)
    return ExitStatus.SOME_FAILED if reading.failed else ExitStatus.DONE


class _Reading:
    """One document on its way through readers to the terminal."""

    def __init__(self, arguments: argparse.Namespace, session: Session, progress: Progress) -> None:
        self.failed = 0
        self._wanted = 0
        self._arguments = arguments
        self._session = session
        self._progress = progress

    def pages(self) -> Generator[PageResult, None, None]:
        """Yield the pages that could be read, and say which could not."""
        with closing(self._opened()) as pages:
            for page in pages:
                if page.result is not None:
                    yield page.result
                else:
                    self._tell_failed(page)

    def _opened(self) -> Generator[OncePage, None, None]:
        """Read with the password that was given, or that somebody at a terminal types."""
        source = password_source(self._arguments)
        password = source.read() if source.is_named else None
        tries = 0
        while True:
            pages = self._read(password)
            try:
                first = next(pages, None)
            except (PasswordNeeded, PasswordWrong) as error:
                if source.is_named or not can_ask() or tries == _MOST_TRIES:
                    raise
                self._progress.say(error.text)
                password = ask_secret("Password of the PDF: ")
                if not password:
                    raise
                tries += 1
                continue
            with closing(pages):
                yield from chain([first] if first else [], pages)
            return

    def _read(self, password: str | None) -> Generator[OncePage, None, None]:
        arguments, foundation = self._arguments, self._session.foundation
        chosen = arguments.lang or foundation.preferences().languages
        return foundation.read_once.read(
            arguments.file,
            ReadOptions(chosen, recognise_anyway=arguments.recognise_anyway),
            password=password,
            only=arguments.page,
            on_page=self._count,
        )

    def _count(self, read: int, pages: int) -> None:
        self._wanted = pages
        self._progress.show("Reading pages", read, pages)

    def _tell_failed(self, page: OncePage) -> None:
        self.failed += 1
        error = error_of(page.error_code or EveryPageFailed.code)
        if self._wanted == 1:
            # Its own reason says more than that every page failed.
            raise error
        self._progress.say(f"mayfly: page {page.number}: {error.text} {error.remedy}")
