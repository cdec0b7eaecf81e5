"""“mayfly delete”: jobs or a batch, at once and for good."""

from __future__ import annotations

import argparse

from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus, combined
from mayfly.cli.job_reference import find_batch, find_job
from mayfly.cli.json_shapes import deletion_shape
from mayfly.cli.session import Session
from mayfly.composition import Mayfly
from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import NoSuchBatch, NoSuchJob, UserError
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import DeleteOutcome, Deletion

_DESCRIPTION = """
Delete jobs, or all that was added together as a batch, whatever they are doing: a
document that is being read is taken from its reader first. There is no trash and no
undo. The keys are destroyed; what is left on the disk cannot be decrypted. The row of a
deleted job stays, without its name.

Asking again does no harm: “already deleted”, status 4.
"""

_EXAMPLES = """
mayfly delete 1f2e3d4c
mayfly delete 1f2e 77ab 90c3
mayfly delete --batch 9c0d --json
"""

_WORDS = {
    DeleteOutcome.DELETED: "deleted",
    DeleteOutcome.ALREADY_DELETED: "already deleted",
    DeleteOutcome.NO_SUCH_JOB: "no such job",
    DeleteOutcome.FAILED: "failed",
}


def add_parsers(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add(
        "delete",
        run_delete,
        summary="destroy jobs or a batch, at once and for good",
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


def run_delete(arguments: argparse.Namespace, session: Session) -> int:
    """Delete and say what became of each job."""
    if bool(arguments.jobs) == (arguments.batch is not None):
        arguments.refuse("name jobs, or one batch with --batch")
    terminal = session.terminal
    if not session.has_vault():
        raise NoSuchJob if arguments.jobs else NoSuchBatch
    mayfly = session.vault()
    if arguments.batch is not None:
        deletions = _delete_batch(mayfly, arguments.batch)
    else:
        deletions = _delete_jobs(mayfly, arguments.jobs)
    for one in deletions:
        terminal.print_line(f"{one.job_id}  {_WORDS[one.outcome]}")
        if one.outcome is DeleteOutcome.FAILED:
            terminal.say(f"mayfly: {one.job_id}: {error_of(one.error_code or '')}")
    if terminal.as_json:
        terminal.print_json([deletion_shape(one) for one in deletions])
    return combined(_status_of(one) for one in deletions)


def _delete_batch(mayfly: Mayfly, reference: str) -> list[Deletion]:
    """Delete what lives of a batch; when nothing does, say so of each of its jobs."""
    jobs = mayfly.library.jobs().result()
    batch_id = find_batch(jobs, reference)
    deleted = list(mayfly.deletions.delete_batch(batch_id).result())
    if deleted:
        return deleted
    return [
        Deletion(job.job_id, DeleteOutcome.ALREADY_DELETED, deleted_at=job.deleted_at)
        for job in jobs
        if job.batch_id == batch_id
    ]


def _delete_jobs(mayfly: Mayfly, references: list[str]) -> list[Deletion]:
    """Delete each job that is found; one that is not stops none of the others."""
    answers: dict[str, Deletion | None] = {}
    for reference in references:
        try:
            answers[find_job(mayfly, reference).job_id] = None
        except NoSuchJob:
            answers[reference] = Deletion(reference, DeleteOutcome.NO_SUCH_JOB)
        except UserError as error:
            answers[reference] = Deletion(reference, DeleteOutcome.FAILED, error_code=error.code)
    found = [JobId(one) for one, answer in answers.items() if answer is None]
    deletions = mayfly.deletions.delete(found).result() if found else ()
    answers.update({one.job_id: one for one in deletions})
    return [answer for answer in answers.values() if answer is not None]


def _status_of(deletion: Deletion) -> int:
    if deletion.outcome is DeleteOutcome.DELETED:
        return ExitStatus.DONE
    if deletion.outcome is DeleteOutcome.FAILED:
        return error_of(deletion.error_code or "").exit_status
    return ExitStatus.NO_SUCH_JOB
