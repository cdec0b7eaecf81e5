"""Access keys: in the keyring under their destination's name, and clear errors without one."""

from __future__ import annotations

import pytest

from mayfly.domain.destinations import Credentials, new_destination_id
from mayfly.domain.errors import KeyringLocked, KeyringUnavailable
from mayfly.domain.storage_errors import CredentialsMissing, NoKeyringForKeys
from mayfly.services.credentials import CredentialBox
from tests.fakes import MemorySecrets
from tests.fakes_storage import KEY


class RefusingSecrets(MemorySecrets):
    """A keyring that answers every call with an error."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def get(self, *_given: str) -> str | None:
        raise self._error

    put = get
    remove = get


def test_key_comes_back_as_it_was():
    held = MemorySecrets()
    box, destination_id = CredentialBox(lambda: held), new_destination_id()
    awkward = Credentials('AK"ID\\', "a/b+c=\\\"'{}[],:")

    box.keep(destination_id, awkward)

    assert box.load(destination_id) == awkward
    assert set(held.held) == {f"destination-{destination_id}"}


def test_longest_key_fits_into_one_entry():
    held = MemorySecrets()
    box, destination_id = CredentialBox(lambda: held), new_destination_id()

    box.keep(destination_id, Credentials('"' * 128, "\\" * 320))

    assert len(held.held[f"destination-{destination_id}"]) < 1_024


def test_erased_key_is_missing():
    held = MemorySecrets()
    box, destination_id = CredentialBox(lambda: held), new_destination_id()
    box.keep(destination_id, KEY)

    box.erase(destination_id)
    box.erase(destination_id)

    assert held.held == {}
    assert box.find(destination_id) is None
    with pytest.raises(CredentialsMissing):
        box.load(destination_id)


@pytest.mark.parametrize("line", ["", "no json", "[1, 2]", '["one"]', "null", '"ab"'])
def test_entry_of_somebody_else_is_no_key(line):
    held = MemorySecrets()
    destination_id = new_destination_id()
    held.held[f"destination-{destination_id}"] = line

    assert CredentialBox(lambda: held).find(destination_id) is None


def test_no_keyring_says_what_it_is_for():
    def none_there():
        raise KeyringUnavailable

    refusing = RefusingSecrets(KeyringUnavailable())
    for box in (CredentialBox(none_there), CredentialBox(lambda: refusing)):
        for call in (
            box.check,
            lambda box=box: box.keep(new_destination_id(), KEY),
            lambda box=box: box.load(new_destination_id()),
            lambda box=box: box.erase(new_destination_id()),
        ):
            with pytest.raises(NoKeyringForKeys):
                call()


def test_locked_keyring_says_so():
    box = CredentialBox(lambda: RefusingSecrets(KeyringLocked()))

    with pytest.raises(KeyringLocked):
        box.load(new_destination_id())
