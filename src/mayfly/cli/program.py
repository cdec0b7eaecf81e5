"""The edge of the command line: every way in which a command can end, and its exit status."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from mayfly.bootstrap import Foundation, open_foundation
from mayfly.cli.display import has_display
from mayfly.cli.exit_status import ExitStatus
from mayfly.cli.parser import Parser
from mayfly.cli.secrets_input import SecretNotGiven, passphrase_source
from mayfly.cli.session import Session
from mayfly.cli.terminal import Terminal, open_terminal, silence_output
from mayfly.domain.errors import UserError

UNREADABLE_SECRET = "secret_unreadable"  # noqa: S105 - an error's code

_log = logging.getLogger(__name__)

OpenWindow = Callable[[Foundation, Sequence[Path]], int]


class _Ended(BaseException):
    """The system asked the process to end; it still cleans up."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


def run(argv: Sequence[str], open_window: OpenWindow) -> int:
    """Do what the arguments ask for and return the exit status; never raises an Exception.

    open_window shows the window until it is closed; ImportError when Qt cannot be loaded.
    """
    parser = Parser()
    try:
        window = parser.parse_window(argv)
        arguments = window or parser.parse_command(argv)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else ExitStatus.USAGE
    if window is not None:
        return _run_window(window, parser, open_window)
    with _signals_heard():
        return _run_command(arguments)


def _run_command(arguments: argparse.Namespace) -> int:
    terminal = open_terminal(as_json=arguments.as_json)
    try:
        status = _guarded(arguments, terminal)
        # Now, not at the end of the process: a dead pipe must be met where it is caught.
        sys.stdout and sys.stdout.flush()
    except BrokenPipeError:
        silence_output()
        return ExitStatus.PIPE_CLOSED
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except _Ended as end:
        return end.status
    return status


def _guarded(arguments: argparse.Namespace, terminal: Terminal) -> int:
    try:
        foundation = open_foundation(in_memory=arguments.memory)
    except UserError as error:
        terminal.show_error(error)
        return error.exit_status
    foundation.harden()
    if arguments.keeps_nothing:
        logging.disable(logging.CRITICAL)
    source = passphrase_source(arguments, {} if foundation.in_memory else os.environ)
    session = Session(foundation, terminal, passphrase=source)
    try:
        run_command: Callable[[argparse.Namespace, Session], int] = arguments.run
        with _closing(session):
            return run_command(arguments, session)
    except UserError as error:
        terminal.show_error(error)
        return error.exit_status
    except SecretNotGiven as refusal:
        terminal.show_failure(str(refusal), code=UNREADABLE_SECRET)
        return ExitStatus.USAGE
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else ExitStatus.USAGE
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the last one who can say anything
        _log.critical("a command failed", exc_info=error)
        terminal.show_failure(_failure_sentence(foundation, error, arguments.keeps_nothing))
        return ExitStatus.FAILED


@contextmanager
def _closing(session: Session) -> Iterator[None]:
    try:
        yield
    finally:
        # A second Ctrl-C ends the tidying up; whatever was not finished is at the next start.
        with suppress(KeyboardInterrupt):
            session.close()


def _failure_sentence(foundation: Foundation, error: Exception, kept_nothing: bool) -> str:
    where = (
        "nothing was logged, because this command stores nothing"
        if kept_nothing
        else f"the log, which holds no content, is {foundation.log}"
    )
    return f"Something went wrong in Mayfly itself ({type(error).__name__}); {where}."


@contextmanager
def _signals_heard() -> Iterator[None]:
    """Let the ordinary ways of ending a process clean up first, as Ctrl-C does."""
    wanted = [(signal.SIGTERM, ExitStatus.TERMINATED)]
    if hangup := getattr(signal, "SIGHUP", None):
        wanted.append((hangup, ExitStatus.HUNG_UP))
    before = []
    for number, status in wanted:
        before.append((number, signal.signal(number, _ender(status))))
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _ender(status: int) -> Callable[[int, FrameType | None], None]:
    def end(_number: int, _frame: FrameType | None) -> None:
        raise _Ended(status)

    return end


# --- the window ----------------------------------------------------------------------


def _run_window(arguments: argparse.Namespace, parser: Parser, open_window: OpenWindow) -> int:
    terminal = open_terminal(as_json=False)
    if not has_display(os.environ, sys.platform):
        if arguments.paths:
            terminal.say(
                "mayfly: There is no display here, so the window cannot open."
                " Use “mayfly add” or “mayfly read” with the files."
            )
            return ExitStatus.FAILED
        terminal.say("There is no display here, so the window cannot open; the command line works:")
        with suppress(BrokenPipeError):
            terminal.print_text([parser.help_text()])
        return ExitStatus.DONE
    try:
        foundation = open_foundation(in_memory=arguments.memory)
    except UserError as error:
        terminal.show_error(error)
        return error.exit_status
    foundation.harden()
    try:
        source = passphrase_source(arguments, {} if foundation.in_memory else os.environ)
        if source.is_named:
            foundation.offer_passphrase(source.read())
        return open_window(foundation, [path.absolute() for path in arguments.paths])
    except ImportError:
        terminal.show_failure(
            "The window cannot open because Qt, or a system library that it needs, is missing."
            " “packaging/run” in Mayfly's folder installs both; “mayfly --help” works without."
        )
        return ExitStatus.FAILED
    except SecretNotGiven as refusal:
        terminal.show_failure(str(refusal), code=UNREADABLE_SECRET)
        return ExitStatus.USAGE
    except Exception as error:  # noqa: BLE001 - the last one who can say anything
        _log.critical("the window failed", exc_info=error)
        terminal.show_failure(_failure_sentence(foundation, error, kept_nothing=False))
        return ExitStatus.FAILED
    finally:
        foundation.close()
