"""Where the share of each epoch lies: in the keyring, in the vault under a passphrase, or in both.

With both, each has a part of 32 bytes, and the share is the one behind the other.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TypeVar

from mayfly.domain.errors import KeyMissing
from mayfly.domain.ports import SecretStore
from mayfly.vault.connection import Transaction
from mayfly.vault.errand import Errand
from mayfly.vault.passphrase import ArgonProfile, PassphraseKey, SealedShare
from mayfly.vault.shares import MOST_EPOCHS, SHARE_BYTES, format_shares, parse_shares, secret_name

T = TypeVar("T")


class ShareHome(Protocol):
    """One half of the vault key, for as many epochs as there are at the moment."""

    @property
    def share_bytes(self) -> int:
        """How long a share is."""
        ...

    @property
    def keyring(self) -> KeyringShare | None:
        """What of it lies in the keyring, if anything does."""
        ...

    def fetch(self, tx: Transaction, epoch: int) -> bytes:
        """Return the share of an epoch; KeyMissing when there is none."""
        ...

    def announce(self, epoch: int | None, following: int, share: bytes) -> None:
        """Keep the share of the following epoch beside this one's, safe from a power cut.

        epoch is None where the share of this one lies in another home.
        """
        ...

    def store(self, tx: Transaction, epoch: int, share: bytes) -> None:
        """Do what belongs into the transaction that begins the epoch."""
        ...

    def keep_only(self, epoch: int) -> None:
        """Forget the shares of all other epochs."""
        ...

    def forget(self) -> None:
        """Overwrite what is in memory."""
        ...


class KeyringShare:
    """The share in the keyring: one line that holds the epoch in use, and the next for a moment."""

    share_bytes = SHARE_BYTES

    def __init__(self, vault_id: bytes, keyring: SecretStore, errand: Errand | None = None) -> None:
        self._name = secret_name(vault_id)
        self._keyring = keyring
        self._errand = errand or Errand()

    @property
    def keyring(self) -> KeyringShare:
        """All of it."""
        return self

    def make(self, epoch: int, share: bytes) -> None:
        """Keep the first share of a new vault, safe from a power cut; waits for the user."""
        self._keyring.put(self._name, format_shares({epoch: share}))
        _sync_everything()

    def put_back(self, epoch: int, share: bytes) -> None:
        """Keep the share that a recovery code opened, beside newer ones; waits for the user.

        What is newer was put there by another process since the code was looked at.
        """
        held: dict[int, bytes] = {}
        with suppress(KeyMissing):
            held = self._read(self._keyring)
        newer = {one: held[one] for one in held if one > epoch}
        if len(newer) < MOST_EPOCHS:
            self._keyring.put(self._name, format_shares({epoch: share, **newer}))
            _sync_everything()

    def first(self, epoch: int) -> bytes:
        """Return the share at opening, when the user is there to be asked and waited for."""
        return _of_epoch(self._read(self._keyring), epoch)

    def fetch(self, tx: Transaction, epoch: int) -> bytes:
        """Return the share; KeyringLocked when the keyring takes long."""
        del tx
        return _of_epoch(self._errand.run(lambda: self._read(self._keyring)), epoch)

    def announce(self, epoch: int | None, following: int, share: bytes) -> None:
        """Put both shares into the keyring and sync; the share of epoch must be there."""

        def put_both() -> None:
            with self._keyring.at_once() as keyring:
                held = {} if epoch is None else {epoch: _of_epoch(self._read(keyring), epoch)}
                keyring.put(self._name, format_shares({**held, following: share}))
            _sync_everything()

        self._errand.run(put_both)

    def store(self, tx: Transaction, epoch: int, share: bytes) -> None:
        """Nothing: the keyring has it already."""

    def keep_only(self, epoch: int) -> None:
        """Put the share of this epoch alone, if others are beside it."""

        def put_one() -> None:
            with self._keyring.at_once() as keyring:
                shares = self._read(keyring)
                held = _of_epoch(shares, epoch)
                if len(shares) > 1:
                    keyring.put(self._name, format_shares({epoch: held}))

        self._errand.run(put_one)

    def epochs(self) -> tuple[int, ...]:
        """Return the epochs of which the keyring holds a share, at opening."""
        return tuple(self._read(self._keyring))

    def leave(self) -> None:
        """Forget the shares of all epochs: nothing of the vault's key lies here any more."""
        self._errand.run(lambda: self._keyring.remove(self._name))

    def is_busy(self) -> bool:
        """Tell whether a call that was given up has not ended."""
        return self._errand.is_busy()

    def when_idle(self, work: Callable[[], None]) -> None:
        """Do the work when no call of the keyring is under way."""
        self._errand.when_idle(work)

    def forget(self) -> None:
        """Nothing: the share is never kept in memory."""

    def _read(self, keyring: SecretStore) -> dict[int, bytes]:
        line = keyring.get(self._name)
        if line is None:
            raise KeyMissing
        return parse_shares(line)


class PassphraseShare:
    """The share in the vault itself, sealed under a passphrase whose key stays in memory."""

    share_bytes = SHARE_BYTES

    keyring = None

    def __init__(self, vault_id: bytes, key: PassphraseKey) -> None:
        self._vault_id = vault_id
        self._key = key

    def fetch(self, tx: Transaction, epoch: int) -> bytes:
        """Open the share; PassphraseWrong when it was sealed under another passphrase."""
        return self._key.open(sealed_share(tx, epoch), vault_id=self._vault_id, epoch=epoch)

    def announce(self, epoch: int | None, following: int, share: bytes) -> None:
        """Nothing: the share comes with the transaction that begins its epoch."""

    def store(self, tx: Transaction, epoch: int, share: bytes) -> None:
        """Put the sealed share of this epoch into the table, which is empty."""
        sealed = self._key.seal(share, vault_id=self._vault_id, epoch=epoch)
        tx.run(
            "INSERT INTO passphrase_share (epoch, salt, memory_kib, iterations, lanes, sealed)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            epoch,
            sealed.salt,
            sealed.profile.memory_kib,
            sealed.profile.iterations,
            sealed.profile.lanes,
            sealed.sealed,
        )

    def keep_only(self, epoch: int) -> None:
        """Nothing: the others went with the transaction."""

    def forget(self) -> None:
        """Overwrite the passphrase's key."""
        self._key.forget()


class BothShares:
    """A part of the share in the keyring, and one under the passphrase; either alone is nothing."""

    share_bytes = 2 * SHARE_BYTES

    def __init__(self, keyring: KeyringShare, passphrase: PassphraseShare) -> None:
        self._keyring = keyring
        self._passphrase = passphrase

    @property
    def keyring(self) -> KeyringShare:
        """The keyring's part."""
        return self._keyring

    def fetch(self, tx: Transaction, epoch: int) -> bytes:
        """Return the keyring's part and the passphrase's."""
        return self._keyring.fetch(tx, epoch) + self._passphrase.fetch(tx, epoch)

    def announce(self, epoch: int | None, following: int, share: bytes) -> None:
        """Put the keyring's part there; the other comes with the transaction."""
        self._keyring.announce(epoch, following, share[:SHARE_BYTES])

    def store(self, tx: Transaction, epoch: int, share: bytes) -> None:
        """Put the passphrase's part into the vault."""
        self._passphrase.store(tx, epoch, share[SHARE_BYTES:])

    def keep_only(self, epoch: int) -> None:
        """Have the keyring forget its other parts."""
        self._keyring.keep_only(epoch)

    def forget(self) -> None:
        """Overwrite the passphrase's key."""
        self._passphrase.forget()


def sealed_share(tx: Transaction, epoch: int) -> SealedShare:
    """Return the row of an epoch; KeyMissing when there is none."""
    row = tx.row(
        "SELECT salt, memory_kib, iterations, lanes, sealed FROM passphrase_share WHERE epoch = ?",
        epoch,
    )
    if row is None:
        raise KeyMissing
    salt, memory_kib, iterations, lanes, sealed = row
    return SealedShare(salt, ArgonProfile(memory_kib, iterations, lanes), sealed)


def _of_epoch(shares: dict[int, bytes], epoch: int) -> bytes:
    try:
        return shares[epoch]
    except KeyError as error:
        raise KeyMissing from error


def _sync_everything() -> None:
    """Have all that was written outlive a power cut.

    A keyring does not sync its folder: 0 of 5 power cuts right after a write kept it, and then
    no job of a vault whose commit was kept could be opened.
    """
    os.sync()
