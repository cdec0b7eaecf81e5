"""“mayfly add”: take documents into the vault, and wait for them if that is wished."""

from __future__ import annotations

import argparse
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from mayfly.cli.add_sending import AddSending
from mayfly.cli.arguments import FORMATS, export_formats, retention_hours
from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus, combined, status_of
from mayfly.cli.exports import Exports, Written
from mayfly.cli.handing import Printing, files_of, is_handed_over, target_of
from mayfly.cli.json_shapes import Shape, job_shape
from mayfly.cli.listing import SHORT_ID, list_lines
from mayfly.cli.progress import Progress, open_progress
from mayfly.cli.read_command import add_reading_options
from mayfly.cli.session import Session
from mayfly.cli.wait_command import STOPPED_WAITING, tell_failures
from mayfly.cli.waiting import Waiting
from mayfly.composition import Mayfly
from mayfly.domain.errors import TargetMissing
from mayfly.domain.ids import BatchId
from mayfly.domain.jobs import Job, ReadOptions
from mayfly.domain.retention import RetentionRule
from mayfly.services.intake import Taken, Wish

_NOT_WRITTEN = "What is read later is not written to the folder: “mayfly export” does that."

_DESCRIPTION = """
Seal documents in the vault and queue them. What is added by one command is one batch.
Folders give the documents in them and below. Your own files are never changed.

The queue is read by the window while it is open, or by any command that waits. Once
read, a document and its text are destroyed after 24 hours unless you say otherwise,
and 30 days after adding in any case.
"""

_EXAMPLES = """
mayfly add scans/
mayfly add --wait letter.pdf
mayfly add --retain-source 0h --retain-result 3d contract.pdf
mayfly add scans/ --out texts/ --format txt,pdf
mayfly add --memory scans/ --out texts/
mayfly add --retain-source 0h --retain-result 0h --out texts/ letter.pdf
mayfly add --retain-result 0h --print letter.pdf
mayfly add scans/ --destination NAS --wait
"""


def add_parsers(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add(
        "add",
        run_add,
        summary="take documents into the vault and queue them",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
        in_memory=True,
    )
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="a document or a folder of them"
    )
    add_reading_options(parser)
    for part, what in (("source", "the document"), ("result", "its text")):
        parser.add_argument(
            f"--retain-{part}",
            type=retention_hours,
            metavar="TIME",
            help=f"keep {what} so long after it was read: 0h to 168h, or 1d to 7d",
        )
    parser.add_argument(
        "--wait", action="store_true", help="read them here if nobody else does, and wait"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write each result into DIR (implies --wait)"
    )
    parser.add_argument(
        "--print",
        action="store_true",
        help="print results that are kept for 0 hours, and destroy them then (implies --wait)",
    )
    parser.add_argument(
        "--format",
        type=export_formats,
        metavar="FORMATS",
        help=f"what to write there, such as md or txt,pdf (default: txt); there are {FORMATS}",
    )
    parser.add_argument(
        "--destination",
        metavar="NAME",
        help="send all pictures to this bucket of your own as soon as a document is read",
    )
    parser.set_defaults(refuse=parser.error)


def run_add(arguments: argparse.Namespace, session: Session) -> int:
    """Add, and wait and export as wished; the status tells how the documents fared."""
    wish, formats = _wish_of(arguments, session)
    if arguments.memory and not (arguments.wait or arguments.out or arguments.print):
        arguments.refuse("--memory keeps nothing for later: it needs --wait or --out DIR")
    mayfly, terminal = session.vault(), session.terminal
    sending = AddSending(mayfly, arguments.destination)
    wish = replace(wish, destination_id=sending.destination_id)
    # A result that is not kept is written by whoever reads it, which may be the window.
    exports = (
        Exports(mayfly.exporting, arguments.out, formats)
        if arguments.out and wish.target is None
        else None
    )
    printing = Printing(mayfly, terminal) if arguments.print else None
    paths = [path.absolute() for path in arguments.files]
    reads_here = bool(arguments.wait or exports or wish.target)
    interrupted = False
    wished = printing is None or not terminal.prints_to_screen
    with (
        open_progress(terminal, wished=wished) as progress,
        _waiting(session, mayfly, progress) as waiting,
    ):
        if reads_here:
            mayfly.queue.start()
        taken = _take_in(waiting, mayfly.intake.add_paths(paths, wish), progress)
        progress.say(_taken_sentence(taken))
        try:
            if reads_here:
                _wait(waiting, taken, wish, exports, printing)
                sending.wait(taken.jobs, progress)
        except KeyboardInterrupt:
            interrupted = True
        written = exports.finish() if exports else []
    jobs = _print_jobs(session, mayfly, taken.batch_id, written, wish)
    sending.tell(terminal)
    if interrupted:
        terminal.say(STOPPED_WAITING)
        if exports:
            terminal.say(_NOT_WRITTEN)
        return ExitStatus.INTERRUPTED
    if not reads_here and taken.refused < len(taken.jobs):
        terminal.say("Read while Mayfly's window is open, or by “mayfly wait”.")
        if wish.destination_id is not None:
            terminal.say("Sent then by the window, or by “mayfly uploads wait”.")
    if not jobs:
        return ExitStatus.FAILED
    statuses = [*(status_of(job) for job in jobs), *(one.status for one in written)]
    return combined([*statuses, *sending.statuses])


def _wait(
    waiting: Waiting, taken: Taken, wish: Wish, exports: Exports | None, printing: Printing | None
) -> None:
    if printing is not None:
        waiting.until_settled(taken.jobs, printing.take)
    elif wish.target is not None:
        waiting.until_settled(taken.jobs, settled=is_handed_over)
    else:
        waiting.until_settled(taken.jobs, exports.begin if exports else lambda _: None)


def _take_in(waiting: Waiting, adding: Future[Taken], progress: Progress) -> Taken:
    try:
        return waiting.take_in(adding)
    except KeyboardInterrupt:
        progress.say("Stopped. What was taken in until now stays queued.")
        raise


def _wish_of(arguments: argparse.Namespace, session: Session) -> tuple[Wish, tuple[str, ...]]:
    preferences = session.foundation.preferences()
    options = ReadOptions(
        arguments.lang or preferences.languages, recognise_anyway=arguments.recognise_anyway
    )
    source, result = arguments.retain_source, arguments.retain_result
    # Linked as long as nobody parted them: neither in the settings nor here.
    parted = source != result or preferences.source_hours != preferences.result_hours
    rule = RetentionRule(
        source_hours=preferences.source_hours if source is None else source,
        result_hours=preferences.result_hours if result is None else result,
        linked=not parted,
    )
    formats = _formats_of(arguments, rule)
    return Wish(options, rule, target_of(arguments, rule, formats)), formats


def _formats_of(arguments: argparse.Namespace, rule: RetentionRule) -> tuple[str, ...]:
    formats: tuple[str, ...] = arguments.format or ("txt",)
    if arguments.out is None:
        if arguments.format is not None:
            arguments.refuse("--format needs --out DIR, where the files are to be written")
    elif not arguments.out.is_dir():
        # Said before anything is read, not after.
        raise TargetMissing
    elif "pdf" in formats and rule.source_hours == 0:
        arguments.refuse("a PDF is made from the document: keep that for an hour, at least")
    return formats


def _waiting(session: Session, mayfly: Mayfly, progress: Progress) -> Waiting:
    return Waiting(mayfly, progress, seconds=lambda: session.foundation.now().timestamp())


def _print_jobs(
    session: Session, mayfly: Mayfly, batch_id: BatchId, written: list[Written], wish: Wish
) -> list[Job]:
    """Print the batch as it stands, and say what did not go well."""
    jobs = [job for job in mayfly.library.jobs().result() if job.batch_id == batch_id]
    terminal = session.terminal
    if wish.target is not None:
        written = [*written, *files_of(mayfly, jobs)]
    is_text_there = wish.target is not None and wish.target.folder is None
    for line in list_lines(jobs, session.foundation.now()) if not is_text_there else ():
        terminal.print_line(line)
    tell_failures(session, tuple(jobs))
    for one in written:
        if one.error is not None:
            terminal.say(f"mayfly: {one.job[:SHORT_ID]} as {one.file_format}: {one.error}")
    if terminal.as_json:
        terminal.print_json([_shape(job, written) for job in jobs])
    return jobs


def _shape(job: Job, written: list[Written]) -> Shape:
    shape = job_shape(job)
    files = [str(one.file) for one in written if one.job == job.job_id and one.file is not None]
    return {**shape, "files": files} if written else shape


def _taken_sentence(taken: Taken) -> str:
    parts = [
        f"{_documents(len(taken.jobs) - taken.refused)} added as batch {taken.batch_id[:SHORT_ID]}"
    ]
    if taken.refused:
        parts.append(f"{_documents(taken.refused)} could not be taken in")
    if taken.skipped:
        files = "1 file" if taken.skipped == 1 else f"{taken.skipped} files"
        parts.append(f"{files} passed over: of no kind that Mayfly reads")
    return "; ".join(parts) + "."


def _documents(count: int) -> str:
    return "1 document" if count == 1 else f"{count} documents"
