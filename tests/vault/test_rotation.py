"""A purge ends with a new vault key: old copies of what was purged open no more."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress

import pytest

from mayfly.domain.errors import (
    KeyMissing,
)
from mayfly.domain.states import DeleteReason
from mayfly.vault import share_homes
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.rotation import Rotation
from mayfly.vault.shard import Shard
from tests.fakes import FileSecrets
from tests.vault.conftest import reading
from tests.vault.rotating import (
    ALL,
    NOW,
    Place,
    admit,
    check_alive,
    check_settled,
    purge,
    sweep,
)

# --- the attack --------------------------------------------------------------------------


def attack(place: Place, rotates: bool, monkeypatch) -> tuple[set[str], set[str], set[str]]:
    """Copy all, purge one of three; return what the copy opens before and after, and the purged.

    After: with the shares of then and now and the shard of now, and the other way round.
    """
    if not rotates:
        monkeypatch.setattr(Rotation, "settle", lambda self: False)
    vault = place.open()
    jobs = admit(vault, "goes", "stays", "stays too")
    gone = jobs.pop("goes")
    copy = place.copy("copy")
    then = copy.loot()
    before = copy.opened_with(then)

    purge(vault, gone)

    check_alive(vault, jobs)
    vault.close()
    now = place.loot()
    shares, slots = (then | now).shares, (then | now).slots
    with_old_shares = type(now)(shares, now.slots)
    with_old_slots = type(now)(now.shares, slots)
    after = copy.opened_with(with_old_shares)
    if place.home == "keyring":
        after |= copy.opened_with(with_old_slots)
    assert place.opened_with(now) == set(jobs.values())
    return before, after, {gone}


def test_a_copy_from_before_a_purge_opens_nothing_with_what_is_left(place, monkeypatch) -> None:
    before, after, gone = attack(place, True, monkeypatch)

    assert before > gone
    assert after == set()
    check_settled(place, 2)


def test_the_attack_finds_the_purged_where_the_key_stays(place, monkeypatch) -> None:
    before, after, gone = attack(place, False, monkeypatch)

    assert after == before > gone
    assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(1, 1)]


def test_the_attack_finds_the_purged_where_the_shard_stays(place, monkeypatch) -> None:
    monkeypatch.setattr(Shard, "erase_slot", lambda self, epoch: None)

    before, after, gone = attack(place, True, monkeypatch)

    assert after == before > gone


def test_words_that_are_recognised_anew_are_out_of_reach_in_a_copy(place, vault) -> None:
    (job_id,) = admit(vault, "again").values()
    vault.claim_next(NOW)
    vault.set_pages(job_id, 1)
    vault.save_page(job_id, reading(1, "old"))
    vault.finish(job_id, NOW)
    copy = place.copy("copy")

    vault.recognise_anyway(job_id)

    check_settled(place, 2)
    assert copy.opened_with(place.loot()) == set()


def test_one_change_serves_all_purges_of_one_call(place, vault) -> None:
    jobs = admit(vault, *map(str, range(12)))
    going = [jobs.pop(str(number)) for number in range(9)]

    purge(vault, *going)

    check_settled(place, 2)
    check_alive(vault, jobs)


def test_one_change_serves_all_purges_that_are_done_together(place, vault) -> None:
    jobs = admit(vault, *map(str, range(6)))

    with vault.one_key_change():
        for number in range(3):
            purge(vault, jobs.pop(str(number)))
        assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(1, 1)]

    check_settled(place, 2)
    assert place.paths.database.with_name("vault.db-wal").stat().st_size == 0
    check_alive(vault, jobs)


def test_an_error_between_purges_leaves_the_change_owed_until_it_is_tidied(place, vault) -> None:
    jobs = admit(vault, "goes", "stays", "goes, too")

    with suppress(ZeroDivisionError), vault.one_key_change():
        purge(vault, jobs.pop("goes"))
        raise ZeroDivisionError
    assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(1, 1)]

    vault.tidy()
    check_settled(place, 2)
    purge(vault, jobs.pop("goes, too"))
    check_settled(place, 3)
    check_alive(vault, jobs)


def test_many_purges_leave_one_share_and_one_slot(place, vault) -> None:
    kept = admit(vault, "kept")
    for number in range(5):
        purge(vault, *admit(vault, str(number)).values())
        check_settled(place, number + 2)
    vault.close()

    again = place.open()

    check_alive(again, kept)
    again.close()


def test_a_purge_that_finds_nothing_changes_no_key(place, vault) -> None:
    (job_id,) = admit(vault, "once").values()
    purge(vault, job_id)

    vault.purge([job_id], ALL, DeleteReason.USER, NOW)
    vault.tidy()

    check_settled(place, 2)


def test_the_last_job_of_a_vault_can_go(place, vault) -> None:
    (job_id,) = admit(vault, "only").values()

    purge(vault, job_id)

    check_settled(place, 2)
    check_alive(vault, admit(vault, "next"))


def test_the_steps_come_in_the_order_that_a_power_cut_allows(keyring_place, monkeypatch) -> None:
    """The share is on the disk before the database needs it; the old slot goes after that."""
    vault = keyring_place.open()
    jobs = admit(vault, "goes", "stays")
    steps: list[str] = []

    def watch(owner, name: str) -> None:
        call = getattr(owner, name)

        def watched(*args):
            steps.append(name)
            return call(*args)

        monkeypatch.setattr(owner, name, watched)

    for owner, name in (
        (FileSecrets, "put"),
        (share_homes.os, "sync"),
        (Shard, "write_slot"),
        (Shard, "erase_slot"),
        (Transaction, "run_many"),
        (Database, "write"),
        (Database, "truncate_wal"),
    ):
        watch(owner, name)

    purge(vault, jobs["goes"])
    vault.close()

    # The log's entries are inserted last in their transaction, both times.
    mark, rows = ["write"], ["write", "run_many", "truncate_wal"]
    # A commit whose sync failed before must be buried before its halves are overwritten.
    bury, both = ["write"], ["put", "sync", "write_slot"]
    begin, end = ["write", "run_many", "run_many"], ["erase_slot", "put", "truncate_wal"]
    assert steps == [*mark, *rows, *bury, *both, *begin, *end]


def test_halves_of_a_commit_that_failed_are_buried_before_they_are_dropped(
    place, vault, monkeypatch
) -> None:
    admit(vault, "stays")
    shard = Shard(place.paths.shard)
    vault_id = vault._rotation._keys.vault_id
    shard.write_slot(vault_id, 2)
    committed: list[bool] = []
    erase = Shard.erase_slot
    looking = sqlite3.connect(place.paths.database)
    before = looking.execute("PRAGMA data_version").fetchone()

    def erase_late(self: Shard, epoch: int) -> None:
        committed.append(looking.execute("PRAGMA data_version").fetchone() != before)
        erase(self, epoch)

    monkeypatch.setattr(Shard, "erase_slot", erase_late)
    vault._rotation.drop_leftovers()
    looking.close()

    assert committed == [True]
    check_settled(place, 1)


# --- what is damaged, what is missing ------------------------------------------------------


def test_a_damaged_key_holds_up_nobody_else(place, vault) -> None:
    jobs = admit(vault, "damaged", "goes", "stays")
    tamper(place, "UPDATE data_key SET wrapped = zeroblob(60) WHERE job = 1")

    purge(vault, jobs["goes"])

    assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(2, 0)]
    check_alive(vault, {"stays": jobs["stays"]})
    assert vault.job(jobs["damaged"], NOW).name is None
    purge(vault, jobs["damaged"])
    check_settled(place, 3)


def tamper(place: Place, sql: str) -> None:
    with closing(sqlite3.connect(place.paths.database)) as writing, writing:
        writing.execute(sql)


def test_a_key_that_opens_nothing_never_replaces_the_one_that_does(keyring_place) -> None:
    vault = keyring_place.open()
    jobs = admit(vault, "goes", "stays")
    vault.close()
    (line,) = keyring_place.lines()
    name = next((keyring_place.folder / "keyring").glob("vault-*")).name
    keyring_place.secrets.put(name, f"mayfly1 1:{'A' * 43}=")
    vault = keyring_place.open()

    purge(vault, jobs.pop("goes"))
    vault.tidy()
    vault.close()

    assert keyring_place.ask("SELECT epoch, rotation_owed FROM meta") == [(1, 1)]
    keyring_place.secrets.put(name, line)
    vault = keyring_place.open()
    check_alive(vault, jobs)
    sweep(vault)
    check_alive(vault, jobs)
    vault.close()
    check_settled(keyring_place, 2)


def test_a_vault_without_its_row_changes_no_key(place, vault) -> None:
    admit(vault, "any")
    tamper(place, "DELETE FROM meta")

    vault._rotation.settle()


def test_an_old_file_beside_todays_shard_and_keyring_opens_nothing(place, vault) -> None:
    jobs = admit(vault, "goes", "stays")
    copy = place.copy("yesterday")
    purge(vault, jobs["goes"])
    vault.close()
    held = (place.lines(), place.paths.shard.read_bytes())
    for suffix in ("", "-wal", "-shm"):
        old = copy.paths.database.with_name(f"vault.db{suffix}")
        here = place.paths.database.with_name(f"vault.db{suffix}")
        here.write_bytes(old.read_bytes())

    with pytest.raises(KeyMissing):
        place.open()

    assert (place.lines(), place.paths.shard.read_bytes()) == held
