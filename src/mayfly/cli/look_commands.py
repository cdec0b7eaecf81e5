"""“mayfly list” and “mayfly show”."""

from __future__ import annotations

import argparse

from mayfly.cli.arguments import job_states, page_choice
from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus
from mayfly.cli.job_reference import check_readable, find_batch, find_job
from mayfly.cli.json_shapes import job_shape
from mayfly.cli.listing import list_lines
from mayfly.cli.session import Session
from mayfly.domain.errors import NoSuchBatch
from mayfly.domain.exports import ALL_PAGES, ExportFormat, PageChoice
from mayfly.domain.jobs import Job

_FORMS = {
    one.value: one for one in ExportFormat if one not in (ExportFormat.PDF, ExportFormat.DOCX)
}
"""What a terminal or a pipe takes; the others are files."""

_TEXTS = frozenset({ExportFormat.TEXT, ExportFormat.LAYOUT_TEXT, ExportFormat.MARKDOWN})
"""What is printed piece by piece, in the terminal's own encoding."""

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
Print what was read in a document, as text with pages parted by a form feed or in another
form. Pages that you name can be shown as soon as they are read; the whole document when it
is done.
"""

_SHOW_EXAMPLES = """
mayfly show 1f2e3d4c
mayfly show 1f2e --pages 1-3,7
mayfly show 1f2e --format md
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
        type=_form,
        default="text",
        metavar="FORMAT",
        help=f"text (the same as txt), {', '.join(_FORMS)}; --json is json",
    )
    parser.add_argument(
        "--pages",
        "--page",
        type=page_choice,
        default=ALL_PAGES,
        metavar="PAGES",
        help="only these pages: 2, 1-3,7 or 9- (from the ninth on)",
    )


def _form(text: str) -> str:
    wanted = text.lower()
    if wanted == "text" or wanted in _FORMS:
        return wanted
    there = ", ".join(("text", *_FORMS))
    message = f"“{text}” cannot be shown; there are {there}"
    if wanted in tuple(ExportFormat):
        message = f"{wanted} is a file of its own: “mayfly export” writes it. {there} can be shown"
    raise argparse.ArgumentTypeError(message)


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
    pages: PageChoice = arguments.pages
    if not pages.ranges:
        check_readable(job)
    form = _FORMS.get(arguments.format, ExportFormat.TEXT)
    if terminal.as_json:
        form = ExportFormat.JSON
    # Asked before anything is printed: the result may be gone.
    pieces = mayfly.exporting.render(job.job_id, form, pages)
    if form in _TEXTS:
        terminal.print_text(piece.decode() for piece in pieces)
    else:
        terminal.print_document(pieces)
    if pages.ranges or not job.pages_failed:
        return ExitStatus.DONE
    terminal.say(f"mayfly: {job.pages_failed} of {job.pages} pages could not be read.")
    return ExitStatus.SOME_FAILED
