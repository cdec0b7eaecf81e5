"""“mayfly wait”: read what is queued, here if nobody else does, until it is settled."""

from __future__ import annotations

import argparse

from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus, combined, status_of
from mayfly.cli.job_reference import find_batch, find_job
from mayfly.cli.json_shapes import job_shape
from mayfly.cli.listing import job_sentence, list_lines
from mayfly.cli.progress import open_progress
from mayfly.cli.session import Session
from mayfly.cli.waiting import Waiting, is_settled
from mayfly.composition import Mayfly
from mayfly.domain.errors import NoSuchBatch, NoSuchJob
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Job

STOPPED_WAITING = "Stopped waiting. What is not read yet stays queued."

_DESCRIPTION = """
Wait until jobs are done, failed, cancelled, deleted or need a password: those named, a
batch, or everything that is queued now. If no window or other command reads the queue,
this one does. Ctrl-C stops waiting; what is not read yet stays queued.
"""

_EXAMPLES = """
mayfly wait
mayfly wait 1f2e3d4c
mayfly wait --batch 9c0d --json
"""


def add_parsers(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add(
        "wait",
        run_wait,
        summary="read what is queued and wait for it",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
    )
    parser.add_argument(
        "jobs", nargs="*", metavar="JOB", help="a job's id, or its first 4 digits and more"
    )
    parser.add_argument(
        "--batch", metavar="BATCH", help="a whole batch: its id, or 4 digits of it and more"
    )
    parser.set_defaults(refuse=parser.error)


def run_wait(arguments: argparse.Namespace, session: Session) -> int:
    """Wait, and tell how each job fared."""
    if arguments.jobs and arguments.batch is not None:
        arguments.refuse("name jobs or a batch, not both")
    if not session.has_vault() and (arguments.jobs or arguments.batch is not None):
        raise NoSuchJob if arguments.jobs else NoSuchBatch
    jobs: tuple[Job, ...] = ()
    if session.has_vault():
        mayfly = session.vault()
        jobs = wait_for(session, mayfly, _wanted(mayfly, arguments))
    terminal = session.terminal
    for line in list_lines(jobs, session.foundation.now()):
        terminal.print_line(line)
    if terminal.as_json:
        terminal.print_json([job_shape(job) for job in jobs])
    tell_failures(session, jobs)
    return combined(status_of(job) for job in jobs)


def wait_for(session: Session, mayfly: Mayfly, job_ids: list[JobId]) -> tuple[Job, ...]:
    """Read the queue here if nobody does and return the jobs once they are settled."""
    if not job_ids:
        return ()
    mayfly.queue.start()
    now = session.foundation.now
    with (
        open_progress(session.terminal) as progress,
        Waiting(mayfly, progress, seconds=lambda: now().timestamp()) as waiting,
    ):
        try:
            return waiting.until_settled(job_ids)
        except KeyboardInterrupt:
            progress.say(STOPPED_WAITING)
            raise


def tell_failures(session: Session, jobs: tuple[Job, ...]) -> None:
    """Say of each job that did not go well why."""
    for job in jobs:
        if status_of(job) != ExitStatus.DONE:
            session.terminal.say(f"mayfly: {job_sentence(job)}")


def _wanted(mayfly: Mayfly, arguments: argparse.Namespace) -> list[JobId]:
    if arguments.jobs:
        found = [find_job(mayfly, reference).job_id for reference in arguments.jobs]
        return list(dict.fromkeys(found))
    jobs = mayfly.library.jobs().result()
    if arguments.batch is not None:
        batch_id = find_batch(jobs, arguments.batch)
        return [job.job_id for job in jobs if job.batch_id == batch_id]
    return [job.job_id for job in jobs if not is_settled(job)]
