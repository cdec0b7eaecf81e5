"""A locked vault: no key in memory, nothing opened, and every end kept all the same."""

from __future__ import annotations

import gc
from datetime import timedelta
from pathlib import Path

import pytest

from mayfly.domain.errors import (
    AlreadyDeleted,
    InternalError,
    KeyMissing,
    PassphraseNeeded,
    PassphraseWrong,
    VaultBusy,
    VaultDamaged,
    VaultLocked,
)
from mayfly.domain.jobs import DeleteOutcome, Part, ReadOptions
from mayfly.domain.lock_port import KeyHome
from mayfly.domain.states import DeleteReason, JobState
from mayfly.vault.key_source import ShareRequest, key_home_of
from mayfly.vault.opening import KeyAccess, is_lock_wished, open_vault, open_without_key
from mayfly.vault.vault import SqliteVault
from tests.fakes import BytesSource
from tests.small_disks import disk_in_memory, fill_up
from tests.vault.conftest import CHEAP, RULE, reading
from tests.vault.rotating import NOW, WORD, Place, admit, check_alive, check_settled, purge, sweep

LATER = NOW + timedelta(days=2)


def word_of(place: Place) -> str | None:
    return WORD if place.home == "passphrase" else None


def unlock(vault: SqliteVault, passphrase: str | None) -> None:
    vault.lock.take(vault.lock.ask().fetch(passphrase))
    sweep(vault)
    vault.lock.clear()


# --- what needs a key ----------------------------------------------------------------------


def test_nothing_that_needs_a_key_can_be_asked_of_a_locked_vault(vault: SqliteVault) -> None:
    batch = vault.add_batch(NOW)
    job = vault.admit(batch, BytesSource("a", b"a"), ReadOptions(), RULE, NOW)
    vault.claim_next(NOW)
    vault.set_pages(job, 1)
    vault.lock.lock(NOW)

    for ask in (
        lambda: vault.jobs(NOW),
        lambda: vault.job(job, NOW),
        lambda: vault.changes_since(0, NOW),
        lambda: vault.source_chunk(job, 0),
        lambda: vault.options(job),
        lambda: vault.password(job),
        lambda: vault.save_page(job, reading(1, "word")),
        lambda: vault.page(job, 1, NOW),
        lambda: vault.page_image(job, 1, NOW),
        lambda: vault.admit(batch, BytesSource("b", b"b"), ReadOptions(), RULE, NOW),
        lambda: vault.admit_refused(batch, "c", "file_empty", RULE, NOW),
    ):
        with pytest.raises(VaultLocked):
            ask()
    assert vault.lock.is_locked()
    assert vault.lock.is_lock_wished()


def test_no_job_is_claimed_while_locked(vault: SqliteVault, place: Place) -> None:
    jobs = admit(vault, "waits")
    other = place.open()

    other.lock.lock(NOW)

    assert other.claim_next(NOW) is None
    assert vault.claim_next(NOW) is None
    unlock(vault, word_of(place))
    assert vault.claim_next(NOW).job_id == jobs["waits"]
    other.close()


# --- keys in memory ------------------------------------------------------------------------


def test_locking_overwrites_every_key_that_this_process_holds(
    vault: SqliteVault, place: Place
) -> None:
    held = [vault.lock._keys._key]
    if place.home == "passphrase":
        held.append(vault._rotation._home._key._key)
    assert all(any(key) for key in held)

    vault.lock.lock(NOW)

    assert not any(any(key) for key in held)


def test_another_process_opens_nothing_from_the_moment_of_the_lock(
    vault: SqliteVault, place: Place
) -> None:
    jobs = admit(vault, "letter")
    other = place.open()
    check_alive(other, jobs)
    held = other.lock._keys._key

    vault.lock.lock(NOW)

    with pytest.raises(VaultLocked):
        other.jobs(NOW)
    assert not any(held)
    assert other.lock.is_locked()
    other.close()


def test_keys_are_dropped_even_when_the_row_cannot_be_written(
    keyring_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = keyring_place.open()

    def refuse() -> None:
        raise VaultBusy

    monkeypatch.setattr(vault._database, "write", refuse)
    with pytest.raises(VaultBusy):
        vault.lock.lock(NOW)
    assert vault.lock.is_locked()
    vault.close()


# --- ends ----------------------------------------------------------------------------------


def test_what_falls_due_while_locked_is_destroyed_at_its_moment(
    vault: SqliteVault, place: Place
) -> None:
    job = admit(vault, "due")["due"]
    vault.claim_next(NOW)
    vault.set_pages(job, 1)
    vault.save_page(job, reading(1, "word"))
    vault.finish(job, NOW)
    before = place.copy("before")
    vault.lock.lock(NOW)

    (due,) = vault.due(LATER)
    (answer,) = vault.purge([due.job_id], due.parts, due.reason, LATER)
    vault.tidy()

    assert answer.outcome is DeleteOutcome.DELETED
    assert place.ask("SELECT count(*) FROM data_key UNION ALL SELECT count(*) FROM chunk") == [
        (0,),
        (0,),
    ]
    # Owed, and not even tried: nobody waits for the lock file of a change that cannot be.
    assert vault._rotation.settle() is False
    # What an old copy of the file could be opened with is there until the vault is unlocked.
    assert place.ask("SELECT epoch, rotation_owed FROM meta") == [(1, 1)]
    assert before.opened_with(place.loot()) == {job}

    unlock(vault, word_of(place))

    assert before.opened_with(place.loot()) == set()
    check_settled(place, 2)
    assert vault.job(job, LATER).state is JobState.DELETED


def test_a_deletion_by_hand_needs_no_key_either(vault: SqliteVault, place: Place) -> None:
    jobs = admit(vault, "goes", "stays")
    vault.lock.lock(NOW)

    vault.mark_purging([jobs["goes"]], DeleteReason.USER, NOW)
    vault.purge([jobs["goes"]], frozenset(Part), DeleteReason.USER, NOW)
    assert vault.counts()[JobState.DELETED] == 1
    assert vault.next_deadlines(5)
    vault.cancel(jobs["stays"], NOW)

    unlock(vault, word_of(place))
    check_alive(vault, {"stays": jobs["stays"]})
    with pytest.raises(AlreadyDeleted):
        vault.source_chunk(jobs["goes"], 0)


# --- unlocking -----------------------------------------------------------------------------


def test_unlocking_shows_everything_again_in_every_process_that_may(
    vault: SqliteVault, place: Place
) -> None:
    jobs = admit(vault, "letter")
    other = place.open()
    vault.lock.lock(NOW)
    with pytest.raises(VaultLocked):
        other.jobs(NOW)

    unlock(vault, word_of(place))

    check_alive(vault, jobs)
    # Each process fetches the key for itself; it was never handed on.
    with pytest.raises(VaultLocked):
        other.jobs(NOW)
    unlock(other, word_of(place))
    check_alive(other, jobs)
    other.close()


def test_a_taken_key_opens_nothing_before_the_lock_is_cleared(
    vault: SqliteVault, place: Place
) -> None:
    admit(vault, "letter")
    vault.lock.lock(NOW)
    vault.lock.take(vault.lock.ask().fetch(word_of(place)))
    with pytest.raises(VaultLocked):
        vault.jobs(NOW)


def test_a_wrong_or_missing_passphrase_leaves_it_locked(tmp_path) -> None:
    (tmp_path / "today").mkdir()
    vault = Place(tmp_path / "today", "passphrase").open()
    vault.lock.lock(NOW)
    with pytest.raises(PassphraseNeeded):
        vault.lock.ask().fetch(None)
    with pytest.raises(PassphraseWrong):
        vault.lock.ask().fetch("another")
    assert vault.lock.is_locked()
    vault.close()


def test_a_key_that_was_changed_meanwhile_is_fetched_anew(vault: SqliteVault, place: Place) -> None:
    job = admit(vault, "goes")["goes"]
    other = place.open()
    other.lock.drop()
    fetched = other.lock.ask().fetch(word_of(place))

    purge(vault, job)

    with pytest.raises(VaultBusy):
        other.lock.take(fetched)
    unlock(other, word_of(place))
    assert other.jobs(NOW)
    other.close()


def test_a_shard_that_is_gone_is_told(vault: SqliteVault, place: Place) -> None:
    vault.lock.lock(NOW)
    fetched = vault.lock.ask().fetch(word_of(place))
    place.paths.shard.write_bytes(bytes(2 * 16_384))
    with pytest.raises(KeyMissing):
        vault.lock.take(fetched)
    assert vault.lock.is_locked()


def test_only_what_was_fetched_from_the_vault_is_taken(vault: SqliteVault) -> None:
    class Other:
        epoch = 1

    with pytest.raises(InternalError):
        vault.lock.take(Other())


# --- starting ------------------------------------------------------------------------------


def test_a_locked_vault_is_told_without_a_key_and_keeps_its_ends(place: Place) -> None:
    assert not is_lock_wished(place.paths)
    vault = place.open()
    job = admit(vault, "due")["due"]
    vault.lock.lock(NOW)
    vault.close()
    assert is_lock_wished(place.paths)

    bare = open_without_key(place.paths)

    assert bare.lock.is_locked()
    assert bare.lock.key_home() is KeyHome(place.home)
    (due,) = bare.due(NOW + timedelta(days=31))
    assert due.job_id == job
    bare.purge([job], due.parts, due.reason, NOW)
    bare.tidy()
    assert place.ask("SELECT rotation_owed FROM meta") == [(1,)]
    bare.close()


def test_a_vault_that_is_opened_with_its_key_stays_locked_until_cleared(place: Place) -> None:
    vault = place.open()
    jobs = admit(vault, "letter")
    vault.lock.lock(NOW)
    vault.lock.lock(LATER)
    vault.close()

    again = place.open()

    assert not again.lock.is_locked()
    again.lock.clear()
    check_alive(again, jobs)
    again.close()


def test_a_vault_that_needs_a_passphrase_asks_no_keyring(tmp_path) -> None:
    place = Place(tmp_path / "today", "passphrase")
    place.folder.mkdir()
    access = KeyAccess(None, WORD)
    with pytest.raises(Exception, match="keyring"):
        access.find_keyring()
    vault = open_vault(place.paths, access, argon=CHEAP)
    assert vault.lock.key_home() is KeyHome.PASSPHRASE
    vault.close()


def test_a_full_disk_does_not_keep_a_vault_open(tmp_path: Path) -> None:
    with disk_in_memory(tmp_path / "disk") as disk:
        (disk / "today").mkdir()
        place = Place(disk / "today", "keyring")
        vault = place.open()
        other = place.open()
        jobs = admit(vault, "letter")
        fill_up(disk)

        vault.lock.lock(NOW)

        with pytest.raises(VaultLocked):
            other.jobs(NOW)
        unlock(vault, None)
        check_alive(vault, jobs)
        vault.close()
        other.close()


def test_words_that_no_vault_holds_are_damage() -> None:
    with pytest.raises(VaultDamaged):
        key_home_of("elsewhere")


def test_a_vault_without_its_sealed_share_says_so() -> None:
    request = ShareRequest(
        b"v" * 16, KeyHome.PASSPHRASE, 1, None, KeyAccess(None, None).find_keyring
    )
    with pytest.raises(KeyMissing):
        request.fetch(WORD)


def test_a_locked_source_has_no_home(vault: SqliteVault) -> None:
    vault.lock.lock(NOW)
    for ask in (lambda: vault._rotation._home, lambda: vault.lock._source.key_home):
        with pytest.raises(VaultLocked):
            ask()


def test_a_locked_vault_does_not_hold_the_passphrase_that_opened_it(tmp_path: Path) -> None:
    place = Place(tmp_path, "passphrase")
    vault = place.open()
    vault.lock.lock(NOW)

    gc.collect()
    held = [one for one in gc.get_objects() if isinstance(one, KeyAccess) and one.passphrase]

    assert held == []
    vault.close()
