"""Keys are found in raw bytes wherever they lie: the same rows that SQLite finds, and no others."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mayfly.vault.carving import BucketRow, Carved, Carver, DataKeyRow
from mayfly.vault.copies import carve_copy
from tests.vault.rotating import HOMES, Place, admit, purge


@pytest.fixture(scope="module", params=HOMES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A vault of more than one bucket, some pages of each table, and a purge behind it."""
    found = Place(tmp_path_factory.mktemp("carving") / "home", request.param)
    found.folder.mkdir()
    with closing(found.open()) as vault:
        jobs = admit(vault, *(str(number) for number in range(300)))
        purge(vault, jobs["7"], jobs["270"])
    return found


def carved(data: bytes, piece_bytes: int) -> Carved:
    carver = Carver()
    for start in range(0, len(data), piece_bytes):
        carver.feed(data[start : start + piece_bytes])
    return carver.found


@pytest.mark.parametrize(
    ("shift", "piece_bytes"), [(0, 1 << 20), (1, 70_001), (4_097, 33_333), (9, 512)]
)
def test_every_row_that_sqlite_finds_is_carved(place: Place, shift: int, piece_bytes: int) -> None:
    with closing(sqlite3.connect(place.paths.database)) as looking:
        keys = looking.execute("SELECT job, part, epoch, wrapped, bucket FROM data_key").fetchall()
        buckets = looking.execute("SELECT id, born, epoch, wrapped FROM key_bucket").fetchall()
        jobs = looking.execute("SELECT seq, id FROM job").fetchall()
        meta = looking.execute("SELECT vault_id, epoch FROM meta").fetchall()
        shares = looking.execute("SELECT epoch, sealed FROM passphrase_share").fetchall()
    noise = random.Random(shift).randbytes(shift)

    found = carved(noise + place.paths.database.read_bytes() + noise, piece_bytes)

    assert {DataKeyRow(*row) for row in keys} == found.data_keys
    assert {BucketRow(*row) for row in buckets} == found.buckets
    assert set(jobs) <= found.jobs
    assert {number for number, _ in found.jobs} == {number for number, _ in jobs}
    assert set(meta) <= found.vaults
    assert {(row.epoch, row.sealed.sealed) for row in found.sealed} == set(shares)


def test_slots_and_open_shares_are_carved(place: Place) -> None:
    line = "mayfly1 7:" + "A" * 43 + "= 8:" + "B" * 43 + "="
    shard = place.paths.shard.read_bytes()
    found = carved(b"x" * 999 + shard + b"secret=" + line.encode() + b"\n", 5_000)
    (slot,) = found.slots
    assert slot.epoch == 2
    assert len(slot.random) == 16_320
    assert {epoch for epoch, _ in found.shares} == {7, 8}


def test_a_slot_that_is_cut_off_is_none(place: Place) -> None:
    data = place.paths.shard.read_bytes()
    start = data.find(b"MAYFLYS1")
    assert not carved(data[start : start + 9_000], 4_096).slots


def test_nothing_is_carved_from_noise_that_only_begins_like_a_row() -> None:
    rng = random.Random(3)
    beginnings = [
        b"\x19\x01\x81\x04",
        b"\x06\x01\x19\x01\x81\x04",
        b"\x07\x00\x01\x01\x81\x04\x08",
        b"\x80\x07\x00\x01\x01\x81\x04\x08",
        b"\x19\x00\x2c\x2c",
        b"\x05\x00\x2c\x2c\x01",
        b"\x04\x00\x2c\x81\x04",
        b"\x08\x00\x2c\x15",
        b"\x08\x00\x2c\x01\x01\x01\x81\x04",
        b"\x04\x00\x2c\x2c\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"MAYFLYS1",
        b"mayfly1 99:" + b"-" * 43,
    ]
    data = b"".join(one + rng.randbytes(200) for one in beginnings * 50)
    found = carved(data, 777)
    assert not (found.data_keys or found.jobs or found.vaults or found.sealed or found.shares)
    # At the very ends, where a row has nothing before or behind it.
    for one in beginnings:
        cut = carved(one, 777)
        assert not (cut.data_keys or cut.buckets or cut.jobs or cut.vaults or cut.sealed)
    assert repr(found) == "<carved keys>"


def test_a_forged_price_of_a_passphrase_is_passed_over() -> None:
    row = b"\x01\x08\x00\x2c\x06\x01\x01\x81\x04"
    body = bytes(16) + (1 << 60).to_bytes(8, "big") + b"\x04\x04" + bytes(60)
    assert not carved(b"\x50" + row + body, 4_096).sealed


def test_rows_with_impossible_numbers_are_passed_over() -> None:
    """Forged ones: below zero is no epoch and no id."""
    below = (-7).to_bytes(1, "big", signed=True)
    forged = [
        b"\x06\x01\x19\x01\x81\x04" + below + b"source" + b"\x02" + bytes(60),
        b"\x06\x01\x19\x01\x81\x04" + b"\x02" + b"source" + below + bytes(60),
        b"\x07\x01\x19\x01\x81\x04\x01" + b"\x02source\x02" + bytes(60) + below,
        b"\x20\x01\x07\x00\x01\x01\x81\x04\x08" + below + b"\x02" + bytes(60),
        b"\x20\x01\x07\x00\x01\x01\x81\x04\x08" + b"\x02" + below + bytes(60),
        b"\x20\x01\x05\x00\x2c\x1b\x01" + bytes(16) + b"keyring" + below,
    ]
    found = carved(bytes(99).join([b"", *forged, b""]), 4_096)
    assert not (found.data_keys or found.buckets or found.vaults)
    # The control: the same with a number that can be.
    possible = [one.replace(below, b"\x03") for one in forged]
    found = carved(bytes(99).join([b"", *possible, b""]), 4_096)
    assert len(found.data_keys) == 3
    assert (len(found.buckets), len(found.vaults)) == (2, 1)


def test_links_and_pipes_are_not_followed(place: Place, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(place.paths.database)
    (tmp_path / "file").write_bytes(b"nothing")
    assert not carve_copy(tmp_path).data_keys
    assert not carve_copy(Path("/dev/null")).data_keys
