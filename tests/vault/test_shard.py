"""The shard file: two slots, overwritten where they lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from mayfly.domain.errors import KeyMissing
from mayfly.vault.shard import RANDOM_BYTES, SLOT_BYTES, Shard
from mayfly.vault.shares import format_shares, parse_shares

VAULT = b"v" * 16


@pytest.fixture
def shard(tmp_path: Path) -> Shard:
    shard = Shard(tmp_path / "shard")
    shard.create()
    return shard


def test_two_epochs_live_side_by_side(shard: Shard) -> None:
    first, second = shard.write_slot(VAULT, 1), shard.write_slot(VAULT, 2)

    assert len(first) == RANDOM_BYTES
    assert shard.read_slot(VAULT, 1) == first
    assert shard.read_slot(VAULT, 2) == second
    assert first != second


def test_an_erased_slot_leaves_no_byte_and_the_other_stays(shard: Shard, tmp_path: Path) -> None:
    first, second = shard.write_slot(VAULT, 1), shard.write_slot(VAULT, 2)

    shard.erase_slot(1)

    assert shard.read_slot(VAULT, 1) is None
    assert shard.read_slot(VAULT, 2) == second
    data = (tmp_path / "shard").read_bytes()
    assert not any(first[at : at + 16] in data for at in range(0, RANDOM_BYTES, 16))
    assert second in data


def test_the_third_epoch_overwrites_the_first(shard: Shard) -> None:
    shard.write_slot(VAULT, 1)
    third = shard.write_slot(VAULT, 3)

    assert shard.read_slot(VAULT, 1) is None
    assert shard.read_slot(VAULT, 3) == third


def test_the_file_keeps_its_place_and_size(shard: Shard, tmp_path: Path) -> None:
    file = tmp_path / "shard"
    before = file.stat()

    shard.write_slot(VAULT, 1)
    shard.write_slot(VAULT, 2)
    shard.erase_slot(1)

    assert file.stat().st_ino == before.st_ino
    assert file.stat().st_size == before.st_size == 2 * SLOT_BYTES


def test_a_new_shard_in_an_old_ones_place_overwrites_it(shard: Shard, tmp_path: Path) -> None:
    old = shard.write_slot(VAULT, 1)
    before = (tmp_path / "shard").stat().st_ino

    Shard(tmp_path / "shard").create()

    assert (tmp_path / "shard").stat().st_ino == before
    assert old[:64] not in (tmp_path / "shard").read_bytes()


def test_a_torn_or_foreign_or_short_slot_is_none(shard: Shard, tmp_path: Path) -> None:
    shard.write_slot(VAULT, 2)
    data = bytearray((tmp_path / "shard").read_bytes())

    assert shard.read_slot(b"w" * 16, 2) is None
    data[SLOT_BYTES // 2 : SLOT_BYTES] = bytes(SLOT_BYTES // 2)
    (tmp_path / "shard").write_bytes(data)
    assert shard.read_slot(VAULT, 2) is None
    (tmp_path / "shard").write_bytes(data[:100])
    assert shard.read_slot(VAULT, 2) is None


def test_the_share_line_holds_one_or_two_epochs() -> None:
    two = {7: b"a" * 32, 8: b"b" * 32}

    assert parse_shares(format_shares(two)) == two
    assert parse_shares(format_shares({7: b"a" * 32})) == {7: b"a" * 32}
    assert "\n" not in format_shares(two)
    assert len(format_shares(two)) < 128


@pytest.mark.parametrize("line", ["", "mayfly1", "mayfly2 1:AAAA", "mayfly1 x:y", "mayfly1 1:A:B"])
def test_a_line_of_another_kind_is_no_share(line: str) -> None:
    with pytest.raises(KeyMissing):
        parse_shares(line)
