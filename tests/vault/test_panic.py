"""A whole vault is destroyed: key first, whatever is full, locked or in the way."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mayfly.domain.errors import KeyMissing, VaultError, VaultLocked, VaultNotWritable
from mayfly.domain.panic import KeyringFate, PanicReport
from mayfly.vault.opening import vault_exists
from mayfly.vault.panic import Doomed, destroy, is_begun
from mayfly.vault.shard import SLOT_BYTES, Shard
from mayfly.vault.vault import SqliteVault
from tests.small_disks import fill_up
from tests.vault.rotating import NOW, Place, admit, check_alive, purge
from tests.vault.storage import destination
from tests.vault.test_disk_full import small_disk

__all__ = ["small_disk"]

LATER = NOW + timedelta(days=40)


def doomed(place: Place, **others: object) -> Doomed:
    def forget(names: Sequence[str]):
        for name in names:
            place.secrets.remove(name)
        return lambda: KeyringFate.REMOVED

    plain = Doomed(
        place.paths.database,
        place.paths.shard,
        others=(place.paths.audit_anchor,),
        forget_secrets=forget,
        end_processes=lambda: 0,
    )
    return replace(plain, **others)


@pytest.fixture
def filled(place: Place) -> Iterator[Place]:
    vault = place.open()
    admit(vault, "one", "two")
    vault.close()
    yield place


def test_nothing_of_the_vault_is_left_and_a_new_one_can_be_made(filled: Place) -> None:
    copy = filled.copy("copy")
    before = copy.loot()
    assert copy.opened_with(before)

    report = destroy(doomed(filled))

    assert report == PanicReport(True, True, KeyringFate.REMOVED, 0, ())
    assert report.is_complete
    assert not vault_exists(filled.paths)
    assert filled.lines() == []
    assert not list(filled.paths.database.parent.iterdir())
    assert [one.name for one in filled.paths.shard.parent.iterdir()] == ["lock"]
    vault = filled.open()
    check_alive(vault, admit(vault, "anew"))
    vault.close()


def test_the_key_is_overwritten_where_it_lies(filled: Place, tmp_path: Path) -> None:
    """A second name of the same blocks shows what a look at the raw disk would."""
    raw = tmp_path / "raw"
    os.link(filled.paths.shard, raw)
    slots = {data for data in filled.loot().slots if any(data)}

    destroy(doomed(filled))

    left = raw.read_bytes()
    assert len(left) == 2 * SLOT_BYTES
    # Not one run of 32 bytes of the key is left.
    for slot in slots:
        assert not any(slot[at : at + 32] in left for at in range(0, len(slot) - 32, 32))


@pytest.mark.parametrize("is_open", [True, False])
def test_the_access_keys_of_destinations_go_with_the_share(place: Place, is_open: bool) -> None:
    """Also of one that was added just now, and is in the log of writes alone."""
    vault = place.open()
    one = destination()
    vault.destinations.add(one)
    seen: list[Sequence[str]] = []

    def forget(names: Sequence[str]):
        seen.append(names)
        return lambda: KeyringFate.REMOVED

    if not is_open:
        vault.close()
    assert destroy(doomed(place, forget_secrets=forget)).key_destroyed

    ((share, access_key),) = seen
    assert share.startswith("vault-")
    assert access_key == f"destination-{one.destination_id}"
    if is_open:
        vault.close()


def test_the_key_goes_first_and_before_anybody_is_waited_for(filled: Place) -> None:
    seen: list[tuple[str, bool, bool]] = []

    def look(what: str) -> None:
        seen.append((what, bool(Shard(filled.paths.shard).vault_ids()), vault_exists(filled.paths)))

    def forget(names: Sequence[str]):
        assert len(names) == 1
        look("keyring")
        return lambda: KeyringFate.NOT_REACHED

    report = destroy(
        doomed(filled, forget_secrets=forget, end_processes=lambda: look("others") or 3)
    )

    assert seen == [("others", False, True), ("keyring", False, True)]
    assert report == PanicReport(True, True, KeyringFate.NOT_REACHED, 3, ())
    assert not report.is_complete


def test_a_slot_that_a_process_wrote_before_it_was_ended_goes_too(
    keyring_place: Place, tmp_path: Path
) -> None:
    vault = keyring_place.open()
    raw = tmp_path / "raw"
    os.link(keyring_place.paths.shard, raw)

    def change_the_key() -> int:
        Shard(keyring_place.paths.shard).write_slot(vault.lock._keys.vault_id, 2)
        assert Shard(raw).vault_ids()
        return 1

    destroy(doomed(keyring_place, end_processes=change_the_key))

    assert not keyring_place.paths.shard.exists()
    assert Shard(raw).vault_ids() == frozenset()
    vault.close()


def test_a_panic_that_was_interrupted_is_seen_and_finished(filled: Place) -> None:
    def die() -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        destroy(doomed(filled, end_processes=die))
    assert is_begun(filled.paths.shard)
    with pytest.raises(KeyMissing):
        filled.open()

    assert destroy(doomed(filled)).is_complete

    assert not is_begun(filled.paths.shard)
    assert not vault_exists(filled.paths)


def test_it_can_be_done_again_and_where_there_is_nothing(place: Place) -> None:
    nothing = PanicReport(True, False, KeyringFate.REMOVED, 0, ())
    assert destroy(doomed(place)) == nothing
    vault = place.open()
    vault.close()
    assert destroy(doomed(place)).there_was_one
    assert destroy(doomed(place)) == nothing


def test_a_vault_whose_shard_is_gone_goes_as_well(filled: Place) -> None:
    filled.paths.shard.unlink()
    report = destroy(doomed(filled))
    assert report.is_complete
    assert not vault_exists(filled.paths)
    assert filled.lines() == []


def test_a_shard_that_cannot_be_overwritten_is_told(filled: Place, monkeypatch) -> None:
    def refuse(_: object) -> None:
        raise VaultError

    with monkeypatch.context() as patch:
        patch.setattr(Shard, "doom", refuse)
        report = destroy(doomed(filled))
    assert not report.key_destroyed
    assert filled.paths.shard.exists()
    assert destroy(doomed(filled)).is_complete


def test_files_that_cannot_be_removed_are_named_and_worth_nothing(filled: Place) -> None:
    stubborn = filled.folder / "a folder"
    stubborn.mkdir()
    copy = filled.copy("copy")
    report = destroy(doomed(filled, others=(stubborn,)))
    assert report.left == ("a folder",)
    # The mark stays, so that the next start tries again.
    assert is_begun(filled.paths.shard)
    shares = copy.loot().shares
    assert copy.opened_with(replace(filled_loot(filled), shares=shares)) == set()
    stubborn.rmdir()
    assert destroy(doomed(filled, others=(stubborn,))).is_complete


def filled_loot(place: Place):
    from tests.vault.attack import Loot

    data = place.paths.shard.read_bytes()
    return Loot(slots={data[at + 64 : at + SLOT_BYTES] for at in range(0, len(data), SLOT_BYTES)})


def test_it_works_on_a_full_disk(small_disk: Path) -> None:
    folder = small_disk / "today"
    folder.mkdir()
    place = Place(folder, "keyring")
    vault = place.open()
    admit(vault, "letter")
    filler = fill_up(small_disk)

    assert destroy(doomed(place)).is_complete

    vault.close()
    filler.unlink()
    place.open().close()


def test_the_key_of_a_large_vault_is_gone_within_a_second(keyring_place: Place) -> None:
    vault = keyring_place.open()
    vault.close()
    with keyring_place.paths.database.open("ab") as file:
        file.truncate(2 << 30)
    begun, marks = time.monotonic(), []

    def note() -> int:
        marks.append(time.monotonic() - begun)
        return 0

    destroy(doomed(keyring_place, end_processes=note))

    assert marks[0] < 1.0


# --- a process that has it open ------------------------------------------------------------


def test_an_open_vault_knows_that_it_is_gone_and_touches_no_new_one(place: Place) -> None:
    vault = place.open()
    job = admit(vault, "goes")["goes"]
    assert not vault.is_gone()

    destroy(doomed(place))
    assert vault.is_gone()
    vault.tidy()
    assert not list(place.paths.database.parent.iterdir())
    fresh = place.open()
    purge(fresh, admit(fresh, "gone")["gone"])
    jobs = admit(fresh, "kept")
    assert vault.is_gone()

    # Nothing is written any more, neither here nor over what the new vault keeps beside it.
    kept = [one.read_bytes() for one in (place.paths.ledger, place.paths.audit_anchor)]
    with pytest.raises(VaultNotWritable):
        purge(vault, job)
    assert vault.due(LATER) == ()
    vault.tidy()
    assert kept == [one.read_bytes() for one in (place.paths.ledger, place.paths.audit_anchor)]
    # Closing it takes nothing of the new one's with it, not even a log that is not moved yet.
    jobs |= admit(fresh, "just now")
    vault.close()
    fresh.close()
    again = place.open()
    check_alive(again, jobs)
    again.close()


def test_a_dropped_key_stays_dropped(vault: SqliteVault, place: Place) -> None:
    destroy(doomed(place))
    vault.lock.drop()
    with pytest.raises(VaultLocked):
        vault.jobs(NOW)


def test_a_database_that_is_none_names_no_vault(place: Place) -> None:
    place.open().close()
    place.paths.shard.unlink()
    place.paths.database.write_bytes(b"not a database at all" * 400)
    seen: list[Sequence[str]] = []

    def forget(names: Sequence[str]):
        seen.append(names)
        return lambda: KeyringFate.NONE

    assert destroy(doomed(place, forget_secrets=forget)).key_destroyed
    assert seen == [()]
    assert not place.paths.database.exists()


def test_leftovers_are_dropped_in_no_other_vaults_shard(keyring_place: Place) -> None:
    vault = keyring_place.open()
    Shard(keyring_place.paths.shard).doom()
    Shard(keyring_place.paths.shard).write_slot(b"w" * 16, 2)
    vault._database.ask("UPDATE meta SET rotation_owed = 1 RETURNING 1")
    vault._rotation.settle()
    vault._rotation.drop_leftovers()
    assert Shard(keyring_place.paths.shard).read_slot(b"w" * 16, 2)
    vault.close()


def test_a_slot_that_this_process_writes_meanwhile_goes_too(
    keyring_place: Place, tmp_path: Path
) -> None:
    """Nobody ends the lane of the process that panics, which may be changing the key."""
    vault = keyring_place.open()
    vault_id = vault.lock._keys.vault_id
    raw = tmp_path / "raw"
    os.link(keyring_place.paths.shard, raw)

    def change_the_key(_: Sequence[str]):
        Shard(keyring_place.paths.shard).write_slot(vault_id, 2)
        assert Shard(raw).vault_ids()
        return lambda: KeyringFate.REMOVED

    destroy(doomed(keyring_place, forget_secrets=change_the_key))

    assert Shard(raw).vault_ids() == frozenset()
    assert Shard(raw).is_doomed()
    vault.close()
