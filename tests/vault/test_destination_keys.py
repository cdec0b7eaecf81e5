"""Destinations and the vault key: what was removed opens for nobody, and what stays is not lost."""

from __future__ import annotations

import shutil
import signal
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from mayfly.domain.destinations import DestinationId, UploadState
from mayfly.domain.errors import VaultLocked
from mayfly.domain.states import JobState
from mayfly.vault.buckets import owe_new_keys
from mayfly.vault.opening import open_without_key
from tests.vault.attack import opened_destinations
from tests.vault.processes import Child, Tell
from tests.vault.rotating import (
    NOW,
    Place,
    admit,
    check_alive,
    check_log,
    check_settled,
    purge,
    state,
    sweep,
)
from tests.vault.steps import die_at
from tests.vault.storage import destination, ledger_of, refs


def add_two(place: Place) -> tuple[DestinationId, DestinationId]:
    """A destination that goes and one that stays."""
    vault = place.open()
    goes, stays = destination("goes"), destination("stays")
    for one in (goes, stays):
        vault.destinations.add(one)
    vault.close()
    return goes.destination_id, stays.destination_id


def names(place: Place) -> list[str]:
    vault = place.open()
    found = [one.name for one in vault.destinations.all()]
    vault.close()
    return found


def opened_in(copy: Place, place: Place) -> set[str]:
    """What somebody opens of an old copy who has all there is today."""
    return opened_destinations(copy.paths.database, place.loot())


def test_an_old_copy_does_not_open_what_was_removed(place: Place, monkeypatch) -> None:
    goes, stays = add_two(place)
    copy = place.copy("before")
    # The control: with the keys of then it opens, and with today's as long as no key is owed.
    assert opened_in(copy, copy) == opened_in(copy, place) == {goes, stays}
    with monkeypatch.context() as patch:
        patch.setattr("mayfly.vault.destination_rows.owe_new_keys", lambda tx, bucket: None)
        careless = place.copy("careless")
        vault = careless.open()
        vault.destinations.remove(goes, NOW)
        vault.close()
        assert goes in opened_in(copy, careless)

    vault = place.open()
    vault.destinations.remove(goes, NOW)
    assert [one.name for one in vault.destinations.all()] == ["stays"]
    vault.close()

    check_settled(place, 2)
    assert opened_in(copy, place) == set()
    assert opened_in(place, place) == {stays}


def test_an_old_copy_does_not_open_what_was_changed(place: Place) -> None:
    goes, stays = add_two(place)
    copy = place.copy("before")
    vault = place.open()
    vault.destinations.change(replace(vault.destinations.get(goes), name="renamed"))
    vault.close()

    check_settled(place, 2)
    assert (opened_in(copy, place), names(place)) == (set(), ["renamed", "stays"])
    assert opened_in(place, place) == {goes, stays}


def test_a_locked_vault_removes_at_once_and_pays_when_it_is_unlocked(keyring_place: Place) -> None:
    place = keyring_place
    goes, stays = add_two(place)
    copy = place.copy("before")
    vault = open_without_key(place.paths)
    with pytest.raises(VaultLocked):
        vault.destinations.all()
    vault.destinations.remove(goes, NOW)
    vault.close()
    assert place.ask("SELECT rotation_owed FROM meta") == [(1,)]
    assert opened_in(copy, place) == {goes, stays}

    vault = place.open()
    vault.tidy()
    vault.close()

    assert opened_in(copy, place) == set()
    assert names(place) == ["stays"]


def test_settings_live_through_every_change_of_what_opens_the_vault(keyring_place: Place) -> None:
    place = keyring_place
    add_two(place)
    vault = place.open()
    before = vault.destinations.all()
    for change in (
        lambda: vault.key_changes.set_passphrase("a passphrase", with_keyring=True),
        vault.key_changes.make_recovery_code,
        vault.key_changes.drop_recovery_code,
        lambda: vault.key_changes.set_passphrase("a passphrase", with_keyring=False),
        vault.key_changes.remove_passphrase,
    ):
        change()
        assert vault.destinations.all() == before
    vault.close()
    check_settled(place, 6)
    assert {epoch for (epoch,) in place.ask("SELECT epoch FROM destination")} == {6}
    assert names(place) == ["goes", "stays"]


def test_another_process_follows_the_key(keyring_place: Place) -> None:
    goes, _ = add_two(keyring_place)
    one, other = keyring_place.open(), keyring_place.open()
    one.destinations.remove(goes, NOW)
    assert [each.name for each in other.destinations.all()] == ["stays"]
    other.destinations.add(destination("more"))
    assert [each.name for each in one.destinations.all()] == ["more", "stays"]
    for each in (one, other):
        each.close()


def test_a_row_of_an_older_epoch_that_does_not_open_stops_no_change(keyring_place: Place) -> None:
    goes, _ = add_two(keyring_place)
    vault = keyring_place.open()
    raw_id = bytes.fromhex(goes)
    with vault._database.write() as tx:
        tx.run("UPDATE destination SET sealed = zeroblob(1052) WHERE id = ?", raw_id)
        owe_new_keys(tx, None)
    vault.tidy()
    assert [one.name for one in vault.destinations.all()] == ["stays"]
    vault.close()
    check_settled(keyring_place, 2)


# --- a copy that is put back ------------------------------------------------------------------


def test_yesterdays_vault_brings_back_neither_uploads_nor_a_removed_destination(
    place: Place,
) -> None:
    goes, stays = add_two(place)
    vault = place.open()
    jobs = admit(vault, "goes", "stays")
    for one in (goes, stays):
        for job_id in jobs.values():
            ledger_of(vault).add(refs(job_id, (1, 1), (1, 2)), one, NOW)
    first = ledger_of(vault).take(NOW, 1)[0]
    ledger_of(vault).begin(first, NOW)
    vault.close()
    copy = place.copy("yesterday")
    vault = place.open()
    gone = jobs.pop("goes")
    purge(vault, gone)
    vault.destinations.remove(goes, NOW)
    vault.close()

    for name in ("data", "keyring"):
        if (copy.folder / name).exists():
            shutil.rmtree(place.folder / name)
            shutil.copytree(copy.folder / name, place.folder / name)
    shutil.copyfile(copy.paths.shard, place.paths.shard)
    vault = place.open()
    assert len(vault.destinations.all()) == 2  # the control: it is all there again
    sweep(vault)

    assert state(vault, gone) is JobState.DELETED
    assert [one.name for one in vault.destinations.all()] == ["stays"]
    assert vault.uploads.of_job(gone) == ()
    assert {one.job_id for one in vault.uploads.take(NOW, 99)} == set(jobs.values())
    check_alive(vault, jobs)
    vault.close()


# --- death at every step ----------------------------------------------------------------------


EVERY_OTHER = 2
"""What lies after a step is what lies before the next one, so half of them are enough."""


@pytest.mark.slow
def test_death_while_a_destination_is_removed_loses_no_other(tmp_path: Path) -> None:
    before = Place(tmp_path / "before", "keyring")
    before.folder.mkdir()
    goes, stays = add_two(before)
    vault = before.open()
    jobs = admit(vault, "stays")
    ledger_of(vault).add(refs(*jobs.values()), goes, NOW)
    ledger_of(vault).add(refs(*jobs.values()), stays, NOW)
    vault.close()
    seen: set[tuple[bool, int]] = set()
    for step in count(step=EVERY_OTHER):
        place = before.copy(f"at {step}")

        def work(tell: Tell, place: Place = place, step: int = step) -> None:
            vault = place.open()
            die_at(step, tell)
            vault.destinations.remove(goes, NOW)

        code, _ = Child(work).end()
        vault = place.open()
        check_alive(vault, jobs)
        sweep(vault)
        left = [one.name for one in vault.destinations.all()]
        assert left in (["goes", "stays"], ["stays"])
        uploads = vault.uploads.of_job(*jobs.values())
        assert len(uploads) == 6 * len(left)
        assert stays in {one.destination_id for one in uploads}
        vault.close()
        is_gone = len(left) == 1
        check_settled(place, 2 if is_gone else 1)
        assert opened_in(before, place) == (set() if is_gone else {goes, stays})
        seen.add((is_gone, code))
        place.remove()
        if code == 0:
            break
        assert code == -signal.SIGKILL
    assert seen == {(False, -signal.SIGKILL), (True, -signal.SIGKILL), (True, 0)}


@pytest.mark.slow
def test_death_while_a_job_is_purged_turns_its_uploads_whole_or_not(tmp_path: Path) -> None:
    before = Place(tmp_path / "before", "passphrase")
    before.folder.mkdir()
    _, stays = add_two(before)
    vault = before.open()
    jobs = admit(vault, "goes", "stays")
    gone = jobs.pop("goes")
    ledger = ledger_of(vault)
    ledger.add(refs(gone), stays, NOW)
    for one in ledger.take(NOW, 3):
        ledger.begin(one, NOW)
    ledger.settle(ledger.take(NOW, 1)[0], UploadState.STORED, NOW)
    vault.close()
    seen = set()
    for step in count(step=EVERY_OTHER):
        place = before.copy(f"at {step}")

        def work(tell: Tell, place: Place = place, step: int = step) -> None:
            vault = place.open()
            die_at(step, tell)
            purge(vault, gone)

        code, _ = Child(work).end()
        vault = place.open()
        states = [one.state.value for one in vault.uploads.of_job(gone)]
        is_turned = state(vault, gone) is JobState.DELETED
        assert states == (["owed"] * 3 if is_turned else ["stored", *["waiting"] * 5])
        if vault.due(NOW):
            assert vault.uploads.take(NOW, 99) == ()
        sweep(vault)
        assert [one.name for one in vault.destinations.all()] == ["goes", "stays"]
        is_gone = state(vault, gone) is JobState.DELETED
        states = {one.state.value for one in vault.uploads.of_job(gone)}
        assert (states == {"owed"}) is is_gone
        vault.close()
        check_log(place, *([gone] if is_gone else []))
        seen.add((is_turned, is_gone))
        place.remove()
        if code == 0:
            break
        assert code == -signal.SIGKILL
    assert seen == {(False, False), (False, True), (True, True)}
