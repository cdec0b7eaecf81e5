"""Changing a destination: the row and the key together, or nothing."""

from __future__ import annotations

import pytest

from mayfly.domain.destinations import (
    Credentials,
)
from mayfly.domain.errors import KeyringLocked, KeyringUnavailable, VaultLocked
from mayfly.domain.storage_errors import (
    DestinationExists,
    NoKeyringForKeys,
)
from tests.fakes import MemorySecrets
from tests.fakes_storage import KEY, place
from tests.services.conftest import House
from tests.services.storage_house import Storage
from tests.services.test_destinations import LockingSecrets, StubbornSecrets, edit


@pytest.fixture
def storage(house: House) -> Storage:
    return Storage(house)


def test_new_name_leaves_it_verified(storage):
    added = storage.add("Attic")

    changed = edit(storage, added, name="Cellar", delete_with_job=True)

    assert (changed.name, changed.delete_with_job) == ("Cellar", True)
    assert changed.verified_at == added.verified_at
    assert storage.box.load(added.destination_id) == KEY


@pytest.mark.parametrize(
    "changes",
    [{"place": place(prefix="other/")}, {"credentials": Credentials("AKIDOTHER", "another")}],
)
def test_new_place_or_key_must_be_verified_again(storage, changes):
    added = storage.add("Attic")

    changed = edit(storage, added, **changes)

    assert changed.verified_at is None
    assert storage.box.load(added.destination_id) == changes.get("credentials", KEY)


def test_same_key_entered_again_changes_nothing(storage):
    added = storage.add("Attic")

    assert edit(storage, added, credentials=KEY).verified_at == added.verified_at


@pytest.mark.parametrize(
    "error", [KeyringLocked(), KeyringUnavailable()], ids=["locked", "unavailable"]
)
def test_edit_that_the_keyring_refuses_changes_nothing(storage, error):
    added = storage.add("Attic")
    storage.secrets = StubbornSecrets("put", error, storage.secrets)

    with pytest.raises((KeyringLocked, NoKeyringForKeys)):
        edit(storage, added, name="Cellar", credentials=Credentials("AKIDOTHER", "another"))

    assert storage.destinations.all().result() == (added,)
    assert storage.box.load(added.destination_id) == KEY


def test_edit_by_a_keyring_that_locks_itself_leaves_nothing_verified(storage):
    added = storage.add("Attic")
    storage.secrets, held = LockingSecrets(), storage.secrets.held
    storage.secrets.held = held

    with pytest.raises(KeyringLocked):
        edit(storage, added, credentials=Credentials("AKIDOTHER", "another"))

    (found,) = storage.destinations.all().result()
    assert found.verified_at is None


def test_edit_by_a_keyring_that_lies_puts_the_old_key_back(storage):
    added = storage.add("Attic")

    class Lying(MemorySecrets):
        def put(self, name: str, value: str) -> None:
            super().put(name, value)
            if "AKIDOTHER" in value:
                raise KeyringUnavailable

    storage.secrets, held = Lying(), storage.secrets.held
    storage.secrets.held = held

    with pytest.raises(NoKeyringForKeys):
        edit(storage, added, credentials=Credentials("AKIDOTHER", "another"))

    assert storage.box.load(added.destination_id) == KEY
    assert storage.destinations.all().result() == (added,)


def test_edit_that_the_vault_refuses_puts_the_old_key_back(storage, house):
    added = storage.add("Attic")

    class Locking(MemorySecrets):
        def put(self, name: str, value: str) -> None:
            super().put(name, value)
            house.on_vault(house.vault.lock.drop)

    storage.secrets, held = Locking(), storage.secrets.held
    storage.secrets.held = held

    with pytest.raises(VaultLocked):
        edit(storage, added, credentials=Credentials("AKIDOTHER", "another"))

    assert storage.box.load(added.destination_id) == KEY


def test_name_of_another_is_refused_before_the_keyring_is_asked(storage):
    storage.add("Attic")
    second = storage.add("Cellar", prefix="cellar/")

    with pytest.raises(DestinationExists):
        edit(storage, second, name="attic", credentials=Credentials("AKIDOTHER", "another"))

    assert storage.box.load(second.destination_id) == KEY
