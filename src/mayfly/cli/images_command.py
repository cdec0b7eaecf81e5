"""“mayfly images”: the pictures in a document, listed or saved."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from mayfly.cli.arguments import image_ids
from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus, combined
from mayfly.cli.job_reference import find_job
from mayfly.cli.json_shapes import picture_shape, saved_shape
from mayfly.cli.listing import shown_name
from mayfly.cli.session import Session
from mayfly.composition import Mayfly
from mayfly.domain.errors import TargetMissing, UserError
from mayfly.domain.images import ImageId, ImageRef
from mayfly.services.picture_list import PictureView

_DESCRIPTION = """
List the pictures that were found in a document: those that a PDF has stored in it, and
picture regions of a scan. With “--save” they are written as files into a folder that is
there: the very bytes of a JPEG in the document, else a PNG. Nothing is overwritten
unless “--replace” says so.

The pictures are of the document: they go with it, and those of a page with “mayfly delete
--images --page N”. Files that you saved are yours: Mayfly does not delete them.
"""

_EXAMPLES = """
mayfly images 1f2e3d4c
mayfly images 1f2e --json
mayfly images 1f2e --save 1-2,3-1 --out pictures/
mayfly images 1f2e --save all --out .
"""

_HEAD = ("IMAGE", "KIND", "PIXELS", "TYPE", "BYTES", "CAPTION")


@dataclass(frozen=True, slots=True)
class _Saved:
    """One picture that was to be saved: where it is, or why it is not."""

    image_id: ImageId
    file: Path | None
    error: UserError | None

    @property
    def status(self) -> int:
        return ExitStatus.DONE if self.error is None else self.error.exit_status


def add_parsers(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add(
        "images",
        run_images,
        summary="list the pictures in a document, or save them",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
    )
    parser.add_argument("job", metavar="JOB", help="the job's id, or its first 4 digits and more")
    parser.add_argument(
        "--save",
        type=image_ids,
        default=(),
        metavar="IMAGES",
        help="write these: all, or as they are listed, such as 1-2,3-1 (needs --out)",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="the folder to write to")
    parser.add_argument(
        "--replace", action="store_true", help="replace files that have the same name"
    )
    parser.set_defaults(refuse=parser.error)


def run_images(arguments: argparse.Namespace, session: Session) -> int:
    """List or save the pictures of one job."""
    if (arguments.save == ()) is not (arguments.out is None):
        arguments.refuse("--save and --out are for each other: what to write, and where to")
    mayfly = session.vault_with_jobs()
    job = find_job(mayfly, arguments.job)
    pictures = mayfly.library.images(job.job_id).result()
    if arguments.out is not None:
        wanted = arguments.save or tuple(one.block.image_id for one in pictures)
        refs = [ImageRef(job.job_id, one) for one in wanted]
        return _save(mayfly, refs, arguments.out, session, replace=arguments.replace)
    terminal = session.terminal
    if terminal.as_json:
        terminal.print_json([picture_shape(one) for one in pictures])
    elif not pictures:
        terminal.say("No pictures.")
    for line in _lines(pictures):
        terminal.print_line(line)
    return ExitStatus.DONE


def _save(
    mayfly: Mayfly, refs: Sequence[ImageRef], folder: Path, session: Session, *, replace: bool
) -> int:
    if not folder.is_dir():
        raise TargetMissing
    into = folder.absolute()
    save = mayfly.pictures.save
    begun = [(ref.image_id, save([ref], into, replace=replace)) for ref in refs]
    saved = [_waited_for(*one) for one in begun]
    for one in saved:
        if one.error is not None:
            session.terminal.say(f"mayfly: picture {one.image_id}: {one.error}")
        else:
            session.terminal.print_line(str(one.file))
    if session.terminal.as_json:
        shapes = [saved_shape(one.image_id, one.file, one.error) for one in saved]
        session.terminal.print_json(shapes)
    return combined(one.status for one in saved)


def _waited_for(image_id: ImageId, future: Future[tuple[Path, ...]]) -> _Saved:
    try:
        (file,) = future.result()
    except UserError as error:
        return _Saved(image_id, None, error)
    return _Saved(image_id, file, None)


def _lines(pictures: Sequence[PictureView]) -> Iterator[str]:
    """Yield a head and a line for each picture, in columns; nothing for none."""
    if not pictures:
        return
    rows = [_HEAD, *(_row(one) for one in pictures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[-1]]).rstrip()


def _row(picture: PictureView) -> tuple[str, str, str, str, str, str]:
    block = picture.block
    return (
        str(block.image_id),
        block.kind.value,
        f"{block.width_px} × {block.height_px}",
        block.image_type.extension,
        str(block.size_bytes),
        # Words of a document: they must not command the terminal.
        shown_name(picture.alternative),
    )
