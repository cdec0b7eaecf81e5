"""“mayfly list” and “mayfly show”."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from mayfly.cli.arguments import job_states, page_number
from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus
from mayfly.cli.job_reference import check_readable, find_batch, find_job
from mayfly.cli.json_shapes import job_shape
from mayfly.cli.listing import list_lines
from mayfly.cli.session import Session
from mayfly.composition import Mayfly
from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import NoSuchBatch, NoSuchPage, NotFinished
from mayfly.domain.exports import ExportDocument, ExportFormat
from mayfly.domain.jobs import Job
from mayfly.domain.pages import PageResult, PageState

_LIST_DESCRIPTION = """
List the jobs, oldest first, with the time that is left to the document (source) and to
its text (result). Deleted jobs stay in the list without their name; nothing else of them
is left. “--state” and “--batch” pick some.
"""

_LIST_EXAMPLES = """
mayfly list
mayfly list --state queued,reading
mayfly list --batch 9c0d --json
"""

_SHOW_DESCRIPTION = """
Print what was read in a document, pages parted by a form feed. One page can be shown
as soon as it is read; the whole document when it is done.
"""

_SHOW_EXAMPLES = """
mayfly show 1f2e3d4c
mayfly show 1f2e --page 2
mayfly show 1f2e --format json
"""


def add_parsers(commands: Commands) -> None:
    """Declare both commands."""
    parser = commands.add(
        "list",
        run_list,
        summary="list the jobs and the time that is left",
        description=_LIST_DESCRIPTION,
        examples=_LIST_EXAMPLES,
    )
    parser.add_argument(
        "--state",
        type=job_states,
        metavar="STATES",
        help="only these: queued, reading, done, failed, needs_password, cancelled, deleted",
    )
    parser.add_argument(
        "--batch", metavar="BATCH", help="only this batch: its id, or 4 digits of it and more"
    )
    parser = commands.add(
        "show",
        run_show,
        summary="print what was read in a document",
        description=_SHOW_DESCRIPTION,
        examples=_SHOW_EXAMPLES,
    )
    parser.add_argument("job", metavar="JOB", help="the job's id, or its first 4 digits and more")
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="text, or json with words, boxes and confidences (as --json)",
    )
    parser.add_argument("--page", type=page_number, metavar="N", help="only page N")


def run_list(arguments: argparse.Namespace, session: Session) -> int:
    """Print the jobs; a machine without a vault has none."""
    jobs: tuple[Job, ...] = ()
    if session.has_vault():
        jobs = session.vault().library.jobs().result()
    if arguments.batch is not None:
        if not jobs:
            raise NoSuchBatch
        batch_id = find_batch(jobs, arguments.batch)
        jobs = tuple(job for job in jobs if job.batch_id == batch_id)
    if arguments.state is not None:
        jobs = tuple(job for job in jobs if job.state in arguments.state)
    terminal = session.terminal
    if terminal.as_json:
        terminal.print_json([job_shape(job) for job in jobs])
    elif not jobs:
        terminal.say("No jobs.")
    for line in list_lines(jobs, session.foundation.now()):
        terminal.print_line(line)
    return ExitStatus.DONE


def run_show(arguments: argparse.Namespace, session: Session) -> int:
    """Print one result; SOME_FAILED when pages of it could not be read."""
    mayfly, terminal = session.vault_with_jobs(), session.terminal
    job = find_job(mayfly, arguments.job)
    pages: Iterator[PageResult]
    if arguments.page is not None:
        pages, failed = iter([_page(mayfly, job, arguments.page)]), 0
    else:
        check_readable(job)
        # Asked before anything is printed: the result may be gone.
        mayfly.library.pages(job.job_id).result()
        pages, failed = mayfly.library.results(job.job_id), job.pages_failed
    document = ExportDocument(job, pages)
    if terminal.as_json or arguments.format == "json":
        terminal.print_document(session.foundation.render(ExportFormat.JSON, document))
    else:
        pieces = session.foundation.render(ExportFormat.TEXT, document)
        terminal.print_text(piece.decode() for piece in pieces)
    if not failed:
        return ExitStatus.DONE
    terminal.say(f"mayfly: {failed} of {job.pages} pages could not be read.")
    return ExitStatus.SOME_FAILED


def _page(mayfly: Mayfly, job: Job, number: int) -> PageResult:
    summaries = {one.number: one for one in mayfly.library.pages(job.job_id).result()}
    if not summaries:
        check_readable(job)
    summary = summaries.get(number)
    if summary is None:
        raise NoSuchPage
    if summary.state is PageState.FAILED:
        raise error_of(summary.error_code or "")
    result = mayfly.library.page(job.job_id, number).result().result
    if result is None:
        raise NotFinished
    return result
