"""“mayfly upload”, “mayfly uploads” and “mayfly link”: pictures at the user's own buckets."""

from __future__ import annotations

import argparse
from datetime import timedelta

from mayfly.cli.arguments import image_ids, link_hours
from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus, combined
from mayfly.cli.job_reference import find_job
from mayfly.cli.json_shapes import Shape, error_shape, moment_shape
from mayfly.cli.listing import SHORT_ID
from mayfly.cli.progress import open_progress
from mayfly.cli.session import Session
from mayfly.cli.storage_lines import overview_lines, upload_line
from mayfly.cli.storage_shapes import link_shape, overview_shape, upload_shape
from mayfly.cli.upload_waiting import UNDER_WAY, UploadWaiting
from mayfly.cli.wait_command import wait_for
from mayfly.composition import Mayfly
from mayfly.domain.destinations import Destination, Upload, UploadState
from mayfly.domain.error_codes import error_of
from mayfly.domain.errors import AlreadyDeleted, NoSuchJob, SourceGone, UserError
from mayfly.domain.ids import JobId
from mayfly.domain.image_errors import NoSuchImage
from mayfly.domain.images import ImageId, ImageRef
from mayfly.domain.jobs import Job
from mayfly.domain.states import JobState

_UPLOAD = """
Send pictures of jobs to one of your own buckets: all of each job, now or as soon as it is
read, or only those that are named. They are written by the window while it is open, or by any
command that waits; after a crash or without a network it goes on later.
"""

_UPLOADS = """
Show how far uploads are, or hold, stop or repeat them in every window and command. “wait”
carries out here what waits, and what is still to be deleted at destinations, if nobody else
does. What is to be deleted there is never paused or cancelled. “dismiss” forgets what deleted
jobs left in buckets that keep it; nothing changes there.
"""

_LINK = """
Print an address under which whoever has it can fetch one stored picture. It ends after the
hours that are named, after 7 days, or with the job, whichever comes first; nobody can end it
sooner but by deleting the object.
"""

_WHEN = "They are sent while Mayfly's window is open, or by “mayfly uploads wait”."
_NOT_READ = "to be sent once it is read"
_UNFINISHED = (UploadState.OWED, UploadState.WAITING, UploadState.FAILED)
_ACTIONS = ("list", "pause", "resume", "cancel", "retry", "dismiss", "wait")
_OF_JOBS = {"cancel": "Stopped", "retry": "Again", "dismiss": "Forgotten"}


def add_parsers(commands: Commands) -> None:
    """Declare the commands."""
    upload = commands.add(
        "upload",
        run_upload,
        summary="send pictures of jobs to a bucket of your own",
        description=_UPLOAD,
        examples="mayfly upload 1f2e3d4c --destination NAS --wait\n"
        "mayfly upload 1f2e --destination NAS --images 1-1,3-2",
    )
    upload.add_argument(
        "jobs", nargs="+", metavar="JOB", help="a job's id, or its first 4 digits and more"
    )
    _add_destination(upload)
    upload.add_argument(
        "--images",
        type=image_ids,
        metavar="IMAGES",
        help="only these pictures of one job: 1-1,3-2 (page and number); default: all",
    )
    upload.add_argument(
        "--wait", action="store_true", help="do it here if nobody else does, and wait"
    )
    upload.set_defaults(refuse=upload.error)
    uploads = commands.add(
        "uploads",
        run_uploads,
        summary="show, hold, stop or repeat uploads",
        description=_UPLOADS,
        examples="mayfly uploads\nmayfly uploads pause\nmayfly uploads cancel 1f2e3d4c\n"
        "mayfly uploads wait --json",
    )
    uploads.add_argument("action", nargs="?", choices=_ACTIONS, default="list")
    uploads.add_argument(
        "jobs", nargs="*", metavar="JOB", help="of these jobs only: cancel, retry or dismiss"
    )
    uploads.set_defaults(refuse=uploads.error)
    link = commands.add(
        "link",
        run_link,
        summary="print an address of a picture that is stored in a bucket",
        description=_LINK,
        examples="mayfly link 1f2e3d4c 1-1 --destination NAS --hours 2",
    )
    link.add_argument("job", metavar="JOB", help="the job's id, or its first 4 digits and more")
    link.add_argument("image", type=image_ids, metavar="IMAGE", help="page and number, such as 1-1")
    _add_destination(link)
    link.add_argument(
        "--hours", type=link_hours, default=1, metavar="H", help="how long, 1 to 168 (default: 1)"
    )
    link.set_defaults(refuse=link.error)


def run_upload(arguments: argparse.Namespace, session: Session) -> int:
    """Send; with --wait the status tells whether all of it is stored."""
    if arguments.images and len(arguments.jobs) != 1:
        arguments.refuse("--images are pictures of one job")
    mayfly = session.vault_with_jobs()
    destination = mayfly.destinations.find(arguments.destination).result()
    refused: dict[str, UserError] = {}
    jobs = _found(mayfly, arguments.jobs, refused)
    wanted = _wanted(mayfly, destination, jobs, arguments.images, refused)
    if arguments.wait and wanted:
        _carry_out(session, mayfly, wanted, destination)
    uploads = _meant(mayfly, destination, wanted, arguments.images)
    for reference, error in refused.items():
        session.terminal.say(f"mayfly: {reference[:SHORT_ID]}: {error}")
    standings = [_standing(find_job(mayfly, one), uploads) for one in wanted]
    for one, standing in zip(wanted, standings, strict=True):
        session.terminal.print_line(f"{one[:SHORT_ID]}  {standing}")
    if not arguments.wait:
        if _NOT_READ in standings or any(one.state in UNDER_WAY for one in uploads):
            session.terminal.say(_WHEN)
        uploads = ()
    _tell_failures(session, uploads, destination)
    if session.terminal.as_json:
        session.terminal.print_json(_upload_shapes(destination, wanted, uploads, refused))
    statuses = [upload_status(one) for one in uploads] or [ExitStatus.DONE] * bool(wanted)
    return combined([*statuses, *(error.exit_status for error in refused.values())])


def run_uploads(arguments: argparse.Namespace, session: Session) -> int:
    """Look, or do what is asked, and then look."""
    if arguments.jobs and arguments.action not in _OF_JOBS:
        arguments.refuse("jobs are named for cancel, retry and dismiss only")
    if not session.has_vault():
        if arguments.jobs:
            raise NoSuchJob
        session.terminal.print_line("There is nothing to send.")
        if session.terminal.as_json:
            session.terminal.print_json({"paused": False, "destinations": [], "uploads": []})
        return ExitStatus.DONE
    mayfly = session.vault()
    job_ids = [find_job(mayfly, one).job_id for one in arguments.jobs] or None
    uploads = mayfly.uploads
    if arguments.action in ("pause", "resume"):
        (uploads.pause() if arguments.action == "pause" else uploads.resume()).result()
    elif arguments.action in _OF_JOBS:
        changes = {"cancel": uploads.cancel, "retry": uploads.retry, "dismiss": uploads.dismiss}
        count = changes[arguments.action](job_ids).result()
        session.terminal.say(f"{_OF_JOBS[arguments.action]}: {count}.")
    elif arguments.action == "wait":
        with open_progress(session.terminal) as progress, UploadWaiting(mayfly, progress) as wait:
            wait.until_all_ended()
    left = _print_overview(session, mayfly)
    is_unfinished = arguments.action == "wait" and left
    return ExitStatus.FAILED if is_unfinished else ExitStatus.DONE


def run_link(arguments: argparse.Namespace, session: Session) -> int:
    """Print one link."""
    if arguments.image is None or len(arguments.image) != 1:
        arguments.refuse("a link is to one picture")
    mayfly, (image_id,) = session.vault_with_jobs(), arguments.image
    job = find_job(mayfly, arguments.job)
    destination = mayfly.destinations.find(arguments.destination).result()
    link = mayfly.uploads.link(
        ImageRef(job.job_id, image_id),
        destination.destination_id,
        timedelta(hours=arguments.hours),
    ).result()
    session.terminal.print_line(link.url)
    session.terminal.say(f"It ends {moment_shape(link.expires_at)}.")
    if session.terminal.as_json:
        session.terminal.print_json(link_shape(job.job_id, str(image_id), destination, link))
    return ExitStatus.DONE


# --- sending -------------------------------------------------------------------------


def _add_destination(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--destination", required=True, metavar="NAME", help="the destination's name or id"
    )


def _found(mayfly: Mayfly, references: list[str], refused: dict[str, UserError]) -> list[Job]:
    jobs = []
    for reference in dict.fromkeys(references):
        try:
            jobs.append(find_job(mayfly, reference))
        except UserError as error:
            refused[reference] = error
    return jobs


def _wanted(
    mayfly: Mayfly,
    destination: Destination,
    jobs: list[Job],
    images: tuple[ImageId, ...] | None,
    refused: dict[str, UserError],
) -> list[JobId]:
    """Have them sent; return the jobs of which something is."""
    if images and jobs:
        _check_found(mayfly, jobs[0].job_id, images)
        refs = [ImageRef(jobs[0].job_id, one) for one in images]
        mayfly.uploads.send(refs, destination.destination_id).result()
        return [jobs[0].job_id]
    possible = mayfly.uploads.send_jobs(
        [job.job_id for job in jobs], destination.destination_id
    ).result()
    for job in jobs:
        if job.job_id not in possible:
            is_gone = job.state is JobState.DELETED
            refused[job.job_id] = AlreadyDeleted() if is_gone else SourceGone()
    return list(possible)


def _check_found(mayfly: Mayfly, job_id: JobId, images: tuple[ImageId, ...]) -> None:
    """Raise NoSuchImage unless all of them were found, so that a slip of the finger sends none."""
    found = {one.block.image_id for one in mayfly.library.images(job_id).result()}
    if not found.issuperset(images):
        raise NoSuchImage


def _carry_out(
    session: Session, mayfly: Mayfly, job_ids: list[JobId], destination: Destination
) -> None:
    wait_for(session, mayfly, job_ids)
    with open_progress(session.terminal) as progress, UploadWaiting(mayfly, progress) as waiting:
        waiting.until_ended(job_ids, destination.destination_id)


def _meant(
    mayfly: Mayfly,
    destination: Destination,
    job_ids: list[JobId],
    images: tuple[ImageId, ...] | None,
) -> tuple[Upload, ...]:
    """Return how far what was asked for is; the jobs may have been sent elsewhere as well."""
    return tuple(
        upload
        for one in job_ids
        for upload in mayfly.uploads.of_job(one).result()
        if upload.destination_id == destination.destination_id
        and (not images or upload.image_id in images)
    )


def _standing(job: Job, uploads: tuple[Upload, ...]) -> str:
    mine = [one.state for one in uploads if one.job_id == job.job_id]
    if not mine:
        return "no pictures" if job.state is JobState.DONE else _NOT_READ
    stored = sum(one is UploadState.STORED for one in mine)
    return f"{stored} of {len(mine)} stored"


def upload_status(upload: Upload) -> int:
    """Return what an upload's end means for a command."""
    if upload.state is UploadState.STORED:
        return ExitStatus.DONE
    return error_of(upload.error_code or "").exit_status


def _tell_failures(session: Session, uploads: tuple[Upload, ...], destination: Destination) -> None:
    names: dict[str, str] = {destination.destination_id: destination.name}
    for one in uploads:
        if one.state is not UploadState.STORED:
            session.terminal.say(f"mayfly: {upload_line(one, names)}")


def _upload_shapes(
    destination: Destination,
    wanted: list[JobId],
    uploads: tuple[Upload, ...],
    refused: dict[str, UserError],
) -> list[Shape]:
    sent: list[Shape] = [
        {
            "job": job_id,
            "destination": destination.destination_id,
            "uploads": [upload_shape(one) for one in uploads if one.job_id == job_id],
            "error": None,
        }
        for job_id in wanted
    ]
    return sent + [
        {
            "job": reference,
            "destination": destination.destination_id,
            "uploads": [],
            "error": error_shape(error),
        }
        for reference, error in refused.items()
    ]


# --- looking -------------------------------------------------------------------------


def _print_overview(session: Session, mayfly: Mayfly) -> int:
    """Print how far everything is; return how much is not at its end."""
    overview = mayfly.uploads.overview().result()
    destinations = mayfly.destinations.all().result()
    unfinished = tuple(
        upload for state in _UNFINISHED for upload in mayfly.uploads.in_state(state).result()
    )
    names = {str(one.destination_id): one.name for one in destinations}
    terminal = session.terminal
    for line in overview_lines(overview, destinations):
        terminal.print_line(line)
    for one in unfinished:
        terminal.print_line(upload_line(one, names))
    if not destinations:
        terminal.print_line("There are no destinations.")
    if terminal.as_json:
        terminal.print_json(overview_shape(overview, destinations, unfinished))
    return len(unfinished)
