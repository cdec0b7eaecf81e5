"""Buckets of keys: a purge renews the one it takes from, and the others keep theirs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mayfly.domain.errors import VaultDamaged
from mayfly.domain.ids import JobId
from mayfly.domain.states import JobState
from mayfly.vault import buckets, rewrapping
from mayfly.vault.rewrapping import Rewrapping
from mayfly.vault.vault import SqliteVault
from tests.vault.rotating import (
    NOW,
    Place,
    admit,
    check_alive,
    check_settled,
    purge,
    state,
)
from tests.vault.test_rotation import tamper

ROWS = "SELECT id, born, epoch, stale FROM key_bucket ORDER BY id"


@pytest.fixture(autouse=True)
def small_buckets(monkeypatch) -> None:
    """Two jobs fill a bucket."""
    monkeypatch.setattr(buckets, "BUCKET_KEYS", 4)
    monkeypatch.setattr(rewrapping, "BUCKET_KEYS", 4)


@pytest.fixture
def jobs(vault) -> dict[str, JobId]:
    """Five jobs in three buckets; the last one is half full."""
    return admit(vault, "a1", "a2", "b1", "b2", "c1")


def bucket_keys(vault: SqliteVault, place: Place) -> dict[int, bytes]:
    rows = place.ask("SELECT id, born, epoch, wrapped FROM key_bucket")
    keys = vault._rotation._keys
    return {row[0]: bytes(keys.open_bucket(rewrapping.WrappedBucket(*row))) for row in rows}


# --- where keys go -----------------------------------------------------------------------


def test_new_keys_go_into_the_newest_bucket_until_it_is_full(place, vault, jobs) -> None:
    counts = "SELECT bucket, count(*) FROM data_key GROUP BY bucket"

    assert place.ask(counts) == [(1, 4), (2, 4), (3, 2)]
    admit(vault, "c2", "d1")
    assert place.ask(counts) == [(1, 4), (2, 4), (3, 4), (4, 2)]


def test_a_purge_gives_a_new_key_to_the_bucket_it_takes_from_alone(place, vault, jobs) -> None:
    before = bucket_keys(vault, place)

    purge(vault, jobs.pop("a2"))

    after = bucket_keys(vault, place)
    assert {one for one in before if before[one] == after[one]} == {2, 3}
    assert place.ask(ROWS) == [(1, 2, 2, 0), (2, 1, 2, 0), (3, 1, 2, 0)]
    check_alive(vault, jobs)
    check_settled(place, 2)


def test_an_empty_bucket_goes_with_the_next_key(place, vault, jobs) -> None:
    purge(vault, jobs.pop("b1"), jobs.pop("b2"), jobs.pop("c1"))

    assert place.ask(ROWS) == [(1, 1, 2, 0)]
    jobs |= admit(vault, "next")
    assert place.ask(ROWS) == [(1, 1, 2, 0), (2, 2, 2, 0)]
    check_alive(vault, jobs)


def test_a_bucket_that_is_owed_a_key_says_so_with_the_deletion(place, vault, jobs, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(type(vault._rotation), "settle", lambda self: False)
        purge(vault, jobs.pop("b1"))
        # What comes meanwhile is brought along.
        jobs |= admit(vault, "new")

    assert [row[3] for row in place.ask(ROWS)] == [0, 1, 0]
    vault.tidy()
    check_settled(place, 2)
    check_alive(vault, jobs)


def test_renewed_keys_are_read_again_by_another_process(place, vault, jobs) -> None:
    other = place.open()
    check_alive(other, jobs)

    purge(vault, jobs.pop("a1"))

    check_alive(other, jobs)
    jobs |= admit(other, "new")
    purge(other, jobs.pop("a2"))
    check_alive(vault, jobs)
    other.close()


# --- the attack --------------------------------------------------------------------------


def attack(place: Place, jobs: dict[str, JobId]) -> tuple[set[str], set[str]]:
    """Purge one job of each of two buckets; return what an old copy opens with all there is."""
    vault = place.open()
    copy = place.copy("copy")
    gone = {jobs.pop("a1"), jobs.pop("b1")}
    purge(vault, *gone)
    check_alive(vault, jobs)
    vault.close()
    return copy.opened_with(place.loot()), gone


def test_todays_keys_open_in_a_copy_only_what_lives_in_other_buckets(place, vault, jobs) -> None:
    found, gone = attack(place, jobs)

    # The attack does come by keys of buckets: c's never changed.
    assert found == {jobs["c1"]}
    assert found & gone == set()


def test_the_attack_finds_the_purged_where_their_buckets_keep_their_keys(
    place, vault, jobs, monkeypatch
) -> None:
    bring = Rewrapping._bring
    monkeypatch.setattr(
        Rewrapping, "_bring", lambda self, bucket, stale: bring(self, bucket, False)
    )

    found, gone = attack(place, jobs)

    assert found == gone | set(jobs.values())


# --- damage ------------------------------------------------------------------------------


def test_a_damaged_bucket_is_kept_as_it_was_and_holds_up_nobody(place, vault, jobs) -> None:
    tamper(place, "UPDATE key_bucket SET wrapped = zeroblob(60) WHERE id = 2")
    damaged = place.ask("SELECT * FROM key_bucket WHERE id = 2")
    gone = jobs.pop("a1")

    purge(vault, gone)

    assert place.ask("SELECT * FROM key_bucket WHERE id = 2") == damaged
    assert state(vault, gone) is JobState.DELETED
    names = {job.job_id: job.name for job in vault.jobs(NOW)}
    assert [names[jobs[name]] for name in ("a2", "b1", "b2", "c1")] == ["a2", None, None, "c1"]
    purge(vault, jobs.pop("b1"), jobs.pop("b2"))
    check_settled(place, 3)
    check_alive(vault, jobs)


def test_a_damaged_data_key_is_passed_over_in_its_bucket(place, vault, jobs) -> None:
    damage = "UPDATE data_key SET epoch = 9 WHERE bucket = 1 AND part = 'source' AND job = 2"
    tamper(place, damage)
    kept = "SELECT wrapped FROM data_key WHERE epoch = 9"
    before = place.ask(kept)

    purge(vault, jobs.pop("a1"))

    assert place.ask(kept) == before
    assert vault.job(jobs["a2"], NOW).name == "a2"
    with pytest.raises(VaultDamaged):
        vault.source_chunk(jobs["a2"], 0)
    purge(vault, jobs.pop("a2"))
    check_settled(place, 3)
    check_alive(vault, jobs)


def test_nothing_new_goes_into_a_damaged_bucket(place, vault, jobs) -> None:
    tamper(place, "UPDATE key_bucket SET wrapped = x'00' WHERE id = 3")

    new = admit(vault, "new")

    check_alive(vault, new)
    assert [row[0] for row in place.ask(ROWS)] == [1, 2, 3, 4]


def test_a_vault_of_which_no_bucket_opens_keeps_its_key(place, vault, jobs) -> None:
    tamper(place, "UPDATE key_bucket SET wrapped = zeroblob(60) WHERE id <> 1")
    tamper(place, "UPDATE key_bucket SET epoch = 9 WHERE id = 1")
    gone = jobs.pop("a1")

    purge(vault, gone)

    assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(1, 1)]
    tamper(place, "UPDATE key_bucket SET epoch = 1 WHERE id = 1")
    vault.tidy()
    assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(2, 0)]
    check_alive(vault, {"a2": jobs["a2"]})


def copies_of_rows(place: Place) -> Iterator[str]:
    """Ways to put an old row back, or one where another belongs."""
    ((wrapped,),) = place.ask("SELECT wrapped FROM key_bucket WHERE id = 2")
    yield f"UPDATE key_bucket SET wrapped = x'{wrapped.hex()}' WHERE id = 1"
    yield "UPDATE data_key SET bucket = 2 WHERE bucket = 1"
    yield "UPDATE data_key SET bucket = NULL WHERE bucket = 1"
    yield "UPDATE key_bucket SET born = born + 1 WHERE id = 1"
    yield "UPDATE data_key SET epoch = epoch + 1 WHERE bucket = 1"


@pytest.mark.parametrize("number", range(5))
def test_keys_that_were_moved_open_nothing(place, vault, jobs, number: int) -> None:
    tamper(place, list(copies_of_rows(place))[number])

    names = {job.job_id: job.name for job in vault.jobs(NOW)}

    assert [names[jobs[name]] for name in ("a1", "a2", "b1")] == [None, None, "b1"]


def test_a_key_of_an_older_bucket_key_is_not_taken_for_one_of_today(place, vault, jobs) -> None:
    old = place.ask("SELECT job, part, epoch, wrapped FROM data_key WHERE bucket = 1")
    purge(vault, jobs.pop("a1"))
    for job, part, epoch, wrapped in old:
        tamper(
            place,
            f"UPDATE data_key SET epoch = {epoch}, wrapped = x'{wrapped.hex()}'"
            f" WHERE job = {job} AND part = '{part}'",
        )

    assert vault.job(jobs["a2"], NOW).name is None
