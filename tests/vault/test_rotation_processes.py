"""Several processes on one vault whose key changes."""

from __future__ import annotations

import pytest

from mayfly.domain.errors import (
    InternalError,
    KeyMissing,
    VaultBusy,
)
from mayfly.domain.jobs import Part
from mayfly.vault.keys import VaultKeys
from mayfly.vault.rotation import Rotation
from mayfly.vault.streams import JobRef
from tests.vault.rotating import (
    NOW,
    admit,
    check_alive,
    check_settled,
    purge,
)

# --- several processes -------------------------------------------------------------------


def test_another_process_follows_the_key(place, vault) -> None:
    other = place.open()
    jobs = admit(vault, "goes", "stays", "goes too")
    stale = other._rotation._keys._key

    purge(vault, jobs.pop("goes"))

    check_alive(other, jobs)
    assert not any(stale)
    new = admit(other, "new")
    purge(other, jobs.pop("goes too"))
    check_alive(vault, {**jobs, **new})
    check_alive(vault, admit(vault, "newest"))
    other.close()
    check_settled(place, 3)


def test_a_process_that_sleeps_through_many_epochs_wakes_up(place, vault) -> None:
    other = place.open()
    kept = admit(vault, "kept")
    for number in range(4):
        purge(vault, *admit(vault, str(number)).values())

    check_alive(other, kept)
    check_alive(vault, admit(other, "new"))
    other.close()


def test_a_key_that_changes_just_before_a_transaction_is_followed(
    place, vault, monkeypatch
) -> None:
    other = place.open()
    jobs = admit(vault, "goes", "stays")
    with monkeypatch.context() as patch:
        patch.setattr(VaultKeys, "refresh", lambda self, database: None)
        check_alive(other, jobs)
        purge(vault, jobs.pop("goes"))

        check_alive(other, jobs)
        check_alive(vault, admit(other, "new"))
    other.close()


def test_an_epoch_that_is_over_within_a_view_is_busy_not_gone(place, vault, monkeypatch) -> None:
    other = place.open()
    jobs = admit(vault, "1", "2", "stays")
    monkeypatch.setattr(VaultKeys, "refresh", lambda self, database: None)
    purge(vault, jobs["1"])

    with other._database.read() as tx:
        assert tx.epoch() == 2
        monkeypatch.undo()
        purge(vault, jobs["2"])
        with pytest.raises(VaultBusy):
            other._rotation._keys.follow(tx)

    check_alive(other, {"stays": jobs["stays"]})
    other.close()


def test_a_key_that_changes_while_it_is_fetched_is_fetched_again(place, vault) -> None:
    other = place.open()
    jobs = admit(vault, "1", "2", "stays")
    purge(vault, jobs["1"])
    keys = other._rotation._keys
    load, asked = keys._load, []

    def load_late(tx, epoch):
        asked.append(epoch)
        if len(asked) == 1:
            purge(vault, jobs["2"])
        return load(tx, epoch)

    keys._load = load_late

    check_alive(other, {"stays": jobs["stays"]})

    assert asked == [2, 3]
    other.close()


def test_a_key_that_another_process_made_and_that_is_lost_is_said(keyring_place) -> None:
    vault, other = keyring_place.open(), keyring_place.open()
    jobs = admit(vault, "goes", "stays", "goes too")
    purge(vault, jobs["goes"])
    for file in (keyring_place.folder / "keyring").glob("vault-*"):
        file.unlink()

    with pytest.raises(KeyMissing):
        other.job(jobs["stays"], NOW)
    purge(other, jobs["goes too"])

    check_alive(vault, {"stays": jobs["stays"]})
    vault.close()
    other.close()


def test_nothing_is_sealed_under_a_key_of_the_past(place, vault) -> None:
    other = place.open()
    jobs = admit(vault, "goes", "stays")
    streams = other._intake._streams
    purge(vault, jobs["goes"])

    with other._database.write() as tx, pytest.raises(InternalError):
        streams.add_key(tx, JobRef(2, bytes.fromhex(jobs["stays"])), Part.SOURCE)
    other.close()


def test_what_a_dead_process_left_is_dropped_by_one_that_lives(place, vault, monkeypatch) -> None:
    other = place.open()
    jobs = admit(vault, "goes", "stays")
    with monkeypatch.context() as patch:
        patch.setattr(Rotation, "drop_leftovers", lambda self: None)
        purge(vault, jobs.pop("goes"))
    assert place.epochs_left()[1] != [2]

    other.tidy()

    check_settled(place, 2)
    check_alive(other, jobs)
    other.close()
