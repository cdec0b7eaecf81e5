"""A vault that is put back from a backup: nothing that was destroyed comes back with it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mayfly.domain.audit import AuditKind
from mayfly.domain.errors import KeyMissing, VaultRestored
from mayfly.domain.jobs import Part
from mayfly.domain.states import DeleteReason, JobState
from mayfly.vault.ledger import Ledger
from mayfly.vault.opening import open_without_key
from mayfly.vault.vault import SqliteVault
from tests.vault.conftest import reading
from tests.vault.rotating import (
    NOW,
    Place,
    admit,
    check_alive,
    purge,
    state,
    sweep,
)

LATER = NOW + timedelta(hours=2)


class Yesterday:
    """A vault of which everything was copied before a job was deleted."""

    def __init__(self, place: Place) -> None:
        self.place = place
        vault = place.open()
        self.jobs = admit(vault, "goes", "stays")
        vault.close()
        self.copy = place.copy("yesterday")
        vault = place.open()
        self.gone = self.jobs.pop("goes")
        purge(vault, self.gone)
        vault.close()

    def restore(self, *what: str) -> None:
        """Put back the file, its shard, the keyring, the log's end or the ledger of yesterday."""
        today, before = self.place.paths, self.copy.paths
        files = {
            "file": (before.database, today.database),
            "shard": (before.shard, today.shard),
            "anchor": (before.audit_anchor, today.audit_anchor),
        }
        for one in what:
            if one == "keyring":
                shutil.rmtree(self.place.folder / "keyring")
                shutil.copytree(self.copy.folder / "keyring", self.place.folder / "keyring")
            else:
                shutil.copyfile(*files[one])

    @property
    def all_halves(self) -> tuple[str, ...]:
        return (
            ("file", "shard") if self.place.home == "passphrase" else ("file", "shard", "keyring")
        )


@pytest.fixture
def yesterday(place: Place) -> Yesterday:
    return Yesterday(place)


def told(vault: SqliteVault) -> list[int]:
    """How many jobs each entry about a rollback counts."""
    entries = vault.audit.entries()
    return [one.detail["jobs"] for one in entries if one.kind is AuditKind.ROLLBACK_FOUND]


# --- without all of its keys ---------------------------------------------------------------


def test_yesterdays_file_alone_opens_nothing_and_says_why(yesterday: Yesterday) -> None:
    yesterday.restore("file")
    before = yesterday.place.paths.database.read_bytes()

    with pytest.raises(VaultRestored):
        yesterday.place.open()

    # Nobody is asked for a passphrase that would open nothing.
    with pytest.raises(VaultRestored):
        replace(yesterday.place, word="another").open()
    assert yesterday.place.paths.database.read_bytes() == before


def test_yesterdays_file_with_its_shard_opens_nothing_beside_todays_keyring(
    keyring_place: Place,
) -> None:
    yesterday = Yesterday(keyring_place)
    yesterday.restore("file", "shard")
    with pytest.raises(VaultRestored):
        keyring_place.open()


def test_the_keyring_alone_knows_that_a_file_is_older(keyring_place: Place) -> None:
    yesterday = Yesterday(keyring_place)
    yesterday.restore("file", "shard")
    keyring_place.paths.ledger.unlink()
    with pytest.raises(VaultRestored):
        keyring_place.open()


def test_without_any_newer_key_it_is_just_missing(yesterday: Yesterday) -> None:
    yesterday.place.paths.shard.unlink()
    with pytest.raises(KeyMissing) as raised:
        yesterday.place.open()
    assert not isinstance(raised.value, VaultRestored)


# --- with all of them ----------------------------------------------------------------------


def test_what_was_destroyed_is_destroyed_before_anything_is_shown(yesterday: Yesterday) -> None:
    yesterday.restore(*yesterday.all_halves)
    # The control: the copy's keys open it.
    assert yesterday.place.opened_with(yesterday.place.loot()) == {
        yesterday.gone,
        *yesterday.jobs.values(),
    }
    vault = yesterday.place.open()

    (due,) = vault.due(NOW)
    assert (due.job_id, due.parts, due.reason) == (
        yesterday.gone,
        frozenset(Part),
        DeleteReason.USER,
    )
    sweep(vault)

    assert state(vault, yesterday.gone) is JobState.DELETED
    check_alive(vault, yesterday.jobs)
    assert told(vault) == [1]
    vault.close()
    assert yesterday.copy.opened_with(replace_slots(yesterday)) == set()
    # It is dealt with: the next start finds nothing more to say.
    vault = yesterday.place.open()
    assert vault.due(NOW) == ()
    sweep(vault)
    assert told(vault) == [1]
    check_alive(vault, yesterday.jobs)
    vault.close()


def replace_slots(yesterday: Yesterday):
    from tests.vault.attack import Loot

    today = yesterday.place.loot()
    return Loot(shares=today.shares | yesterday.copy.loot().shares, slots=today.slots)


def test_a_crash_before_the_purge_is_no_way_around_it(yesterday: Yesterday) -> None:
    yesterday.restore(*yesterday.all_halves)
    vault = yesterday.place.open()
    assert vault.due(NOW)
    vault.close()

    vault = yesterday.place.open()
    assert [one.job_id for one in vault.due(NOW)] == [yesterday.gone]
    vault.close()


def test_the_same_copy_put_back_once_more_is_no_way_around_it(yesterday: Yesterday) -> None:
    for _ in range(2):
        yesterday.restore(*yesterday.all_halves)
        vault = yesterday.place.open()
        assert [one.job_id for one in vault.due(NOW)] == [yesterday.gone]
        sweep(vault)
        check_alive(vault, yesterday.jobs)
        assert told(vault) == [1]
        vault.close()
        # The first one is dealt with, and stays so.
        vault = yesterday.place.open()
        assert vault.due(NOW) == ()
        vault.close()


def test_an_older_copy_of_what_was_put_back_is_found_too(yesterday: Yesterday) -> None:
    yesterday.restore(*yesterday.all_halves)
    vault = yesterday.place.open()
    sweep(vault)
    vault.close()
    later = yesterday.place.copy("later")
    vault = yesterday.place.open()
    name, job = yesterday.jobs.popitem()
    assert name == "stays"
    purge(vault, job)
    vault.close()
    yesterday.copy = later
    yesterday.restore(*yesterday.all_halves)

    vault = yesterday.place.open()

    assert [one.job_id for one in vault.due(NOW)] == [job]
    vault.close()


def test_a_deletion_without_a_new_key_is_known_by_the_log(yesterday: Yesterday) -> None:
    """The epoch tells nothing where the key change was still owed."""
    yesterday.restore(*yesterday.all_halves)
    ledger = Ledger(yesterday.place.paths.ledger, vault_id_of(yesterday.place))
    ledger.settle(1, None)

    vault = yesterday.place.open()

    assert [one.job_id for one in vault.due(NOW)] == [yesterday.gone]
    vault.close()


def test_a_locked_start_needs_no_key_for_it(yesterday: Yesterday) -> None:
    yesterday.restore(*yesterday.all_halves)
    bare = open_without_key(yesterday.place.paths)
    sweep(bare)
    assert bare.counts()[JobState.DELETED] == 1
    bare.close()
    vault = yesterday.place.open()
    sweep(vault)
    check_alive(vault, yesterday.jobs)
    vault.close()


def test_what_is_overdue_goes_as_ever(place: Place) -> None:
    vault = place.open()
    job = admit(vault, "letter")["letter"]
    vault.claim_next(NOW)
    vault.set_pages(job, 1)
    vault.save_page(job, reading(1, "word"))
    vault.finish(job, NOW)
    vault.close()
    copy = place.copy("yesterday")
    shutil.rmtree(place.folder)
    copy.folder.rename(place.folder)

    vault = place.open()
    (due,) = vault.due(LATER)

    assert (due.job_id, due.parts) == (job, frozenset({Part.SOURCE}))
    vault.close()


def test_a_part_that_went_goes_again_and_the_other_stays(place: Place) -> None:
    vault = place.open()
    job = admit(vault, "letter")["letter"]
    vault.claim_next(NOW)
    vault.set_pages(job, 2)
    for number in (1, 2):
        vault.save_page(job, reading(number, "word"))
    vault.finish(job, NOW)
    vault.close()
    copy = place.copy("yesterday")
    vault = place.open()
    vault.purge_page_images(job, 2, NOW)
    vault.close()
    for name in ("data", "state/shard", "keyring"):
        if (copy.folder / name).exists():
            put_back(copy.folder / name, place.folder / name)

    vault = place.open()
    (due,) = vault.due(NOW)

    # Pictures of a page are of the source, which goes whole rather than come back in part.
    assert (due.job_id, due.parts) == (job, frozenset({Part.SOURCE}))
    sweep(vault)
    assert vault.page(job, 1, NOW).words
    vault.close()


def put_back(before: Path, today: Path) -> None:
    if before.is_dir():
        shutil.rmtree(today)
        shutil.copytree(before, today)
    else:
        shutil.copyfile(before, today)


def test_an_ordinary_life_is_no_rollback(vault: SqliteVault, place: Place) -> None:
    """A result that was destroyed and read anew must not be taken for one that came back."""
    job = admit(vault, "letter")["letter"]
    vault.claim_next(NOW)
    vault.set_pages(job, 1)
    vault.save_page(job, reading(1, "word"))
    vault.finish(job, NOW)
    vault.purge([job], frozenset({Part.RESULT}), DeleteReason.USER, NOW)
    vault.recognise_anyway(job)
    vault.claim_next(NOW)
    vault.set_pages(job, 1)
    vault.save_page(job, reading(1, "anew"))
    vault.finish(job, NOW)
    vault.close()

    again = place.open()
    assert again.due(NOW) == ()
    sweep(again)
    assert [word.text for word in again.page(job, 1, NOW).words] == ["anew"]
    assert told(again) == []
    again.close()


def vault_id_of(place: Place) -> bytes:
    return place.ask("SELECT vault_id FROM meta")[0][0]


def test_what_is_back_and_cannot_be_destroyed_yet_is_not_settled(yesterday: Yesterday) -> None:
    yesterday.restore(*yesterday.all_halves)
    vault = yesterday.place.open()
    vault.tidy()
    assert [one.job_id for one in vault.due(NOW)] == [yesterday.gone]
    vault.tidy()
    assert [one.job_id for one in vault.due(NOW)] == [yesterday.gone]
    assert told(vault) == [1]
    vault.close()
