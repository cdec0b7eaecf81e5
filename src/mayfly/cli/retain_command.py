"""“mayfly retain”: how long jobs are kept, changed after they were added."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime

from mayfly.cli.arguments import retention_hours
from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus, combined
from mayfly.cli.json_shapes import moment_shape, retained_shape
from mayfly.cli.listing import time_left
from mayfly.cli.session import Session
from mayfly.composition import Mayfly
from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import NoSuchBatch, NoSuchJob, UserError
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Job, Retained, RetainOutcome
from mayfly.domain.retention import RuleChange
from mayfly.domain.states import FINISHED, JobState

_DESCRIPTION = """
Change how long jobs, or all jobs of a batch, are kept: the document with its page images,
and what was read of it. Times count from when reading ended, 0h to 168h (7 days), and no
change passes 30 days after adding. A time that has passed already destroys at once.

What was read follows the document until “--result” or “--unlink” parts them; “--link”
joins them again. What is destroyed or past its end never comes back.
"""

_EXAMPLES = """
mayfly retain 1f2e3d4c --source 3d
mayfly retain 1f2e --source 1h --result 7d
mayfly retain --batch 9c0d --source 2h --link --json
"""

_WORDS = {
    RetainOutcome.ALREADY_DELETED: "already deleted",
    RetainOutcome.NO_SUCH_JOB: "no such job",
    RetainOutcome.FAILED: "not changed",
}


def add_parsers(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add(
        "retain",
        run_retain,
        summary="change how long jobs are kept",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
    )
    parser.add_argument(
        "jobs", nargs="*", metavar="JOB", help="a job's id, or its first 4 digits and more"
    )
    parser.add_argument(
        "--batch", metavar="BATCH", help="a whole batch: its id, or 4 digits of it and more"
    )
    for part, what in (("source", "the document"), ("result", "what was read")):
        parser.add_argument(
            f"--{part}",
            type=retention_hours,
            metavar="TIME",
            help=f"keep {what} so long after it was read: 0h to 168h, or 1d to 7d",
        )
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--link",
        action="store_true",
        default=None,
        dest="linked",
        help="let what was read follow the document",
    )
    either.add_argument(
        "--unlink", action="store_false", dest="linked", help="let each have a time of its own"
    )
    parser.set_defaults(refuse=parser.error)


def run_retain(arguments: argparse.Namespace, session: Session) -> int:
    """Change, and say when each part of each job goes now."""
    if bool(arguments.jobs) == (arguments.batch is not None):
        arguments.refuse("name jobs, or one batch with --batch")
    change = RuleChange(arguments.source, arguments.result, arguments.linked)
    if change == RuleChange():
        arguments.refuse("say what to change: --source, --result, --link or --unlink")
    if change.linked and None not in (change.source_hours, change.result_hours):
        arguments.refuse("--link gives both the same time: leave --source or --result out")
    if not session.has_vault():
        raise NoSuchJob if arguments.jobs else NoSuchBatch
    mayfly = session.vault()
    if arguments.batch is not None:
        batch_id = mayfly.library.find_batch(arguments.batch.strip()).result()
        answers: Sequence[Retained] = mayfly.deadlines.change_batch(batch_id, change).result()
    else:
        answers = _change_jobs(mayfly, arguments.jobs, change)
    _tell(session, mayfly, answers)
    return combined(_status_of(one) for one in answers)


def _change_jobs(mayfly: Mayfly, references: Sequence[str], change: RuleChange) -> list[Retained]:
    """Change each job that is found; one that is not stops none of the others."""
    answers: dict[str, Retained | None] = {}
    for reference in references:
        try:
            answers[mayfly.library.find_id(reference.strip()).result()] = None
        except NoSuchJob:
            answers[reference] = Retained(reference, RetainOutcome.NO_SUCH_JOB)
        except UserError as error:
            answers[reference] = Retained(reference, RetainOutcome.FAILED, error_code=error.code)
    found = [JobId(one) for one, answer in answers.items() if answer is None]
    changed = mayfly.deadlines.change(found, change).result() if found else ()
    answers.update({one.job_id: one for one in changed})
    return [answer for answer in answers.values() if answer is not None]


def _tell(session: Session, mayfly: Mayfly, answers: Sequence[Retained]) -> None:
    terminal = session.terminal
    for one in answers:
        said = _WORDS.get(one.outcome, "")
        if one.outcome is RetainOutcome.CHANGED and not terminal.as_json:
            said = _ends(mayfly.library.find(one.job_id).result(), session.foundation.now())
        terminal.print_line(f"{one.job_id}  {said}")
    for one in answers:
        if one.outcome is RetainOutcome.FAILED:
            terminal.say(f"mayfly: {one.job_id}: {error_of(one.error_code or '')}")
    if terminal.as_json:
        terminal.print_json([retained_shape(one) for one in answers])


def _ends(job: Job, now: datetime) -> str:
    """Say when each part goes; a part that is gone has an end still, which is no news."""
    parts = (
        ("document", job.source_present, job.source_delete_at),
        ("result", job.result_present, job.result_delete_at),
    )
    is_read = job.state in FINISHED or job.state is JobState.DELETED
    return ", ".join(
        f"{what} gone"
        if is_read and (not is_there or end <= now)
        else f"{what} {time_left(end, now)} ({moment_shape(end)})"
        for what, is_there, end in parts
    )


def _status_of(answer: Retained) -> int:
    if answer.outcome is RetainOutcome.CHANGED:
        return ExitStatus.DONE
    if answer.outcome is RetainOutcome.FAILED:
        return error_of(answer.error_code or "").exit_status
    return ExitStatus.NO_SUCH_JOB
