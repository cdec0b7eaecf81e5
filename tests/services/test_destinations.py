"""Destinations: added, changed, verified and removed, and never half of any of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mayfly.domain.destinations import (
    VERIFIED_FOR,
    Credentials,
    StepState,
    VerifyStep,
    credentials_entry,
    new_destination_id,
)
from mayfly.domain.errors import KeyringLocked, KeyringUnavailable, VaultLocked
from mayfly.domain.storage_errors import (
    CredentialsInvalid,
    CredentialsMissing,
    DestinationExists,
    DestinationInvalid,
    DestinationMissing,
    InsecureEndpoint,
    NoKeyringForKeys,
    NotVerified,
    SecretWrong,
)
from tests.fakes import MemorySecrets
from tests.fakes_storage import KEY, place
from tests.services.conftest import House
from tests.services.storage_house import Storage


class StubbornSecrets(MemorySecrets):
    """A keyring that refuses one kind of call."""

    def __init__(self, call: str, error: Exception, held: MemorySecrets | None = None) -> None:
        super().__init__()
        self.held = held.held if held else {}
        self._refused, self._error = call, error

    def put(self, name: str, value: str) -> None:
        if self._refused == "put":
            raise self._error
        super().put(name, value)

    def remove(self, name: str) -> None:
        if self._refused == "remove":
            raise self._error
        super().remove(name)

    def get(self, name: str) -> str | None:
        if self._refused == "get":
            raise self._error
        return super().get(name)


@pytest.fixture
def storage(house: House) -> Storage:
    return Storage(house)


def edit(storage: Storage, destination, **changes):
    wanted = {
        "name": destination.name,
        "place": destination.place,
        "credentials": None,
        "delete_with_job": destination.delete_with_job,
        **changes,
    }
    return storage.destinations.edit(destination.destination_id, **wanted).result()


# --- adding --------------------------------------------------------------------------


def test_added_one_is_kept_with_its_key_in_the_keyring_alone(storage):
    added = storage.add("Attic", verify=False)

    assert storage.destinations.all().result() == (added,)
    assert added.verified_at is None
    assert storage.box.load(added.destination_id) == KEY
    assert storage.server.opened == 0


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": " "}, DestinationInvalid),
        ({"place": place("x")}, DestinationInvalid),
        ({"place": place(endpoint="http://s3.example.org")}, InsecureEndpoint),
        ({"credentials": Credentials("", "")}, CredentialsInvalid),
    ],
)
def test_what_cannot_be_right_is_refused_whole(storage, changes, error):
    wanted = {"name": "Attic", "place": place(), "credentials": KEY, **changes}

    refused = storage.destinations.add(**wanted, delete_with_job=False).exception()

    assert isinstance(refused, error)
    assert storage.destinations.all().result() == ()
    assert storage.secrets.held == {}


def test_name_that_is_taken_leaves_the_first_ones_key(storage):
    storage.add("Attic", verify=False)
    before = dict(storage.secrets.held)

    refused = storage.destinations.add("ATTIC", place(), KEY, delete_with_job=False).exception()

    assert isinstance(refused, DestinationExists)
    assert storage.secrets.held == before


@pytest.mark.parametrize("call", ["get", "put"])
@pytest.mark.parametrize(
    ("error", "told"),
    [(KeyringUnavailable(), NoKeyringForKeys), (KeyringLocked(), KeyringLocked)],
)
def test_keyring_that_refuses_leaves_nothing(storage, call, error, told):
    storage.secrets = StubbornSecrets(call, error)

    refused = storage.destinations.add("Attic", place(), KEY, delete_with_job=False).exception()

    assert isinstance(refused, told)
    assert storage.destinations.all().result() == ()
    assert storage.secrets.held == {}


class LockingSecrets(MemorySecrets):
    """A keyring that takes a key and is locked before it can be read back."""

    is_locked = False

    def put(self, name: str, value: str) -> None:
        super().put(name, value)
        self.is_locked = True
        self.get(name)

    def get(self, name: str) -> str | None:
        if self.is_locked:
            raise KeyringLocked
        return super().get(name)

    def remove(self, name: str) -> None:
        self.get(name)
        super().remove(name)


def test_key_in_a_keyring_that_locks_itself_has_a_row_that_names_it(storage):
    storage.secrets = LockingSecrets()

    refused = storage.destinations.add("Attic", place(), KEY, delete_with_job=False).exception()

    assert isinstance(refused, KeyringLocked)
    (added,) = storage.destinations.all().result()
    assert added.verified_at is None
    assert storage.secrets.held
    storage.secrets.is_locked = False
    storage.destinations.remove(added.destination_id).result()
    assert storage.secrets.held == {}


def test_locked_vault_gets_no_key_into_the_keyring(storage, house):
    house.lockable().lock().result()

    refused = storage.destinations.add("Attic", place(), KEY, delete_with_job=False).exception()

    assert isinstance(refused, VaultLocked)
    assert storage.secrets.held == {}


# --- verifying -----------------------------------------------------------------------


def test_verified_one_may_be_used_for_its_time(storage, house):
    added = storage.add("Attic", verify=False)
    told = []

    verification = storage.destinations.verify(added.destination_id, told.append).result()

    found = storage.destinations.find("attic").result()
    assert verification.error_code is None
    assert [one.step for one in told if one.state is StepState.DONE] == list(VerifyStep)
    assert found.verified_at == house.clock.now()
    assert found.may_be_used(house.clock.now())
    assert not found.may_be_used(house.clock.now() + VERIFIED_FOR)


def test_failed_one_says_which_step_and_is_not_used(storage):
    added = storage.add("Attic")
    storage.server.keys = {KEY.key_id: "another"}

    assert storage.verify(added.destination_id) == SecretWrong.code

    found = storage.destinations.find(added.destination_id).result()
    assert found.verified_at is None
    assert found.error_code == SecretWrong.code


def test_key_that_is_gone_is_said_and_noted(storage):
    added = storage.add("Attic")
    storage.secrets.held.clear()

    refused = storage.destinations.verify(added.destination_id, lambda _: None).exception()

    assert isinstance(refused, CredentialsMissing)
    assert storage.destinations.find("attic").result().error_code == CredentialsMissing.code


def test_key_that_was_changed_meanwhile_is_not_taken_for_verified(storage):
    added = storage.add("Attic", verify=False)

    def change_at_first_step(news) -> None:
        if (news.step, news.state) == (VerifyStep.CONNECT, StepState.RUNNING):
            edit(storage, added, credentials=Credentials("AKIDOTHER", "another"))

    storage.destinations.verify(added.destination_id, change_at_first_step).result()

    assert storage.destinations.find("attic").result().verified_at is None


def test_place_that_was_changed_meanwhile_is_not_taken_for_verified(storage):
    added = storage.add("Attic", verify=False)
    changed = replace(added.place, region="elsewhere")

    def change_at_first_step(news) -> None:
        if news.step is VerifyStep.CONNECT and news.state is StepState.RUNNING:
            edit(storage, added, place=changed)

    verification = storage.destinations.verify(added.destination_id, change_at_first_step)

    assert verification.result().error_code is None
    assert storage.destinations.find("attic").result().verified_at is None


# --- removing ------------------------------------------------------------------------


def test_removed_one_leaves_neither_key_nor_row(storage):
    added = storage.add("Attic")

    unbound = storage.destinations.remove(added.destination_id).result()

    assert (unbound.objects_left, unbound.owed) == (0, 0)
    assert storage.secrets.held == {}
    assert storage.destinations.all().result() == ()


@pytest.mark.parametrize(
    ("error", "told"),
    [(KeyringLocked(), KeyringLocked), (KeyringUnavailable(), NoKeyringForKeys)],
)
def test_keyring_that_does_not_forget_removes_nothing(storage, error, told):
    added = storage.add("Attic")
    storage.secrets = StubbornSecrets("remove", error, storage.secrets)

    refused = storage.destinations.remove(added.destination_id).exception()

    assert isinstance(refused, told)
    assert storage.destinations.all().result() == (added,)
    assert storage.box.load(added.destination_id) == KEY


def test_locked_vault_keeps_the_key_of_what_it_cannot_forget(storage, house):
    added = storage.add("Attic")
    house.lockable().lock().result()

    refused = storage.destinations.remove(added.destination_id).exception()

    assert isinstance(refused, VaultLocked)
    assert len(storage.secrets.held) == 1


def test_one_without_its_key_can_be_removed(storage):
    added = storage.add("Attic")
    storage.secrets.held.clear()

    storage.destinations.remove(added.destination_id).result()

    assert storage.destinations.all().result() == ()


def test_unknown_ones_are_missing(storage):
    unknown = new_destination_id()
    for asked in (
        storage.destinations.find("nowhere"),
        storage.destinations.find(unknown),
        storage.destinations.remove(unknown),
        storage.destinations.verify(unknown, lambda _: None),
    ):
        assert isinstance(asked.exception(), DestinationMissing)


def test_old_verification_no_longer_counts_when_something_is_sent(storage, house):
    added = storage.add("Attic")
    house.clock.set(days=31)

    refused = storage.uploads.send([], added.destination_id).exception()

    assert isinstance(refused, NotVerified)


def test_whenever_a_process_dies_every_key_has_a_row_that_names_it(storage, house):
    """The row comes before the key and goes after it, so no order of deaths leaves an orphan."""
    seen: list[tuple[str, bool]] = []

    class Watching(MemorySecrets):
        def put(self, name: str, value: str) -> None:
            seen.append(("put", name in rows()))
            super().put(name, value)
            seen.append(("is put", name in rows()))

        def remove(self, name: str) -> None:
            super().remove(name)
            seen.append(("is removed", name in rows()))

    def rows() -> set[str]:
        every = house.on_vault(house.vault.destinations.all)
        return {credentials_entry(one.destination_id) for one in every}

    storage.secrets = Watching()
    added = storage.add("Attic", verify=False)
    edit(storage, added, credentials=Credentials("AKIDOTHER", "another"))
    storage.destinations.remove(added.destination_id).result()

    assert seen == [("put", True), ("is put", True)] * 2 + [("is removed", True)]
    assert rows() == set()
    assert storage.secrets.held == {}


def test_new_key_does_not_stand_for_what_failed_with_the_old_one(storage, house):
    added = storage.add("Attic", verify=False)
    house.on_vault(
        lambda: house.vault.destinations.note_failed(added.destination_id, "secret_wrong")
    )

    changed = edit(storage, added, credentials=Credentials("AKIDOTHER", "another"))

    assert changed.error_code == NotVerified.code
