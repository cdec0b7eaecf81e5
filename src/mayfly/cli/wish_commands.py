"""What is wished of one job or of the queue: cancel, retry, password, pause, resume."""

from __future__ import annotations

import argparse

from mayfly.cli.commands import Commands, add_password_options
from mayfly.cli.exit_status import ExitStatus, status_of
from mayfly.cli.job_reference import find_job
from mayfly.cli.json_shapes import job_shape
from mayfly.cli.listing import SHORT_ID
from mayfly.cli.secrets_input import ask_secret, can_ask, password_source
from mayfly.cli.session import Session
from mayfly.cli.wait_command import tell_failures, wait_for
from mayfly.composition import Mayfly
from mayfly.domain.document_errors import PasswordNeeded
from mayfly.domain.errors import AlreadyDeleted, NotNow
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Job
from mayfly.domain.states import JobState

_CANCEL = """
Stop reading a job, or take it out of the queue. Pages that were read stay, and so does
the document until its time is up; “retry” goes on, “delete” destroys it.
"""

_RETRY = """
Queue a failed or cancelled job again; pages that were read are kept. With
“--recognise-anyway” a job that is done is read anew, and its pages are recognised even
where the file brings its text.
"""

_UNLOCK = """
Give the password of a locked PDF and queue it again. The password is kept sealed with
the document and destroyed with it. It is asked for on a terminal, or taken from a file;
never from the command line, which every process of the machine can read.
"""

_PAUSE = """
Pause the queue, in every window and command on this vault. Pages in hand are still read.
"""

_RESUME = """
Let the queue go on after “mayfly pause”.
"""


def add_parsers(commands: Commands) -> None:
    """Declare the commands."""
    cancel = commands.add(
        "cancel",
        run_cancel,
        summary="stop reading a job",
        description=_CANCEL,
        examples="mayfly cancel 1f2e3d4c",
    )
    retry = commands.add(
        "retry",
        run_retry,
        summary="queue a failed or cancelled job again",
        description=_RETRY,
        examples="mayfly retry 1f2e3d4c --wait\nmayfly retry 1f2e --recognise-anyway",
    )
    retry.add_argument(
        "--recognise-anyway", action="store_true", help="read a job anew that is done"
    )
    password = commands.add(
        "password",
        run_password,
        summary="give the password of a locked PDF",
        description=_UNLOCK,
        examples="mayfly password 1f2e3d4c --wait\nmayfly password 1f2e --password-file secret.txt",
    )
    add_password_options(password)
    for parser in (cancel, retry, password):
        parser.add_argument(
            "job", metavar="JOB", help="the job's id, or its first 4 digits and more"
        )
    for parser in (retry, password):
        parser.add_argument(
            "--wait", action="store_true", help="read it here if nobody else does, and wait"
        )
    commands.add(
        "pause",
        run_pause,
        summary="pause the queue",
        description=_PAUSE,
        examples="mayfly pause",
    ).set_defaults(paused=True)
    commands.add(
        "resume",
        run_pause,
        summary="let the queue go on",
        description=_RESUME,
        examples="mayfly resume",
    ).set_defaults(paused=False)


def run_cancel(arguments: argparse.Namespace, session: Session) -> int:
    """Cancel one job; NotNow when it is not waiting or being read."""
    mayfly = session.vault_with_jobs()
    job = find_job(mayfly, arguments.job)
    mayfly.queue.cancel(job.job_id).result()
    _tell(session, find_job(mayfly, job.job_id), "cancelled")
    return ExitStatus.DONE


def run_retry(arguments: argparse.Namespace, session: Session) -> int:
    """Queue one job again, and wait for it if that is wished."""
    mayfly = session.vault_with_jobs()
    job = find_job(mayfly, arguments.job)
    if arguments.recognise_anyway and job.state is JobState.DONE:
        mayfly.queue.recognise_anyway(job.job_id).result()
    else:
        mayfly.queue.retry(job.job_id).result()
    return _after(arguments, session, mayfly, job.job_id)


def run_password(arguments: argparse.Namespace, session: Session) -> int:
    """Give a locked PDF its password; PasswordNeeded when nobody can be asked for it."""
    mayfly = session.vault_with_jobs()
    job = find_job(mayfly, arguments.job)
    if job.state is not JobState.NEEDS_PASSWORD:
        raise AlreadyDeleted if job.state is JobState.DELETED else NotNow
    source = password_source(arguments)
    if source.is_named:
        password = source.read()
    else:
        password = ask_secret("Password of the PDF: ") if can_ask() else ""
    if not password:
        raise PasswordNeeded
    mayfly.queue.give_password(job.job_id, password).result()
    return _after(arguments, session, mayfly, job.job_id)


def run_pause(arguments: argparse.Namespace, session: Session) -> int:
    """Pause the queue or let it go on, for every process of this vault."""
    session.vault().queue.set_paused(arguments.paused).result()
    session.terminal.print_line(
        "The queue is paused." if arguments.paused else "The queue goes on."
    )
    if session.terminal.as_json:
        session.terminal.print_json({"paused": arguments.paused})
    return ExitStatus.DONE


def _after(arguments: argparse.Namespace, session: Session, mayfly: Mayfly, job_id: JobId) -> int:
    if not arguments.wait:
        _tell(session, find_job(mayfly, job_id), "queued")
        return ExitStatus.DONE
    jobs = wait_for(session, mayfly, [job_id])
    _tell(session, jobs[0], jobs[0].state.value)
    tell_failures(session, jobs)
    return status_of(jobs[0])


def _tell(session: Session, job: Job, what: str) -> None:
    session.terminal.print_line(f"{job.job_id[:SHORT_ID]}  {what}")
    if session.terminal.as_json:
        session.terminal.print_json(job_shape(job))
