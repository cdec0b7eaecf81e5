"""“mayfly clock”: whether the date can be believed, and the answer to a clock that jumped."""

from __future__ import annotations

import argparse
from datetime import datetime

from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus
from mayfly.cli.json_shapes import clock_shape
from mayfly.cli.session import Session
from mayfly.domain.jobs import DeleteOutcome, Deletion
from mayfly.domain.timekeeping import TimeState

_STATUS = "status"
_CONFIRM = "confirm"
_REFUSE = "refuse"

_DESCRIPTION = """
Say what time it is for Mayfly, and whether that is in doubt. When this machine's date jumps
far ahead, a wrong date would destroy everything. So what is past its end by the new date is
hidden at once, and destroyed when you confirm the date, or when the machine has run for
another 24 hours. When you refuse it, all is shown again and time goes on from before, until
the clock is put right, jumps further, or the machine is started anew. Needs no key.
"""


def add_parsers(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add(
        "clock",
        run_clock,
        summary="say whether this machine's date is right",
        description=_DESCRIPTION,
        examples="mayfly clock\nmayfly clock confirm\nmayfly clock refuse --json",
    )
    parser.add_argument(
        "answer",
        nargs="?",
        choices=(_STATUS, _CONFIRM, _REFUSE),
        default=_STATUS,
        help="status (the default): look; confirm: the date is right; refuse: it is wrong",
    )


def run_clock(arguments: argparse.Namespace, session: Session) -> int:
    """Look, or answer; an answer that nobody waits for changes nothing."""
    terminal = session.terminal
    if not session.has_vault():
        terminal.print_line("There is no vault yet.")
        if terminal.as_json:
            terminal.print_json(clock_shape(None, ()))
        return ExitStatus.DONE
    time = session.vault_to_ask().timekeeping
    before = time.state().result()
    deletions: tuple[Deletion, ...] = ()
    if arguments.answer == _CONFIRM:
        deletions = time.confirm().result()
    elif arguments.answer == _REFUSE:
        time.refuse().result()
    after = time.state().result()
    if arguments.answer != _STATUS and not before.doubtful:
        terminal.print_line("The date was not in doubt; nothing has changed.")
    _print(session, after, deletions)
    failed = any(one.outcome is DeleteOutcome.FAILED for one in deletions)
    return ExitStatus.SOME_FAILED if failed else ExitStatus.DONE


def _print(session: Session, state: TimeState, deletions: tuple[Deletion, ...]) -> None:
    terminal = session.terminal
    gone = sum(one.outcome is DeleteOutcome.DELETED for one in deletions)
    if gone:
        terminal.print_line(f"Destroyed, because their end had passed: {gone}.")
    terminal.print_line(f"Ends are kept by {_moment(state.now)}.")
    if abs(state.wall - state.now).total_seconds() >= 1:
        terminal.print_line(f"This machine's clock says {_moment(state.wall)}.")
    if state.claimed is not None:
        hours = state.decided_in.total_seconds() / 3600
        terminal.print_line(
            f"Is it {_moment(state.claimed)} already? Hidden until you say so: {state.hidden}."
        )
        terminal.print_line(
            "“mayfly clock confirm” destroys what is past its end by then; “mayfly clock refuse”"
            f" shows it again. Without an answer it is destroyed in {hours:.1f} h of running time."
        )
    if terminal.as_json:
        terminal.print_json(clock_shape(state, deletions))


def _moment(moment: datetime) -> str:
    """Return the moment as the user's own clocks show it."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z").strip()
