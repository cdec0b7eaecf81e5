"""The seam to the vault's keys: locking, unlocking, and what opens it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol


class KeyHome(StrEnum):
    """What a vault's key needs besides the shard."""

    KEYRING = "keyring"
    PASSPHRASE = "passphrase"  # noqa: S105 - a word, not a secret
    BOTH = "both"
    """The keyring and the passphrase, each of them."""


class FetchedKey(Protocol):
    """What opens the vault, on its way from where it lay to VaultLock.take."""

    @property
    def epoch(self) -> int:
        """Which vault key it is for."""
        ...


class KeyRequest(Protocol):
    """What opening the vault takes, as one look at it found."""

    @property
    def key_home(self) -> KeyHome:
        """Where the key is to be fetched from."""
        ...

    def fetch(self, passphrase: str | None) -> FetchedKey:
        """Fetch it. NOT on the vault lane: a keyring may ask its user, who may never answer.

        PassphraseNeeded, PassphraseWrong, KeyringLocked, KeyringUnavailable, KeyMissing.
        """
        ...


class VaultLock(Protocol):
    """Holds the vault key, or not. On the vault lane only.

    While locked every call that needs a key raises VaultLocked; looking for what is due and
    destroying it need none. What then is owed (a new vault key) is done at unlock, before
    anything is shown.
    """

    def is_locked(self) -> bool:
        """Whether this process has no key of the vault."""
        ...

    def is_lock_wished(self) -> bool:
        """Whether the vault is locked for every process (the row says so); cheap."""
        ...

    def key_home(self) -> KeyHome:
        """Return what opens this vault."""
        ...

    def lock(self, now: datetime) -> None:
        """Lock for every process, and overwrite the keys in this one's memory."""
        ...

    def drop(self) -> None:
        """Overwrite the keys in this process's memory; other processes keep theirs."""
        ...

    def drop_outdated(self) -> None:
        """Drop the keys when another process changed what opens the vault."""
        ...

    def ask(self) -> KeyRequest:
        """Begin to unlock: look at what opens the vault now."""
        ...

    def take(self, fetched: FetchedKey) -> None:
        """Hold the key in this process. While the row says locked it opens nothing yet; a new
        vault key that is owed can be made.

        VaultBusy when the vault key was changed meanwhile (ask again), KeyMissing.
        """
        ...

    def clear(self) -> None:
        """Unlock for every process; those that need a passphrase wait for it."""
        ...


class RecoveryRequest(Protocol):
    """What a recovery code would open, as one look at the vault found it."""

    def put_back(self, code: str) -> None:
        """Put the keyring's share back that the code opens. NOT on the vault lane.

        RecoveryCodeMistyped, RecoveryCodeWrong, KeyringUnavailable, KeyringLocked.
        """
        ...


class RecoveryCodes(Protocol):
    """A printed code that stands in for the keyring's share. On the vault lane only."""

    def has_recovery_code(self) -> bool:
        """Whether a recovery code stands in for the keyring; needs no key."""
        ...

    def make_recovery_code(self) -> str:
        """Return a fresh code to print, in groups, in place of any earlier one. Shown once.

        It stands in for the keyring's share, never for the shard nor for a passphrase.
        NotNow in a vault that needs no keyring; VaultLocked.
        """
        ...

    def drop_recovery_code(self) -> None:
        """Have no recovery code any more; no error when there is none. VaultLocked."""
        ...

    def ask_recovery(self) -> RecoveryRequest:
        """Begin to recover: look at what the code would open; needs no key."""
        ...


class KeyChanges(RecoveryCodes, Protocol):
    """Changes what opens the vault. On the vault lane only; VaultLocked without a key.

    Each makes a new vault key, and what opened the one before opens nothing afterwards.
    """

    def set_passphrase(self, passphrase: str, *, with_keyring: bool) -> None:
        """Have a passphrase from now on, beside the keyring or in place of it; a new vault key.

        Also changes the passphrase there is. The old one opens nothing afterwards.
        PassphraseNeeded for an empty one, KeyringUnavailable, KeyringLocked.
        """
        ...

    def remove_passphrase(self) -> None:
        """Have the keyring alone from now on; KeyringUnavailable when there is none."""
        ...
