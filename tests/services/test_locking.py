"""Locking a running Mayfly: reading stops, every process follows, ends are kept."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from mayfly.domain.errors import (
    KeyMissing,
    KeyringLocked,
    PassphraseNeeded,
    PassphraseWrong,
    VaultBusy,
    VaultLocked,
)
from mayfly.domain.events import LockChanged
from mayfly.domain.lock_port import KeyHome
from mayfly.domain.states import JobState
from tests.fakes import MemorySecrets
from tests.fakes_engine import ScriptPage
from tests.services.conftest import RULE, House
from tests.waiting import eventually

WORD = "open sesame"
OpenHouse = Callable[..., House]


class AskingSecrets(MemorySecrets):
    """A keyring that was locked and asks its user, who answers when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()
        self.answered.set()
        self.refuses = False
        self.refused = 0

    def get(self, name: str) -> str | None:
        assert self.answered.wait(20)
        if self.refuses:
            self.refused += 1
            raise KeyringLocked
        return super().get(name)


@pytest.fixture
def secrets() -> AskingSecrets:
    return AskingSecrets()


def locked_events(house: House) -> list[bool]:
    return [event.locked for event in list(house.events) if isinstance(event, LockChanged)]


def row(house: House, what: str) -> object:
    return house.on_vault(lambda: house.vault._database.ask(f"SELECT {what} FROM meta"))[0]


# --- one process ---------------------------------------------------------------------------


def test_locking_stops_reading_and_unlocking_goes_on_where_it_was(house: House) -> None:
    job = house.admit("one", ScriptPage("two", gate="go"))
    queue = house.queue()
    locking = house.lockable(queue)
    eventually(lambda: house.engine.happened("page", "letter.pdf", 2))

    locking.lock().result()

    assert locking.is_locked().result()
    assert not queue.holds_seat
    assert house.on_vault(house.vault.counts)[JobState.QUEUED] == 1
    assert house.on_vault(lambda: house.vault.readers([job])) == ()
    assert not any(reader.alive for reader in house.engine.readers)
    with pytest.raises(VaultLocked):
        house.library.jobs().result()

    house.engine.gate("go").set()
    locking.unlock().result()

    house.wait_until_read(job)
    assert house.texts(job) == ["one", "two"]
    assert locked_events(house) == [True, False]
    assert not locking.is_locked().result()
    # The first page had been saved, and was not read a second time.
    assert house.engine.happened("page", "letter.pdf", 1) == 1


def test_what_falls_due_while_locked_goes_then_and_is_paid_for_before_anything_shows(
    house: House,
) -> None:
    job = house.admit("one")
    queue = house.queue()
    house.wait_until_read(job)
    locking = house.lockable(queue)
    locking.lock().result()

    house.clock.advance(hours=RULE.result_hours + 1)
    house.on_vault(house.retention.sweep)

    assert house.on_vault(house.vault.counts)[JobState.DELETED] == 1
    assert row(house, "rotation_owed") == 1
    locking.unlock().result()
    assert row(house, "rotation_owed") == 0
    assert row(house, "epoch") == 2
    assert house.state_of(job) is JobState.DELETED


def test_a_job_that_fell_due_is_destroyed_before_the_lock_is_cleared(house: House) -> None:
    job = house.admit("one")
    queue = house.queue()
    house.wait_until_read(job)
    locking = house.lockable(queue)
    locking.lock().result()
    house.clock.advance(hours=RULE.result_hours + 1)
    cleared = house.vault.lock.clear
    states: list[int] = []

    def clear() -> None:
        states.append(house.vault.counts()[JobState.DELETED])
        cleared()

    house.vault.lock.clear = clear
    locking.unlock().result()

    assert states == [1]


def test_unlocking_waits_for_a_keyring_without_holding_up_the_vault_lane(
    house: House, secrets: AskingSecrets
) -> None:
    job = house.admit("one")
    queue = house.queue()
    house.wait_until_read(job)
    locking = house.lockable(queue)
    locking.lock().result()
    secrets.answered.clear()

    unlocked = locking.unlock()
    house.clock.advance(hours=RULE.result_hours + 1)
    house.on_vault(house.retention.sweep)

    assert house.on_vault(house.vault.counts)[JobState.DELETED] == 1
    assert not unlocked.done()
    secrets.answered.set()
    unlocked.result(20)
    assert row(house, "rotation_owed") == 0


def test_closing_does_not_wait_for_a_keyring_that_asks(
    house: House, secrets: AskingSecrets
) -> None:
    locking = house.lockable()
    locking.lock().result()
    secrets.answered.clear()
    unlocked = locking.unlock()

    locking.close()

    assert not unlocked.done()
    secrets.answered.set()
    unlocked.result(20)


def test_a_keyring_that_refuses_leaves_it_locked(house: House, secrets: AskingSecrets) -> None:
    locking = house.lockable()
    locking.lock().result()
    secrets.refuses = True
    with pytest.raises(KeyringLocked):
        locking.unlock().result()
    assert locking.is_locked().result()
    assert locked_events(house) == [True]


def test_a_sweep_that_fails_leaves_it_locked(house: House, monkeypatch) -> None:
    locking = house.lockable()
    locking.lock().result()

    def refuse() -> None:
        raise VaultBusy

    monkeypatch.setattr(house.vault, "tidy", refuse)
    with pytest.raises(VaultBusy):
        locking.unlock().result()
    assert locking.is_locked().result()
    assert row(house, "locked_at") is not None


def test_locking_twice_and_unlocking_twice_are_no_errors(house: House) -> None:
    locking = house.lockable()
    locking.lock().result()
    locking.lock().result()
    locking.unlock().result()
    locking.unlock().result()
    assert locked_events(house) == [True, False]


def test_a_queue_that_was_never_started_does_not_start_by_unlocking(house: House) -> None:
    queue = house.queue(start=False)
    locking = house.lockable(queue)
    job = house.admit("one")
    locking.lock().result()
    locking.unlock().result()
    assert not queue.holds_seat
    assert house.state_of(job) is JobState.QUEUED


def test_a_queue_that_is_started_while_locked_begins_at_unlock(house: House) -> None:
    queue = house.queue(start=False)
    locking = house.lockable(queue)
    job = house.admit("one")
    locking.lock().result()
    queue.start()
    assert not queue.holds_seat
    locking.unlock().result()
    house.wait_until_read(job)


# --- several processes ---------------------------------------------------------------------


def test_other_processes_follow_within_a_second_and_come_back(open_house: OpenHouse) -> None:
    here, there = open_house(), open_house()
    queue = there.queue()
    job = there.admit("one", ScriptPage("two", gate="go"))
    eventually(lambda: there.engine.happened("page", "letter.pdf", 2))
    locking, following = here.lockable(), there.lockable(queue)
    key = there.vault.lock._keys._key

    locking.lock().result()

    eventually(lambda: locked_events(there) == [True], patience_s=1.0)
    assert not any(key)
    eventually(lambda: not queue.holds_seat)
    assert following.is_locked().result()
    assert there.troubles() == set()

    there.engine.gate("go").set()
    locking.unlock().result()

    eventually(lambda: locked_events(there) == [True, False])
    there.wait_until_read(job)


def test_a_process_with_a_passphrase_waits_for_its_own_user(open_house: OpenHouse) -> None:
    here, there = open_house(WORD), open_house(WORD)
    locking, following = here.lockable(), there.lockable()
    job = here.admit("one")
    assert locking.key_home().result() is KeyHome.PASSPHRASE
    locking.lock().result()
    eventually(lambda: locked_events(there) == [True])

    for wrong, error in ((None, PassphraseNeeded), ("another", PassphraseWrong)):
        with pytest.raises(error):
            locking.unlock(wrong).result()
    locking.unlock(WORD).result()

    assert here.state_of(job) is JobState.QUEUED
    eventually(lambda: not there.on_vault(there.vault.lock.is_lock_wished))
    assert following.is_locked().result()
    with pytest.raises(VaultLocked):
        there.library.jobs().result()
    following.unlock(WORD).result()
    assert there.state_of(job) is JobState.QUEUED
    assert locked_events(there) == [True, False]


def test_the_queue_of_a_process_that_stays_locked_leaves_the_seat_to_others(
    open_house: OpenHouse,
) -> None:
    here, there = open_house(WORD), open_house(WORD)
    seated = there.queue()
    eventually(lambda: seated.holds_seat)
    reading = here.queue()
    locking = here.lockable(reading)
    there.lockable(seated)
    locking.lock().result()
    eventually(lambda: locked_events(there) == [True])

    locking.unlock(WORD).result()

    job = here.admit("one")
    here.wait_until_read(job)
    assert reading.holds_seat


# --- what opens the vault ------------------------------------------------------------------


def test_a_passphrase_is_set_and_removed_while_it_reads(open_house: OpenHouse) -> None:
    here, there = open_house(), open_house()
    job = here.admit("one")
    queue = here.queue()
    locking, following = here.lockable(queue), there.lockable()
    here.wait_until_read(job)

    locking.set_passphrase(WORD, with_keyring=True).result()

    assert locking.key_home().result() is KeyHome.BOTH
    assert here.texts(job) == ["one"]
    # A process that does not know it is locked, and told so.
    eventually(lambda: locked_events(there) == [True])
    following.unlock(WORD).result()
    assert there.texts(job) == ["one"]

    locking.remove_passphrase().result()

    assert here.texts(job) == ["one"]
    eventually(lambda: locked_events(there) == [True, False, True, False])
    assert there.texts(job) == ["one"]


def test_a_recovery_code_unlocks_where_the_keyring_lost_its_share(
    house: House, secrets: AskingSecrets
) -> None:
    job = house.admit("one")
    locking = house.lockable()
    assert not locking.has_recovery_code().result()
    code = locking.make_recovery_code().result()
    locking.lock().result()
    secrets.held.clear()
    with pytest.raises(KeyMissing):
        locking.unlock().result()

    locking.recover(code).result()

    assert house.state_of(job) is JobState.QUEUED
    assert locking.has_recovery_code().result()
    locking.drop_recovery_code().result()
    assert not locking.has_recovery_code().result()


def test_a_key_that_is_changed_again_and_again_is_told_as_busy(house: House, monkeypatch) -> None:
    locking = house.lockable()
    locking.lock().result()
    asked: list[int] = []

    def refuse(_: object) -> None:
        asked.append(1)
        raise VaultBusy

    monkeypatch.setattr(house.vault.lock, "take", refuse)
    with pytest.raises(VaultBusy):
        locking.unlock().result()
    assert len(asked) == 3


def test_a_process_whose_keyring_refuses_stays_locked_when_others_come_back(
    open_house: OpenHouse, secrets: AskingSecrets
) -> None:
    here, there = open_house(), open_house()
    locking, following = here.lockable(), there.lockable()
    locking.lock().result()
    eventually(lambda: locked_events(there) == [True])
    here.on_vault(lambda: here.vault.lock.take(here.vault.lock.ask().fetch(None)))
    secrets.refuses = True
    here.on_vault(here.vault.lock.clear)
    # Asked once, not again with every change.
    eventually(lambda: secrets.refused == 1)
    here.admit("one")
    assert following.is_locked().result()
    secrets.refuses = False
    following.unlock().result()
    assert secrets.refused == 1
