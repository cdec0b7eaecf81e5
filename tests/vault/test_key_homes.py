"""Changing what opens a vault: afterwards the new opens everything, and the old nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mayfly.domain.errors import (
    KeyringLocked,
    KeyringUnavailable,
    PassphraseNeeded,
    PassphraseWrong,
    VaultLocked,
)
from mayfly.domain.lock_port import KeyHome
from mayfly.vault.opening import KeyAccess, needed_key, open_vault
from mayfly.vault.vault import SqliteVault
from tests.fakes import FileSecrets
from tests.vault.attack import Loot
from tests.vault.conftest import CHEAP
from tests.vault.rotating import NOW, WORD, Place, admit, check_alive, check_settled, purge, sweep

OTHER = "another passphrase"
HOMES = ("keyring", "passphrase", "both")


def make(folder: Path, home: str) -> Place:
    """A place with a vault of this home; one that needs both was changed once already."""
    folder.mkdir()
    place = Place(folder, "passphrase" if home == "both" else home)
    vault = place.open()
    if home == "both":
        change(vault, "both", WORD)
    vault.close()
    return replace(place, home=home)


def change(vault: SqliteVault, home: str, word: str = OTHER) -> None:
    if home == "keyring":
        vault.key_changes.remove_passphrase()
    else:
        vault.key_changes.set_passphrase(word, with_keyring=home == "both")


def epoch_of(place: Place) -> int:
    return place.ask("SELECT epoch FROM meta")[0][0]


@pytest.mark.parametrize("after", HOMES)
@pytest.mark.parametrize("before", HOMES)
def test_every_home_can_become_every_other(before: str, after: str, tmp_path: Path) -> None:
    # Given
    place = make(tmp_path / "today", before)
    epoch = epoch_of(place)
    vault = place.open()
    jobs = admit(vault, "one", "two")
    copy = place.copy("copy")
    key = vault.lock._keys._key

    # When
    change(vault, after)

    # Then: all lives, here and after another opening
    check_alive(vault, jobs)
    assert vault.lock.key_home() is KeyHome(after)
    assert needed_key(place.paths) is KeyHome(after)
    assert not any(key)
    vault.close()
    now = replace(place, home=after, word=OTHER)
    check_settled(now, epoch + 1)
    vault = now.open()
    check_alive(vault, jobs)
    purge(vault, jobs.pop("one"))
    check_alive(vault, jobs)
    vault.close()
    check_settled(now, epoch + 2)
    # And what opened the vault before opens nothing: not with the copy's own rows, nor today's
    assert copy.opened_with(copy.loot()) != set()
    shares = Loot(shares=copy.loot().shares | now.loot().shares, slots=now.loot().slots)
    assert copy.opened_with(shares) == set()
    assert now.opened_with(Loot(shares=copy.loot().shares, slots=now.loot().slots)) == set()


@pytest.mark.parametrize("home", ["passphrase", "both"])
def test_the_old_passphrase_opens_nothing_any_more(home: str, tmp_path: Path) -> None:
    place = make(tmp_path / "today", home)
    vault = place.open()
    jobs = admit(vault, "letter")
    copy = place.copy("copy")
    # The control: before the change the copied file opens with that passphrase and today's halves
    assert copy.opened_with(place.loot_with(WORD)) == set(jobs.values())
    change(vault, home)
    vault.close()

    with pytest.raises(PassphraseWrong):
        place.open()
    # The copied file, the old passphrase, and both halves as they are now.
    stolen = copy.loot_with(WORD)
    halves = Loot(
        shares=stolen.shares | place.loot_with(WORD).shares | place.loot_with(OTHER).shares,
        slots=place.loot_with(None).slots,
    )
    assert copy.opened_with(halves) == set()


def test_with_both_neither_the_keyring_nor_the_passphrase_is_enough(tmp_path: Path) -> None:
    place = make(tmp_path / "today", "both")
    vault = place.open()
    jobs = admit(vault, "letter")
    vault.close()
    word_only = place.loot_with(WORD)
    word_only.shares -= place.loot_with(None).shares

    assert place.opened_with(place.loot_with(None)) == set()
    assert place.opened_with(word_only) == set()
    assert place.opened_with(place.loot()) == set(jobs.values())
    with pytest.raises(PassphraseNeeded):
        open_vault(place.paths, KeyAccess(place.secrets, None))
    with pytest.raises(PassphraseWrong):
        open_vault(place.paths, KeyAccess(place.secrets, OTHER))
    with pytest.raises(KeyringUnavailable):
        open_vault(place.paths, KeyAccess(None, WORD))


def test_what_is_owed_is_paid_by_the_change(tmp_path: Path) -> None:
    place = make(tmp_path / "today", "keyring")
    vault = place.open()
    jobs = admit(vault, "goes", "stays")
    vault._database.ask("UPDATE meta SET rotation_owed = 1 RETURNING 1")

    change(vault, "passphrase")

    assert place.ask("SELECT rotation_owed FROM meta") == [(0,)]
    check_alive(vault, jobs)
    vault.close()


# --- refusals ------------------------------------------------------------------------------


def test_an_empty_passphrase_is_refused(vault: SqliteVault) -> None:
    with pytest.raises(PassphraseNeeded):
        vault.key_changes.set_passphrase("", with_keyring=False)


def test_nothing_is_changed_while_locked(vault: SqliteVault) -> None:
    vault.lock.lock(NOW)
    for ask in (
        lambda: change(vault, "passphrase"),
        lambda: change(vault, "both"),
        lambda: change(vault, "keyring"),
    ):
        with pytest.raises(VaultLocked):
            ask()


def test_without_a_keyring_a_vault_stays_as_it_is(tmp_path: Path) -> None:
    place = Place(tmp_path / "today", "passphrase")
    place.folder.mkdir()
    vault = open_vault(place.paths, KeyAccess(None, WORD), argon=CHEAP)
    jobs = admit(vault, "letter")
    for home in ("keyring", "both"):
        with pytest.raises(KeyringUnavailable):
            change(vault, home)
    check_alive(vault, jobs)
    vault.close()
    check_settled(place, 1)


def test_a_keyring_that_refuses_leaves_the_vault_as_it_is(
    keyring_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = keyring_place.open()
    jobs = admit(vault, "letter")

    def refuse(*_: object) -> None:
        raise KeyringLocked

    with monkeypatch.context() as patch:
        patch.setattr(FileSecrets, "put", refuse)
        with pytest.raises(KeyringLocked):
            change(vault, "both")
    check_alive(vault, jobs)
    vault.tidy()
    vault.close()
    check_settled(keyring_place, 1)


def test_a_secret_that_the_keyring_does_not_let_go_of_is_no_harm(
    keyring_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = keyring_place.open()
    jobs = admit(vault, "letter")
    copy = keyring_place.copy("copy")

    def refuse(*_: object) -> None:
        raise KeyringLocked

    with monkeypatch.context() as patch:
        patch.setattr(FileSecrets, "remove", refuse)
        change(vault, "passphrase")

    check_alive(vault, jobs)
    (line,) = keyring_place.lines()
    assert line.startswith("mayfly1 1:")
    left = keyring_place.loot()
    assert copy.opened_with(Loot(shares=left.shares, slots=left.slots)) == set()
    # And the next sweep asks again.
    vault.tidy()
    assert keyring_place.lines() == []
    assert keyring_place.ask("SELECT keyring_left FROM meta") == [(0,)]
    vault.close()


# --- other processes -----------------------------------------------------------------------


def test_another_process_gets_no_key_of_a_vault_that_needs_a_passphrase_now(
    keyring_place: Place,
) -> None:
    vault, other = keyring_place.open(), keyring_place.open()
    jobs = admit(vault, "letter")
    check_alive(other, jobs)

    change(vault, "passphrase")

    with pytest.raises(VaultLocked):
        other.jobs(NOW)
    assert other.lock.is_locked()
    assert not other.lock.is_lock_wished()
    other.lock.take(other.lock.ask().fetch(OTHER))
    check_alive(other, jobs)
    vault.close()
    other.close()


def test_another_process_is_locked_by_a_passphrase_that_it_does_not_know(tmp_path: Path) -> None:
    place = make(tmp_path / "today", "passphrase")
    vault, other = place.open(), place.open()
    jobs = admit(vault, "letter")

    change(vault, "passphrase")

    with pytest.raises(VaultLocked):
        other.jobs(NOW)
    with pytest.raises(PassphraseWrong):
        other.lock.ask().fetch(WORD)
    other.lock.take(other.lock.ask().fetch(OTHER))
    check_alive(other, jobs)
    vault.close()
    other.close()


def test_a_process_that_is_told_drops_its_outdated_key_at_once(keyring_place: Place) -> None:
    vault, other = keyring_place.open(), keyring_place.open()
    other.lock.drop_outdated()
    assert not other.lock.is_locked()
    change(vault, "both")

    other.lock.drop_outdated()

    assert other.lock.is_locked()
    # A key that is gone changes nothing; a debt waits for who has it.
    sweep(other)
    vault.close()
    other.close()


def test_a_process_follows_both_parts_of_a_new_key(tmp_path: Path) -> None:
    place = make(tmp_path / "today", "both")
    vault, other = place.open(), place.open()
    jobs = admit(vault, "goes", "stays")
    purge(vault, jobs.pop("goes"))
    check_alive(other, jobs)
    vault.close()
    other.close()
