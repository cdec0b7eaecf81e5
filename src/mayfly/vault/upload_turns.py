"""What a purge makes of uploads, in its own transaction, for all its jobs at once.

What never reached a bucket is stopped, or goes without a trace with its job. What did, or may
have, is owed to be deleted there, or left: as its destination says, in a column that needs no
key. A row in somebody's hands is turned all the same, and tells so by its number of turns.
"""

# ruff: noqa: S608 - conditions are constants of these modules; values are always bound

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from mayfly.domain.destinations import DestinationId
from mayfly.domain.errors import SourceGone
from mayfly.domain.images import ImageId
from mayfly.domain.written_objects import Fate, WrittenObjects, written_of
from mayfly.vault.connection import Transaction, as_list

Written = Mapping[int, Sequence[WrittenObjects]]
"""By the number of the job."""

_THESE = "upload.job IN (SELECT value FROM json_each(?))"
_OF_A_PAGE = _THESE + " AND upload.page = ?"
_UNWRITTEN = "('waiting', 'failed')"
_TURNED = "('waiting', 'failed', 'stored', 'left')"
_IS_OWED = "(SELECT delete_with_job FROM destination WHERE id = upload.destination)"


def turn_whole(tx: Transaction, seqs: Sequence[int]) -> Written:
    """Turn the uploads of jobs of which nothing is left; return what they left where."""
    if not _has_destinations(tx):
        return {}
    jobs = as_list(seqs)
    _forget_wishes(tx, jobs)
    tx.run(f"DELETE FROM upload WHERE {_THESE} AND begun = 0 AND state <> 'owed'", jobs)
    return _turn(tx, _THESE, _TURNED, jobs)


def turn_without_source(tx: Transaction, seqs: Sequence[int]) -> Written:
    """Turn what was not written yet of jobs whose documents go; what was stored stays so."""
    if not _has_destinations(tx):
        return {}
    jobs = as_list(seqs)
    _forget_wishes(tx, jobs)
    return _turn(tx, _THESE, _UNWRITTEN, jobs)


def turn_page(tx: Transaction, seq: int, page: int) -> Written:
    """Turn the uploads of one page whose pictures go, as if they were a job."""
    if not _has_destinations(tx):
        return {}
    return _turn(tx, _OF_A_PAGE, _TURNED, as_list([seq]), page)


def cancel_uploads(tx: Transaction, jobs: str | None) -> int:
    """Stop what is not written; what may be there in part is owed. Return how many.

    jobs: as seqs_of returns them.
    """
    where, values = of_jobs(jobs)
    tx.run(f"DELETE FROM upload_wish WHERE {where.replace('upload.', '')}", *values)
    tx.run(f"UPDATE upload SET again = 0 WHERE again = 1 AND {where}", *values)
    return tx.run(
        "UPDATE upload SET turn = ?, attempts = 0, not_before = NULL, error_code = NULL,"
        " state = CASE WHEN begun = 1 THEN 'owed' ELSE 'stopped' END"
        f" WHERE state IN {_UNWRITTEN} AND {where}",
        tx.stamp(),
        *values,
    )


def of_jobs(jobs: str | None) -> tuple[str, tuple[object, ...]]:
    """Return a condition on uploads and its values."""
    return ("1", ()) if jobs is None else (_THESE, (jobs,))


def _turn(tx: Transaction, where: str, states: str, *values: object) -> Written:
    # What a cancel left to be deleted there goes with the job, and is listed with the rest.
    listed = f"(state IN {states} OR state = 'owed' AND {int(states == _TURNED)})"
    written = _written(tx, f"{where} AND {listed}", *values)
    tx.run(f"UPDATE upload SET again = 0 WHERE again = 1 AND {where}", *values)
    tx.run(
        "UPDATE upload SET turn = ?, attempts = 0, not_before = NULL,"
        f" state = CASE WHEN begun = 0 THEN 'stopped' WHEN {_IS_OWED} THEN 'owed'"
        " ELSE 'left' END,"
        f" error_code = CASE WHEN begun = 1 AND {_IS_OWED} THEN NULL"
        f" WHEN state IN {_UNWRITTEN} THEN ? ELSE error_code END"
        f" WHERE state IN {states} AND {where}",
        tx.stamp(),
        SourceGone.code,
        *values,
    )
    return written


def _written(tx: Transaction, where: str, *values: object) -> dict[int, list[WrittenObjects]]:
    """Return what may lie at destinations of these uploads, and what becomes of it."""
    rows = tx.rows(
        "SELECT upload.job, upload.destination,"
        f" CASE WHEN upload.state = 'owed' OR {_IS_OWED} THEN 'owed' ELSE 'left' END AS fate,"
        f" upload.page, upload.number FROM upload WHERE upload.begun = 1 AND {where}"
        " ORDER BY 1, 2, 3, 4, 5",
        *values,
    )
    found: dict[int, list[WrittenObjects]] = {}
    for (seq, raw_id, fate), group in groupby(rows, key=lambda row: row[:3]):
        images = (ImageId(page, number) for *_, page, number in group)
        written = written_of(DestinationId(raw_id.hex()), Fate(fate), images)
        found.setdefault(seq, []).append(written)
    return found


def _forget_wishes(tx: Transaction, jobs: str) -> None:
    tx.run("DELETE FROM upload_wish WHERE job IN (SELECT value FROM json_each(?))", jobs)


def _has_destinations(tx: Transaction) -> bool:
    return tx.row("SELECT 1 FROM destination LIMIT 1") is not None


def joined(*all_written: Written) -> Written:
    """Return what several calls found, of different jobs."""
    return {seq: one for written in all_written for seq, one in written.items()}
