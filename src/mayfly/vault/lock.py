"""Locking and unlocking an open vault: who holds its key, in this process and in all of them."""

from __future__ import annotations

from datetime import datetime

from mayfly.domain.audit import AuditKind
from mayfly.domain.errors import DiskFull, InternalError, VaultBusy
from mayfly.domain.lock_port import FetchedKey, KeyHome
from mayfly.vault.audit_writer import AuditWriter
from mayfly.vault.connection import Database
from mayfly.vault.key_source import (
    FetchedShare,
    FindKeyring,
    KeySource,
    ShareRequest,
    key_home_of,
    request_share,
)
from mayfly.vault.keys import VaultKeys
from mayfly.vault.moments import micros_of
from mayfly.vault.reserve import Reserve


class Lock:
    """Implements domain.lock_port.VaultLock, which says what each method promises."""

    def __init__(
        self,
        database: Database,
        keys: VaultKeys,
        source: KeySource,
        *,
        find_keyring: FindKeyring,
        audit: AuditWriter,
        reserve: Reserve,
    ) -> None:
        self._database = database
        self._keys = keys
        self._source = source
        self._find_keyring = find_keyring
        self._audit = audit
        self._reserve = reserve

    def is_locked(self) -> bool:
        """Whether this process has no key of the vault."""
        return self._keys.is_locked

    def is_lock_wished(self) -> bool:
        """Whether the vault is locked for every process."""
        row = self._database.ask("SELECT locked_at FROM meta")
        return row is not None and row[0] is not None

    def key_home(self) -> KeyHome:
        """Return what opens this vault."""
        with self._database.read() as tx:
            return key_home_of(tx.only_row("SELECT key_home FROM meta")[0])

    def lock(self, now: datetime) -> None:
        """Overwrite the keys here, then lock for every process; on a full disk, too."""
        # First, whatever comes of the row: a full disk must not keep a key in memory.
        self.drop()
        try:
            self._note_lock(now)
        except DiskFull:
            self._reserve.give_up()
            self._note_lock(now)

    def drop(self) -> None:
        """Overwrite the keys in this process's memory."""
        self._keys.forget()
        self._source.forget()

    def _note_lock(self, now: datetime) -> None:
        with self._database.write() as tx:
            tx.stamp()
            sql = "UPDATE meta SET locked_at = ? WHERE locked_at IS NULL"
            if tx.run(sql, micros_of(now)):
                self._audit.append_in(tx, AuditKind.LOCKED, now)

    def drop_outdated(self) -> None:
        """Drop the keys when another process has the vault open otherwise now."""
        if self._source.is_outdated(self.key_home()):
            self.drop()

    def ask(self) -> ShareRequest:
        """Look at what opens the vault now."""
        with self._database.read() as tx:
            return request_share(tx, self._find_keyring)

    def take(self, fetched: FetchedKey) -> None:
        """Hold the key in this process; what is wished for all of them stays."""
        if not isinstance(fetched, FetchedShare):
            raise InternalError("a key was handed in that no request of the vault fetched")
        with self._database.read() as tx:
            word, epoch = tx.only_row("SELECT key_home, epoch FROM meta")
            if (word, epoch) != (fetched.key_home, fetched.epoch):
                raise VaultBusy
            key = self._source.derive(fetched.share, epoch)
        self._source.change(fetched.key_home, fetched.home)
        self._keys.take(epoch, key)

    def clear(self) -> None:
        """Unlock for every process; those that need a passphrase wait for it."""
        with self._database.write() as tx:
            if tx.run("UPDATE meta SET locked_at = NULL WHERE locked_at IS NOT NULL"):
                tx.stamp()
                self._audit.append_in(tx, AuditKind.UNLOCKED)
