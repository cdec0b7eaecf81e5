"""Where both halves of the vault key come from: the share's home, and the shard.

A process may have neither passphrase nor keyring at hand: then there is no home, and the vault
is locked here. What opens the vault can also be changed by another process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mayfly.domain.errors import (
    KeyMissing,
    PassphraseNeeded,
    PassphraseWrong,
    VaultDamaged,
    VaultLocked,
)
from mayfly.domain.lock_port import KeyHome
from mayfly.domain.ports import SecretStore
from mayfly.vault.connection import Transaction
from mayfly.vault.keys import derive_vault_key
from mayfly.vault.passphrase import PassphraseKey, SealedShare
from mayfly.vault.shard import Shard
from mayfly.vault.share_homes import (
    BothShares,
    KeyringShare,
    PassphraseShare,
    ShareHome,
    sealed_share,
)

FindKeyring = Callable[[], SecretStore]
"""Returns the keyring that vaults are kept in; KeyringUnavailable when there is none."""


@dataclass(frozen=True, slots=True)
class FetchedShare:
    """The share of an epoch and the home that it came from."""

    key_home: KeyHome
    epoch: int
    home: ShareHome = field(repr=False)
    share: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShareRequest:
    """What fetching the share takes, as one look at the vault found it."""

    vault_id: bytes
    key_home: KeyHome
    epoch: int
    sealed: SealedShare | None
    find_keyring: FindKeyring

    def fetch(self, passphrase: str | None) -> FetchedShare:
        """Return the share; waits for a keyring that asks the user, so not for the vault lane.

        PassphraseNeeded or PassphraseWrong come before the keyring is asked at all.
        """
        if self.key_home is KeyHome.KEYRING:
            keyring = self._keyring()
            return self._fetched(keyring, keyring.first(self.epoch))
        typed, part = self._open_sealed(passphrase)
        if self.key_home is KeyHome.PASSPHRASE:
            return self._fetched(typed, part)
        keyring = self._keyring()
        return self._fetched(BothShares(keyring, typed), keyring.first(self.epoch) + part)

    def _keyring(self) -> KeyringShare:
        return KeyringShare(self.vault_id, self.find_keyring())

    def _open_sealed(self, passphrase: str | None) -> tuple[PassphraseShare, bytes]:
        if not passphrase:
            raise PassphraseNeeded
        if self.sealed is None:
            raise KeyMissing
        key = PassphraseKey(passphrase, self.sealed.salt, self.sealed.profile)
        part = key.open(self.sealed, vault_id=self.vault_id, epoch=self.epoch)
        return PassphraseShare(self.vault_id, key), part

    def _fetched(self, home: ShareHome, share: bytes) -> FetchedShare:
        return FetchedShare(self.key_home, self.epoch, home, share)


def request_share(tx: Transaction, find_keyring: FindKeyring) -> ShareRequest:
    """Look at what opens the vault."""
    vault_id, word, epoch = tx.only_row("SELECT vault_id, key_home, epoch FROM meta")
    key_home = key_home_of(word)
    sealed = None if key_home is KeyHome.KEYRING else sealed_share(tx, epoch)
    return ShareRequest(vault_id, key_home, epoch, sealed, find_keyring)


def key_home_of(word: str) -> KeyHome:
    """Return the key home of the row's word; VaultDamaged when it is none."""
    try:
        return KeyHome(word)
    except ValueError as error:
        raise VaultDamaged from error


class KeySource:
    """The home in use, and the vault keys that come of it. Holds nothing while locked."""

    def __init__(self, vault_id: bytes, shard: Shard, find_keyring: FindKeyring) -> None:
        self._vault_id = vault_id
        self._shard = shard
        self._find_keyring = find_keyring
        self._keyring: KeyringShare | None = None
        self._key_home: KeyHome | None = None
        self._home: ShareHome | None = None

    @property
    def home(self) -> ShareHome:
        """The share's home; VaultLocked when there is none at hand."""
        if self._home is None:
            raise VaultLocked
        return self._home

    @property
    def key_home(self) -> KeyHome:
        """The kind of the home in use; VaultLocked when there is none at hand."""
        if self._key_home is None:
            raise VaultLocked
        return self._key_home

    def keyring(self) -> KeyringShare:
        """Return what a share lies in, or could, in the keyring; KeyringUnavailable.

        Always the same one: it knows whether a call of the keyring still goes on.
        """
        if self._keyring is None:
            self._keyring = KeyringShare(self._vault_id, self._find_keyring())
        return self._keyring

    def is_busy(self) -> bool:
        """Tell whether a call of the keyring that was given up has not ended."""
        return self._keyring is not None and self._keyring.is_busy()

    def when_idle(self, work: Callable[[], None]) -> None:
        """Do the work as soon as no call of the keyring is under way."""
        if self._keyring is None:
            work()
        else:
            self._keyring.when_idle(work)

    def change(self, key_home: KeyHome, home: ShareHome) -> None:
        """Use this home from now on."""
        if home is not self._home:
            self.forget()
        self._key_home, self._home = key_home, home
        self._keyring = home.keyring or self._keyring

    def is_outdated(self, key_home: KeyHome) -> bool:
        """Tell whether the vault's home is another one than ours."""
        return self._home is not None and key_home is not self._key_home

    def derive(self, share: bytes, epoch: int) -> bytearray:
        """Return the vault key of an epoch; KeyMissing when its slot is not there."""
        random = self._shard.read_slot(self._vault_id, epoch)
        if random is None:
            raise KeyMissing
        return derive_vault_key(share, random, vault_id=self._vault_id, epoch=epoch)

    def load(self, tx: Transaction, epoch: int) -> bytearray:
        """Fetch both halves anew; VaultLocked when another passphrase or home is needed now."""
        (word,) = tx.only_row("SELECT key_home FROM meta")
        if self.is_outdated(key_home_of(word)):
            raise VaultLocked
        try:
            return self.derive(self.home.fetch(tx, epoch), epoch)
        except PassphraseWrong as error:
            raise VaultLocked from error

    def forget(self) -> None:
        """Overwrite what the home holds in memory, and have none."""
        home, self._home, self._key_home = self._home, None, None
        if home is not None:
            home.forget()
