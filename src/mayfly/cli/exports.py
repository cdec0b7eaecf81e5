"""“mayfly export”, and the files that “mayfly add --out” writes."""

from __future__ import annotations

import argparse
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from mayfly.cli.arguments import export_formats
from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus, combined
from mayfly.cli.job_reference import check_readable, find_job
from mayfly.cli.json_shapes import export_shape
from mayfly.cli.session import Session
from mayfly.domain.errors import TargetMissing, UserError
from mayfly.domain.jobs import Job
from mayfly.domain.states import JobState
from mayfly.services.exporting import Exporting

_DESCRIPTION = """
Write the results of jobs as files into a folder that is there. Nothing is ever
overwritten: a second “letter.txt” becomes “letter (2).txt”. A PDF has the pages as they
were and the words invisibly behind them, so that it can be searched; it is not locked,
even if the document was.

The files are yours from then on: Mayfly does not delete them.
"""

_EXAMPLES = """
mayfly export 1f2e3d4c --format txt --out texts/
mayfly export 1f2e 77ab --format txt,pdf --out . --json
"""


@dataclass(frozen=True, slots=True)
class Written:
    """One file that was to be written: where it is, or why it is not."""

    job: str
    file_format: str
    file: Path | None
    error: UserError | None

    @property
    def status(self) -> int:
        """What this means for the command."""
        return ExitStatus.DONE if self.error is None else self.error.exit_status


class Exports:
    """Exports jobs into one folder while others are still being read."""

    def __init__(self, exporting: Exporting, folder: Path, formats: tuple[str, ...]) -> None:
        self._exporting = exporting
        self._folder = folder.absolute()
        self._formats = formats
        self._begun: list[tuple[str, str, Future[Path]]] = []

    def begin(self, job: Job) -> None:
        """Write this job's files, on the export lane, if it has a result."""
        if job.state is not JobState.DONE:
            return
        for one in self._formats:
            future = self._exporting.export(job.job_id, one, self._folder)
            self._begun.append((job.job_id, one, future))

    def finish(self) -> list[Written]:
        """Wait for all files and return what became of them."""
        return [_written(*begun) for begun in self._begun]


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
        "jobs", nargs="+", metavar="JOB", help="a job's id, or its first 4 digits and more"
    )
    parser.add_argument(
        "--format",
        type=export_formats,
        required=True,
        metavar="FORMATS",
        help="txt, json or pdf, or several as txt,pdf",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="the folder to write to"
    )


def run_export(arguments: argparse.Namespace, session: Session) -> int:
    """Export each job in each format and print the paths."""
    mayfly, terminal = session.vault_with_jobs(), session.terminal
    if not arguments.out.is_dir():
        raise TargetMissing
    exports = Exports(mayfly.exporting, arguments.out, arguments.format)
    refused = []
    for reference in dict.fromkeys(arguments.jobs):
        try:
            job = find_job(mayfly, reference)
            check_readable(job)
        except UserError as error:
            refused += [Written(reference, one, None, error) for one in arguments.format]
        else:
            exports.begin(job)
    written = [*exports.finish(), *refused]
    for one in written:
        if one.error is not None:
            terminal.say(f"mayfly: {one.job} as {one.file_format}: {one.error}")
        else:
            terminal.print_line(str(one.file))
    if terminal.as_json:
        shapes = [
            export_shape(one.job, one.file_format, file=one.file, error=one.error)
            for one in written
        ]
        terminal.print_json(shapes)
    return combined(one.status for one in written)


def _written(job: str, file_format: str, future: Future[Path]) -> Written:
    try:
        return Written(job, file_format, future.result(), None)
    except UserError as error:
        return Written(job, file_format, None, error)
