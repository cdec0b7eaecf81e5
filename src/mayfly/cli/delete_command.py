"""“mayfly delete”: jobs, batches, parts, what is old, or everything, at once and for good."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mayfly.cli.arguments import age, living_states, page_number
from mayfly.cli.commands import Commands
from mayfly.cli.doomed import Level, carry_out, find, foresee, in_order, level_of
from mayfly.cli.exit_status import ExitStatus, combined
from mayfly.cli.json_shapes import deletion_shape, doomed_shape, moment_shape
from mayfly.cli.listing import shown_name
from mayfly.cli.questions import agrees
from mayfly.cli.secrets_input import can_ask
from mayfly.cli.session import Session
from mayfly.cli.terminal import Terminal
from mayfly.cli.upload_waiting import tell_owed
from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import (
    AlreadyDeleted,
    NoSuchBatch,
    NoSuchJob,
    ResultGone,
    SourceGone,
    UserError,
)
from mayfly.domain.jobs import DeleteOutcome, Deletion, Job

_DESCRIPTION = """
Delete jobs, or all that was added together as a batch, whatever they are doing: a
document that is being read or exported is taken from its reader first. There is no trash
and no undo. The keys are destroyed; what is left on the disk cannot be decrypted. The row
of a deleted job stays: its id, times, number of pages and why it went, without its name.

Asking again does no harm: “already deleted”, with the moment, and status 4. A job that
cannot be deleted is named and stops none of the others.
"""

_EXAMPLES = """
mayfly delete 1f2e3d4c
mayfly delete 1f2e 77ab 90c3
mayfly delete --batch 9c0d --json
mayfly delete 1f2e --source               keep what was read, destroy the document
mayfly delete 1f2e --images --page 3      destroy the picture of one page
mayfly delete --older-than 7d --state done,failed --dry-run
mayfly delete --all
"""

_EVERYTHING = """\
{count} will be destroyed: documents, page images and all that was read.
What stays: a row for each without its name, your settings, the files that you exported,
and your own files. There is no undo."""

_WORDS = {
    DeleteOutcome.DELETED: "deleted",
    DeleteOutcome.ALREADY_DELETED: "already deleted",
    DeleteOutcome.NO_SUCH_JOB: "no such job",
    DeleteOutcome.FAILED: "failed",
}

_GONE: dict[Level, type[UserError]] = {
    Level.SOURCE: SourceGone,
    Level.RESULT: ResultGone,
}
"""What an answer says where a part was destroyed before, and the job may live."""

_PART_WORDS = {
    Level.JOB: "",
    Level.SOURCE: "document and page images ",
    Level.RESULT: "result ",
    Level.IMAGES: "page images ",
}


def add_parsers(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add(
        "delete",
        run_delete,
        summary="destroy jobs, parts of them or everything, at once and for good",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
    )
    _add_choices(parser)
    parts = parser.add_argument_group("what goes of each job (default: all of it)")
    either = parts.add_mutually_exclusive_group()
    either.add_argument(
        "--source", action="store_true", help="the document and its page images; the result stays"
    )
    either.add_argument("--result", action="store_true", help="what was read; the document stays")
    either.add_argument(
        "--images",
        action="store_true",
        help="the pictures of one page; its words and the document stay",
    )
    parts.add_argument(
        "--page", type=page_number, metavar="N", help="the page, with --images, counted from 1"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be deleted, and delete nothing"
    )
    parser.add_argument("--yes", action="store_true", help="with --all: do not ask")
    parser.set_defaults(refuse=parser.error)


def run_delete(arguments: argparse.Namespace, session: Session) -> int:
    """Delete and say what became of each job."""
    _check_usage(arguments)
    if not session.has_vault():
        return _nothing_there(arguments, session.terminal)
    mayfly = session.vault_to_delete_from()
    job_ids, refused = find(mayfly, arguments)
    if not job_ids and not refused:
        return _tell_nothing(session.terminal)
    if arguments.dry_run:
        doomed, others = foresee(mayfly, arguments, job_ids)
        return _tell(session.terminal, level_of(arguments), [*others, *refused], doomed)
    if arguments.everything and not arguments.yes and not _is_sure(session.terminal, len(job_ids)):
        session.terminal.say("Nothing was deleted.")
        if session.terminal.as_json:
            session.terminal.print_json([])
        return ExitStatus.FAILED
    deletions = carry_out(mayfly, arguments, job_ids) if job_ids else []
    answers = in_order(mayfly, arguments, [*deletions, *refused])
    status = _tell(session.terminal, level_of(arguments), answers)
    tell_owed(session.terminal, mayfly)
    return status


def _add_choices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "jobs", nargs="*", metavar="JOB", help="a job's id, or its first 4 digits and more"
    )
    parser.add_argument(
        "--batch", metavar="BATCH", help="a whole batch: its id, or 4 digits of it and more"
    )
    parser.add_argument(
        "--older-than",
        type=age,
        metavar="AGE",
        help="jobs that were added longer ago: 90m, 12h, 7d or 2w",
    )
    parser.add_argument(
        "--state",
        type=living_states,
        metavar="STATES",
        help="with --older-than: only these states, as done,failed (default: all finished ones)",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        dest="everything",
        help="every job there is; asks once, default no",
    )


def _check_usage(arguments: argparse.Namespace) -> None:
    chosen = (
        bool(arguments.jobs),
        arguments.batch is not None,
        arguments.older_than is not None,
        arguments.everything,
    )
    if sum(chosen) != 1:
        arguments.refuse("name jobs, or one of --batch, --older-than and --all")
    if arguments.state is not None and arguments.older_than is None:
        arguments.refuse("--state goes with --older-than")
    if arguments.images != (arguments.page is not None):
        arguments.refuse("--images and --page N go together")
    if arguments.images and len(arguments.jobs) != 1:
        arguments.refuse("--images takes one job")
    if arguments.everything and level_of(arguments) is not Level.JOB:
        arguments.refuse("--all deletes whole jobs")
    if arguments.everything and not (arguments.yes or arguments.dry_run or can_ask()):
        arguments.refuse("--all asks first, and nobody is there to answer: add --yes")


def _nothing_there(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Answer without a vault: looking for jobs must not make one."""
    if arguments.jobs:
        raise NoSuchJob
    if arguments.batch is not None:
        raise NoSuchBatch
    return _tell_nothing(terminal)


def _is_sure(terminal: Terminal, count: int) -> bool:
    jobs = "1 job" if count == 1 else f"{count} jobs"
    terminal.say(_EVERYTHING.format(count=jobs))
    return agrees(terminal, "Delete everything?")


def _tell_nothing(terminal: Terminal) -> int:
    terminal.say("There is nothing to delete.")
    if terminal.as_json:
        terminal.print_json([])
    return ExitStatus.DONE


def _tell(
    terminal: Terminal, level: Level, deletions: Sequence[Deletion], doomed: Sequence[Job] = ()
) -> int:
    part = _PART_WORDS[level]
    for job in doomed:
        line = f"{job.job_id}  {part}would be deleted  {shown_name(job.name)}"
        terminal.print_line(line.rstrip())
    for one in deletions:
        terminal.print_line(f"{one.job_id}  {_words(one, part)}")
        if one.outcome is DeleteOutcome.FAILED:
            terminal.say(f"mayfly: {one.job_id}: {error_of(one.error_code or '')}")
    if terminal.as_json:
        shapes = [doomed_shape(job.job_id) for job in doomed]
        terminal.print_json(
            [*shapes, *(deletion_shape(one, _GONE.get(level, AlreadyDeleted)) for one in deletions)]
        )
    return combined([*(ExitStatus.DONE for _ in doomed), *(_status_of(one) for one in deletions)])


def _words(deletion: Deletion, part: str) -> str:
    words = _WORDS[deletion.outcome]
    if deletion.outcome is DeleteOutcome.ALREADY_DELETED:
        moment = moment_shape(deletion.deleted_at)
        return f"{part}{words}, {moment}" if moment else f"{part}{words}"
    return f"{part}{words}" if deletion.outcome is DeleteOutcome.DELETED else words


def _status_of(deletion: Deletion) -> int:
    if deletion.outcome is DeleteOutcome.DELETED:
        return ExitStatus.DONE
    if deletion.outcome is DeleteOutcome.FAILED:
        return error_of(deletion.error_code or "").exit_status
    return ExitStatus.NO_SUCH_JOB
