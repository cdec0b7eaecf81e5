"""“mayfly export”: results as files, into a folder or one zip."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path

from mayfly.cli.arguments import FORMATS, export_formats, link_hours, page_choice
from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus, combined
from mayfly.cli.exports import Written
from mayfly.cli.job_reference import find_batch, find_job
from mayfly.cli.json_shapes import export_shape
from mayfly.cli.listing import SHORT_ID
from mayfly.cli.progress import Progress, open_progress
from mayfly.cli.session import Session
from mayfly.composition import Mayfly
from mayfly.domain.destinations import UploadState
from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import TargetMissing, UserError
from mayfly.domain.exports import ALL_PAGES, Exported, ExportOrder, ExportProgress
from mayfly.domain.ids import JobId
from mayfly.domain.states import JobState
from mayfly.services.export_run import ExportRun

_LOOK_AT_LEAST_EVERY_S = 1.0
"""Only so that Ctrl-C is heard where waiting for ever cannot be interrupted (Windows)."""

_NO_LINKS = (
    "No picture of these documents lies in storage of your own, so there are no links."
    " “mayfly upload” sends pictures there."
)
_STOPPED = "Stopped. The files named above are written; nothing is left of the others."

_DESCRIPTION = """
Write the results of jobs as files into a folder that is there, or as one zip into it.
Nothing is overwritten unless you say so: a second “letter.txt” becomes “letter (2).txt”.
A file is there whole or not at all, and Ctrl-C leaves none half written. A PDF has the
pages as they were and the words invisibly behind them, so that it can be searched; it is
not locked, even if the document was.

“--name” is a pattern for the names: text with {name}, {job}, {batch}, {date} (of today),
{number} (the document's place in this export), {format} and {pages} in it.

The files are yours from then on: Mayfly does not delete them.
"""

_EXAMPLES = """
mayfly export 1f2e3d4c --format txt --out texts/
mayfly export 1f2e 77ab --format md,pdf --out . --json
mayfly export 1f2e --format pdf --pages 1-3,7 --out . --name "{name} pages {pages}"
mayfly export --batch 9c0d --format txt,json --out . --zip batch.zip
mayfly export 1f2e --format json --links 24 --out .
mayfly export --all-done --format md --images --out notes/ --replace
"""


def add_parsers(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add(
        "export",
        run_export,
        summary="write results as files",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
    )
    parser.add_argument(
        "jobs", nargs="*", metavar="JOB", help="a job's id, or its first 4 digits and more"
    )
    parser.add_argument("--batch", metavar="BATCH", help="every job of a batch")
    parser.add_argument(
        "--all-done", action="store_true", help="every job that has a result to write"
    )
    parser.add_argument(
        "--format",
        type=export_formats,
        default=(),
        metavar="FORMATS",
        help=f"{FORMATS}, or several as txt,pdf",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="the folder to write to"
    )
    parser.add_argument("--zip", metavar="NAME.zip", help="write one zip of that name into it")
    parser.add_argument(
        "--pages",
        type=page_choice,
        default=ALL_PAGES,
        metavar="PAGES",
        help="only these pages: 2, 1-3,7 or 9- (from the ninth on)",
    )
    parser.add_argument(
        "--name", default="{name}", metavar="PATTERN", help="how files are named (default: {name})"
    )
    parser.add_argument(
        "--replace", action="store_true", help="replace files that have the same name"
    )
    parser.add_argument(
        "--images", action="store_true", help="also write every picture as a file of its own"
    )
    parser.add_argument(
        "--links",
        type=link_hours,
        metavar="H",
        help="let json and md lead to pictures in your own storage, for 1 to 168 hours",
    )
    parser.set_defaults(refuse=parser.error)


def run_export(arguments: argparse.Namespace, session: Session) -> int:
    """Export each job in each format and print the paths."""
    _refuse_contradictions(arguments)
    mayfly, terminal = session.vault_with_jobs(), session.terminal
    if not arguments.out.is_dir():
        raise TargetMissing
    job_ids, refused = _chosen(arguments, mayfly)
    with open_progress(terminal) as progress:
        run = mayfly.exporting.run(job_ids, _order_of(arguments), _teller(progress))
        answers, interrupted = _waited_for(run)
    written = [*map(_written, answers), *refused]
    _print(session, written)
    if arguments.links and not _lies_anywhere(mayfly, job_ids):
        terminal.say(_NO_LINKS)
    if interrupted:
        terminal.say(_STOPPED)
        return ExitStatus.INTERRUPTED
    return combined(one.status for one in written)


def _refuse_contradictions(arguments: argparse.Namespace) -> None:
    ways = [bool(arguments.jobs), arguments.batch is not None, arguments.all_done]
    if sum(ways) != 1:
        arguments.refuse("name jobs, or --batch BATCH, or --all-done: exactly one of these")
    if not (arguments.format or arguments.images):
        arguments.refuse("--format says what to write, or --images")
    if arguments.links and not any(one.holds_links for one in arguments.format):
        arguments.refuse("--links is for json and md; no other format can hold links")


def _order_of(arguments: argparse.Namespace) -> ExportOrder:
    return ExportOrder(
        arguments.format,
        arguments.out.absolute(),
        pages=arguments.pages,
        pattern=arguments.name,
        zip_name=arguments.zip,
        replace=arguments.replace,
        with_images=arguments.images,
        links=timedelta(hours=arguments.links) if arguments.links else None,
    )


def _chosen(arguments: argparse.Namespace, mayfly: Mayfly) -> tuple[list[JobId], list[Written]]:
    """Return the jobs, and an answer for each reference that names none."""
    if arguments.jobs:
        return _referred(arguments, mayfly)
    jobs = mayfly.library.jobs().result()
    if arguments.batch is not None:
        batch_id = find_batch(jobs, arguments.batch)
        there = [one for one in jobs if one.state is not JobState.DELETED]
        return [one.job_id for one in there if one.batch_id == batch_id], []
    done = [one for one in jobs if one.state is JobState.DONE and one.result_present]
    return [one.job_id for one in done], []


def _referred(arguments: argparse.Namespace, mayfly: Mayfly) -> tuple[list[JobId], list[Written]]:
    found, refused = [], []
    for reference in dict.fromkeys(arguments.jobs):
        try:
            found.append(find_job(mayfly, reference).job_id)
        except UserError as error:
            refused += [Written(reference, one, None, error) for one in arguments.format]
            if arguments.images:
                refused.append(Written(reference, None, None, error))
    return found, refused


def _lies_anywhere(mayfly: Mayfly, job_ids: Sequence[JobId]) -> bool:
    by_job = mayfly.uploads.by_job().result()
    return any(
        state is UploadState.STORED for one in job_ids for _where, state in by_job.get(one, ())
    )


def _teller(progress: Progress) -> Callable[[ExportProgress], None]:
    def tell(now: ExportProgress) -> None:
        pages = "1 page" if now.pages_done == 1 else f"{now.pages_done} pages"
        progress.show("Exporting", now.done, now.total, pages)

    return tell


def _waited_for(run: ExportRun) -> tuple[Sequence[Exported], bool]:
    """Return the answers, and whether somebody stopped it."""
    try:
        return _patiently(run.future), False
    except KeyboardInterrupt:
        run.cancel()
        return _patiently(run.future), True


def _patiently(future: Future[tuple[Exported, ...]]) -> tuple[Exported, ...]:
    while True:
        try:
            return future.result(_LOOK_AT_LEAST_EVERY_S)
        except TimeoutError:
            if future.done():
                raise


def _written(answer: Exported) -> Written:
    error = None if answer.error_code is None else error_of(answer.error_code)
    return Written(answer.job_id, answer.file_format, answer.path, error, answer.image_id)


def _print(session: Session, written: Sequence[Written]) -> None:
    terminal = session.terminal
    for file in dict.fromkeys(one.file for one in written if one.file is not None):
        terminal.print_line(str(file))
    for one in written:
        if one.error is not None:
            what = one.file_format or (f"picture {one.image}" if one.image else "pictures")
            terminal.say(f"mayfly: {one.job[:SHORT_ID]} as {what}: {one.error}")
    if terminal.as_json:
        shapes = [
            export_shape(one.job, one.file_format, image=one.image, file=one.file, error=one.error)
            for one in written
        ]
        terminal.print_json(shapes)
