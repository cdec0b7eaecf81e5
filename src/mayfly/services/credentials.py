"""Access keys: in the keyring, one entry for each destination, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mayfly.domain.destinations import Credentials, DestinationId, credentials_entry
from mayfly.domain.errors import KeyringUnavailable
from mayfly.domain.ports import SecretStore
from mayfly.domain.storage_errors import CredentialsMissing, NoKeyringForKeys


class CredentialBox:
    """Every call may block while the keyring asks its user: never on the vault lane.

    NoKeyringForKeys where there is no keyring of a kind that keeps secrets, or it is out of
    reach; KeyringLocked when it stays locked.
    """

    def __init__(self, open_store: Callable[[], SecretStore]) -> None:
        """open_store: opens the keyring that this vault's secrets are in."""
        self._open_store = open_store

    def check(self) -> None:
        """See that there is a keyring that answers."""
        with _reached():
            self._open_store().get(credentials_entry(DestinationId("")))

    def keep(self, destination_id: DestinationId, credentials: Credentials) -> None:
        """Keep it in place of any earlier one, and see that it can be read back."""
        line = json.dumps([credentials.key_id, credentials.secret])
        with _reached():
            self._open_store().put(credentials_entry(destination_id), line)

    def find(self, destination_id: DestinationId) -> Credentials | None:
        """Return it, or None when the keyring does not hold it."""
        with _reached():
            line = self._open_store().get(credentials_entry(destination_id))
        return None if line is None else _parsed(line)

    def load(self, destination_id: DestinationId) -> Credentials:
        """Return it, or CredentialsMissing."""
        found = self.find(destination_id)
        if found is None:
            raise CredentialsMissing
        return found

    def erase(self, destination_id: DestinationId) -> None:
        """Forget it and see that it is gone; a missing one is no error."""
        with _reached():
            self._open_store().remove(credentials_entry(destination_id))


def _parsed(line: str) -> Credentials | None:
    """Return what was kept; None for what nobody here wrote."""
    try:
        parts = json.loads(line)
    except ValueError:
        return None
    if isinstance(parts, list) and [type(one) for one in parts] == [str, str]:
        return Credentials(*parts)
    return None


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except KeyringUnavailable:
        # Not the vault's key is out of reach, but this one.
        raise NoKeyringForKeys from None
