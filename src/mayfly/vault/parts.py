"""What a vault consists of, where that lies, and how it is put together."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from mayfly.domain.errors import KeyringUnavailable, VaultError
from mayfly.domain.lock_port import KeyHome
from mayfly.domain.ports import SecretStore
from mayfly.vault.audit_anchor import FileAnchor
from mayfly.vault.audit_writer import AuditWriter
from mayfly.vault.connection import Database
from mayfly.vault.key_changes import KeyChanges
from mayfly.vault.key_source import FetchedShare, FindKeyring, KeySource
from mayfly.vault.keys import VaultKeys
from mayfly.vault.ledger import Ledger
from mayfly.vault.lock import Lock
from mayfly.vault.passphrase import PRODUCT_PROFILE, ArgonProfile
from mayfly.vault.reserve import Reserve
from mayfly.vault.rollback import Rollback
from mayfly.vault.rotation import Rotation
from mayfly.vault.shard import Shard
from mayfly.vault.vault import SqliteVault


@dataclass(frozen=True, slots=True)
class VaultPaths:
    """Where a vault lies. The shard must not lie where the database is copied or synced."""

    database: Path
    shard: Path
    lock: Path

    @property
    def audit_anchor(self) -> Path:
        """Where the end of the audit log is remembered: beside the shard."""
        return self.shard.with_name("audit-head")

    @property
    def ledger(self) -> Path:
        """Where it is remembered what was destroyed: beside the shard."""
        return self.shard.with_name("ledger")


@dataclass(frozen=True, slots=True)
class KeyAccess:
    """What there is to open a vault with: a keyring, a passphrase, or both."""

    secrets: SecretStore | None
    passphrase: str | None = field(repr=False)
    find_secrets: FindKeyring | None = None
    """Finds a keyring for a vault that had no need of one so far."""

    def find_keyring(self) -> SecretStore:
        """Return the keyring; KeyringUnavailable when there is none."""
        if self.secrets is not None:
            return self.secrets
        if self.find_secrets is None:
            raise KeyringUnavailable
        return self.find_secrets()


@dataclass(frozen=True, slots=True)
class Seal:
    """What the vault's own row says about its key."""

    vault_id: bytes
    key_home: KeyHome
    epoch: int


class Parts:
    """What a vault consists of, put together with its key or without."""

    def __init__(
        self,
        paths: VaultPaths,
        database: Database,
        seal: Seal,
        access: KeyAccess,
        argon: ArgonProfile = PRODUCT_PROFILE,
    ) -> None:
        shard = Shard(paths.shard)
        # What lives as long as the vault must not hold what was typed: it would outlive a lock.
        find_keyring = replace(access, passphrase=None).find_keyring
        self._database = database
        self._reserve = Reserve(paths.database)
        self._source = KeySource(seal.vault_id, shard, find_keyring)
        self._keys = VaultKeys(
            seal.vault_id, epoch=seal.epoch, key=bytearray(), load=self._source.load
        )
        self._writer = AuditWriter(self._keys, FileAnchor(paths.audit_anchor, seal.vault_id))
        self._ledger = Ledger(paths.ledger, seal.vault_id)
        self._rotation = Rotation(
            database,
            self._keys,
            shard,
            source=self._source,
            lock=paths.lock,
            audit=self._writer,
            ledger=self._ledger,
        )
        self._lock = Lock(
            database,
            self._keys,
            self._source,
            find_keyring=find_keyring,
            audit=self._writer,
            reserve=self._reserve,
        )
        self._key_changes = KeyChanges(
            seal.vault_id,
            database,
            self._source,
            self._rotation,
            find_keyring=find_keyring,
            argon=argon,
        )

    def opened_with(self, fetched: FetchedShare) -> SqliteVault:
        """Return the vault with its key in memory; KeyMissing when the shard's half is gone."""
        self._lock.take(fetched)
        with suppress(VaultError):
            # The next sweep tries again; a vault whose key is whole must not stay shut for this.
            self._rotation.drop_leftovers()
        return self.put_together()

    def opened_without_key(self) -> SqliteVault:
        """Return the vault, locked in this process; what a crash left of an older key goes."""
        with suppress(VaultError):
            self._rotation.erase_leftover()
        return self.put_together()

    def put_together(self) -> SqliteVault:
        """Return the vault."""
        self._reserve.fill()
        return SqliteVault(
            self._database,
            self._keys,
            self._rotation,
            self._reserve,
            lock=self._lock,
            writer=self._writer,
            rollback=Rollback(self._database, self._ledger, self._writer),
            ledger=self._ledger,
            key_changes=self._key_changes,
        )
