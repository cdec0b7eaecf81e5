"""What a “mayfly delete” is about: which jobs, which parts of them, and how it is carried out."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from enum import StrEnum

from mayfly.composition import Keyless, Mayfly
from mayfly.domain.errors import NoSuchJob, NoSuchPage, NotFinished, UserError
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import DeleteOutcome, Deletion, Job
from mayfly.domain.states import FINISHED, JobState


class Level(StrEnum):
    """What goes of each job."""

    JOB = "job"
    SOURCE = "source"
    RESULT = "result"
    IMAGES = "images"


def level_of(arguments: argparse.Namespace) -> Level:
    """Return the level that the options name; they exclude each other."""
    if arguments.source:
        return Level.SOURCE
    if arguments.result:
        return Level.RESULT
    return Level.IMAGES if arguments.images else Level.JOB


def find(
    mayfly: Mayfly | Keyless, arguments: argparse.Namespace
) -> tuple[list[JobId], list[Deletion]]:
    """Return the jobs that are meant, and an answer for each reference that is none.

    Ids are found without any key, so that a locked vault can be deleted from.
    """
    if arguments.everything:
        return list(mayfly.deletions.find_everything().result()), []
    if arguments.older_than is not None:
        found = mayfly.deletions.find_older(arguments.older_than, states_of(arguments))
        return list(found.result()), []
    if arguments.batch is not None:
        batch_id = mayfly.library.find_batch(arguments.batch.strip()).result()
        return list(mayfly.deletions.find_batch(batch_id).result()), []
    named = _named(mayfly, arguments.jobs)
    refused = [answer for answer in named.values() if answer is not None]
    return [JobId(one) for one, answer in named.items() if answer is None], refused


def in_order(
    mayfly: Mayfly | Keyless, arguments: argparse.Namespace, answers: Sequence[Deletion]
) -> list[Deletion]:
    """Return the answers in the order in which the jobs were named, if they were."""
    if not arguments.jobs:
        return list(answers)
    places = {one: place for place, one in enumerate(_named(mayfly, arguments.jobs))}
    return sorted(answers, key=lambda one: places[one.job_id])


def _named(mayfly: Mayfly | Keyless, references: Sequence[str]) -> dict[str, Deletion | None]:
    """Return in order each job that was named, once, and the answer for what names none."""
    named: dict[str, Deletion | None] = {}
    for reference in references:
        try:
            named[mayfly.library.find_id(reference.strip()).result()] = None
        except NoSuchJob:
            named[reference] = Deletion(reference, DeleteOutcome.NO_SUCH_JOB)
        except UserError as error:
            named[reference] = _failed(reference, error)
    return named


def states_of(arguments: argparse.Namespace) -> frozenset[JobState]:
    """Return the states that “--older-than” looks at: finished ones, unless others are named."""
    return arguments.state or FINISHED - {JobState.DELETED}


def carry_out(
    mayfly: Mayfly | Keyless, arguments: argparse.Namespace, job_ids: Sequence[JobId]
) -> list[Deletion]:
    """Delete what was found, and say what became of each."""
    deletions, level = mayfly.deletions, level_of(arguments)
    if level is Level.IMAGES:
        return [deletions.delete_page_images(one, arguments.page).result() for one in job_ids]
    if level is Level.SOURCE:
        return list(deletions.delete_source(job_ids).result())
    if level is Level.RESULT:
        return list(deletions.delete_result(job_ids).result())
    if arguments.everything:
        return list(deletions.delete_everything().result())
    if arguments.batch is not None:
        batch_id = mayfly.library.find_batch(arguments.batch.strip()).result()
        return list(deletions.delete_batch(batch_id).result())
    return list(deletions.delete(job_ids).result())


def foresee(
    mayfly: Mayfly | Keyless, arguments: argparse.Namespace, job_ids: Sequence[JobId]
) -> tuple[list[Job], list[Deletion]]:
    """Return the jobs that would be deleted, and the answers for those that would not."""
    known = {job.job_id: job for job in mayfly.library.jobs().result()}
    doomed: list[Job] = []
    others: list[Deletion] = []
    for job in (known[one] for one in job_ids if one in known):
        try:
            would_go = _would_go(mayfly, arguments, job)
        except UserError as error:
            others.append(_failed(job.job_id, error))
            continue
        if would_go:
            doomed.append(job)
        else:
            gone = Deletion(job.job_id, DeleteOutcome.ALREADY_DELETED, deleted_at=job.deleted_at)
            others.append(gone)
    return doomed, others


def _would_go(mayfly: Mayfly | Keyless, arguments: argparse.Namespace, job: Job) -> bool:
    level = level_of(arguments)
    if job.state is JobState.DELETED:
        return False
    if level is Level.SOURCE:
        return job.source_present
    if level is Level.RESULT:
        return job.result_present
    if level is Level.IMAGES and job.source_present:
        return _has_image(mayfly, job, arguments.page)
    return level is Level.JOB


def _has_image(mayfly: Mayfly | Keyless, job: Job, page: int) -> bool:
    if job.pages is None:
        raise NotFinished
    if page > job.pages:
        raise NoSuchPage
    view = mayfly.library.page(job.job_id, page).result()
    if view.result is None and view.error_code is None:
        raise NotFinished
    return view.image is not None


def _failed(reference: str, error: UserError) -> Deletion:
    return Deletion(reference, DeleteOutcome.FAILED, error_code=error.code)
