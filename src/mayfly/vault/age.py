"""Whether a vault's file is older than its key: put back from a backup or a synced folder."""

from __future__ import annotations

from contextlib import suppress

from mayfly.domain.errors import VaultError, VaultRestored
from mayfly.domain.lock_port import KeyHome
from mayfly.vault.key_source import FindKeyring
from mayfly.vault.ledger import Ledger
from mayfly.vault.parts import Seal, VaultPaths
from mayfly.vault.shard import Shard
from mayfly.vault.share_homes import KeyringShare


class Age:
    """Asks whoever knows of the vault key for its newest epoch; the file may be of an older one."""

    def __init__(self, paths: VaultPaths, seal: Seal) -> None:
        self._shard = Shard(paths.shard)
        self._ledger = Ledger(paths.ledger, seal.vault_id)
        self._seal = seal

    def check(self) -> None:
        """Raise VaultRestored before anybody is asked for a passphrase that opens nothing."""
        vault_id, epoch = self._seal.vault_id, self._seal.epoch
        if self._shard.read_slot(vault_id, epoch) is None:
            self._compare(self._ledger.read().epoch, *self._shard.epochs(vault_id))

    def check_keyring(self, find_keyring: FindKeyring) -> None:
        """Raise VaultRestored when whatever knows of the key knows of a newer one."""
        self._compare(self._ledger.read().epoch, *self._shard.epochs(self._seal.vault_id))
        if self._seal.key_home is not KeyHome.PASSPHRASE:
            held: tuple[int, ...] = ()
            with suppress(VaultError):
                held = KeyringShare(self._seal.vault_id, find_keyring()).epochs()
            self._compare(*held)

    def _compare(self, *epochs: int) -> None:
        if max(epochs, default=0) > self._seal.epoch:
            raise VaultRestored
