"""“mayfly purge” and “mayfly service”: ends that are kept while no window is open."""

from __future__ import annotations

import argparse

from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus, combined
from mayfly.cli.json_shapes import deletion_shape
from mayfly.cli.session import Session
from mayfly.domain.background import TimerState
from mayfly.domain.error_codes import error_of
from mayfly.domain.jobs import DeleteOutcome

_PURGE = """
Destroy what is past its end, and what an earlier deletion could not finish. Every other
command and the window do so when they start; this one does nothing else. It needs no key
and never asks for one, so a timer can run it: keys and contents of what is due are
destroyed at once, and the vault's own key is changed when the vault is opened next.
"""

_SERVICE = """
Have the system look every quarter of an hour for what is past its end, also while Mayfly
is closed: a timer of your own systemd that runs “mayfly purge --due”. What came due while
the machine was off is made up for at its start. Elsewhere, packaging/ has files for launchd
and the Task Scheduler.
"""

_STATES = {
    TimerState.RUNNING: "The timer runs.",
    TimerState.AT_NEXT_LOGIN: "The timer is installed and begins when you log in next.",
    TimerState.ABSENT: "There is no timer: ends are kept while Mayfly runs, and when it starts.",
    TimerState.UNAVAILABLE: "This system has no systemd, so no timer can be installed by itself.",
}


def add_parsers(commands: Commands) -> None:
    """Declare both commands."""
    purge = commands.add(
        "purge",
        run_purge,
        summary="destroy what is past its end",
        description=_PURGE,
        examples="mayfly purge --due\nmayfly purge --due --json",
    )
    purge.add_argument(
        "--due", action="store_true", required=True, help="what is past its end, and nothing else"
    )
    service = commands.add(
        "service",
        run_service,
        summary="keep ends while Mayfly is closed",
        description=_SERVICE,
        examples="mayfly service install\nmayfly service status --json\nmayfly service remove",
        keeps_nothing=True,
    )
    service.add_argument(
        "action",
        nargs="?",
        choices=("install", "remove", "status"),
        default="status",
        help="status (the default) only looks",
    )


def run_purge(_arguments: argparse.Namespace, session: Session) -> int:
    """Destroy what is due without any key, and say how many went."""
    terminal = session.terminal
    deletions = session.vault_without_key().swept if session.has_vault() else ()
    gone = sum(one.outcome is DeleteOutcome.DELETED for one in deletions)
    failed = [one for one in deletions if one.outcome is DeleteOutcome.FAILED]
    jobs = "1 job or part of one was" if gone == 1 else f"{gone} jobs or parts of them were"
    terminal.print_line(f"{jobs} past the end and destroyed." if gone else "Nothing was due.")
    for code in sorted({one.error_code or "" for one in failed}):
        terminal.say(f"mayfly: {len(failed)} could not be destroyed: {error_of(code)}")
    if terminal.as_json:
        terminal.print_json([deletion_shape(one) for one in deletions])
    if not failed:
        return ExitStatus.DONE
    statuses = [error_of(one.error_code or "").exit_status for one in failed]
    return combined([*statuses, *([ExitStatus.DONE] if gone else [])])


def run_service(arguments: argparse.Namespace, session: Session) -> int:
    """Install, remove or look at the timer; ServiceUnavailable where it cannot be installed."""
    timer, terminal = session.foundation.purge_timer(), session.terminal
    if arguments.action == "install":
        state = timer.install()
    elif arguments.action == "remove":
        state = timer.remove()
    else:
        state = timer.state()
    terminal.print_line(_STATES[state])
    if terminal.as_json:
        terminal.print_json({"timer": state.value})
    return ExitStatus.DONE
