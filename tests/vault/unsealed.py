"""All that can be opened of a job, piece by piece: its value, or that it was found damaged."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from mayfly.domain.errors import SourceGone, VaultDamaged
from mayfly.domain.ids import JobId
from mayfly.vault.rows import find_row
from mayfly.vault.sealing import Kind
from tests.vault.conftest import Desk, reading

PAGES = (1, 2)
DAMAGED, GONE = "damaged", "gone"
PASSWORD = "Sesam"

_ALL_UP_TO = 80
_ENDS, _BETWEEN = 20, 20


def add_job(desk: Desk, name: str) -> JobId:
    """Add a document with a password and two read pages; everything in it names the job."""
    job_id = desk.admit(f"document of {name}".encode() * 30, name=name, path=f"/home/{name}")
    desk.vault.claim_next(desk.clock.now())
    desk.vault.need_password(job_id, "password_needed")
    desk.vault.give_password(job_id, PASSWORD + name)
    desk.vault.claim_next(desk.clock.now())
    desk.vault.set_pages(job_id, len(PAGES))
    for number in PAGES:
        page = reading(number, f"{name} {number}", picture=f"picture {name} {number}".encode())
        desk.vault.save_page(job_id, page)
    desk.vault.finish(job_id, desk.clock.now())
    return job_id


def asks(desk: Desk, job_id: JobId) -> dict[tuple[Kind, int], Callable[[], Any]]:
    """Return how each stream of the job is opened."""
    vault, now = desk.vault, desk.clock.now()
    found: dict[tuple[Kind, int], Callable[[], Any]] = {
        (Kind.DOCUMENT, 0): lambda: vault.source_chunk(job_id, 0),
        (Kind.OPTIONS, 0): lambda: vault.options(job_id),
        (Kind.PASSWORD, 0): lambda: vault.password(job_id),
        (Kind.SOURCE_NAME, 0): lambda: raw(desk, job_id, Kind.SOURCE_NAME),
        (Kind.RESULT_NAME, 0): lambda: raw(desk, job_id, Kind.RESULT_NAME),
    }
    for number in PAGES:
        found[Kind.PAGE_WORDS, number] = lambda number=number: vault.page(job_id, number, now)
        found[Kind.PAGE_IMAGE, number] = lambda number=number: vault.page_image(job_id, number, now)
    return found


def raw(desk: Desk, job_id: JobId, kind: Kind) -> bytes:
    """Open a stream that is only ever opened on the way to something else."""
    streams = desk.vault._pages._streams
    with streams.reading() as tx:
        return streams.need(tx, find_row(tx, job_id).ref, kind)


def everything(desk: Desk, job_id: JobId) -> dict[tuple[Kind, int], Any]:
    """Open all of it."""
    return {what: _answer(ask) for what, ask in asks(desk, job_id).items()}


def _answer(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except VaultDamaged:
        return DAMAGED
    except SourceGone:
        return GONE


def run(desk: Desk, statement: str, *values: object) -> list[tuple]:
    """Tamper quickly: over the vault's own connection, which then need not sync."""
    connection = desk.vault._database._connection
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA foreign_keys = OFF")
    return connection.execute(statement, values).fetchall()


def flips(data: bytes) -> Iterator[bytes]:
    """Yield the bytes with one of them changed: every one, or both ends and some between."""
    places = list(range(len(data)))
    if len(places) > _ALL_UP_TO:
        between = random.Random(len(data)).sample(places[_ENDS:-_ENDS], _BETWEEN)
        places = [*places[:_ENDS], *between, *places[-_ENDS:]]
    for place in places:
        yield data[:place] + bytes([data[place] ^ (1 << place % 8)]) + data[place + 1 :]
