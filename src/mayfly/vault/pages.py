"""A job's pages: which are read, their words and pictures."""

from __future__ import annotations

from datetime import datetime

from mayfly.domain.errors import InternalError, MayflyError, NotFinished, SourceGone, VaultDamaged
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part
from mayfly.domain.page_codec import decode_page, encode_page
from mayfly.domain.pages import PageImage, PageResult, PageState, PageSummary
from mayfly.domain.readings import PageReading
from mayfly.domain.states import JobState
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.images import Images
from mayfly.vault.moments import micros_of
from mayfly.vault.rows import JobRow, count_pages, find_row
from mayfly.vault.sealing import Kind
from mayfly.vault.streams import SealedStreams

_SIDE_BYTES = 4


class Pages:
    """Saves and opens pages; see domain.ports.Vault for each method's promise."""

    def __init__(self, database: Database, streams: SealedStreams, images: Images) -> None:
        self._database = database
        self._streams = streams
        self._images = images

    def set_pages(self, job_id: JobId, pages: int) -> tuple[int, ...]:
        """Note the page count of a job in READING; return the numbers still to be read."""
        if pages < 1:
            raise InternalError("a document without pages cannot be read page by page")
        with self._database.write() as tx:
            row = find_row(tx, job_id)
            row.require_state(JobState.READING)
            self._drop_after(tx, row, pages)
            tx.run(
                "INSERT OR IGNORE INTO page (job, number, state)"
                " WITH RECURSIVE numbers (n) AS"
                " (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
                " SELECT ?, n, ? FROM numbers",
                pages,
                row.seq,
                PageState.PENDING.value,
            )
            tx.run("UPDATE job SET pages = ? WHERE seq = ?", pages, row.seq)
            count_pages(tx, row)
            pending = tx.rows(
                "SELECT number FROM page WHERE job = ? AND state = ? ORDER BY number",
                row.seq,
                PageState.PENDING.value,
            )
        return tuple(number for (number,) in pending)

    def save_page(self, job_id: JobId, reading: PageReading) -> None:
        """Seal one page and the pictures on it in its own transaction; refused unless READING.

        The state is looked at within the transaction that writes, so a page that comes late
        for a deleted or cancelled job is refused by the database, not by luck.
        """
        number, image = reading.result.number, reading.image
        sides = (image.width_px, image.height_px)
        head = b"".join(side.to_bytes(_SIDE_BYTES, "big") for side in sides)
        words = encode_page(reading.result)
        with self._streams.writing() as tx:
            row = self._settle(tx, job_id, number, PageState.READ, None)
            self._streams.put(tx, row.ref, Kind.PAGE_IMAGE, [head, image.data], page=number)
            self._streams.put(tx, row.ref, Kind.PAGE_WORDS, [words], page=number)
            self._images.put(tx, row.ref, number, reading.images)

    def fail_page(self, job_id: JobId, number: int, error_code: str) -> None:
        """Note that one page cannot be read; refused unless READING."""
        with self._database.write() as tx:
            row = self._settle(tx, job_id, number, PageState.FAILED, error_code)
            self._drop(tx, row, number)

    def summaries(self, job_id: JobId, now: datetime) -> tuple[PageSummary, ...]:
        """Return the pages known so far."""
        with self._database.read() as tx:
            row = find_row(tx, job_id)
            row.require_part(Part.RESULT, micros_of(now))
            found = tx.rows(
                "SELECT number, state, error_code FROM page WHERE job = ? ORDER BY number", row.seq
            )
        return tuple(PageSummary(number, PageState(state), code) for number, state, code in found)

    def page(self, job_id: JobId, number: int, now: datetime) -> PageResult:
        """Open one page's words; NotFinished too for a page that failed."""
        with self._streams.reading() as tx:
            row = find_row(tx, job_id)
            row.require_part(Part.RESULT, micros_of(now))
            if not _is_read(tx, row, number):
                raise NotFinished
            data = self._streams.need(tx, row.ref, Kind.PAGE_WORDS, page=number)
        try:
            return decode_page(data)
        except ValueError as error:
            raise VaultDamaged from error

    def image(self, job_id: JobId, number: int, now: datetime) -> PageImage:
        """Open one page's picture; it outlives the words when the result goes first.

        SourceGone, too, when it was destroyed alone.
        """
        with self._streams.reading() as tx:
            row = find_row(tx, job_id)
            row.require_part(Part.SOURCE, micros_of(now))
            data = self._streams.read(tx, row.ref, Kind.PAGE_IMAGE, page=number)
            if data is None:
                raise _why_no_picture(tx, row, number)
        width, height = data[:_SIDE_BYTES], data[_SIDE_BYTES : 2 * _SIDE_BYTES]
        return PageImage(
            data=data[2 * _SIDE_BYTES :],
            width_px=int.from_bytes(width, "big"),
            height_px=int.from_bytes(height, "big"),
        )

    def _settle(
        self,
        tx: Transaction,
        job_id: JobId,
        number: int,
        state: PageState,
        error_code: str | None,
    ) -> JobRow:
        row = find_row(tx, job_id)
        row.require_state(JobState.READING)
        touched = tx.run(
            "UPDATE page SET state = ?, error_code = ?, picture_gone_at = NULL"
            " WHERE job = ? AND number = ?",
            state.value,
            error_code,
            row.seq,
            number,
        )
        if touched != 1:
            raise InternalError(f"page {number} is none of the job's pages")
        count_pages(tx, row)
        return row

    def _drop_after(self, tx: Transaction, row: JobRow, pages: int) -> None:
        """Forget pages past the count: another version of the engine may count fewer."""
        beyond = tx.rows("SELECT number FROM page WHERE job = ? AND number > ?", row.seq, pages)
        for (number,) in beyond:
            self._drop(tx, row, number)
        tx.run("DELETE FROM page WHERE job = ? AND number > ?", row.seq, pages)

    def _drop(self, tx: Transaction, row: JobRow, number: int) -> None:
        for kind in (Kind.PAGE_IMAGE, Kind.PAGE_WORDS):
            self._streams.drop(tx, row.ref, kind, page=number)
        self._images.drop(tx, row.ref, number)


def _is_read(tx: Transaction, row: JobRow, number: int) -> bool:
    found = tx.row("SELECT state FROM page WHERE job = ? AND number = ?", row.seq, number)
    return found is not None and found[0] == PageState.READ


def _why_no_picture(tx: Transaction, row: JobRow, number: int) -> MayflyError:
    found = tx.row(
        "SELECT state, picture_gone_at FROM page WHERE job = ? AND number = ?", row.seq, number
    )
    if found is None or found[0] != PageState.READ:
        # Which pages there were goes with the result.
        return NotFinished() if row.has(Part.RESULT) else SourceGone()
    return VaultDamaged() if found[1] is None else SourceGone()
