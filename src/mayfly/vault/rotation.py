"""The next vault key: what an old copy of a purged job's wrapped key could be opened with goes.

Order: share of the next epoch beside the old one and synced; its shard slot; one transaction
that brings every survivor under it and sets the epoch; the old slot overwritten where it lies; the
old share forgotten. Before the commit the old key opens everything, after it the new one does,
so that a crash at any moment leaves a vault that opens; what is then too much is dropped.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mayfly.domain.audit import AuditKind
from mayfly.domain.errors import KeyMissing, VaultDamaged, VaultError
from mayfly.domain.lock_port import KeyHome
from mayfly.vault.audit_writer import AuditWriter
from mayfly.vault.connection import Database, Transaction
from mayfly.vault.destination_sealing import reseal_all
from mayfly.vault.key_source import KeySource
from mayfly.vault.keys import VaultKeys, derive_vault_key
from mayfly.vault.ledger import Ledger
from mayfly.vault.private_files import acquire_lock
from mayfly.vault.recovery import NextEpoch, read_public, write_code
from mayfly.vault.rewrapping import Rewrapping
from mayfly.vault.shard import Shard
from mayfly.vault.share_homes import ShareHome
from mayfly.vault.shares import SHARE_BYTES

_LOCK_TIMEOUT_S = 2.0
"""Another rotation takes some 50 ms. Whoever opens may hold the lock while the user is asked;
then the debt stays for the next sweep, and the deletion itself is done already."""


@dataclass(frozen=True, slots=True)
class NewHome:
    """Where the next share is to lie, and the public key of the recovery code for it."""

    key_home: KeyHome
    home: ShareHome
    recovery: bytes | None


@dataclass(frozen=True, slots=True)
class _State:
    epoch: int
    is_owed: bool
    keyring_left: bool


class Rotation:
    """Pays what a purge left owed. The row in meta is the truth, for every process."""

    def __init__(
        self,
        database: Database,
        keys: VaultKeys,
        shard: Shard,
        *,
        source: KeySource,
        lock: Path,
        audit: AuditWriter,
        ledger: Ledger,
    ) -> None:
        """lock: the file that whoever opens the vault or changes its key holds."""
        self._database = database
        self._keys = keys
        self._shard = shard
        self._source = source
        self._ledger = ledger
        self._lock = lock
        self._audit = audit
        self._clean_epoch: int | None = None

    def settle(self) -> bool:
        """Change the vault key if that is owed, drop leftovers; tell whether it was tried.

        Never raises for a keyring that is locked, slow or gone, a full disk or a busy vault:
        what was asked for is committed, and the debt stays until the next call.
        """
        if self._keys.is_locked:
            return False
        try:
            state = self._state()
            is_clean = state.epoch == self._clean_epoch and not state.keyring_left
            if self._source.is_busy() or (is_clean and not state.is_owed):
                return False
            # Always this lock before SQLite's: opening takes them in the same order.
            lock = acquire_lock(self._lock, timeout_s=_LOCK_TIMEOUT_S)
        except (VaultError, OSError):
            return False
        try:
            return self._settle_locked()
        except VaultError:
            return True
        finally:
            # A call of the keyring that hangs may yet write: nobody may change the key before.
            self._source.when_idle(lambda: os.close(lock))

    def change(self, to: Callable[[Transaction], NewHome], kind: AuditKind) -> None:
        """Begin a new vault key that something else opens: what to says when it is asked.

        What opened the vault before opens nothing afterwards. Raises VaultLocked without a key,
        VaultBusy, KeyringLocked, KeyringUnavailable, DiskFull, ...; then all is as it was.
        """
        self._keys.key()
        lock = acquire_lock(self._lock, timeout_s=_LOCK_TIMEOUT_S)
        try:
            self._keys.refresh(self._database)
            with self._database.read() as tx:
                wished = to(tx)
            self._rotate(self._state().epoch, wished, kind)
            with suppress(VaultError):
                self.drop_leftovers()
                self._leave_keyring()
        finally:
            self._source.when_idle(lambda: os.close(lock))

    def drop_leftovers(self) -> None:
        """Erase the other slot and forget other shares. Only under the lock.

        The database's epoch decides: what belongs to another was not committed, or is over.
        """
        epoch = self._state().epoch
        if self._erase_other_slot(epoch):
            self._home.keep_only(epoch)
            self._clean_epoch = epoch

    def erase_leftover(self) -> None:
        """Erase the other slot, which takes no key. Only under the lock."""
        self._erase_other_slot(self._state().epoch)

    def _erase_other_slot(self, epoch: int) -> bool:
        if self._shard.read_slot(self._keys.vault_id, epoch) is None:
            # Not our shard any more: the vault was destroyed, and another may be in its place.
            return False
        if self._shard.read_slot(self._keys.vault_id, epoch + 1) is not None:
            self._bury_failed_commit()
        if self._shard.is_used(epoch + 1):
            self._shard.erase_slot(epoch + 1)
        return True

    def forget(self) -> None:
        """Overwrite the keys in memory."""
        self._keys.forget()
        self._source.forget()

    @property
    def _home(self) -> ShareHome:
        return self._source.home

    def _settle_locked(self) -> bool:
        state = self._state()
        if state.is_owed:
            self._keys.refresh(self._database)
            with self._database.read() as tx:
                as_it_is = self.home_in_use(tx)
            self._rotate(state.epoch, as_it_is)
        with suppress(VaultError):
            # What could not be dropped opens nothing any more, unless it is the old slot itself;
            # the next call tries again.
            self.drop_leftovers()
            self._leave_keyring()
        return state.is_owed

    def _leave_keyring(self) -> None:
        """Remove the share that a vault left behind which needs the keyring no more.

        It opens nothing: the slot that it went with is overwritten. Not when the vault is
        opened: only here the lock is kept until a keyring that asks its user has answered.
        """
        if self._state().keyring_left and self._home.keyring is None:
            self._source.keyring().leave()
            with self._database.write() as tx:
                tx.run("UPDATE meta SET keyring_left = 0")

    def home_in_use(self, tx: Transaction) -> NewHome:
        """Return what opens the vault now."""
        return NewHome(self._source.key_home, self._home, read_public(tx, self._keys))

    def _rotate(self, epoch: int, to: NewHome, kind: AuditKind | None = None) -> None:
        if self._shard.read_slot(self._keys.vault_id, epoch) is None:
            raise KeyMissing
        home, following = to.home, epoch + 1
        share = secrets.token_bytes(home.share_bytes)
        held = None if self._home.keyring is None else epoch
        comes = held is None and home.keyring is not None
        self._bury_failed_commit(keyring_left=comes)
        home.announce(held, following, share)
        random = self._shard.write_slot(self._keys.vault_id, following)
        key = derive_vault_key(share, random, vault_id=self._keys.vault_id, epoch=following)
        with self._database.write() as tx:
            Rewrapping(tx, self._keys, following=following, key=key).run()
            reseal_all(tx, self._keys, following=following, key=key)
            tx.run("DELETE FROM passphrase_share")
            home.store(tx, following, share)
            kept = NextEpoch(self._keys.vault_id, following, key, share[:SHARE_BYTES])
            write_code(tx, to.recovery, kept if home.keyring is not None else None)
            self._audit.rewrap_in(tx, following, key)
            if kind is not None:
                self._audit.append_in(tx, kind, detail={"key_home": to.key_home.value})
            self._begin_epoch(tx, following, to)
        self._keys.take(following, key)
        self._source.change(to.key_home, home)

    def _begin_epoch(self, tx: Transaction, following: int, to: NewHome) -> None:
        has_keyring = to.home.keyring is not None
        tx.afterwards(lambda: self._ledger.note_epoch(following))
        tx.stamp()
        tx.run(
            "UPDATE meta SET epoch = ?, key_home = ?, rotation_owed = 0,"
            " keyring_left = (keyring_left OR ?) AND NOT ?",
            following,
            to.key_home.value,
            self._home.keyring is not None,
            has_keyring,
        )

    def _bury_failed_commit(self, *, keyring_left: bool = False) -> None:
        """Commit something before the halves of the following epoch are touched.

        A commit whose sync failed is undone, but its frames may lie in the log, and a power
        cut would bring them back: an epoch whose halves are overwritten. Any later commit
        takes their place, if it changes something: SQLite writes no page that stays the same.
        """
        with self._database.write() as tx:
            tx.stamp()
            if keyring_left:
                # A share is about to be put there, by a change that may never be committed.
                tx.run("UPDATE meta SET keyring_left = 1")

    def _state(self) -> _State:
        row = self._database.ask("SELECT epoch, rotation_owed, keyring_left FROM meta")
        if row is None:
            raise VaultDamaged
        return _State(int(row[0]), bool(row[1]), bool(row[2]))
