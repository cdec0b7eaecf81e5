"""What is to be written: pictures the user names, or all of a job, once it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import groupby

from mayfly.domain.destinations import DestinationId
from mayfly.domain.errors import AlreadyDeleted, NoSuchJob, SourceGone
from mayfly.domain.ids import JobId
from mayfly.domain.images import ImageBlock, ImageRef
from mayfly.domain.jobs import Part
from mayfly.domain.states import JobState
from mayfly.vault.connection import Transaction
from mayfly.vault.destination_rows import destination_bytes
from mayfly.vault.moments import micros_of
from mayfly.vault.rows import JobRow, find_row
from mayfly.vault.streams import JobRef, SealedStreams

ListImages = Callable[[Transaction, JobRef], Sequence[ImageBlock]]
"""Opens the list of a job's pictures, whose types name the objects."""


class UploadWishes:
    """The part of the ledger that opens something, and so needs the vault key."""

    def __init__(self, streams: SealedStreams, images: ListImages) -> None:
        self._streams = streams
        self._images = images

    def add(self, images: Sequence[ImageRef], destination_id: DestinationId, now: datetime) -> int:
        """Have these pictures written; return how many wait because of this call.

        One that the job does not have (any more) is passed over.
        """
        wanted = sorted(dict.fromkeys(images), key=lambda one: one.job_id)
        with self._streams.writing() as tx:
            destination = destination_bytes(tx, destination_id)
            tx.stamp()
            added = 0
            for job_id, refs in groupby(wanted, key=lambda one: one.job_id):
                row = find_row(tx, job_id)
                row.require_part(Part.SOURCE, micros_of(now))
                ids = {one.image_id for one in refs}
                blocks = [one for one in self._images(tx, row.ref) if one.image_id in ids]
                added += _put(tx, row, destination, blocks)
            return added

    def wish(
        self, job_ids: Sequence[JobId], destination_id: DestinationId, now: datetime
    ) -> tuple[JobId, ...]:
        """Have all pictures of these jobs written, now or as soon as each is read."""
        possible = []
        with self._streams.writing() as tx:
            destination = destination_bytes(tx, destination_id)
            tx.stamp()
            for job_id in dict.fromkeys(job_ids):
                try:
                    row = find_row(tx, job_id)
                    row.require_part(Part.SOURCE, micros_of(now))
                except (NoSuchJob, AlreadyDeleted, SourceGone):
                    continue
                self._wish(tx, row, destination)
                possible.append(job_id)
        return tuple(possible)

    def fulfil(self, job_id: JobId, now: datetime) -> int:
        """Turn the wishes of a job that was just read into rows; return how many.

        0 while it is not read, and when its document went first.
        """
        with self._streams.writing() as tx:
            row = find_row(tx, job_id)
            if row.state != JobState.DONE or not row.shows(Part.SOURCE, micros_of(now)):
                return 0
            wished = tx.rows("DELETE FROM upload_wish WHERE job = ? RETURNING destination", row.seq)
            if not wished:
                return 0
            tx.stamp()
            blocks = self._images(tx, row.ref)
            return sum(_put(tx, row, destination, blocks) for (destination,) in wished)

    def _wish(self, tx: Transaction, row: JobRow, destination: bytes) -> None:
        if row.state == JobState.DONE:
            _put(tx, row, destination, self._images(tx, row.ref))
            return
        # FAILED and CANCELLED ones, too: they may be read anew.
        sql = "INSERT OR IGNORE INTO upload_wish (job, destination) VALUES (?, ?)"
        tx.run(sql, row.seq, destination)


def _put(tx: Transaction, row: JobRow, destination: bytes, images: Iterable[ImageBlock]) -> int:
    """Have these wait; one that waits or is stored stays, one to be deleted there comes again."""
    known = dict[tuple[int, int], tuple[int, str, int]]()
    for seq, page, number, state, again in tx.rows(
        "SELECT seq, page, number, state, again FROM upload WHERE job = ? AND destination = ?",
        row.seq,
        destination,
    ):
        known[(page, number)] = (seq, state, again)
    added = 0
    for one in images:
        place = (one.image_id.page, one.image_id.number)
        if place in known:
            added += _renew(tx, *known[place])
            continue
        added += 1
        tx.run(
            "INSERT INTO upload (job, destination, page, number, type, turn, state)"
            " VALUES (?, ?, ?, ?, ?, ?, 'waiting')",
            row.seq,
            destination,
            *place,
            one.image_type.value,
            tx.stamp(),
        )
    return added


def _renew(tx: Transaction, seq: int, state: str, again: int) -> int:
    if state in ("waiting", "stored") or again:
        return 0
    if state == "owed":
        # Not at once: what is under way to delete it there would meet the new one.
        tx.run("UPDATE upload SET again = 1 WHERE seq = ?", seq)
    else:
        tx.run(
            "UPDATE upload SET state = 'waiting', turn = ?, attempts = 0, told = 0,"
            " error_code = NULL, not_before = NULL WHERE seq = ?",
            tx.stamp(),
            seq,
        )
    return 1
