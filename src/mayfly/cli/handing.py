"""Results of 0 hours on the command line: where they go, and when they have gone there."""

from __future__ import annotations

import argparse

from mayfly.cli.exports import Written
from mayfly.cli.terminal import Terminal
from mayfly.cli.waiting import is_settled
from mayfly.composition import Mayfly
from mayfly.domain.handover import ResultTarget
from mayfly.domain.jobs import Job
from mayfly.domain.retention import RetentionRule
from mayfly.domain.states import JobState

NO_TARGET = (
    "a result kept for 0 hours needs somewhere to go: --out DIR, or --print for standard output;"
    " “mayfly read FILE” prints the text and stores nothing"
)


def target_of(
    arguments: argparse.Namespace, rule: RetentionRule, formats: tuple[str, ...]
) -> ResultTarget | None:
    """Return where results of 0 hours go; None where results are kept."""
    if rule.result_hours:
        if arguments.print:
            arguments.refuse("--print is for results that are not kept: --retain-result 0h")
        return None
    if arguments.print:
        if arguments.out or arguments.as_json:
            arguments.refuse("--print takes standard output for the text: no --out and no --json")
        return ResultTarget(("txt",))
    if arguments.out is None:
        arguments.refuse(NO_TARGET)
    return ResultTarget(formats, arguments.out.absolute())


def is_handed_over(job: Job) -> bool:
    """Whether nothing more happens to a job whose result goes into a folder."""
    on_its_way = job.state is JobState.DONE and job.result_present and job.error_code is None
    return is_settled(job) and not on_its_way


def files_of(mayfly: Mayfly, jobs: list[Job]) -> list[Written]:
    """Return the files that this process has written for the jobs."""
    return [
        Written(job.job_id, path.suffix.lstrip("."), path, None)
        for job in jobs
        for path in mayfly.handover.files(job.job_id)
    ]


class Printing:
    """Prints each result once it is there, and only then has it destroyed."""

    def __init__(self, mayfly: Mayfly, terminal: Terminal) -> None:
        self._mayfly = mayfly
        self._terminal = terminal
        self._before = ""

    def take(self, job: Job) -> None:
        """Print the text of a job that was read; a form feed parts two documents."""
        if job.state is not JobState.DONE:
            return
        handover = self._mayfly.handover
        try:
            pieces = self._mayfly.exporting.render(job.job_id, "txt")
            self._terminal.print_text([self._before])
            self._terminal.print_text(piece.decode() for piece in pieces)
        except BaseException:
            # Whoever read standard output left, or somebody stopped it.
            handover.not_delivered(job.job_id).result()
            raise
        self._before = "\f"
        handover.delivered([job.job_id]).result()
