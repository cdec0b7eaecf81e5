"""The pictures that were found in a document: listed page by page, sealed one by one.

All of it is of the source: it goes with that, and with the picture of its page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mayfly.domain.errors import InternalError, MayflyError, NotFinished, SourceGone, VaultDamaged
from mayfly.domain.ids import JobId
from mayfly.domain.image_codec import decode_images, encode_images
from mayfly.domain.image_errors import NoSuchImage
from mayfly.domain.images import MOST_IMAGES_PER_PAGE, FoundImage, ImageBlock, ImageId
from mayfly.domain.jobs import Part
from mayfly.domain.pages import PageState
from mayfly.vault.connection import Transaction
from mayfly.vault.moments import micros_of
from mayfly.vault.rows import JobRow, find_row
from mayfly.vault.sealing import Kind
from mayfly.vault.streams import JobRef, SealedStreams

PLACES_PER_PAGE = 1_024
"""Part of the format: a picture's stream has for its page number page * 1024 + number."""


def place_of(image_id: ImageId) -> int:
    """Return what stands for the page in the picture's stream."""
    if not 1 <= image_id.number <= MOST_IMAGES_PER_PAGE:
        raise InternalError("a picture has a number that no page can have")
    return image_id.page * PLACES_PER_PAGE + image_id.number


def streams_of_page(page: int) -> dict[Kind, range]:
    """Return every stream that shows something of the page as it looks: what goes together."""
    one_page = range(page, page + 1)
    places = range(page * PLACES_PER_PAGE, (page + 1) * PLACES_PER_PAGE)
    return {Kind.PAGE_IMAGE: one_page, Kind.IMAGE_LIST: one_page, Kind.IMAGE_DATA: places}


class Images:
    """Seals and opens them; see domain.vault_port for each method's promise."""

    def __init__(self, streams: SealedStreams) -> None:
        self._streams = streams

    def put(self, tx: Transaction, job: JobRef, page: int, images: Sequence[FoundImage]) -> None:
        """Seal the pictures of a page, in place of any earlier ones."""
        self.drop(tx, job, page)
        if not images:
            return
        for image in images:
            place = place_of(image.block.image_id)
            self._streams.put(tx, job, Kind.IMAGE_DATA, [image.data], page=place)
        data = encode_images([image.block for image in images])
        # A list that this program could not open again must not be written.
        decode_images(data, page)
        self._streams.put(tx, job, Kind.IMAGE_LIST, [data], page=page)

    def drop(self, tx: Transaction, job: JobRef, page: int) -> None:
        """Forget the pictures of a page that is read anew, or not there any more."""
        going = streams_of_page(page)
        for kind in (Kind.IMAGE_LIST, Kind.IMAGE_DATA):
            self._streams.drop_pages(tx, job, kind, going[kind])

    def all(self, job_id: JobId, now: datetime) -> tuple[ImageBlock, ...]:
        """Return the pictures of all pages that were read so far, in order."""
        with self._streams.reading() as tx:
            return self.listed(tx, _with_source(tx, job_id, now).ref)

    def listed(self, tx: Transaction, job: JobRef) -> tuple[ImageBlock, ...]:
        """Return the pictures of a job whose source lives, within the caller's transaction."""
        lists = self._streams.read_pages(tx, job, Kind.IMAGE_LIST)
        return tuple(block for page, data in lists for block in _decoded(data, page))

    def image(self, job_id: JobId, image_id: ImageId, now: datetime) -> FoundImage:
        """Open one picture."""
        with self._streams.reading() as tx:
            row = _with_source(tx, job_id, now)
            listed = self._streams.read(tx, row.ref, Kind.IMAGE_LIST, page=image_id.page)
            blocks = () if listed is None else _decoded(listed, image_id.page)
            block = next((one for one in blocks if one.image_id == image_id), None)
            if block is None:
                raise _why_none(tx, row, image_id.page)
            data = self._streams.need(tx, row.ref, Kind.IMAGE_DATA, page=place_of(image_id))
        if len(data) != block.size_bytes:
            raise VaultDamaged
        return FoundImage(block, data)


def _with_source(tx: Transaction, job_id: JobId, now: datetime) -> JobRow:
    row = find_row(tx, job_id)
    row.require_part(Part.SOURCE, micros_of(now))
    return row


def _decoded(data: bytes, page: int) -> tuple[ImageBlock, ...]:
    try:
        return decode_images(data, page)
    except ValueError as error:
        raise VaultDamaged from error


def _why_none(tx: Transaction, row: JobRow, page: int) -> MayflyError:
    found = tx.row(
        "SELECT state, picture_gone_at FROM page WHERE job = ? AND number = ?", row.seq, page
    )
    if found is None:
        # Which pages there were goes with the result.
        is_beyond = page < 1 or (row.pages is not None and page > row.pages)
        return NotFinished() if row.has(Part.RESULT) and not is_beyond else NoSuchImage()
    if found[0] == PageState.PENDING:
        return NotFinished()
    return NoSuchImage() if found[1] is None else SourceGone()
