"""A lock that is wished while an unlock is under way: the later wish holds."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from mayfly.domain.errors import VaultLocked
from tests.fakes import MemorySecrets
from tests.services.conftest import House
from tests.waiting import eventually

OpenHouse = Callable[..., House]


class SlowSecrets(MemorySecrets):
    """A keyring that answers when the test says so, and tells that it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.answered = threading.Event()
        self.answered.set()

    def hold(self) -> None:
        self.asked.clear()
        self.answered.clear()

    def get(self, name: str) -> str | None:
        self.asked.set()
        assert self.answered.wait(20)
        return super().get(name)


@pytest.fixture
def secrets() -> SlowSecrets:
    return SlowSecrets()


def is_lock_wished(house: House) -> bool:
    return house.on_vault(house.vault.lock.is_lock_wished)


def test_a_lock_holds_although_an_earlier_unlock_gets_its_key_later(
    house: House, secrets: SlowSecrets
) -> None:
    locking = house.lockable()
    locking.lock().result()
    secrets.hold()
    unlocked = locking.unlock()
    assert secrets.asked.wait(20)

    locked = locking.lock()
    secrets.answered.set()

    with pytest.raises(VaultLocked):
        unlocked.result(20)
    locked.result(20)
    assert locking.is_locked().result()
    assert is_lock_wished(house)
    # It is no lock for ever.
    locking.unlock().result(20)
    assert not is_lock_wished(house)


def test_a_process_that_follows_an_unlock_does_not_undo_the_next_lock(
    open_house: OpenHouse, secrets: SlowSecrets
) -> None:
    here, there = open_house(), open_house()
    locking, following = here.lockable(), there.lockable()
    locking.lock().result()
    eventually(lambda: following.is_locked().result())
    here.on_vault(lambda: here.vault.lock.take(here.vault.lock.ask().fetch(None)))
    secrets.hold()
    here.on_vault(here.vault.lock.clear)
    assert secrets.asked.wait(20)

    locking.lock().result()
    secrets.answered.set()
    following._lane.submit(lambda: None).result(20)

    assert is_lock_wished(here)
    assert following.is_locked().result()
    # And it follows the next unlock as ever.
    locking.unlock().result(20)
    eventually(lambda: not following.is_locked().result())
