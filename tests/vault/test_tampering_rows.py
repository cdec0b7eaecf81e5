"""Every sealed byte, every swap of two rows, every old row put back: found, and never shown.

Each kind of check has its control: a build that binds less lets the same change pass.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mayfly.domain.errors import PassphraseWrong, VaultDamaged
from mayfly.domain.ids import JobId
from mayfly.domain.jobs import Part
from mayfly.domain.states import DeleteReason
from mayfly.vault import rewrapping, sealing, wrapping
from mayfly.vault.sealing import CHUNK_BYTES, Kind, StreamId
from tests.vault.conftest import Desk, paths_in
from tests.vault.opened import open_with
from tests.vault.unsealed import DAMAGED, add_job, everything, flips, run

WORDS = Kind.PAGE_WORDS
PICTURE = Kind.PAGE_IMAGE


# --- builds that bind less: the controls ---------------------------------------------------


class Careless:
    """AES-256-GCM of a build whose associated data is emptied."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def encrypt(self, nonce: bytes, data: bytes, bound: bytes | None) -> bytes:
        return self._cipher.encrypt(nonce, data, None)

    def decrypt(self, nonce: bytes, data: bytes, bound: bytes | None) -> bytes:
        return self._cipher.decrypt(nonce, data, None)


def empty_associated_data(patch: pytest.MonkeyPatch) -> None:
    for module in (sealing, wrapping, rewrapping):
        patch.setattr(module, "AESGCM", Careless)


def let_streams_be_anyones(patch: pytest.MonkeyPatch) -> None:
    """Leave job, kind and page out of the stream's key, too."""
    patch.setattr(StreamId, "bound", b"")


# --- one byte ------------------------------------------------------------------------------


PLACES = {"data_key": "job || part", "key_bucket": "id"}


@pytest.mark.parametrize(
    "column",
    ["chunk.data", "stream.salt", "stream.wrapped", "data_key.wrapped", "key_bucket.wrapped"],
)
def test_a_flipped_byte_is_found_and_nothing_false_is_shown(desk: Desk, column: str) -> None:
    job_id = add_job(desk, "mine")
    if column == "stream.wrapped":
        # Streams get a wrapped key of their own when another of their part is destroyed.
        desk.vault.purge_page_images(job_id, 2, desk.clock.now())
    sound = everything(desk, job_id)
    table, name = column.split(".")
    place = PLACES.get(table, "rowid")
    rows = run(desk, f"SELECT {place}, {name} FROM {table} WHERE {name} IS NOT NULL")
    assert rows
    assert DAMAGED not in sound.values()

    for row, data in rows:
        for flipped in flips(data):
            run(desk, f"UPDATE {table} SET {name} = ? WHERE {place} = ?", flipped, row)
            found = everything(desk, job_id)
            assert DAMAGED in found.values()
            assert all(found[what] in (sound[what], DAMAGED) for what in sound)
            assert desk.vault.job(job_id, desk.clock.now()).name in ("mine", None)
        run(desk, f"UPDATE {table} SET {name} = ? WHERE {place} = ?", data, row)
    assert everything(desk, job_id) == sound


# --- one row in the place of another ---------------------------------------------------------


Row = tuple[int, JobId, Kind, int]


def streams(desk: Desk) -> list[Row]:
    found = run(
        desk,
        "SELECT stream.id, lower(hex(job.id)), kind, page FROM stream"
        " JOIN job ON job.seq = stream.job ORDER BY stream.id",
    )
    return [(row, JobId(job_id), Kind(kind), page) for row, job_id, kind, page in found]


def put_in_place(desk: Desk, target: Row, source: Row) -> None:
    """Give the target all that the source's rows hold: salt, own key and every chunk."""
    run(
        desk,
        "UPDATE stream SET (salt, wrapped, chunk_count) ="
        " (SELECT salt, wrapped, chunk_count FROM stream WHERE id = ?) WHERE id = ?",
        source[0],
        target[0],
    )
    run(
        desk,
        "UPDATE chunk SET data = (SELECT data FROM chunk AS other WHERE other.stream = ?"
        " AND other.number = chunk.number) WHERE stream = ?",
        source[0],
        target[0],
    )


def take_the_key(desk: Desk, target: Row, source: Row) -> None:
    """Put the other's data key in place, too."""
    run(
        desk,
        "UPDATE data_key SET (bucket, epoch, wrapped) = (SELECT bucket, epoch, wrapped"
        " FROM data_key AS other WHERE (job, part) = (SELECT job, part FROM stream WHERE id = ?))"
        " WHERE (job, part) = (SELECT job, part FROM stream WHERE id = ?)",
        source[0],
        target[0],
    )


class Snapshot:
    """The rows as they are, to have them so again after each change."""

    TABLES = ("stream", "chunk", "data_key", "page")

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        for table in self.TABLES:
            run(desk, f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM main.{table}")

    def bring_back(self) -> None:
        for table in reversed(self.TABLES):
            run(self._desk, f"DELETE FROM main.{table}")
        for table in self.TABLES:
            run(self._desk, f"INSERT INTO main.{table} SELECT * FROM kept_{table}")


@pytest.mark.parametrize("with_key", [False, True], ids=["rows", "rows and key"])
def test_no_stream_passes_for_another_of_any_job_kind_or_page(desk: Desk, with_key: bool) -> None:
    add_job(desk, "mine")
    add_job(desk, "other")
    snapshot, all_of_them = Snapshot(desk), streams(desk)
    assert len(all_of_them) == 18

    for target, source in itertools.permutations(all_of_them, 2):
        put_in_place(desk, target, source)
        if with_key:
            take_the_key(desk, target, source)
        _, job_id, kind, page = target
        assert everything(desk, job_id)[kind, page] == DAMAGED
        snapshot.bring_back()


def swapped(desk: Desk, target: Row, source: Row) -> object:
    put_in_place(desk, target, source)
    take_the_key(desk, target, source)
    _, job_id, kind, page = target
    return everything(desk, job_id)[kind, page]


def pick(desk: Desk, job_id: JobId, kind: Kind, page: int) -> Row:
    (row,) = (row for row in streams(desk) if row[1:] == (job_id, kind, page))
    return row


def test_without_what_binds_it_another_jobs_stream_would_go_unnoticed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_associated_data(monkeypatch)
    let_streams_be_anyones(monkeypatch)
    mine, other = add_job(desk, "mine"), add_job(desk, "other")
    wanted = everything(desk, other)[WORDS, 1]

    assert swapped(desk, pick(desk, mine, WORDS, 1), pick(desk, other, WORDS, 1)) == wanted


@pytest.mark.parametrize("is_careless", [False, True])
def test_without_associated_data_one_stream_would_pass_for_another(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, is_careless: bool
) -> None:
    """Where streams keep a key of their own, the associated data alone tells them apart."""
    if is_careless:
        empty_associated_data(monkeypatch)
    job_id = add_job(desk, "mine")
    desk.vault.purge_page_images(job_id, 2, desk.clock.now())

    put_in_place(desk, pick(desk, job_id, Kind.DOCUMENT, 0), pick(desk, job_id, Kind.PASSWORD, 0))

    found = everything(desk, job_id)[Kind.DOCUMENT, 0]
    assert found == (b"Sesammine" if is_careless else DAMAGED)


# --- chunks of one document ------------------------------------------------------------------


def add_long(desk: Desk) -> JobId:
    return desk.admit(b"".join(bytes([65 + number]) * CHUNK_BYTES for number in range(3)))


def chunks(desk: Desk) -> list[int]:
    sql = (
        "SELECT chunk.rowid FROM chunk JOIN stream ON stream.id = chunk.stream"
        " WHERE kind = 1 ORDER BY number"
    )
    return [row[0] for row in run(desk, sql)]


def swap_the_first_two(desk: Desk) -> None:
    first, second, _ = chunks(desk)
    run(desk, "UPDATE chunk SET number = number + 10 WHERE rowid IN (?, ?)", first, second)
    run(desk, "UPDATE chunk SET number = 1 WHERE rowid = ?", first)
    run(desk, "UPDATE chunk SET number = 0 WHERE rowid = ?", second)


def cut_the_last(desk: Desk) -> None:
    run(desk, "DELETE FROM chunk WHERE rowid = ?", chunks(desk)[-1])
    run(desk, "UPDATE stream SET chunk_count = 2 WHERE kind = 1")


def whole(desk: Desk, job_id: JobId) -> Sequence[int]:
    """Return the first byte of each chunk of the document."""
    count = desk.vault.source_chunk_count(job_id)
    return [desk.vault.source_chunk(job_id, number)[0] - 65 for number in range(count)]


def test_chunks_that_were_swapped_or_cut_are_found(desk: Desk) -> None:
    for tamper in (swap_the_first_two, cut_the_last):
        job_id = add_long(desk)
        assert whole(desk, job_id) == [0, 1, 2]
        tamper(desk)
        with pytest.raises(VaultDamaged):
            whole(desk, job_id)
        desk.vault.purge([job_id], frozenset(Part), DeleteReason.USER, desk.clock.now())


def test_without_numbers_and_associated_data_swapped_chunks_would_go_unnoticed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_associated_data(monkeypatch)
    last = (bytes(12), bytes(11) + b"\x01")
    monkeypatch.setattr(sealing, "_nonce", lambda number, *, is_last: last[is_last])
    job_id = add_long(desk)

    swap_the_first_two(desk)

    assert whole(desk, job_id) == [1, 0, 2]


def test_without_the_mark_of_the_last_chunk_a_cut_would_go_unnoticed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "_nonce", lambda number, *, is_last: number.to_bytes(12, "big"))
    job_id = add_long(desk)

    cut_the_last(desk)

    assert whole(desk, job_id) == [0, 1]


# --- old rows put back -----------------------------------------------------------------------


def test_words_from_before_they_were_read_anew_do_not_open(desk: Desk) -> None:
    job_id = add_job(desk, "mine")
    before = Snapshot(desk)
    desk.vault.recognise_anyway(job_id)
    run(desk, "UPDATE job SET state = 'done'")
    before.bring_back()

    found = everything(desk, job_id)

    assert {found[WORDS, 1], found[Kind.RESULT_NAME, 0]} == {DAMAGED}


def test_a_picture_that_was_deleted_does_not_come_back_with_its_rows(desk: Desk) -> None:
    job_id = add_job(desk, "mine")
    before = Snapshot(desk)
    desk.vault.purge_page_images(job_id, 2, desk.clock.now())
    before.bring_back()

    found = everything(desk, job_id)

    assert found[PICTURE, 2] == found[PICTURE, 1] == DAMAGED


@pytest.mark.parametrize("with_neighbour", [False, True])
def test_a_deleted_job_does_not_come_back_with_all_its_rows(
    desk: Desk, with_neighbour: bool
) -> None:
    """Somebody kept the rows of yesterday and puts every one of them back into today's file."""
    job_id = add_job(desk, "mine")
    if with_neighbour:
        add_job(desk, "other")
    before = Snapshot(desk)
    for table in ("job", "key_bucket"):
        run(desk, f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM main.{table}")
    desk.vault.purge([job_id], frozenset(Part), DeleteReason.USER, desk.clock.now())
    before.bring_back()
    run(desk, "DELETE FROM main.job")
    run(desk, "INSERT INTO main.job SELECT * FROM kept_job")

    for bring_bucket in (False, True):
        if bring_bucket:
            run(desk, "DELETE FROM main.key_bucket")
            run(desk, "INSERT INTO main.key_bucket SELECT * FROM kept_key_bucket")
        found = everything(desk, job_id)
        assert set(found.values()) == {DAMAGED}
        assert desk.vault.job(job_id, desk.clock.now()).name is None


@pytest.mark.parametrize("column", ["sealed", "salt"])
def test_a_flipped_byte_of_the_passphrases_share_opens_no_vault(
    tmp_path: Path, column: str
) -> None:
    paths = paths_in(tmp_path)
    open_with(paths, "pass").close()
    connection = sqlite3.connect(paths.database, isolation_level=None)
    ((sound,),) = connection.execute(f"SELECT {column} FROM passphrase_share").fetchall()

    for flipped in flips(sound):
        connection.execute(f"UPDATE passphrase_share SET {column} = ?", (flipped,))
        with pytest.raises((PassphraseWrong, VaultDamaged)):
            open_with(paths, "pass")

    connection.execute(f"UPDATE passphrase_share SET {column} = ?", (sound,))
    connection.close()
    open_with(paths, "pass").close()
